//! Cases about who may post to a webhook.

use careline::ErrorKind;
use careline::intake::{MAX_BODY, Received, WebhookRequest};
use careline::network::BodyKind;
use http::{HeaderValue, Method};

use super::support::{HELD, bodies, ensure, looked_at, request, skipped, webhook};
use super::{NOW, NetworkFixture, Outcome, SECRET, message};

const NO_WEBHOOK: &str = "the network has no webhooks";

/// A body that is good as far as it goes.
fn body(fixture: &dyn NetworkFixture) -> Vec<u8> {
    fixture.body(BodyKind::Webhook, &[message(1)]).unwrap_or_else(|| b"{}".to_vec())
}

/// That `request` is refused as this kind of error.
fn refused(fixture: &dyn NetworkFixture, request: &WebhookRequest, kind: ErrorKind, what: &str) -> Result<(), String> {
    let Some(webhook) = webhook(fixture) else { return Ok(()) };
    match webhook.receive(request, NOW) {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(format!("{what}: expected {kind}, got {error}")),
        Ok(received) => Err(format!("{what}: expected {kind}, got {received:?}")),
    }
}

/// A body without a signature is `signature_invalid`.
pub fn missing_signature_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    if webhook(fixture).is_none() {
        return skipped(NO_WEBHOOK);
    }
    let mut request = request(fixture, SECRET, &body(fixture));
    let header = fixture.signature_header();
    ensure!(request.headers.remove(header).is_some(), "`{header}` is not among the signed headers");
    refused(fixture, &request, ErrorKind::SignatureInvalid, "no signature")?;
    HELD
}

/// A signature under another secret, of another body, cut, or no signature at all is `signature_invalid`.
pub fn wrong_signature_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    if webhook(fixture).is_none() {
        return skipped(NO_WEBHOOK);
    }
    let body = body(fixture);
    let refused = |request: &WebhookRequest, what: &str| refused(fixture, request, ErrorKind::SignatureInvalid, what);
    refused(&request(fixture, "another-secret", &body), "signed under another secret")?;
    let mut changed = request(fixture, SECRET, &body);
    changed.body = [&body[..], b" "].concat().into();
    refused(&changed, "signed before the body was changed")?;
    let right = fixture.signed(SECRET, &body).get(fixture.signature_header()).cloned();
    let right = right.map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let mut flipped = right.clone();
    // The first character is as significant as any; the last one of base64 may hold unused bits.
    if let Some(digit) = flipped.iter().position(|byte| *byte == b'=').and_then(|at| flipped.get_mut(at + 1)) {
        *digit = if *digit == b'0' { b'1' } else { b'0' };
    }
    let wrong: [&[u8]; 6] = [
        b"",
        &right[..right.len() / 2],
        b"sha256=",
        b"sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709",
        b"\xff\xfe",
        &flipped,
    ];
    for value in wrong {
        let Ok(value) = HeaderValue::from_bytes(value) else { continue };
        let mut request = request(fixture, SECRET, &body);
        request.headers.insert(fixture.signature_header(), value.clone());
        refused(&request, &format!("the signature {value:?}"))?;
    }
    HELD
}

/// Two signatures are `signature_invalid`: whoever reads the other one would see another truth.
pub fn doubled_signature_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    if webhook(fixture).is_none() {
        return skipped(NO_WEBHOOK);
    }
    let mut request = request(fixture, SECRET, &body(fixture));
    let right = request.headers.get(fixture.signature_header()).cloned().ok_or("the body is not signed")?;
    request.headers.append(fixture.signature_header(), right);
    refused(fixture, &request, ErrorKind::SignatureInvalid, "two signatures")?;
    HELD
}

/// While a secret is rotated the old and the new one are both good, and no other.
pub fn rotated_secrets_are_both_good(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(webhook) = fixture.webhook(&["the-new-secret", SECRET]) else { return skipped(NO_WEBHOOK) };
    let body = body(fixture);
    for secret in ["the-new-secret", SECRET] {
        let received = webhook.receive(&request(fixture, secret, &body), NOW);
        received.map_err(|error| format!("while two secrets are good, one was refused: {error}"))?;
    }
    let other = webhook.receive(&request(fixture, "a-third-secret", &body), NOW);
    ensure!(other.is_err(), "a third secret was accepted");
    HELD
}

/// The network's question is answered as it expects.
pub fn challenge_is_answered(fixture: &dyn NetworkFixture) -> Outcome {
    let (Some(webhook), Some((question, answer))) = (webhook(fixture), fixture.challenge()) else {
        return skipped("the network asks no question");
    };
    match webhook.receive(&question, NOW) {
        Ok(Received::Challenge(reply)) if reply == answer => HELD,
        other => Err(format!("expected {answer:?}, got {other:?}")),
    }
}

/// A method the network does not use is `input_invalid`, or `signature_invalid` where that is looked at first.
pub fn wrong_method_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(webhook) = webhook(fixture) else { return skipped(NO_WEBHOOK) };
    let body = body(fixture);
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let request = WebhookRequest::new(method.clone(), "", fixture.signed(SECRET, &body), body.clone());
        match webhook.receive(&request, NOW) {
            Err(error) if matches!(error.kind(), ErrorKind::InputInvalid | ErrorKind::SignatureInvalid) => {}
            other => return Err(format!("{method} gave {other:?}")),
        }
    }
    HELD
}

/// A signed body of another content type is `input_invalid`.
pub fn wrong_content_type_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    if webhook(fixture).is_none() {
        return skipped(NO_WEBHOOK);
    }
    for content_type in ["text/html", "application/x-www-form-urlencoded", "application/octet-stream"] {
        let mut request = request(fixture, SECRET, &body(fixture));
        request.headers.insert("content-type", HeaderValue::from_static(content_type));
        refused(fixture, &request, ErrorKind::InputInvalid, content_type)?;
    }
    HELD
}

/// A body above [`MAX_BODY`] is `too_large`, signed or not; one of exactly that size is read.
pub fn oversized_body_is_refused(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(webhook) = webhook(fixture) else { return skipped(NO_WEBHOOK) };
    let mut count = 0;
    for (_, mut body) in bodies(fixture, &[message(1)]).into_iter().filter(|(kind, _)| *kind == BodyKind::Webhook) {
        body.resize(MAX_BODY, b' ');
        let received = webhook.receive(&request(fixture, SECRET, &body), NOW);
        ensure!(received.is_ok(), "a body of {MAX_BODY} bytes was refused: {received:?}");
        body.push(b' ');
        refused(fixture, &request(fixture, SECRET, &body), ErrorKind::TooLarge, "one byte more")?;
        refused(fixture, &request(fixture, "another-secret", &body), ErrorKind::TooLarge, "one byte more, unsigned")?;
        count += 1;
    }
    looked_at(count, "the network posts no such message")
}
