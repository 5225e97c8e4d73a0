//! How many connections one client may hold (DOS-02), and how many the process can.

use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use ipnet::IpNet;
use rustix::net::Shutdown;
use rustix::process::{Resource, getrlimit, setrlimit};
use vestibule_core::numbers as n;

/// Open connections by source: a whole IPv4 address, the first 64 bits of an IPv6 one.
#[derive(Debug)]
pub(crate) struct Peers {
    trusted: Vec<IpNet>,
    wider: Vec<(IpNet, i32)>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// Lives as long as the connection it was counted for.
#[derive(Debug)]
pub(crate) struct Held {
    peers: Arc<Peers>,
    source: IpAddr,
}

impl Peers {
    /// Fronts in `trusted` are not counted: everybody comes through them. `wider` raises the bound for named ranges.
    pub(crate) fn new(trusted: Vec<IpNet>, wider: Vec<(IpNet, i32)>) -> Arc<Self> {
        Arc::new(Self { trusted, wider, open: Mutex::default() })
    }

    /// Counts a new connection; one too many is shut before anything is read from it.
    pub(crate) fn connected(self: &Arc<Self>, io: &dyn Any, extensions: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<TcpStream>() else { return };
        let Ok(peer) = stream.peer_addr() else { return };
        match self.admit(peer.ip().to_canonical()) {
            Some(held) => drop(extensions.insert(held)),
            None => drop(rustix::net::shutdown(stream, Shutdown::Both)),
        }
    }

    /// A place for one more connection of this address.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Held> {
        let source = prefix(address);
        let most = self.most(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(source).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Held { peers: Arc::clone(self), source })
    }

    fn most(&self, address: IpAddr) -> usize {
        if self.trusted.iter().any(|net| net.contains(&address)) {
            return usize::MAX;
        }
        let wider = self.wider.iter().filter(|(net, _)| net.contains(&address)).map(|(_, most)| *most).max();
        wider.and_then(|most| usize::try_from(most).ok()).unwrap_or(0).max(n::CONNECTIONS_PER_SOURCE)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.source) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.source);
            }
        }
    }
}

fn prefix(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

/// Raises the descriptors that this process may have to what the system allows, and says how many connections of a worker
/// fit: above them a listener waits instead of failing to accept.
pub(crate) fn connections_per_worker(workers: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let most = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    (most.saturating_sub(RESERVED) / workers.max(1)).clamp(16, 10_000)
}

/// Descriptors for files, the database, mail and the management listener.
const RESERVED: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    /// DOS-02: a source holds so many connections and no more; what it closes it may open again; others are not touched.
    #[test]
    fn dos_02_connections_of_one_source() {
        let wide: IpNet = "198.51.100.0/24".parse().unwrap();
        let front: IpNet = "10.0.0.0/8".parse().unwrap();
        let peers = Peers::new(vec![front], vec![(wide, 1000)]);
        let take = |address: &str, many: usize| -> Vec<Held> {
            (0..many).map_while(|_| peers.admit(address.parse().unwrap())).collect()
        };
        let held = take("192.0.2.1", 5000);
        assert_eq!(held.len(), n::CONNECTIONS_PER_SOURCE);
        assert_eq!(take("192.0.2.2", 1).len(), 1);
        assert_eq!(take("198.51.100.7", 5000).len(), 1000);
        assert_eq!(take("10.0.0.1", 5000).len(), 5000);
        let six = take("2001:db8::1", 150);
        assert_eq!(take("2001:db8::2", 5000).len(), n::CONNECTIONS_PER_SOURCE - six.len());
        drop(held);
        assert_eq!(take("192.0.2.1", 1).len(), 1);
        drop(six);
        assert!(peers.open.lock().unwrap().is_empty());
    }
}
