//! Who asks: the signed-in member behind a request, as `share` knows them.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use base::{Code, Id, kind};
use vault::{Actor, StoreError};

use crate::{Fault, Site, frame::Frame};

/// What `web` needs to know of a member.
#[derive(Debug, Clone)]
pub struct MemberCard {
    /// Who.
    pub id: Id<kind::Member>,
    /// Their name, as colleagues know them.
    pub name: String,
    /// The agency for which they act.
    pub agency: Id<kind::Agency>,
    /// Its name.
    pub agency_name: String,
    /// What they may do.
    pub duties: BTreeSet<Code>,
}

/// Knows the members. Implemented by `share`, wired by `app`.
#[async_trait]
pub trait Members: Send + Sync {
    /// The member with this id; `None` where there is none or they may no longer sign in.
    ///
    /// # Errors
    /// Where the register can't be read.
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError>;
}

/// The signed-in member who asks. As an extractor it sends everyone else to the sign-in page.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub id: Id<kind::Member>,
    /// Their name.
    pub name: String,
    /// The agency for which they act.
    pub agency: Id<kind::Agency>,
    /// Its name.
    pub agency_name: String,
    /// What they may do.
    pub duties: BTreeSet<Code>,
    /// The sign-in behind this request.
    pub sign_in: Id<kind::Token>,
    /// Whether a second factor was given at this sign-in.
    pub second_factor: bool,
}

impl Caller {
    /// As an actor, for permits and changes.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Member { id: self.id, agency: self.agency }
    }

    /// Whether they have this duty.
    #[must_use]
    pub fn has(&self, duty: &str) -> bool {
        self.duties.contains(duty)
    }

    /// Stops a handler where the caller has none of these duties: to them the page is not found.
    ///
    /// # Errors
    /// [`Fault::Denied`].
    pub fn needs(&self, duties: &[&str]) -> Result<(), Fault> {
        if duties.iter().any(|duty| self.has(duty)) { Ok(()) } else { Err(Fault::Denied) }
    }
}

impl FromRequestParts<Site> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Fault> {
        let frame = Frame::of(parts)?;
        frame.caller.as_deref().cloned().ok_or_else(|| Fault::SignInFirst(frame.path.clone()))
    }
}

/// The signed-in member, if there is one: for pages that strangers see too.
#[derive(Debug, Clone)]
pub struct MaybeCaller(pub Option<Caller>);

impl FromRequestParts<Site> for MaybeCaller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Fault> {
        Ok(Self(Frame::of(parts)?.caller.as_deref().cloned()))
    }
}

/// Someone whose password was right and who still owes the second factor. No other page knows them yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Who.
    pub member: Id<kind::Member>,
    /// The sign-in that waits.
    pub sign_in: Id<kind::Token>,
}

impl FromRequestParts<Site> for Pending {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Fault> {
        Frame::of(parts)?.pending.clone().ok_or_else(|| Fault::SignInFirst("/".to_owned()))
    }
}

/// Where a request comes from, for the throttle alone; never logged, never stored.
#[derive(Clone)]
pub struct Address(pub String);

impl FromRequestParts<Site> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let forwarded = site.is_behind_proxy().then(|| forwarded_for(&parts.headers)).flatten();
        let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|from| network(from.0.ip()));
        Ok(Self(forwarded.or_else(direct).unwrap_or_else(|| "unknown".to_owned())))
    }
}

/// The last entry of the last line, which is the proxy's own word: whoever asks may send entries, and whole lines, before it.
fn forwarded_for(headers: &HeaderMap) -> Option<String> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    let address = last.parse::<IpAddr>().or_else(|_| last.parse::<SocketAddr>().map(|from| from.ip()));
    Some(address.map_or_else(|_| last.to_owned(), network))
}

/// Of an IPv6 address the first 64 bits: the rest is for its holder to choose.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits((address.to_bits() >> 64) << 64)),
    }
}

pub(crate) fn caller_of(card: MemberCard, sign_in: Id<kind::Token>, second_factor: bool) -> Arc<Caller> {
    Arc::new(Caller {
        id: card.id,
        name: card.name,
        agency: card.agency,
        agency_name: card.agency_name,
        duties: card.duties,
        sign_in,
        second_factor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        forwarded_for(&headers)
    }

    #[test]
    fn the_proxys_word_counts_and_not_what_was_sent_before_it() {
        assert_eq!(from(&[]), None);
        assert_eq!(from(&["192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(from(&["198.51.100.1, 192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(from(&["198.51.100.1", "198.51.100.2", "192.0.2.7"]).as_deref(), Some("192.0.2.7"), "lines too");
        assert_eq!(from(&["192.0.2.7:4711"]).as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn whoever_holds_a_network_is_one() {
        let one = from(&["2001:db8:1:2::1"]);
        assert_eq!(one.as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(one, from(&["[2001:db8:1:2:ffff::9]:443"]));
        assert_ne!(one, from(&["2001:db8:1:3::1"]));
        assert_eq!(from(&["::ffff:192.0.2.7"]).as_deref(), Some("192.0.2.7"));
    }
}
