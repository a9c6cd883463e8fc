//! Notices: whoever was told something that has since been corrected, restricted, withdrawn, erased or objected to is told that, in the same transaction; the
//! notice has a clock, is acknowledged by a named person with what was done with copies, and escalates where nobody does. It says which disclosure it
//! was, never what it said or about whom: what was erased is not brought back by the letter that says so.

use async_trait::async_trait;
use base::{Code, Id, Timestamp, code, kind, working::WorkingDays};
use serde_json::json;
use vault::{
    Actor, Cause, Change, FromRow, Operation, Purpose, Row, Scope, Staff, StoreError, Vault,
    jobs::{Handler, Job, JobFault},
    params,
};

use super::{GroundKind, How};
use crate::{
    agency,
    ask::{make::member_of, store::has_duty},
    clocks::{Setting, Settings, Takes},
};

/// Working days within which a notice is to be acknowledged, unless the unit has hours for it.
const DAYS: u32 = 5;
pub(super) const HOURS: Setting = Setting {
    name: "notice_hours",
    label: "Hours to acknowledge a notice",
    more: "",
    takes: Takes::NumberOrNothing { least: 1, most: 2160, nothing: "five working days" },
};

base::code_list! {
    /// What became of something that was disclosed.
    Told {
        /// It was wrong and is right now.
        Corrected => "corrected", "It was corrected", "";
        /// It must not be used until it is settled (UK GDPR article 18).
        Restricted => "restricted", "It must not be used until further notice", "";
        /// The agency that gave it took it back: its delivery no longer holds it.
        Withdrawn => "withdrawn", "It was withdrawn by the agency that gave it", "";
        /// It was erased.
        Erased => "erased", "It was erased", "";
        /// The person objected to its use, and was heard.
        Objected => "objected", "The person objected to its use", "";
    }
}

base::code_list! {
    /// What a recipient did with copies.
    Copies {
        /// There were none.
        NoneKept => "none_kept", "We kept no copy outside Alongside", "";
        /// They were put right, or marked as not to be used.
        Mended => "mended", "We corrected or marked every copy", "";
        /// They were destroyed.
        Destroyed => "destroyed", "We destroyed every copy", "";
        /// The law has them kept.
        KeptByLaw => "kept_by_law", "We must keep a copy by law, and say why below", "";
    }
}

impl Told {
    /// What whoever received it has to do.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        match self {
            Self::Corrected => {
                "Open the record again in Alongside: it shows what is right now, also where it had been withdrawn. Correct every copy that you made, and tell those to whom you passed it on."
            }
            Self::Restricted => {
                "Do not use what you were shown, other than to keep it or to protect somebody, until you are told that the restriction is lifted. Mark every copy."
            }
            Self::Withdrawn => {
                "Stop using it: whoever gave it no longer stands by it. Decide nothing on it, mark or destroy every copy, and tell those to whom you passed it on. Where you need to know why, ask the agency that gave it."
            }
            Self::Erased => {
                "Destroy every copy: notes, printouts, files, entries in your own systems. Tell those to whom you passed it on to do the same."
            }
            Self::Objected => {
                "Stop using it for the purpose for which you were told, unless you have compelling grounds of your own. Destroy the copies that you keep for that purpose."
            }
        }
    }
}

/// Who acknowledged a notice, when, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Who; none where the agency's own system did.
    pub by: Option<Id<kind::Member>>,
    /// When.
    pub at: Timestamp,
    /// What was done with copies.
    pub copies: Copies,
    /// In words, sealed; none where nothing was said.
    pub words: Option<String>,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: Id<kind::Notice>,
    /// The disclosure that it is about.
    pub disclosure: Id<kind::Disclosure>,
    /// What became of what was disclosed.
    pub what: Told,
    /// Whose data it was.
    pub from: Id<kind::Agency>,
    /// Which.
    pub data: Code,
    /// Who was told, and is told now.
    pub to: Id<kind::Agency>,
    /// What it was disclosed for.
    pub purpose: Purpose,
    /// How.
    pub how: How,
    /// On what.
    pub ground: GroundKind,
    /// The agreement, ask or emergency.
    pub ground_id: String,
    /// The power in law.
    pub power: Code,
    /// First told.
    pub told_first_at: Timestamp,
    /// Last told.
    pub told_last_at: Timestamp,
    /// The referral or the file.
    pub via: String,
    /// When the notice went out.
    pub made_at: Timestamp,
    /// By when it is to be acknowledged.
    pub due_at: Timestamp,
    /// When its silence was escalated.
    pub escalated_at: Option<Timestamp>,
    /// Whether it was.
    pub acknowledged: Option<Acknowledged>,
}

