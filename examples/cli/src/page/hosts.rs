//! Under which names the page answers.
//!
//! A page elsewhere can give its own name the address 127.0.0.1 and then read what is answered there as if it came from
//! itself (DNS rebinding). It cannot choose the `Host` its visitor's browser sends, nor the `Origin`: what changes
//! something is taken only where that is ours (cross-site request forgery).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::desk::Problem;

/// Names besides those of this machine.
#[derive(Clone)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    pub(super) fn new(names: &[String]) -> Self {
        Self(names.into())
    }

    /// Whether a `Host` header, with or without a port, is one of ours.
    fn allow(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        };
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        name.eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| address.is_loopback())
            || self.0.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Answers nobody who asks for another name, and does nothing for the page of another. No browser leaves the names out.
pub(super) async fn guard(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let asked = request.headers().get_all(HOST).iter().all(|host| host.to_str().is_ok_and(|host| hosts.allow(host)));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match asked {
        true if reads || is_from_here(&hosts, &request) => next.run(request).await,
        true => Problem::other_origin().into_response(),
        false => Problem::other_host().into_response(),
    }
}

/// Whether a request comes from a page of ours: of the very address that is asked, or of a name that was given.
fn is_from_here(hosts: &Hosts, request: &Request) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some((_, origin)) = header(ORIGIN).and_then(|origin| origin.split_once("://")) else { return false };
    let name = origin.rsplit_once(':').map_or(origin, |(name, _)| name);
    // Behind a proxy, `Host` may be the proxy's word for us. Another port of this machine is somebody else's page.
    header(HOST) == Some(origin) || hosts.0.iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_the_names_that_were_given_are_allowed() {
        let hosts = Hosts::new(&["care.example".to_owned()]);
        for host in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "localhost",
            "LocalHost:80",
            "[::1]:8080",
            "care.example:443",
            "CARE.example",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8080",
            "10.0.0.1:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "xcare.example",
        ] {
            assert!(!hosts.allow(host), "{host}");
        }
    }
}
