//! The audit log's chain of digests. Each entry's digest is salted, so that emptying an entry leaves nothing to guess
//! from, and the chain covers digests only, so that it still verifies.

use sha2::{Digest, Sha256};

use super::LogEntry;
use crate::error::{Error, ErrorKind, Result};

/// What a store keeps beside a log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// 16 random bytes; removed together with the entry's contents.
    pub salt: Option<[u8; 16]>,
    /// SHA-256 over salt and contents; stays.
    pub digest: [u8; 32],
    /// SHA-256 over the previous entry's chain value and `digest`; stays.
    pub chain: [u8; 32],
}

/// The end of a chain: where the next entry is tied to, and where a verification has got to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainEnd {
    /// The last entry's chain value; zeros before the first one.
    pub chain: [u8; 32],
    /// How many entries lie before.
    pub entries: u64,
}

impl ChainEnd {
    /// Ties `entries` to the chain, one after the other, each with a fresh salt.
    ///
    /// # Errors
    /// `unexpected` if the machine gives no random numbers; nothing is tied then.
    pub fn append(&mut self, entries: &[LogEntry]) -> Result<Vec<Link>> {
        // Asked for at once: each time is a call into the system.
        let mut salts = vec![[0; 16]; entries.len()];
        getrandom::fill(salts.as_flattened_mut()).map_err(|error| {
            Error::new(ErrorKind::Unexpected, "the machine gives no random numbers").caused_by(error)
        })?;
        Ok(entries.iter().zip(salts).map(|(entry, salt)| self.tie(entry, salt)).collect())
    }

    fn tie(&mut self, entry: &LogEntry, salt: [u8; 16]) -> Link {
        let digest = digest(&salt, entry);
        let chain = self.next(&digest);
        Link { salt: Some(salt), digest, chain }
    }

    /// Checks the next entry of a chain; `entry` is absent where it was emptied by an erasure.
    ///
    /// # Errors
    /// `storage_damaged`, with the entry's number, if it does not fit.
    pub fn verify(&mut self, entry: Option<&LogEntry>, link: &Link) -> Result<()> {
        let number = self.entries + 1;
        let contents_fit = match (entry, &link.salt) {
            (Some(entry), Some(salt)) => digest(salt, entry) == link.digest,
            (None, None) => true,
            _ => false,
        };
        if contents_fit && self.next(&link.digest) == link.chain {
            return Ok(());
        }
        Err(Error::new(ErrorKind::StorageDamaged, "an entry of the log was changed, or one is missing before it")
            .during("verify_log")
            .with("entry", number))
    }

    fn next(&mut self, digest: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.chain);
        hash.update(digest);
        self.chain = hash.finalize().into();
        self.entries += 1;
        self.chain
    }
}

fn digest(salt: &[u8; 16], entry: &LogEntry) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(entry.at.as_millis().to_le_bytes());
    let customer = entry.customer.as_ref().map_or("", |id| id.as_str());
    let case = entry.case.as_ref().map_or("", |id| id.as_str());
    for part in [customer, case, &entry.json] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(json: &str) -> LogEntry {
        LogEntry { at: Default::default(), customer: Some("p1".into()), case: None, json: json.into() }
    }

    #[test]
    fn a_changed_a_missing_and_a_swapped_entry_are_found_and_an_emptied_one_is_not() {
        let mut end = ChainEnd::default();
        let entries = ["a", "b", "c"].map(entry);
        let mut ties = end.append(&entries[..1]).unwrap();
        ties.extend(end.append(&entries[1..]).unwrap());
        let mut links: Vec<_> = entries.map(Some).into_iter().zip(ties).collect();
        assert_ne!(links[1].1.salt, links[2].1.salt);
        let verify = |links: &[(Option<LogEntry>, Link)]| {
            let mut end = ChainEnd::default();
            links.iter().try_for_each(|(entry, link)| end.verify(entry.as_ref(), link))
        };
        verify(&links).unwrap();
        let mut changed = links.clone();
        changed[1].0 = Some(entry("B"));
        assert_eq!(verify(&changed).unwrap_err().kind(), ErrorKind::StorageDamaged);
        let mut missing = links.clone();
        missing.remove(1);
        assert!(verify(&missing).is_err());
        let mut swapped = links.clone();
        swapped.swap(0, 1);
        assert!(verify(&swapped).is_err());
        links[1].0 = None;
        assert!(verify(&links).is_err(), "an entry without contents must have lost its salt, too");
        links[1].1.salt = None;
        verify(&links).unwrap();
    }
}
