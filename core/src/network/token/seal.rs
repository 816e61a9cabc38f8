//! Tokens at rest: encrypted under the host's key, and good for one account of one tenant only.

use std::fmt;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};

use super::{Held, base64url, fill, stored};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{AccountId, TenantId};

/// What begins sealed and plain text; the number is that of the format.
const SEALED: &str = "sealed1.";
const PLAIN: &str = "plain1.";

const NONCE: usize = 24;

/// A held token as a store may keep it. Without a key it is plain, so `Debug` shows nothing.
#[derive(Clone)]
pub struct Sealed(SecretString);

impl Sealed {
    /// The text that was kept.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text to keep: one line of ASCII if it is sealed, else JSON with the secrets in it.
    pub fn expose_text(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether a key is needed to read it.
    pub fn is_encrypted(&self) -> bool {
        self.expose_text().starts_with(SEALED)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("encrypted", &self.is_encrypted()).finish_non_exhaustive()
    }
}

/// The host's keys: the first one seals, all of them open. While a key is rotated, the new one stands before the old.
///
/// XChaCha20-Poly1305 with random nonces. Tenant and account are authenticated with the text, so what was sealed for
/// one account does not open as another's.
#[derive(Clone, Default)]
pub struct SealKeys {
    keys: Vec<Key>,
    opens_plain: bool,
}

#[derive(Clone)]
struct Key {
    /// Tells which key sealed a text, and nothing else about it.
    name: String,
    cipher: XChaCha20Poly1305,
}

impl SealKeys {
    /// Keys of 32 random bytes in base64, as `openssl rand -base64 32` makes them; the one in use first.
    ///
    /// # Errors
    /// `config_invalid` without a key, or if one has another form. For a host without keys there is [`SealKeys::none`].
    pub fn new(keys: &[SecretString]) -> Result<Self> {
        let wrong = |what: &str| Error::new(ErrorKind::ConfigInvalid, what).during("read token keys");
        if keys.is_empty() {
            return Err(wrong("there is no key to seal tokens under"));
        }
        let keys = keys.iter().map(Key::read).collect::<Option<_>>();
        let keys = keys.ok_or_else(|| wrong("a key for tokens is 32 bytes in base64"))?;
        Ok(Self { keys, opens_plain: false })
    }

    /// No key: tokens are kept plain, for stores that are encrypted as a whole.
    pub fn none() -> Self {
        Self { keys: Vec::new(), opens_plain: true }
    }

    /// Opens plain text, too: for a host that had no key before. Plain text is not bound to an account, so not for
    /// longer than it takes to seal everything again.
    #[must_use]
    pub fn opening_plain(mut self) -> Self {
        self.opens_plain = true;
        self
    }

    /// What a store may keep for this account.
    ///
    /// # Errors
    /// `unexpected` if the system gives no random numbers.
    pub fn seal(&self, tenant: &TenantId, account: &AccountId, held: &Held) -> Result<Sealed> {
        let text = stored::write(held)?;
        let Some(key) = self.keys.first() else {
            return Ok(Sealed::from_text([PLAIN, text.expose_secret()].concat()));
        };
        key.seal(&bound_to(tenant, account), text.expose_secret()).map_err(|error| error.during("seal token"))
    }

    /// What was kept for this account.
    ///
    /// # Errors
    /// `config_invalid` if it was sealed under a key that is not here, or is plain where it must not be;
    /// `storage_damaged` if it was sealed for another account or is damaged; `version_newer` if a newer careline wrote
    /// it.
    pub fn open(&self, tenant: &TenantId, account: &AccountId, sealed: &Sealed) -> Result<Held> {
        self.read(tenant, account, sealed).map_err(|error| error.during("open token").with("account", account))
    }

    fn read(&self, tenant: &TenantId, account: &AccountId, sealed: &Sealed) -> Result<Held> {
        let text = sealed.expose_text();
        if let Some(plain) = text.strip_prefix(PLAIN) {
            if !self.opens_plain {
                return Err(Error::new(ErrorKind::ConfigInvalid, "the token is kept plain, but must be sealed"));
            }
            return stored::read(plain);
        }
        let damaged = || Error::new(ErrorKind::StorageDamaged, "the stored token is damaged");
        let (name, body) = text.strip_prefix(SEALED).and_then(|rest| rest.split_once('.')).ok_or_else(damaged)?;
        let key = self.keys.iter().find(|key| key.name == name).ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, "the token was sealed under a key that is not among the host's keys")
                .with("key", name)
        })?;
        stored::read(key.open(&bound_to(tenant, account), body)?.expose_secret())
    }
}

impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeys({} keys)", self.keys.len())
    }
}

impl Key {
    fn read(text: &SecretString) -> Option<Self> {
        let bytes = SecretSlice::from(BASE64_STANDARD.decode(text.expose_secret().trim()).ok()?);
        let cipher = XChaCha20Poly1305::new_from_slice(bytes.expose_secret()).ok()?;
        let digest = Sha256::new().chain_update("careline token key").chain_update(bytes.expose_secret()).finalize();
        Some(Self { name: hex::encode(&digest[..4]), cipher })
    }

    fn seal(&self, bound_to: &[u8], text: &str) -> Result<Sealed> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let payload = Payload { msg: text.as_bytes(), aad: bound_to };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "the token cannot be encrypted"))?;
        let body = base64url(&[nonce.as_slice(), &sealed].concat());
        Ok(Sealed::from_text(format!("{SEALED}{}.{body}", self.name)))
    }

    fn open(&self, bound_to: &[u8], body: &str) -> Result<SecretString> {
        let wrong =
            || Error::new(ErrorKind::StorageDamaged, "the stored token was sealed for another account, or is damaged");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).map_err(|_| wrong())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
        let payload = Payload { msg: sealed, aad: bound_to };
        let text = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| wrong())?;
        String::from_utf8(text).map(Into::into).map_err(|_| wrong())
    }
}

/// The length of the tenant keeps `a` and `bc` apart from `ab` and `c`.
fn bound_to(tenant: &TenantId, account: &AccountId) -> Vec<u8> {
    let length = tenant.as_str().len().to_string();
    [SEALED, &length, ":", tenant.as_str(), account.as_str()].concat().into_bytes()
}
