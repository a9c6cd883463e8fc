//! What a decision needs to know of agencies, agreements and whoever asks. Agencies and agreements are kept in memory until
//! the register's version says that they changed; whoever asks is read anew each time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use base::{Code, Date, Id, SignedDuration, Timestamp, kind};
use vault::{Actor, FromRow, Row, Staff, StoreError, params};

use crate::{
    agency::{Agency, AgencyKind},
    agreement::{Agreement, all_in},
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

#[derive(Default)]
pub(super) struct Keeper(Mutex<Option<Kept>>);

struct Kept {
    version: i64,
    read_at: Timestamp,
    register: Arc<Register>,
}

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

impl Keeper {
    pub(super) async fn register(&self, book: &Staff, now: Timestamp) -> Result<Arc<Register>, StoreError> {
        let version: Option<Version> =
            book.first("SELECT version FROM register_version WHERE only_row = 1", params![]).await?;
        let version = version.map_or(0, |row| row.0);
        if let Some(kept) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            let age = now.since(kept.read_at);
            if kept.version == version && !age.is_negative() && age < SignedDuration::from_secs(KEPT_SECONDS) {
                return Ok(Arc::clone(&kept.register));
            }
        }
        // Read after the version: a change in between is found by the next decision at the latest.
        let register = Arc::new(read(book).await?);
        let kept = Kept { version, read_at: now, register: Arc::clone(&register) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(register)
    }
}

async fn read(book: &Staff) -> Result<Register, StoreError> {
    let agencies: Vec<Agency> =
        book.rows("SELECT id, code, name, kind FROM agency ORDER BY name, id", params![]).await?;
    let settings: Vec<Setting> = book.rows("SELECT name, value FROM setting ORDER BY name", params![]).await?;
    let commenced = settings.iter().filter_map(|setting| {
        let code = setting.name.strip_prefix("in_force:")?.parse().ok()?;
        Some((code, setting.value.parse().ok()?))
    });
    Ok(Register {
        unit: agencies.iter().find(|agency| agency.kind == AgencyKind::Unit).map(|agency| agency.id),
        agreements: all_in(book).await?,
        commenced: commenced.collect(),
        demo: settings.iter().any(|setting| setting.name == "demo" && setting.value == "yes"),
        codes: agencies.iter().map(|agency| (agency.code.clone(), agency.id)).collect(),
        agencies: agencies.into_iter().map(|agency| (agency.id, agency.kind)).collect(),
    })
}

struct MemberRow {
    agency: Id<kind::Agency>,
    active: bool,
    second_factor: bool,
    duty: Option<Code>,
}

impl FromRow for MemberRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            agency: row.id("agency")?,
            active: row.bool("active")?,
            second_factor: row.opt_text("second_factor")?.is_some(),
            duty: row.opt_parse("duty")?,
        })
    }
}

/// Whoever asks, as the register knows them. A token that was revoked, or a member who acts for another agency than theirs,
/// is a stranger.
pub(super) async fn asker(book: &Staff, register: &Register, actor: &Actor) -> Result<Asker, StoreError> {
    match actor {
        Actor::Member { id, agency } => {
            let rows: Vec<MemberRow> = book
                .rows(
                    "SELECT m.agency, m.active, m.second_factor, d.duty FROM member m \
                     LEFT JOIN member_duty d ON d.member = m.id WHERE m.id = $1",
                    params![*id],
                )
                .await?;
            Ok(match rows.first().filter(|row| row.agency == *agency) {
                Some(first) => Asker::Member {
                    id: *id,
                    agency: *agency,
                    active: first.active,
                    second_factor: first.second_factor || register.demo,
                    duties: rows.iter().filter_map(|row| row.duty.clone()).collect(),
                },
                None => Asker::Stranger,
            })
        }
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
