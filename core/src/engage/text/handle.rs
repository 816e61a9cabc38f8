//! Names of people on the AT protocol: handles and DIDs.

/// Whether `text` is a handle: a domain name of at least two labels (atproto.com/specs/handle).
pub fn is_handle(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let top_is_name = labels.last().is_some_and(|top| top.starts_with(|first: char| first.is_ascii_alphabetic()));
    text.len() <= 253 && labels.len() >= 2 && top_is_name && labels.into_iter().all(is_label)
}

/// Whether `label` may stand between the dots of a domain name (RFC 1035).
fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-') && !label.ends_with('-')
}

/// Whether `text` is a DID, the lasting name of an account (atproto.com/specs/did).
pub fn is_did(text: &str) -> bool {
    let Some((method, id)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else { return false };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:%-".contains(&byte);
    let named = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_lowercase());
    text.len() <= 2048 && named && !id.is_empty() && id.bytes().all(allowed) && !id.ends_with([':', '%'])
}
