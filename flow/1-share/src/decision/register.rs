//! What a decision needs to know of agencies, agreements and whoever asks. Agencies and agreements are kept in memory until
//! the register's version says that they changed; that version and whoever asks are read anew after every change, and for every page.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use base::{Code, Date, Id, SignedDuration, Timestamp, kind};
use vault::{Actor, FromRow, Plain, Row, Staff, StoreError, params};

use super::policy::Policies;
use crate::{
    agency::{Agency, AgencyKind},
    agreement::{Agreement, all_in},
    law, rules, seal,
};

/// However the register came to be changed (by hand, from a backup), it is read again after so many seconds.
const KEPT_SECONDS: i64 = 5;

/// Agencies and agreements as they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Register {
    pub unit: Option<Id<kind::Agency>>,
    pub agencies: BTreeMap<Id<kind::Agency>, AgencyKind>,
    /// The agencies by their codes.
    pub codes: BTreeMap<Code, Id<kind::Agency>>,
    pub agreements: Vec<Agreement>,
    /// When gateways whose commencement is by regulations came into force here, as the settings say.
    pub commenced: BTreeMap<Code, Date>,
    /// A demonstration: everyone is invented, and nobody has a second factor.
    pub demo: bool,
    /// Whom each controller named for what is sealed of its data.
    pub named: BTreeMap<Id<kind::Agency>, BTreeSet<Id<kind::Member>>>,
}

/// Whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    Member { id: Id<kind::Member>, agency: Id<kind::Agency>, active: bool, duties: BTreeSet<Code>, second_factor: bool },
    Token { id: Id<kind::Token>, agency: Id<kind::Agency> },
    Job,
    Program,
    Stranger,
}

impl Asker {
    /// Which of these it is.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Member { .. } => "member",
            Self::Token { .. } => "token",
            Self::Job => "job",
            Self::Program => "program",
            Self::Stranger => "stranger",
        }
    }

    pub(super) fn agency(&self) -> Option<Id<kind::Agency>> {
        match self {
            Self::Member { agency, .. } | Self::Token { agency, .. } => Some(*agency),
            Self::Job | Self::Program | Self::Stranger => None,
        }
    }
}

/// Keeps the register and the rules in force, and reads them again when they changed.
pub(super) struct Keeper {
    kept: Mutex<Option<Kept>>,
    /// The rules before any version was put into force.
    starting: Arc<Policies>,
}

#[derive(Clone)]
struct Kept {
    version: i64,
    read_at: Timestamp,
    /// When the next version of the rules takes effect.
    rules_until: Option<Timestamp>,
    rules: Rules,
    register: Arc<Register>,
}

/// A version of the rules, by its number; 0 is the set that is built in.
#[derive(Clone)]
struct Rules(i64, Arc<Policies>);

struct Version(i64);

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.int("version")?))
    }
}

struct Setting {
    name: String,
    value: String,
}

impl FromRow for Setting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("name")?, value: row.text("value")? })
    }
}

impl Setting {
    /// `in_force:<rule>` with its day.
    fn commencement(&self) -> Option<(Code, Date)> {
        Some((self.name.strip_prefix("in_force:")?.parse().ok()?, self.value.parse().ok()?))
    }
}

/// The days on which regulations brought rules into force, as the settings say.
pub(crate) async fn commenced(plain: &Plain) -> Result<BTreeMap<Code, Date>, StoreError> {
    let settings: Vec<Setting> = plain.rows("SELECT name, value FROM setting ORDER BY name", params![]).await?;
    Ok(settings.iter().filter_map(Setting::commencement).collect())
}

impl Keeper {
    pub(super) fn new(starting: Policies) -> Self {
        Self { kept: Mutex::new(None), starting: Arc::new(starting) }
    }

    /// The register and the rules as they stand now; `version` is the register's, just read.
    pub(super) async fn now(
        &self,
        book: &Staff,
        version: i64,
        now: Timestamp,
    ) -> Result<(Arc<Register>, Arc<Policies>), StoreError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.still_holds(version, now)) {
            return Ok((Arc::clone(&kept.register), Arc::clone(&kept.rules.1)));
        }
        // Read after the version: a change in between is found by the next decision at the latest.
        let rules = self.rules(book, now, kept.map(|kept| kept.rules)).await?;
        let register = Arc::new(read(book).await?);
        let rules_until = rules::next_after(book, now).await?;
        let answer = (Arc::clone(&register), Arc::clone(&rules.1));
        let kept = Kept { version, read_at: now, rules_until, rules, register };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(answer)
    }

    async fn rules(&self, book: &Staff, now: Timestamp, known: Option<Rules>) -> Result<Rules, StoreError> {
        let number = rules::number_in_force(book, now).await?.unwrap_or(0);
        if let Some(known) = known.filter(|known| known.0 == number) {
            return Ok(known);
        }
        let Some(version) = rules::in_force(book, number).await? else {
            return Ok(Rules(0, Arc::clone(&self.starting)));
        };
        if version.texts == law::starting() {
            return Ok(Rules(number, Arc::clone(&self.starting)));
        }
        let unusable = |problem: law::PolicyError| StoreError::BadValue {
            column: "rule_version.texts".to_owned(),
            problem: problem.to_string(),
        };
        let policies = Policies::new(&version.texts).map_err(unusable)?;
        law::put_in_force(policies.law());
        tracing::info!(version = version.number, "the sharing rules in force");
        Ok(Rules(number, Arc::new(policies)))
    }
}

