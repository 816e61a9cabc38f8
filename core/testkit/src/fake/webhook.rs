//! The fake's endpoint.

use careline::intake::{Intake, MAX_BODY, Received, WebhookReply, WebhookRequest};
use careline::model::{NetworkName, RawRange, Timestamp};
use careline::network::BodyKind;
use careline::wire::{Encoding, Hmac256, alone};
use careline::{Error, ErrorKind, Result};
use http::Method;
use secrecy::SecretString;

use super::receive::normalise;
use super::{Defect, FAKE};

/// The header that carries the signature.
pub(super) const SIGNATURE: &str = "x-fake-signature";

/// Verifies and reads what the fake network posts.
#[derive(Clone, Debug)]
pub struct FakeWebhook {
    key: Hmac256,
    defect: Option<Defect>,
}

impl FakeWebhook {
    /// Verifies under these secrets, the newest first.
    ///
    /// # Errors
    /// `config_invalid` without a secret.
    pub fn new(secrets: &[&str]) -> Result<Self> {
        Self::with_defect(secrets, None)
    }

    /// The same, doing one thing wrong.
    ///
    /// # Errors
    /// As [`FakeWebhook::new`].
    pub fn with_defect(secrets: &[&str], defect: Option<Defect>) -> Result<Self> {
        let known = if defect == Some(Defect::OldSecretForgotten) { &secrets[..secrets.len().min(1)] } else { secrets };
        let secrets: Vec<_> = known.iter().map(|secret| SecretString::from(*secret)).collect();
        Ok(Self { key: Hmac256::new(&secrets)?, defect })
    }

    fn verify(&self, request: &WebhookRequest) -> Result<()> {
        let first = request.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let signature = match self.defect {
            Some(Defect::SignatureUnchecked) if request.headers.contains_key(SIGNATURE) => return Ok(()),
            Some(Defect::SignatureOptional) if first.is_none() => return Ok(()),
            Some(Defect::SignatureFirstOfTwo) => first,
            _ => request.header(SIGNATURE),
        };
        self.key.verify(signature, &request.body, Encoding::Hex)
    }
}

impl Intake for FakeWebhook {
    fn network(&self) -> NetworkName {
        FAKE
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        if request.method == Method::GET
            && let Some(question) = request.query.strip_prefix("challenge=")
        {
            let polite = self.defect == Some(Defect::ChallengeUnanswered);
            let answer = if polite { "ok".to_owned() } else { self.key.sign(question.as_bytes(), Encoding::Hex) };
            return Ok(Received::Challenge(WebhookReply::text(answer)));
        }
        if request.method != Method::POST && self.defect != Some(Defect::AnyMethod) {
            return Err(Error::new(ErrorKind::InputInvalid, "the network only posts").during("receive"));
        }
        if request.body.len() > MAX_BODY && self.defect != Some(Defect::BoundlessBody) {
            return Err(Error::new(ErrorKind::TooLarge, "the body exceeds 4 MiB").during("receive"));
        }
        self.verify(request)?;
        let json = request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        if !json && self.defect != Some(Defect::AnyContentType) {
            return Err(
                Error::new(ErrorKind::InputInvalid, "the body is no JSON by its content type").during("receive")
            );
        }
        Ok(Received::Events(normalise(BodyKind::Webhook, &request.body, now, self.defect)))
    }

    fn alone(&self, body: &[u8], range: RawRange) -> Vec<u8> {
        let cut = if self.defect == Some(Defect::EnvelopeLost) { None } else { alone(body, range, &["account"]) };
        cut.unwrap_or_else(|| range.slice(body).to_vec())
    }
}
