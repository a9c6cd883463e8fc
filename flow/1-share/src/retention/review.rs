//! The queue: records whose time is up and of which nothing goes without a named person, and nothing stays without one.

use std::collections::BTreeSet;

use base::{Code, Date, Id, code, kind};
use vault::{
    Actor, Ask, Cause, Change, Facet, FromRow, Mark, Operation, Permit, Purpose, Refusal, Row, Scope, StoreError,
    Vault, Verb, params,
};

use super::{
    Erased, Erasing, RetentionError, erase, need,
    rule::{Rules, Then},
    store::{self, For, Review},
    version,
};
use crate::{
    agency,
    ask::{
        category,
        make::{member_of, own_permit},
    },
    disclosure::{self, Told},
};

base::code_list! {
    /// Why a record is kept.
    KeepReason {
        /// Open work.
        Open => "open_work", "Somebody is still being helped, and it is needed for that", "";
        /// Danger.
        Risk => "risk", "Somebody may still be in danger from this, or be a danger to others", "";
        /// More came.
        Newer => "newer_event", "Something newer shows that it still matters", "";
        /// A claim.
        Claim => "claim", "A claim, complaint or request is open", "";
        /// A law.
        Duty => "duty", "A law or a code says so", "";
    }
}

base::code_list! {
    /// Why a record goes.
    DeleteReason {
        /// No need.
        NoNeed => "no_need", "It is no longer needed for what it was given for", "";
        /// Wrong.
        Wrong => "wrong", "It is wrong, or about somebody else", "";
        /// A child.
        Child => "young_child", "It is about a child who was too young", "";
        /// Low.
        Low => "low_value", "It says too little to be kept", "";
    }
}

base::code_list! {
    /// Why a record is kept and not used, in place of being kept or deleted. `more` is the law.
    RestrictReason {
        /// Its accuracy.
        Disputed => "disputed", "The person says that it is wrong, and that is not settled", "UK GDPR article 18(1)(a)";
        /// Unlawful, and not to be erased.
        Opposed => "opposed", "It should go, and the person asks that it is kept", "UK GDPR article 18(1)(b)";
        /// A claim.
        Claims => "claims", "It is needed for a legal claim or as evidence, and for nothing else", "UK GDPR article 18(1)(c); Data Protection Act 2018 section 47(2)";
        /// An objection.
        Objection => "objection", "The person objects to its use, and that is not decided", "UK GDPR article 18(1)(d)";
    }
}

struct DutyRow(String);

impl FromRow for DutyRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("duty").map(Self)
    }
}

/// For whom this actor reviews: the unit's data protection officer for all agencies, a data owner for their own.
pub(crate) async fn whose(vault: &Vault, actor: &Actor) -> Result<For, RetentionError> {
    const DUTIES: &str =
        "SELECT d.duty FROM member m JOIN member_duty d ON d.member = m.id WHERE m.id = $1 AND m.active = $2";
    let (member, agency) = member_of(actor).map_err(|_| RetentionError::NotFound)?;
    let duties: Vec<DutyRow> = vault.book().rows(DUTIES, params![member, true]).await?;
    let has = |duty: &str| duties.iter().any(|held| held.0 == duty);
    let unit = agency::unit(&vault.plain()).await?;
    match unit {
        Some(unit) if unit.id == agency && has("data_protection_officer") => Ok(For::Unit(unit.id)),
        _ if has("data_owner") => Ok(For::Owner(agency)),
        _ => Err(RetentionError::NotFound),
    }
}

/// The permit under which somebody reviews: their own agency's data, or, for the unit, that something waits.
pub(crate) async fn permit(
    vault: &Vault,
    actor: &Actor,
    whose: For,
    verb: Verb,
    scope: Scope,
) -> Result<Permit, Refusal> {
    match whose {
        For::Unit(unit) => own_permit(vault, actor, unit, verb, scope, Purpose::Rights).await,
        For::Owner(agency) => {
            let held = agency::supplied_by(&vault.plain(), agency).await?;
            let facets = held.into_iter().map(|category| Facet { controller: agency, category });
            let facets = facets.chain([Facet { controller: agency, category: category() }]).collect();
            let facts = std::collections::BTreeMap::new();
            vault.permit(Ask { actor: actor.clone(), verb, scope, purpose: Purpose::Rights, facets, facts }).await
        }
    }
}