impl FromRow for Notice {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let acknowledged = match (row.opt_time("acknowledged_at")?, row.opt_parse("copies")?) {
            (Some(at), Some(copies)) => {
                Some(Acknowledged { by: row.opt_parse("acknowledged_by")?, at, copies, words: row.opt_text("words")? })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id("id")?,
            disclosure: row.id("source")?,
            what: row.parse("what")?,
            from: row.id("giver")?,
            data: row.parse("category")?,
            to: row.id("to_agency")?,
            purpose: row.parse("purpose")?,
            how: row.parse("kind")?,
            ground: row.parse("ground")?,
            ground_id: row.text("ground_id")?,
            power: row.parse("power")?,
            told_first_at: row.time("told_first_at")?,
            told_last_at: row.time("told_last_at")?,
            via: row.text("via")?,
            made_at: row.time("made_at")?,
            due_at: row.time("due_at")?,
            escalated_at: row.opt_time("escalated_at")?,
            acknowledged,
        })
    }
}

/// Why a notice can't be acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// There is none, or it isn't theirs.
    #[error("There is no such notice.")]
    NotFound,
    /// It was acknowledged.
    #[error("This notice has been acknowledged already. Nothing was changed.")]
    Done,
    /// A copy is kept, and nobody says why.
    #[error("Say which law has you keep a copy, and until when.")]
    Why,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoticeError> for web::Fault {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::NotFound => Self::NotFound,
            NoticeError::Done => Self::Conflict(error.to_string()),
            NoticeError::Why => Self::Refused(error.to_string()),
            NoticeError::Store(error) => error.into(),
        }
    }
}

/// A row that is there.
struct There;

