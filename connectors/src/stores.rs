//! Stores, opened from a URI.

use std::sync::Arc;

use careline::store::Store;
use careline::{Error, ErrorKind, Result};

/// One URI of each scheme this build can open.
const EXAMPLES: &[&str] = &[
    "memory:",
    #[cfg(feature = "sqlite")]
    "sqlite:///var/lib/acme/care.db",
];

/// Opens the store that `uri` names.
///
/// - `memory:` keeps everything in memory; nothing survives the process.
/// - `sqlite:///path/care.db` opens or creates a file, `sqlite://care.db` one in the present folder; `sqlite::memory:` is a
///   database in memory. With the feature `sqlite`.
///
/// Paths are taken as they are, without percent-decoding.
///
/// # Errors
/// `config_invalid` for a scheme that is not known or not built in, and for a URI without a path; what the store says when
/// it cannot be opened.
pub fn open_store(uri: &str) -> Result<Arc<dyn Store>> {
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    match scheme {
        "memory" if rest.is_empty() => Ok(Arc::new(careline::store::MemoryStore::new())),
        #[cfg(feature = "sqlite")]
        "sqlite" if rest == ":memory:" => Ok(Arc::new(careline_sqlite::SqliteStore::open_in_memory()?)),
        #[cfg(feature = "sqlite")]
        "sqlite" => match rest.strip_prefix("//").filter(|path| !path.is_empty()) {
            Some(path) => Ok(Arc::new(careline_sqlite::SqliteStore::open(path)?)),
            None => Err(invalid("the store's URI names no file", uri)),
        },
        _ => Err(invalid("no store is known by this URI", uri)),
    }
}

/// A store's URI with the whole path of its file, if it has one.
pub(crate) fn whole(uri: &str) -> String {
    let path = uri.strip_prefix("sqlite://").and_then(|path| std::path::absolute(path).ok());
    path.and_then(|path| Some(format!("sqlite://{}", path.to_str()?))).unwrap_or_else(|| uri.to_owned())
}

fn invalid(sentence: &'static str, uri: &str) -> Error {
    // Only the scheme is repeated: what follows may hold a password.
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    Error::new(ErrorKind::ConfigInvalid, format!("{sentence}; this build opens {}", EXAMPLES.join(", ")))
        .during("open_store")
        .with("scheme", scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_opens() {
        open_store("memory:").unwrap();
        #[cfg(feature = "sqlite")]
        {
            open_store("sqlite::memory:").unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("care.db");
            open_store(&format!("sqlite://{}", path.display())).unwrap();
            assert!(path.exists());
        }
    }

    #[test]
    fn others_are_told_what_there_is() {
        for uri in ["", "postgres://jo:secret@db/care", "care.db", "sqlite:", "sqlite://", "memory:x"] {
            let error = open_store(uri).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConfigInvalid, "{uri}");
            assert!(error.message().contains("memory:"), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
