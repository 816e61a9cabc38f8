//! Addresses of the AT Protocol: `at://did/collection/rkey` (fact sheet §5; syntax by the protocol's own test lists).

/// Longer addresses are none.
const LONGEST: usize = 8192;

/// The address of a repository, of a collection in it, or of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtUri<'a> {
    /// A DID or a handle.
    pub(crate) authority: &'a str,
    pub(crate) collection: Option<&'a str>,
    pub(crate) rkey: Option<&'a str>,
}

impl<'a> AtUri<'a> {
    /// `None` for anything but a sound address.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("at://").filter(|_| text.len() <= LONGEST)?.split('/');
        let authority = parts.next().filter(|part| is_did(part) || is_handle(part))?;
        let collection = parts.next();
        let rkey = parts.next();
        let sound = collection.is_none_or(is_nsid) && rkey.is_none_or(is_record_key) && parts.next().is_none();
        sound.then_some(Self { authority, collection, rkey })
    }

    /// Whose repository it is, where the address names it for good.
    pub(crate) fn did(self) -> Option<&'a str> {
        Some(self.authority).filter(|authority| is_did(authority))
    }
}

/// The DID in the address of a record.
pub(crate) fn did_in(uri: &str) -> Option<&str> {
    AtUri::parse(uri)?.did()
}

/// Whether this names an account for good.
pub(crate) fn is_did(text: &str) -> bool {
    let Some((method, id)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else { return false };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'%' | b'-');
    text.len() <= 2048
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_lowercase())
        && id.bytes().all(fits)
        && id.bytes().next_back().is_some_and(|last| !matches!(last, b':' | b'%'))
}

/// Whether this is a handle: a domain name of at least two labels whose last one begins with a letter.
pub(crate) fn is_handle(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && text.rsplit('.').next().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// Whether this names a kind of records: a domain name in reverse and a name of letters and digits.
fn is_nsid(text: &str) -> bool {
    let Some((domain, name)) = text.rsplit_once('.') else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 317
        && domain.contains('.')
        && domain.split('.').all(label)
        && !domain.starts_with(|first: char| first.is_ascii_digit())
        && (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// Whether this may name a record within its collection.
fn is_record_key(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b':' | b'-');
    (1..=512).contains(&text.len()) && !matches!(text, "." | "..") && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_address_has_its_parts() {
        let uri = AtUri::parse("at://did:plc:madeupjo/app.bsky.feed.post/3kmadeup").unwrap();
        assert_eq!(
            (uri.did(), uri.collection, uri.rkey),
            (Some("did:plc:madeupjo"), Some("app.bsky.feed.post"), Some("3kmadeup"))
        );
        assert_eq!(AtUri::parse("at://jo.example").map(AtUri::did), Some(None));
        for wrong in [
            "",
            "at://",
            "https://jo.example",
            "at://did:plc:madeupjo/app.bsky.feed.post/a b",
            "at://did:plc:madeupjo/",
        ] {
            assert_eq!(AtUri::parse(wrong), None, "{wrong}");
        }
    }

    /// The protocol's own lists of what is right and wrong, where they are at hand.
    #[test]
    fn the_protocols_own_lists_agree() {
        let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus"));
        let corpus = std::env::var_os("CARELINE_CORPUS").map_or_else(beside, PathBuf::from);
        let folder = corpus.join("payloads/bluesky/interop/syntax");
        if !folder.is_dir() {
            println!("skipped: no syntax lists at {}", folder.display());
            return;
        }
        type Rule = fn(&str) -> bool;
        let rules: [(&str, Rule); 5] = [
            ("aturi", |text| AtUri::parse(text).is_some()),
            ("did", is_did),
            ("handle", is_handle),
            ("nsid", is_nsid),
            ("recordkey", is_record_key),
        ];
        let mut counted = Vec::new();
        for (name, rule) in rules {
            for (list, expected) in [("valid", true), ("invalid", false)] {
                let file = std::fs::read_to_string(folder.join(format!("{name}_syntax_{list}.txt"))).unwrap();
                let lines: Vec<_> = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
                for line in &lines {
                    assert_eq!(rule(line), expected, "{name}: {line:?}");
                }
                counted.push(format!("{} {list} {name}", lines.len()));
            }
        }
        println!("checked {}", counted.join(", "));
    }
}
