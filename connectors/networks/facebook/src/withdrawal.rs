//! What Meta posts when a person takes back what they allowed the app, or asks to be forgotten (fact sheet facebook §12).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use careline::intake::{MAX_BODY, WebhookRequest};
use careline::model::{AccountChange, Channel, Event, EventBody, NativeAccount, Profile, Timestamp};
use careline::wire::Encoding;
use careline::{Error, ErrorKind, Result};
use compact_str::format_compact;
use serde::Deserialize;

use crate::place::NETWORK;
use crate::receive::Webhook;
use crate::wire::{Moment, Scalar};

/// Which of the app's two callbacks was called: Meta posts the same form to both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// The deauthorise callback: somebody removed the app.
    Deauthorised,
    /// The data deletion callback: somebody asks that what the app keeps about them is erased.
    ErasureAsked,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow)]
    algorithm: Scalar<'a>,
    #[serde(borrow)]
    user_id: Scalar<'a>,
    issued_at: Moment,
}

impl Webhook {
    /// Verifies and reads what Meta posted to one of the callbacks, as an event of `account` for
    /// [`Tenant::ingest`](careline::care::Tenant::ingest): a form with one field, `signed_request`.
    ///
    /// The callbacks are addresses of the host's own, and so is the answer: Meta wants
    /// `{"url": "…", "confirmation_code": "…"}` from the data deletion callback. The form names no page; the host says
    /// which of its accounts the app stands for. The person's id is the one they have with the app, in the scope
    /// `facebook-app:<app>`: pages know people by other ids.
    ///
    /// # Errors
    /// `signature_invalid` if the form is signed wrongly or not at all; `too_large` above
    /// [`MAX_BODY`](careline::intake::MAX_BODY); `input_invalid` if it is not the form Meta sends.
    pub fn withdrawal(
        &self,
        which: Withdrawal,
        request: &WebhookRequest,
        account: &NativeAccount,
        now: Timestamp,
    ) -> Result<Event> {
        let read = || {
            let payload = self.payload(&request.body)?;
            let payload: Payload<'_> = serde_json::from_slice(&payload)
                .map_err(|error| Error::new(ErrorKind::InputInvalid, "the payload is no JSON").caused_by(error))?;
            if !payload.algorithm.get().is_some_and(|name| name.eq_ignore_ascii_case("HMAC-SHA256")) {
                return Err(Error::new(ErrorKind::InputInvalid, "`algorithm` is not HMAC-SHA256"));
            }
            let user = payload.user_id.compact().filter(|user| !user.is_empty());
            let user = user.ok_or_else(|| Error::new(ErrorKind::InputInvalid, "`user_id` is missing"))?;
            let change = match which {
                Withdrawal::Deauthorised => "deauthorised",
                Withdrawal::ErasureAsked => "erasure_asked",
            };
            let scope = format_compact!("facebook-app:{}", self.app_id().unwrap_or_default());
            let person = Some(Profile::new(scope, user));
            let at = payload.issued_at.0;
            let change = AccountChange { change: change.into(), person, at, ..AccountChange::default() };
            Ok(Event::new(account.clone(), Channel::Webhook, now, EventBody::Account(change)))
        };
        read().map_err(|error| error.during("withdrawal").with("network", NETWORK))
    }

    /// The payload of `signed_request=<signature>.<payload>`, both in base64 for addresses, if the signature fits.
    fn payload(&self, form: &[u8]) -> Result<Vec<u8>> {
        if form.len() > MAX_BODY {
            return Err(Error::new(ErrorKind::TooLarge, "the form is larger than it may be").with("bytes", form.len()));
        }
        let signed = url::form_urlencoded::parse(form).find(|(key, _)| key == "signed_request").map(|(_, value)| value);
        let invalid = |message: &str| Error::new(ErrorKind::SignatureInvalid, message);
        let signed = signed.ok_or_else(|| invalid("`signed_request` is missing"))?;
        let (signature, payload) =
            signed.split_once('.').ok_or_else(|| invalid("`signed_request` has no signature"))?;
        // The same signature as other hooks have, in the letters of a base64 that addresses may hold.
        let mut signature = signature.trim_end_matches('=').replace('-', "+").replace('_', "/");
        signature.extend(std::iter::repeat_n('=', signature.len().wrapping_neg() % 4));
        self.signatures().verify(Some(&format!("sha256={signature}")), payload.as_bytes(), Encoding::Base64)?;
        BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).map_err(|error| {
            Error::new(ErrorKind::InputInvalid, "the payload is not written in base64").caused_by(error)
        })
    }
}