impl FromRow for There {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

async fn due_at(change: &Change) -> Result<Timestamp, StoreError> {
    Ok(match Settings::within(change).await?.number_or_nothing(&HOURS) {
        Some(hours) => change.now().plus_hours(hours),
        None => WorkingDays::england()
            .deadline(change.now(), DAYS)
            .unwrap_or_else(|_| change.now().plus_hours(24 * i64::from(DAYS))),
    })
}

/// Tells every past recipient of these people and records, in the caller's change: one notice for each agency and each of them, as long as one waits.
/// Files that hold any of them are withdrawn at once. **Call it before the rows are erased**: afterwards nobody knows whom to tell. Gives how many
/// notices went out, without those about what is sealed: the caller may say it to somebody who isn't named.
///
/// # Errors
/// The database's.
pub async fn tell(change: &mut Change, about: &[String], what: Told) -> Result<u64, StoreError> {
    const PLAIN: &str =
        "SELECT COUNT(*) AS n FROM disclosure_notice WHERE cause = $1 AND category NOT LIKE '%_sealed%'";
    let cause: Id<kind::Entry> = change.new_id();
    let cause = cause.to_string();
    tell_because(change, about, what, &cause).await?;
    let plain: Vec<Count> = change.rows(PLAIN, params![&cause]).await?;
    Ok(plain.first().map_or(0, |count| count.0))
}

/// As [`tell`], once for each `cause` however often it is called: for jobs, which may run twice.
///
/// # Errors
/// The database's.
pub async fn tell_because(change: &mut Change, about: &[String], what: Told, cause: &str) -> Result<u64, StoreError> {
    let told = tell_quietly(change, about, what, cause).await?;
    change.note("notices", told);
    Ok(told)
}

/// As [`tell_because`], and the log's entry doesn't say how many: where that would tell of what is sealed.
pub(crate) async fn tell_quietly(
    change: &mut Change,
    about: &[String],
    what: Told,
    cause: &str,
) -> Result<u64, StoreError> {
    // A pointer told nothing that could be wrong. The newest row of the register for each agency stands for all that it was told of this one. The ids are numbered within a prefix of their own.
    const TELL: &str = "INSERT INTO disclosure_notice (id, source, what, cause, giver, category, to_agency, purpose, kind, ground, ground_id, \
         power, told_first_at, told_last_at, via, made_at, due_at) \
         SELECT CAST($1 AS TEXT) || SUBSTR(CAST(1000000 + ROW_NUMBER() OVER (ORDER BY d.to_agency) AS TEXT), 2), d.id, CAST($2 AS TEXT), \
         CAST($3 AS TEXT), d.controller, d.category, d.to_agency, d.purpose, d.kind, d.ground, d.ground_id, d.power, g.first_at, g.last_at, \
         d.via, CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM disclosure d JOIN (SELECT to_agency, MAX(id) AS newest, MIN(first_at) AS first_at, \
         MAX(last_at) AS last_at FROM disclosure WHERE (record = $6 OR person = $6) AND kind <> 'pointer' GROUP BY to_agency) g ON g.newest = d.id \
         WHERE d.id <> '' ON CONFLICT DO NOTHING";
    const THOSE_WHO_SAW: &str = "INSERT INTO disclosure_notice_member (notice, member, seen_at) \
         SELECT n.id, d.to_member, MAX(d.last_at) FROM disclosure_notice n JOIN disclosure d ON d.to_agency = n.to_agency \
         WHERE n.cause = $1 AND n.source IN (SELECT id FROM disclosure WHERE record = $2 OR person = $2) \
         AND (d.record = $2 OR d.person = $2) AND d.kind <> 'pointer' AND d.to_member <> '' GROUP BY n.id, d.to_member ON CONFLICT DO NOTHING";
    // One that still waits is dated anew, so that of “withdrawn” and “corrected” the last word is the later.
    const AGAIN: &str = "UPDATE disclosure_notice SET made_at = $1 WHERE what = $2 AND acknowledged_at IS NULL AND made_at < $1 \
         AND source IN (SELECT id FROM disclosure WHERE record = $3 OR person = $3)";
    let (now, due) = (change.now(), due_at(change).await?);
    let mut told = 0;
    for id in about.iter().filter(|id| !id.is_empty()) {
        let prefix: Id<kind::Notice> = change.new_id();
        let prefix: String = prefix.to_string().chars().take(20).collect();
        change.execute(AGAIN, params![now, what.code(), id]).await?;
        let made = change.execute(TELL, params![prefix, what.code(), cause, now, due, id]).await?;
        if made > 0 {
            change.execute(THOSE_WHO_SAW, params![cause, id]).await?;
        }
        withdraw_files(change, id).await?;
        told += made;
    }
    if told > 0 {
        change.enqueue(WatchNotices::KIND, &json!({}), due).await?;
    }
    Ok(told)
}

struct Withdrawn {
    blob: Id<kind::Blob>,
}

impl FromRow for Withdrawn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { blob: row.id("blob")? })
    }
}

/// Withdraws every file that holds a person or a record: what waits to be fetched is gone with this change.
///
/// # Errors
/// The database's.
pub(crate) async fn withdraw_files(change: &mut Change, about: &str) -> Result<(), StoreError> {
    const WITHDRAW: &str = "UPDATE disclosure_file SET state = 'withdrawn', ended_at = $2 WHERE state = 'released' \
         AND id IN (SELECT via FROM disclosure WHERE (record = $1 OR person = $1) AND kind = 'file')";
    let now = change.now();
    if change.execute(WITHDRAW, params![about, now]).await? == 0 {
        return Ok(());
    }
    erase_withdrawn(change).await
}

/// Erases the bytes of files that are withdrawn.
pub(super) async fn erase_withdrawn(change: &mut Change) -> Result<(), StoreError> {
    const BLOBS: &str = "SELECT blob FROM disclosure_file WHERE state = 'withdrawn' AND blob IS NOT NULL";
    let blobs: Vec<Withdrawn> = change.rows(BLOBS, params![]).await?;
    for file in blobs {
        change.erase_blob(file.blob).await?;
        change.execute("UPDATE disclosure_file SET blob = NULL WHERE blob = $1", params![file.blob]).await?;
    }
    Ok(())
}

