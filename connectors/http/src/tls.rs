//! One TLS setting for requests and WebSockets.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

/// rustls with ring, trusting what the machine trusts and `roots`. The provider is named here, so no process-wide default is
/// needed and a host's own is left alone.
pub(crate) fn config(roots: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match roots {
        [] => Verifier::new(provider.clone())?,
        roots => Verifier::new_with_extra_roots(roots.iter().cloned(), provider.clone())?,
    };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // "Dangerous" is any verifier of one's own choice; this one is the platform's.
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}
