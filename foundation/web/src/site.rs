//! What every request of one installation shares: the vault, the time, who the unit is, what its navigation offers.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base::{Clock, Random, SignedDuration, Timestamp};
use vault::Vault;

use crate::{Members, SignIns, Throttle};

/// One entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Its text, such as `People`.
    pub text: &'static str,
    /// Where it leads, such as `/people`. It is shown as current on every path that begins with it.
    pub href: &'static str,
    /// It is offered to a caller with any of these duties; to every caller where this is empty.
    pub duties: &'static [&'static str],
}

/// What [`Site::new`] needs.
pub struct Setup {
    /// The only door to data.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The source of tokens and references.
    pub random: Random,
    /// The unit's name, shown in the header.
    pub unit: String,
    /// Whether this is a demonstration with a synthetic county; every page says so.
    pub demo: bool,
    /// Whether people reach it over https (a proxy ends it). Cookies are then `Secure` with the `__Host-` prefix.
    pub https: bool,
    /// Whether a proxy in front may be believed about the sender's address (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// The navigation, in order.
    pub nav: Vec<NavLink>,
    /// Who the members are; `share` knows.
    pub members: Arc<dyn Members>,
}

/// The state of every route. Cloning it is cheap.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    setup: Setup,
    sign_ins: SignIns,
    by_account: Throttle,
    by_address: Throttle,
    by_second_factor: Throttle,
    searches: Throttle,
}

/// Wrong passwords for one account before it must wait: 5, then one more every 3 minutes.
const ACCOUNT_TRIES: u32 = 5;
/// Wrong passwords from one address (a whole office may share it): 30, then one more every half minute.
const ADDRESS_TRIES: u32 = 30;
/// People that one member looks up before they must wait: 90, then six a minute. Nobody at work comes near; whoever tries every birth date does.
const SEARCHES: u32 = 90;

impl Site {
    /// The state of one installation.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let quarter_hour = SignedDuration::from_mins(15);
        Self(Arc::new(Inner {
            sign_ins: SignIns::new(setup.vault.clone(), Arc::clone(&setup.clock), setup.random.clone()),
            by_account: Throttle::new(ACCOUNT_TRIES, quarter_hour),
            by_address: Throttle::new(ADDRESS_TRIES, quarter_hour),
            by_second_factor: Throttle::new(ACCOUNT_TRIES, quarter_hour),
            searches: Throttle::new(SEARCHES, quarter_hour),
            setup,
        }))
    }

    /// The only door to data.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.setup.vault
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.setup.clock.now()
    }

    /// The clock itself, to hand on.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.setup.clock
    }

    /// The source of randomness.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.0.setup.random
    }

    /// The unit's name.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.0.setup.unit
    }

    /// Whether this is a demonstration.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.0.setup.demo
    }

    /// Whether people reach it over https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.setup.https
    }

    /// Whether the proxy's word about addresses counts.
    pub(crate) fn is_behind_proxy(&self) -> bool {
        self.0.setup.behind_proxy
    }

    /// The navigation.
    pub(crate) fn nav(&self) -> &[NavLink] {
        &self.0.setup.nav
    }

    /// Who the members are.
    #[must_use]
    pub fn members(&self) -> &dyn Members {
        self.0.setup.members.as_ref()
    }

    /// The sign-ins: `share` opens and ends them.
    #[must_use]
    pub fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    /// Tries of a password per account name; ask it before the password is looked at.
    #[must_use]
    pub fn throttle_by_account(&self) -> &Throttle {
        &self.0.by_account
    }

    /// Tries of a second factor per member, apart from passwords: names of accounts come from strangers, and crowd these out never.
    #[must_use]
    pub fn throttle_by_second_factor(&self) -> &Throttle {
        &self.0.by_second_factor
    }

    /// Looking people up, per member: whoever tries one birth date after another comes to a stop.
    #[must_use]
    pub fn throttle_searches(&self) -> &Throttle {
        &self.0.searches
    }

    /// Tries of a password per address.
    #[must_use]
    pub fn throttle_by_address(&self) -> &Throttle {
        &self.0.by_address
    }
}

impl FromRequestParts<Site> for Site {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut axum::http::request::Parts, site: &Site) -> Result<Self, Self::Rejection> {
        Ok(site.clone())
    }
}
