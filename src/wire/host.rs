//! Hosts: their canonical spelling and their reach (R13, R71, R166).
//!
//! A browser reads `0x7f.1`, `2130706433` and `127.0.0.1` as one address. Every check here must do
//! the same, because it must hold for the request that the browser sends (URL Standard, host
//! parsing).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The part of the network from which a host can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// This machine: `localhost`, names under it, loopback addresses.
    Loopback,
    /// Addresses and names of one network: private, link-local, shared and unique-local addresses,
    /// `.local` and `.internal` names, and names without a dot.
    Local,
    /// Addresses without an owner: unspecified, broadcast, multicast, documentation.
    Reserved,
    /// Everything else.
    Public,
}

/// Returns the canonical spelling of a host: lower case, IPv4 as four decimal numbers, IPv6
/// compressed in brackets. `None` if a browser would not accept the host.
pub fn canonical(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let host = host.to_ascii_lowercase();
    if !is_name(&host) {
        return None;
    }
    if ends_in_number(&host) {
        return parse_ipv4(&host).map(|address| address.to_string());
    }
    Some(host)
}

/// Returns true for labels of at most 63 letters, digits, `-` and `_`. A dot may end the name.
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 254
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
}

/// Returns true if the last label is a number. A browser then reads the host as an IPv4 address.
fn ends_in_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let decimal = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    decimal || parse_number(last).is_some()
}

/// Reads one to four numbers, each decimal, octal (`0…`) or hexadecimal (`0x…`). The last one fills
/// the rest.
fn parse_ipv4(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 {
        return None;
    }
    let mut address: u64 = 0;
    for part in leading {
        let number = parse_number(part).filter(|number| *number <= 255)?;
        address = (address << 8) | number;
    }
    let bits = 8 * (4 - u32::try_from(leading.len()).ok()?);
    let rest = parse_number(last).filter(|number| *number < (1u64 << bits))?;
    u32::try_from((address << bits) | rest).ok().map(Ipv4Addr::from)
}

fn parse_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (text.get(1..)?, 8),
        None => (text, 10),
    };
    match (digits, radix) {
        ("", 16) => Some(0),
        _ if digits.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            u64::from_str_radix(digits, radix).ok()
        }
        _ => None,
    }
}

/// Returns true if a host, with or without a port and in any spelling, is this machine: `localhost`, a
/// name below it, 127.0.0.0/8 or `[::1]`. What is sent there passes no network. The whole name counts:
/// `localhost.example` is another machine.
pub fn is_this_machine(host: &str) -> bool {
    let end = host.find(']').map_or(host.find(':'), |end| Some(end + 1)).unwrap_or(host.len());
    let Some((name, port)) = host.split_at_checked(end) else { return false };
    let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    let Some(name) = canonical(name) else { return false };
    let name = name.strip_suffix('.').unwrap_or(&name);
    match address(name) {
        Some(address) => address.is_loopback(),
        None => name
            .strip_suffix("localhost")
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
    }
}

/// Returns the reach of a host in canonical spelling.
pub fn reach(host: &str) -> Reach {
    let host = host.strip_suffix('.').unwrap_or(host);
    match address(host) {
        Some(IpAddr::V4(v4)) => reach_v4(v4),
        Some(IpAddr::V6(v6)) => reach_v6(v6),
        None => reach_name(host),
    }
}

/// Returns the address that a canonical host stands for, if it is an address.
pub fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