macro_rules! of_notice {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.source, n.what, n.giver, n.category, n.to_agency, n.purpose, n.kind, n.ground, n.ground_id, n.power, ",
            "n.told_first_at, n.told_last_at, n.via, n.made_at, n.due_at, n.escalated_at, n.acknowledged_by, n.acknowledged_at, ",
            "n.copies, n.words FROM disclosure_notice n ",
            $rest
        )
    };
}

/// Whose notices are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those that came to an agency: its data owner's, its officer's, its systems'.
    Came(Id<kind::Agency>),
    /// Those of which a member of that agency saw what they are about.
    Saw(Id<kind::Member>, Id<kind::Agency>),
    /// All, for the unit's officer, but for those about what is sealed: they are for whoever was told, and for nobody who may not know that
    /// it is there.
    All,
}

pub(crate) async fn list(staff: &Staff, whose: Whose, limit: u64) -> Result<Vec<Notice>, StoreError> {
    match whose {
        Whose::Came(agency) => {
            staff
                .rows(
                    of_notice!(
                        "WHERE n.to_agency = $1 ORDER BY CASE WHEN n.acknowledged_at IS NULL THEN 0 ELSE 1 END, n.due_at, n.id LIMIT $2"
                    ),
                    params![agency, limit],
                )
                .await
        }
        Whose::Saw(member, agency) => {
            staff
                .rows(
                    of_notice!(
                        "JOIN disclosure_notice_member m ON m.notice = n.id WHERE m.member = $1 AND n.to_agency = $2 \
                         ORDER BY CASE WHEN n.acknowledged_at IS NULL THEN 0 ELSE 1 END, n.due_at, n.id LIMIT $3"
                    ),
                    params![member, agency, limit],
                )
                .await
        }
        Whose::All => {
            staff
                .rows(
                    of_notice!(
                        "WHERE n.category NOT LIKE '%_sealed%' \
                         ORDER BY CASE WHEN n.acknowledged_at IS NULL THEN 0 ELSE 1 END, n.due_at, n.id LIMIT $1"
                    ),
                    params![limit],
                )
                .await
        }
    }
}

pub(crate) async fn one(staff: &Staff, whose: Whose, id: Id<kind::Notice>) -> Result<Option<Notice>, StoreError> {
    match whose {
        Whose::Came(agency) => {
            staff.first(of_notice!("WHERE n.id = $1 AND n.to_agency = $2"), params![id, agency]).await
        }
        Whose::Saw(member, agency) => {
            let sql = of_notice!(
                "JOIN disclosure_notice_member m ON m.notice = n.id WHERE n.id = $1 AND m.member = $2 AND n.to_agency = $3"
            );
            staff.first(sql, params![id, member, agency]).await
        }
        Whose::All => staff.first(of_notice!("WHERE n.id = $1 AND n.category NOT LIKE '%_sealed%'"), params![id]).await,
    }
}