impl Kept {
    fn still_holds(&self, version: i64, now: Timestamp) -> bool {
        let age = now.since(self.read_at);
        let fresh = !age.is_negative() && age < SignedDuration::from_secs(KEPT_SECONDS);
        self.version == version && fresh && self.rules_until.is_none_or(|until| now < until)
    }
}

pub(super) async fn read(book: &Staff) -> Result<Register, StoreError> {
    let agencies: Vec<Agency> =
        book.rows("SELECT id, code, name, kind FROM agency ORDER BY name, id", params![]).await?;
    let settings: Vec<Setting> = book.rows("SELECT name, value FROM setting ORDER BY name", params![]).await?;
    Ok(Register {
        unit: agencies.iter().find(|agency| agency.kind == AgencyKind::Unit).map(|agency| agency.id),
        agreements: all_in(book).await?,
        commenced: settings.iter().filter_map(Setting::commencement).collect(),
        demo: settings.iter().any(|setting| setting.name == "demo" && setting.value == "yes"),
        named: seal::named(book).await?,
        codes: agencies.iter().map(|agency| (agency.code.clone(), agency.id)).collect(),
        agencies: agencies.into_iter().map(|agency| (agency.id, agency.kind)).collect(),
    })
}

/// A page asks for several permits: they share a look. What another process changes (the command line) counts after so long at most.
const SHARED_FOR: Duration = Duration::from_millis(50);
/// More members than look at pages at once; then it begins anew.
const MOST_LOOKS: usize = 1000;

/// The looks of the last moments, until anything is changed.
#[derive(Default)]
pub(super) struct Looks(Mutex<HashMap<Id<kind::Member>, Looked>>);

struct Looked {
    look: Arc<Look>,
    /// [`Staff::changes`] before it was read.
    changes: u64,
    at: Instant,
}

impl Looks {
    /// The register's version and whoever asks, as they are.
    pub(super) async fn at(&self, book: &Staff, actor: &Actor) -> Result<Arc<Look>, StoreError> {
        let Actor::Member { id, .. } = actor else { return Ok(Arc::new(Look::at(book, actor).await?)) };
        let (changes, at) = (book.changes(), Instant::now());
        if let Some(look) = self.seen(*id, changes) {
            return Ok(look);
        }
        let look = Arc::new(Look::at(book, actor).await?);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_LOOKS {
            seen.clear();
        }
        seen.insert(*id, Looked { look: Arc::clone(&look), changes, at });
        Ok(look)
    }

    fn seen(&self, member: Id<kind::Member>, changes: u64) -> Option<Arc<Look>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = seen.get(&member)?;
        (looked.changes == changes && looked.at.elapsed() < SHARED_FOR).then(|| Arc::clone(&looked.look))
    }
}

/// Whether the register changed, and whoever asks: read in one statement.
pub(super) struct Look {
    pub version: i64,
    member: Vec<MemberRow>,
}

struct LookRow(i64, Option<MemberRow>);

impl FromRow for LookRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let Some(agency) = row.opt_parse("agency")? else { return Ok(Self(row.int("version")?, None)) };
        let member = MemberRow {
            agency,
            active: row.bool("active")?,
            second_factor: row.opt_text("second_factor")?.is_some(),
            duty: row.opt_parse("duty")?,
        };
        Ok(Self(row.int("version")?, Some(member)))
    }
}

struct MemberRow {
    agency: Id<kind::Agency>,
    active: bool,
    second_factor: bool,
    duty: Option<Code>,
}

impl Look {
    async fn at(book: &Staff, actor: &Actor) -> Result<Self, StoreError> {
        let rows: Vec<LookRow> = match actor {
            Actor::Member { id, .. } => {
                book.rows(
                    "SELECT v.version, m.agency, m.active, m.second_factor, d.duty FROM register_version v \
                     LEFT JOIN member m ON m.id = $1 LEFT JOIN member_duty d ON d.member = m.id WHERE v.only_row = 1",
                    params![*id],
                )
                .await?
            }
            _ => {
                let version: Option<Version> =
                    book.first("SELECT version FROM register_version WHERE only_row = 1", params![]).await?;
                version.map(|version| LookRow(version.0, None)).into_iter().collect()
            }
        };
        Ok(Self {
            version: rows.first().map_or(0, |row| row.0),
            member: rows.into_iter().filter_map(|row| row.1).collect(),
        })
    }
}

/// Whoever asks, as the register knows them. A token that was revoked, or a member who acts for another agency than theirs,
/// is a stranger.
pub(super) async fn asker(book: &Staff, register: &Register, look: &Look, actor: &Actor) -> Result<Asker, StoreError> {
    match actor {
        Actor::Member { id, agency } => Ok(match look.member.first().filter(|row| row.agency == *agency) {
            Some(first) => Asker::Member {
                id: *id,
                agency: *agency,
                active: first.active,
                second_factor: first.second_factor || register.demo,
                duties: look.member.iter().filter_map(|row| row.duty.clone()).collect(),
            },
            None => Asker::Stranger,
        }),
        Actor::Token { id, agency } => {
            let live: Option<crate::token::ApiToken> = book
                .first(
                    "SELECT id, agency, label, added_at, revoked_at FROM api_token WHERE id = $1 AND revoked_at IS NULL",
                    params![*id],
                )
                .await?;
            let known = live.is_some_and(|token| token.agency == *agency);
            Ok(if known { Asker::Token { id: *id, agency: *agency } } else { Asker::Stranger })
        }
        Actor::Job { .. } => Ok(Asker::Job),
        Actor::System => Ok(Asker::Program),
    }
}