/// A decision to keep a record.
#[derive(Debug, Clone)]
pub struct Keep {
    /// Which.
    pub record: Id<kind::Record>,
    /// Until the end of this day.
    pub until: Date,
    /// Why.
    pub reason: KeepReason,
    /// In a sentence.
    pub words: String,
    /// The form's own key.
    pub form_key: String,
}

/// Keeps a record until a day, by a named person. Sent twice, it is one decision.
///
/// # Errors
/// [`RetentionError::NotDue`], [`RetentionError::TooLong`], [`RetentionError::Past`], [`RetentionError::NotFound`].
pub async fn keep(vault: &Vault, actor: &Actor, keep: &Keep) -> Result<(), RetentionError> {
    let decided = Decided {
        record: keep.record,
        until: keep.until,
        verdict: "keep",
        reason: keep.reason.code(),
        words: &keep.words,
        form_key: &keep.form_key,
    };
    let Some(mut change) = decide(vault, actor, &decided, code!("retention_kept")).await? else { return Ok(()) };
    // What an earlier review restricted is used again.
    change.unmark(Mark::Restricted, &restriction(keep.record)).await?;
    Ok(change.commit().await?)
}

/// What was decided of a record that stays.
struct Decided<'a> {
    record: Id<kind::Record>,
    until: Date,
    verdict: &'static str,
    reason: &'static str,
    words: &'a str,
    form_key: &'a str,
}

/// Notes a decision by which a record stays; none where the same form was sent before.
async fn decide(
    vault: &Vault,
    actor: &Actor,
    decided: &Decided<'_>,
    act: Code,
) -> Result<Option<Change>, RetentionError> {
    const SQL: &str = "INSERT INTO retention_decision (id, record, controller, category, verdict, reason, words, until, by_member, by_agency, \
         at, form_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (form_key) DO NOTHING";
    const KEPT: &str = "UPDATE retention_review SET kept_until = $2, due_on = $2, because = 'decision', batch = NULL WHERE record = $1";
    let (by, agency) = member_of(actor).map_err(|_| RetentionError::NotFound)?;
    let whose = whose(vault, actor).await?;
    let scope = Scope::of("record", decided.record);
    let permit = permit(vault, actor, whose, Verb::View, scope.clone()).await?;
    let (_, rules) = version::in_force(&vault.plain()).await?;
    let words = vault.seal(decided.words.as_bytes())?;
    let (operation, purpose) = (Operation::Administration, Purpose::Rights);
    let cause = Cause { actor: actor.clone(), purpose, operation, act, scope };
    let mut change = vault.change_under(&permit, cause).await?;
    let (today, now) = (change.now().date_in_london(), change.now());
    let review = store::one_in(&change, whose, decided.record).await?.ok_or(RetentionError::NotFound)?;
    let id: Id<kind::Entry> = change.new_id();
    let row = params![
        id,
        decided.record,
        review.owner,
        &review.data,
        decided.verdict,
        decided.reason,
        words,
        decided.until,
        by,
        agency,
        now,
        decided.form_key,
    ];
    if change.execute(SQL, row).await? == 0 {
        return Ok(None);
    }
    may_keep(&rules, &review, decided.until, today)?;
    change.execute(KEPT, params![decided.record, decided.until]).await?;
    change.note("until", decided.until);
    change.note("reason", decided.reason);
    change.note("rule", &review.rule);
    Ok(Some(change))
}

/// A decision to keep a record and not to use it.
#[derive(Debug, Clone)]
pub struct Restrict {
    /// Which.
    pub record: Id<kind::Record>,
    /// Until the end of this day; then somebody decides again.
    pub until: Date,
    /// Why.
    pub reason: RestrictReason,
    /// In a sentence.
    pub words: String,
    /// The form's own key.
    pub form_key: String,
}

