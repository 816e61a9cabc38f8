//! Which addresses may be fetched on somebody else's word.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Turns a host's name into addresses.
#[async_trait]
pub trait Resolver: Debug + Send + Sync + 'static {
    /// The addresses of `host`.
    ///
    /// # Errors
    /// Whatever kept the name from being resolved.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Whether an address is one of the public internet: not private, local, shared, reserved or a way around to such a one.
///
/// After the IANA special-purpose registries for IPv4 and IPv6; IPv6 addresses that carry an IPv4 one are judged by it.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(matches!(a, 0 | 10 | 127 | 224..)
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && matches!(c, 0 | 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && matches!(b, 18 | 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, benchmarking, ORCHID and the rest of 2001::/23; documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Lets through what is public, or exempt by the host's own word.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) exempt: Arc<[String]>,
}

impl Guard {
    /// Whether an address may be asked at all; a name is judged when it is resolved.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        let literal = match url.host() {
            None => return false,
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        let exempt = url.host_str().is_some_and(|host| self.is_exempt(host));
        matches!(url.scheme(), "http" | "https") && (exempt || literal.is_none_or(is_public))
    }

    fn is_exempt(&self, host: &str) -> bool {
        self.exempt.iter().any(|exempt| exempt.eq_ignore_ascii_case(host))
    }

    /// The addresses of `host` that may be asked.
    pub(crate) async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let addresses = self.resolver.resolve(host).await?;
        if self.is_exempt(host) {
            return Ok(addresses);
        }
        let public: Vec<_> = addresses.into_iter().filter(|address| is_public(*address)).collect();
        if public.is_empty() { Err(io::Error::new(io::ErrorKind::PermissionDenied, Refused)) } else { Ok(public) }
    }
}

/// What the guard says where it does not let through; found again among the causes of reqwest's error.
#[derive(Debug)]
pub(crate) struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the address is private or local")
    }
}

impl std::error::Error for Refused {}

/// A resolver as reqwest wants it. The connection goes to just the addresses given here, so a name cannot be bound anew
/// between the look and the leap.
#[derive(Debug)]
pub(crate) struct ForReqwest {
    pub(crate) guard: Guard,
    pub(crate) guarded: bool,
}

impl Resolve for ForReqwest {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, guarded) = (self.guard.clone(), self.guarded);
        Box::pin(async move {
            let host = name.as_str();
            let found = if guarded { guard.resolve(host).await? } else { guard.resolver.resolve(host).await? };
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "192.0.0.192",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:a00:1",
            "::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn odd_ways_to_write_an_address_are_seen_through() {
        let guard = Guard { resolver: Arc::new(SystemResolver), exempt: ["media.acme.example".to_owned()].into() };
        let allows = |url: &str| guard.allows(&Url::parse(url).unwrap());
        for url in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1:80/",
            "http://[::ffff:127.0.0.1]/",
            "ftp://a.example/",
        ] {
            assert!(!allows(url), "{url}");
        }
        for url in ["https://a.example/", "http://1.1.1.1/"] {
            assert!(allows(url), "{url}");
        }
    }
}