struct Count(u64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

/// How many wait: all of them, or those whose time is over.
pub(crate) async fn waiting(staff: &Staff, whose: Whose, late: bool) -> Result<usize, StoreError> {
    const CAME: &str = "SELECT COUNT(*) AS n FROM disclosure_notice WHERE to_agency = $1 AND acknowledged_at IS NULL \
         AND ($2 = 0 OR escalated_at IS NOT NULL)";
    const SAW: &str = "SELECT COUNT(*) AS n FROM disclosure_notice n JOIN disclosure_notice_member m ON m.notice = n.id \
         WHERE m.member = $1 AND n.to_agency = $3 AND n.acknowledged_at IS NULL AND ($2 = 0 OR n.escalated_at IS NOT NULL)";
    const ALL: &str = "SELECT COUNT(*) AS n FROM disclosure_notice WHERE acknowledged_at IS NULL AND ($1 = 0 OR escalated_at IS NOT NULL) \
         AND category NOT LIKE '%_sealed%'";
    let late = i64::from(late);
    let found: Option<Count> = match whose {
        Whose::Came(agency) => staff.first(CAME, params![agency, late]).await?,
        Whose::Saw(member, agency) => staff.first(SAW, params![member, late, agency]).await?,
        Whose::All => staff.first(ALL, params![late]).await?,
    };
    Ok(found.and_then(|count| usize::try_from(count.0).ok()).unwrap_or_default())
}

/// Acknowledges a notice, with what was done with copies: by a data owner or data protection officer of the agency that was told, by a member who was
/// shown what it is about, or by the agency's own system (its token).
///
/// # Errors
/// [`NoticeError`]; nothing is kept then.
pub async fn acknowledge(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Notice>,
    copies: Copies,
    words: &str,
) -> Result<(), NoticeError> {
    const KEEP: &str = "UPDATE disclosure_notice SET acknowledged_by = $2, acknowledged_at = $3, copies = $4, words = $5 \
         WHERE id = $1 AND to_agency = $6 AND acknowledged_at IS NULL";
    const SAW: &str = "SELECT member FROM disclosure_notice_member WHERE notice = $1 AND member = $2";
    const THERE: &str = "SELECT id FROM disclosure_notice WHERE id = $1 AND to_agency = $2";
    if copies == Copies::KeptByLaw && words.trim().is_empty() {
        return Err(NoticeError::Why);
    }
    let sealed = if words.trim().is_empty() { None } else { Some(vault.seal(words.as_bytes())?) };
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Rights,
        operation: Operation::Administration,
        act: code!("notice_acknowledged"),
        scope: Scope::of("notice", id),
    };
    let mut change = vault.change(cause).await?;
    let (member, agency) = match actor {
        Actor::Token { agency, .. } => (None, *agency),
        actor => {
            let (member, agency) = member_of(actor).map_err(|_| NoticeError::NotFound)?;
            let saw: Vec<There> = change.rows(SAW, params![id, member]).await?;
            let answers = has_duty(&change, member, "data_owner").await?
                || has_duty(&change, member, "data_protection_officer").await?;
            if !answers && saw.is_empty() {
                return Err(NoticeError::NotFound);
            }
            (Some(member), agency)
        }
    };
    let now = change.now();
    if change.execute(KEEP, params![id, member, now, copies.code(), sealed, agency]).await? == 0 {
        let there: Vec<There> = change.rows(THERE, params![id, agency]).await?;
        return Err(if there.is_empty() { NoticeError::NotFound } else { NoticeError::Done });
    }
    change.note("copies", copies.code());
    Ok(change.commit().await?)
}

/// For whom this actor reads notices: as the unit's officer all, as a data owner or officer what came to their agency, else what they saw themselves.
pub(crate) async fn whose(site: &web::Site, caller: &web::Caller) -> Result<Whose, StoreError> {
    let unit = agency::unit(&site.vault().plain()).await?.filter(|unit| unit.id == caller.agency);
    Ok(match unit {
        Some(_) if caller.has("data_protection_officer") => Whose::All,
        _ if caller.has("data_owner") || caller.has("data_protection_officer") => Whose::Came(caller.agency),
        _ => Whose::Saw(caller.id, caller.agency),
    })
}

/// The job `watch_notices`: what nobody has acknowledged by its time is escalated to the recipient's data owner and the unit's officer; once each,
/// however often the job runs.
pub struct WatchNotices;

impl WatchNotices {
    /// Its kind.
    const KIND: &'static str = "watch_notices";
}

#[async_trait]
impl Handler for WatchNotices {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        const LATE: &str = "UPDATE disclosure_notice SET escalated_at = $1 WHERE acknowledged_at IS NULL AND escalated_at IS NULL AND due_at <= $1";
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Oversight,
            operation: Operation::Administration,
            act: code!("notices_watched"),
            scope: Scope::unit(),
        };
        let mut change = vault.change(cause).await?;
        let now = change.now();
        let late = change.execute(LATE, params![now]).await?;
        if late == 0 {
            return Ok(()); // acknowledged in time, or marked before
        }
        change.note("late", late);
        Ok(change.commit().await?)
    }
}
