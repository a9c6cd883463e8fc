//! Who asks: the signed-in member behind a request, as `share` knows them.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
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
        let forwarded = site.is_behind_proxy().then(|| {
            let value = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
            value.rsplit(',').next().map(|last| last.trim().to_owned()) // the last hop is the proxy's own word
        });
        let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip().to_string());
        Ok(Self(forwarded.flatten().or_else(direct).unwrap_or_else(|| "unknown".to_owned())))
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