/// The cause of the mark: another than that of a restriction at the person's own request, which nobody lifts in a review.
fn restriction(record: Id<kind::Record>) -> String {
    format!("retention:{record}")
}

/// Keeps a record until a day and stops its use from this second: it is seen by its data owner and the data protection officer alone, for
/// the person's rights. Whoever received it is told. Sent twice, it is one decision.
///
/// # Errors
/// As [`keep`].
pub async fn restrict(vault: &Vault, actor: &Actor, restrict: &Restrict) -> Result<(), RetentionError> {
    let id = restrict.record.to_string();
    let decided = Decided {
        record: restrict.record,
        until: restrict.until,
        verdict: "restrict",
        reason: restrict.reason.code(),
        words: &restrict.words,
        form_key: &restrict.form_key,
    };
    let Some(mut change) = decide(vault, actor, &decided, code!("retention_restricted")).await? else { return Ok(()) };
    let rows = change.mark(std::slice::from_ref(&id), Mark::Restricted, &restriction(restrict.record)).await?;
    disclosure::tell(&mut change, std::slice::from_ref(&id), Told::Restricted).await?;
    change.note("restricted", rows);
    Ok(change.commit().await?)
}

fn may_keep(rules: &Rules, review: &Review, until: Date, today: Date) -> Result<(), RetentionError> {
    if review.then != Then::Review || review.due_on >= today {
        return Err(RetentionError::NotDue);
    }
    if until <= today {
        return Err(RetentionError::Past);
    }
    let longest = rules.keep_at_most(review.rule.as_str(), review.longest, today);
    if until > longest {
        return Err(RetentionError::TooLong(web::time::date(longest)));
    }
    Ok(())
}

/// Deletes a record whose time is up, by a named person.
///
/// # Errors
/// [`RetentionError::NotDue`], [`RetentionError::Held`], [`RetentionError::NotFound`].
pub(crate) async fn delete(
    vault: &Vault,
    actor: &Actor,
    record: Id<kind::Record>,
    reason: DeleteReason,
    form_key: &str,
) -> Result<Erased, RetentionError> {
    let whose = whose(vault, actor).await?;
    if let Some(before) = super::prove::done_by(vault, form_key).await? {
        return Ok(before);
    }
    let permit = permit(vault, actor, whose, Verb::View, Scope::of("record", record)).await?;
    let review = store::one(&vault.read(&permit)?, whose, record).await?.ok_or(RetentionError::NotFound)?;
    if review.then != Then::Review || review.due_on >= vault.now().date_in_london() {
        return Err(RetentionError::NotDue);
    }
    Ok(erase(vault, &erasing(actor, vec![record.to_string()], reason.code(), None, form_key)?).await?)
}

pub(super) fn erasing(
    actor: &Actor,
    ids: Vec<String>,
    reason: &str,
    second: Option<Id<kind::Member>>,
    form_key: &str,
) -> Result<Erasing, RetentionError> {
    let reason: Code = reason.parse().map_err(|_| RetentionError::NotFound)?;
    let rule = code!("reviewed");
    Ok(Erasing { ids, rule, reason, by: actor.clone(), second, form_key: form_key.to_owned() })
}

/// Which of these have nothing open and no hold: what may be proposed to be deleted together.
pub(super) async fn without_need(
    vault: &Vault,
    records: &[Id<kind::Record>],
) -> Result<Vec<Id<kind::Record>>, RetentionError> {
    let mut free = Vec::new();
    for (record, need) in need::of(vault, records).await? {
        if need.open() == 0 && need::holds(vault, &[record.to_string()]).await?.is_empty() {
            free.push(record);
        }
    }
    let order: BTreeSet<_> = free.into_iter().collect();
    Ok(records.iter().copied().filter(|record| order.contains(record)).collect())
}