fn reach_name(name: &str) -> Reach {
    let under = |suffix: &str| name == suffix || name.ends_with(&format!(".{suffix}"));
    if under("localhost") || name == "localhost.localdomain" {
        Reach::Loopback
    } else if !name.contains('.')
        || ["local", "internal", "home.arpa", "lan"].map(under).contains(&true)
    {
        Reach::Local
    } else {
        Reach::Public
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Reach::Loopback,
        // 0.0.0.0 reaches this machine on Linux and macOS.
        (0, ..) => Reach::Loopback,
        (100, 64..=127, _) => Reach::Local,
        _ if address.is_private() || address.is_link_local() => Reach::Local,
        (192, 0, 0 | 2) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => Reach::Reserved,
        (224.., ..) => Reach::Reserved,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if let Some(v4) = embedded_v4(address) {
        return reach_v4(v4);
    }
    let [first, second, ..] = address.segments();
    match first {
        _ if address.is_loopback() || address.is_unspecified() => Reach::Loopback,
        0xfc00..=0xfdff | 0xfe80..=0xfebf | 0xfec0..=0xfeff => Reach::Local,
        0xff00.. => Reach::Reserved,
        0x2001 if second == 0xdb8 => Reach::Reserved,
        _ => Reach::Public,
    }
}

/// Returns the IPv4 address inside an IPv6 one: mapped, compatible, NAT64 (64:ff9b::/96) or 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(from(g, h)),
        (0, 0, 0, 0, 0, 0) if g != 0 => Some(from(g, h)),
        (0x2002, high, low, ..) => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_get_the_spelling_that_a_browser_gives_them() {
        let check = |host: &str, expected: Option<&str>| {
            assert_eq!(canonical(host).as_deref(), expected, "{host}");
        };
        check("Example.COM", Some("example.com"));
        check("example.com.", Some("example.com."));
        check("127.1", Some("127.0.0.1"));
        check("0x7f.1", Some("127.0.0.1"));
        check("0X7F000001", Some("127.0.0.1"));
        check("2130706433", Some("127.0.0.1"));
        check("017700000001", Some("127.0.0.1"));
        check("127.0.0.1.", Some("127.0.0.1"));
        check("0", Some("0.0.0.0"));
        check("4294967296", None);
        check("256.1.1.1", None);
        check("1.2.3.4.5", None);
        check("1.2.3.08", None);
        check("example.09", None);
        check("[::FFFF:127.0.0.1]", Some("[::ffff:127.0.0.1]"));
        check("[0:0:0:0:0:0:0:1]", Some("[::1]"));
        check("[::1", None);
        check("[::1%25eth0]", None);
        check("::1", None);
        check("a..b", None);
        check("", None);
        check("exa mple", None);
        check("ex%61mple.com", None);
        check("bücher.example", None);
        check("1.2.3.com", Some("1.2.3.com"));
    }

    #[test]
    fn this_machine_is_known_by_its_whole_name() {
        for here in [
            "localhost",
            "LOCALHOST:5000",
            "localhost.",
            "registry.localhost:80",
            "a.b.LocalHost.",
            "127.0.0.1",
            "127.8.9.10:5000",
            "127.1",
            "0x7f.1",
            "017700000001",
            "2130706433",
            "[::1]:5000",
            "[0:0:0:0:0:0:0:1]",
        ] {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in [
            "localhost.reg.test",
            "localhostreg.test",
            "notlocalhost",
            "not-localhost",
            "my.notlocalhost",
            "localhost.localdomain",
            "127.reg.test",
            "127.0.0.1.reg.test",
            "127.0.0.1.nip.io",
            "127.0.0.1@reg.test",
            "localhost@reg.test",
            "localhost:x@reg.test",
            "128.0.0.1",
            "0177.reg.test",
            "10.0.0.5:5000",
            "0.0.0.0",
            "[::]",
            "[::2]",
            "[::1].reg.test",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "registry",
            "nas.local",
            "",
            ".localhost",
        ] {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn reach_is_judged_by_address_and_by_name() {
        let check = |host: &str, expected: Reach| {
            let host = canonical(host).unwrap_or_default();
            assert_eq!(reach(&host), expected, "{host}");
        };
        check("localhost", Reach::Loopback);
        check("registry.localhost.", Reach::Loopback);
        check("127.8.9.1", Reach::Loopback);
        check("[::1]", Reach::Loopback);
        check("[::]", Reach::Loopback);
        check("[::ffff:10.0.0.1]", Reach::Local);
        check("[64:ff9b::7f00:1]", Reach::Loopback);
        check("[2002:c0a8:1::]", Reach::Local);
        check("10.2.3.4", Reach::Local);
        check("172.16.0.1", Reach::Local);
        check("172.32.0.1", Reach::Public);
        check("192.168.3.4", Reach::Local);
        check("169.254.169.254", Reach::Local);
        check("100.64.0.1", Reach::Local);
        check("[fe80::1]", Reach::Local);
        check("[fd00::1]", Reach::Local);
        check("nas.local", Reach::Local);
        check("metadata.google.internal", Reach::Local);
        check("registry", Reach::Local);
        check("224.0.0.1", Reach::Reserved);
        check("[2001:db8::1]", Reach::Reserved);
        check("8.8.8.8", Reach::Public);
        check("ghcr.io", Reach::Public);
        check("notlocalhost.example", Reach::Public);
    }
}
