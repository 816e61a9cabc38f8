//! Signatures over raw bytes, compared in constant time.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::error::{Error, ErrorKind, Result};

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Lower- or upper-case hexadecimal (Meta).
    Hex,
    /// Standard base64 with padding (X).
    Base64,
}

/// HMAC-SHA256 under one or more secrets: while a secret is rotated, the old and the new one are both good.
#[derive(Clone)]
pub struct Hmac256 {
    keys: Vec<Hmac<Sha256>>,
}

impl fmt::Debug for Hmac256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hmac256({} keys)", self.keys.len())
    }
}

impl Hmac256 {
    /// Verifies under these secrets; the first one signs.
    ///
    /// # Errors
    /// `config_invalid` without a secret, or with an empty one: anybody could sign with that.
    pub fn new(secrets: &[SecretString]) -> Result<Self> {
        if secrets.is_empty() || secrets.iter().any(|secret| secret.expose_secret().is_empty()) {
            return Err(Error::new(ErrorKind::ConfigInvalid, "a webhook secret is missing or empty"));
        }
        let keys = secrets.iter().map(|secret| keyed(secret.expose_secret().as_bytes())).collect();
        Ok(Self { keys })
    }

    /// Checks `header`, `sha256=` and the signature of `body`, against every secret.
    ///
    /// # Errors
    /// `signature_invalid`, with what is wrong but never what would be right.
    pub fn verify(&self, header: Option<&str>, body: &[u8], encoding: Encoding) -> Result<()> {
        let header = header.ok_or_else(|| invalid("the signature header is missing, doubled or no text"))?;
        let text =
            header.strip_prefix("sha256=").ok_or_else(|| invalid("the signature does not begin with `sha256=`"))?;
        let given = match encoding {
            Encoding::Hex => hex::decode(text).ok(),
            Encoding::Base64 => BASE64_STANDARD.decode(text).ok(),
        };
        let given = given.ok_or_else(|| invalid("the signature is not written as expected"))?;
        // Every key is tried, so the time does not tell which one fits; `verify_slice` itself is constant-time.
        let fits = self
            .keys
            .iter()
            .fold(false, |fits, key| fits | key.clone().chain_update(body).verify_slice(&given).is_ok());
        if fits {
            Ok(())
        } else {
            Err(invalid("the signature does not fit the body; is the app secret the right one?"))
        }
    }

    /// The signature of `message` under the first secret, with its `sha256=`: what a challenge asks for.
    pub fn sign(&self, message: &[u8], encoding: Encoding) -> String {
        self.keys.first().map(|key| written(key.clone().chain_update(message), encoding)).unwrap_or_default()
    }
}

/// The signature of `message` under `secret`, with its `sha256=`, as a network would send it.
pub fn sign(secret: &[u8], message: &[u8], encoding: Encoding) -> String {
    written(keyed(secret).chain_update(message), encoding)
}

fn written(mac: Hmac<Sha256>, encoding: Encoding) -> String {
    let bytes = mac.finalize().into_bytes();
    match encoding {
        Encoding::Hex => format!("sha256={}", hex::encode(bytes)),
        Encoding::Base64 => format!("sha256={}", BASE64_STANDARD.encode(bytes)),
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of any length")
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::SignatureInvalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hmac(secrets: &[&str]) -> Hmac256 {
        Hmac256::new(&secrets.iter().map(|secret| SecretString::from(*secret)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_vectors_of_the_fact_sheets_hold() {
        let crc = hmac(&["consumer-secret"]).sign(b"challenge-123", Encoding::Base64);
        assert_eq!(crc, "sha256=+JKD3xCx1so7H9dYGqEd8qLRIIR3uCpi/4gsvLxmFd4=");
        let meta = "sha256=ae958d6f00b134dd32b95a9a76bedaaeb068c0949769358355023f7d1a0c580b";
        assert_eq!(sign(b"app-secret", br#"{"object":"page"}"#, Encoding::Hex), meta);
        hmac(&["app-secret"]).verify(Some(meta), br#"{"object":"page"}"#, Encoding::Hex).unwrap();
    }

    #[test]
    fn both_secrets_are_good_while_one_is_rotated() {
        let old = sign(b"old", b"body", Encoding::Hex);
        hmac(&["new", "old"]).verify(Some(&old), b"body", Encoding::Hex).unwrap();
        assert!(hmac(&["new"]).verify(Some(&old), b"body", Encoding::Hex).is_err());
    }

    #[test]
    fn everything_else_is_refused_without_telling_the_right_answer() {
        let right = sign(b"secret", b"body", Encoding::Hex);
        for header in [None, Some(""), Some("sha256="), Some("sha1=00"), Some("sha256=zz"), Some(&right[..20])] {
            let error = hmac(&["secret"]).verify(header, b"body", Encoding::Hex).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::SignatureInvalid);
            assert!(!format!("{error:?}").contains(&right[7..]));
        }
        assert!(hmac(&["secret"]).verify(Some(&right), b"body ", Encoding::Hex).is_err());
    }

    #[test]
    fn an_empty_secret_is_refused_and_none_is_shown() {
        assert_eq!(Hmac256::new(&["".into()]).unwrap_err().kind(), ErrorKind::ConfigInvalid);
        assert!(!format!("{:?}", hmac(&["planted-secret"])).contains("planted"));
    }
}
