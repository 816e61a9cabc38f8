//! What is held as text: JSON that carries its version. For [`seal`](super::seal) only, because it shows the secrets.

use compact_str::CompactString;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Cause, Claim, Held, Token, TokenKind};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Timestamp;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    access: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    obtained_at: Timestamp,
    scopes: &'a [CompactString],
    kind: &'a TokenKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<(&'a str, Timestamp)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<&'a Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Read {
    access: SecretString,
    refresh: Option<SecretString>,
    expires_at: Option<Timestamp>,
    obtained_at: Timestamp,
    scopes: Vec<CompactString>,
    kind: TokenKind,
    claim: Option<(CompactString, Timestamp)>,
    dead: Option<Cause>,
    failed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

pub(super) fn write(held: &Held) -> Result<SecretString> {
    let token = &held.token;
    let written = Written {
        v: VERSION,
        access: token.access.expose_secret(),
        refresh: token.refresh.as_ref().map(ExposeSecret::expose_secret),
        expires_at: token.expires_at,
        obtained_at: token.obtained_at,
        scopes: &token.scopes,
        kind: &token.kind,
        claim: held.claim.as_ref().map(|claim| (claim.holder.as_str(), claim.since)),
        dead: held.dead.as_ref(),
        failed_at: held.failed_at,
    };
    let text = serde_json::to_string(&written);
    text.map(Into::into).map_err(|error| Error::new(ErrorKind::Unexpected, "a token makes no JSON").caused_by(error))
}

/// The parser's own words are left out: they repeat what they stumbled over.
pub(super) fn read(text: &str) -> Result<Held> {
    let damaged = || Error::new(ErrorKind::StorageDamaged, "the stored token cannot be read");
    let Version { v } = serde_json::from_str(text).map_err(|_| damaged())?;
    if v > VERSION {
        return Err(Error::new(ErrorKind::VersionNewer, "the token was stored by a newer careline").with("v", v));
    }
    let read: Read = serde_json::from_str(text).map_err(|_| damaged())?;
    Ok(Held {
        token: Token {
            access: read.access,
            refresh: read.refresh,
            expires_at: read.expires_at,
            obtained_at: read.obtained_at,
            scopes: read.scopes,
            kind: read.kind,
        },
        claim: read.claim.map(|(holder, since)| Claim { holder, since }),
        dead: read.dead,
        failed_at: read.failed_at,
    })
}
