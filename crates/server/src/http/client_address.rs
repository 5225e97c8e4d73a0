//! The one resolver of the client's address (WEB-13).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;

/// The socket's peer, unless that is a trusted front: then the right-most hop of `X-Forwarded-For` that is none. What
/// cannot be read ends the walk at the hop before it; no check is skipped because of it.
pub(crate) fn resolve<'a>(
    peer: Option<SocketAddr>,
    trusted: &[IpNet],
    forwarded: impl Iterator<Item = &'a str>,
) -> IpAddr {
    let mut client = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |p| p.ip()).to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let hops: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev().take(MAX_HOPS) {
        if !is_trusted(client) {
            break;
        }
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

const MAX_HOPS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, trusted: &[&str], forwarded: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        resolve(Some(peer.parse().unwrap()), &trusted, forwarded.iter().copied()).to_string()
    }

    /// WEB-13: a header counts only from a trusted front, from right to left, and nonsense changes nothing.
    #[test]
    fn web_13_only_trusted_fronts_are_believed() {
        assert_eq!(client("192.0.2.7:1", &[], &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1:1", &["10.0.0.0/8"], &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client("10.0.0.1:1", &["10.0.0.0/8"], &["203.0.113.9, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(client("10.0.0.1:1", &["10.0.0.0/8"], &["a"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1:1", &["10.0.0.0/8"], &["198.51.100.1, fe80::1%eth0"]), "10.0.0.1");
        assert_eq!(client("[::ffff:192.0.2.7]:1", &[], &[]), "192.0.2.7");
        let many = vec!["10.0.0.3"; 100].join(",");
        assert_eq!(client("10.0.0.1:1", &["10.0.0.0/8"], &[&many]), "10.0.0.3");
    }
}
