//! Signatures over raw bytes, compared in constant time.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use crate::error::{Error, ErrorKind, Result};
use crate::intake::WebhookRequest;
use crate::model::Timestamp;

/// How a signature is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower- or upper-case hexadecimal (Meta).
    #[default]
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
        self.verify_parts(header, "sha256=", &[body], encoding)
    }

    /// The same for what was signed as several parts, one after the other, behind a prefix of one's own.
    fn verify_parts(&self, header: Option<&str>, prefix: &str, parts: &[&[u8]], encoding: Encoding) -> Result<()> {
        let header = header.ok_or_else(|| invalid("the signature header is missing, doubled or no text"))?;
        let text = header
            .strip_prefix(prefix)
            .ok_or_else(|| invalid(&format!("the signature does not begin with `{prefix}`")))?;
        let given = match encoding {
            Encoding::Hex => hex::decode(text).ok(),
            Encoding::Base64 => BASE64_STANDARD.decode(text).ok(),
        };
        let given = given.ok_or_else(|| invalid("the signature is not written as expected"))?;
        // Every key is tried, so the time does not tell which one fits; `verify_slice` itself is constant-time.
        let fits = self.keys.iter().fold(false, |fits, key| {
            let signed = parts.iter().fold(key.clone(), |key, part| key.chain_update(part));
            fits | signed.verify_slice(&given).is_ok()
        });
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

/// How a sender that is none of careline's networks signs its webhooks: a shop, a forum, a desk.
///
/// ```
/// use careline::intake::WebhookRequest;
/// use careline::model::Timestamp;
/// use careline::wire::{Encoding, Signing, sign};
///
/// let signing: Signing = serde_json::from_str(r#"{
///     "secrets": ["made-up secret"], "header": "X-Shop-Signature", "prefix": "sha256=",
///     "timestamp": {"header": "X-Shop-Time", "unit": "seconds", "separator": "."}
/// }"#)?;
/// let mut request = WebhookRequest::post(Default::default(), "{}");
/// request.headers.insert("x-shop-time", "1768000000".parse()?);
/// request.headers.insert("x-shop-signature", sign(b"made-up secret", b"1768000000.{}", Encoding::Hex).parse()?);
/// signing.verify(&request, Timestamp::from_secs(1_768_000_010).unwrap())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Signing {
    /// The secret; two while it is rotated.
    pub secrets: Vec<SecretString>,
    /// The header with the signature.
    pub header: String,
    /// How it is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What stands before it.
    #[serde(default)]
    pub prefix: String,
    /// The time that is signed with the body; absent: the body alone is, and a copy is good for ever.
    #[serde(default)]
    pub timestamp: Option<SignedTime>,
}

/// The time in a signature.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SignedTime {
    /// The header with the time.
    pub header: String,
    /// How the time is written.
    pub unit: TimeUnit,
    /// What was signed between the time and the body: often `.` or nothing.
    #[serde(default)]
    pub separator: String,
    /// How many seconds the time may be away from ours, in both directions.
    #[serde(default = "SignedTime::usual_tolerance")]
    pub tolerance_secs: u32,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// As RFC 3339 says.
    Rfc3339,
}

impl Signing {
    /// Checks that `request` comes from whoever knows the secret, and is no old copy.
    ///
    /// # Errors
    /// `signature_invalid`, with what is wrong but never what would be right; `config_invalid` without a secret.
    pub fn verify(&self, request: &WebhookRequest, now: Timestamp) -> Result<()> {
        let keys = Hmac256::new(&self.secrets)?;
        let signature = request.header(&self.header);
        let Some(time) = &self.timestamp else {
            return keys.verify_parts(signature, &self.prefix, &[&request.body], self.encoding);
        };
        let told = request
            .header(&time.header)
            .ok_or_else(|| invalid("the header with the time is missing, doubled or no text"))?;
        let parts = [told.as_bytes(), time.separator.as_bytes(), &request.body];
        keys.verify_parts(signature, &self.prefix, &parts, self.encoding)?;
        time.check(told, now)
    }
}

impl SignedTime {
    fn usual_tolerance() -> u32 {
        300
    }

    fn check(&self, told: &str, now: Timestamp) -> Result<()> {
        let number = || told.parse::<i64>().ok();
        let time = match self.unit {
            TimeUnit::Seconds => number().and_then(Timestamp::from_secs),
            TimeUnit::Milliseconds => number().and_then(Timestamp::from_millis),
            TimeUnit::Rfc3339 => Timestamp::parse(told),
        };
        let time = time.ok_or_else(|| invalid("the time is not written as expected"))?;
        let away = now.millis_since(time);
        if away.unsigned_abs() <= u64::from(self.tolerance_secs) * 1000 {
            return Ok(());
        }
        let far = "the time is years away; is it told in another unit than expected?";
        Err(invalid(match away {
            _ if away.unsigned_abs() > 365 * 86_400_000 => far,
            0.. => "the time is too long ago: an old copy, or a clock that is slow",
            _ => "the time is in the future: is a clock wrong?",
        }))
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
