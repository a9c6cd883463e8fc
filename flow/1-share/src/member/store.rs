//! The members' SQL, and how `web` knows them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Row, Staff, StoreError, Value, Vault, params};
use web::MemberCard;

use super::{Duty, Member, MemberError, NewMember, folded_email};

/// One row for each duty; a member without one still has a row.
const ALL: &str = "SELECT m.id, m.email, m.name, m.agency, m.active, d.duty FROM member m \
     LEFT JOIN member_duty d ON d.member = m.id ORDER BY m.name, m.id, d.duty";
const BY_ID: &str = "SELECT m.id, m.email, m.name, m.agency, m.active, d.duty FROM member m \
     LEFT JOIN member_duty d ON d.member = m.id WHERE m.id = $1 ORDER BY d.duty";
const BY_EMAIL: &str = "SELECT m.id, m.email, m.name, m.agency, m.active, d.duty FROM member m \
     LEFT JOIN member_duty d ON d.member = m.id WHERE m.email = $1 ORDER BY d.duty";

struct DutyRow {
    member: Member,
    duty: Option<Duty>,
}

impl FromRow for DutyRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let member = Member {
            id: row.id("id")?,
            email: row.text("email")?,
            name: row.text("name")?,
            agency: row.id("agency")?,
            active: row.bool("active")?,
            duties: BTreeSet::new(),
        };
        Ok(Self { member, duty: row.opt_parse("duty")? })
    }
}

fn gathered(rows: Vec<DutyRow>) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for row in rows {
        if members.last().is_none_or(|last| last.id != row.member.id) {
            members.push(row.member);
        }
        if let (Some(member), Some(duty)) = (members.last_mut(), row.duty) {
            member.duties.insert(duty);
        }
    }
    members
}

/// Every member, by name.
///
/// # Errors
/// The database's.
pub async fn all(staff: &Staff) -> Result<Vec<Member>, StoreError> {
    Ok(gathered(staff.rows(ALL, params![]).await?))
}

/// The member with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(staff: &Staff, id: Id<kind::Member>) -> Result<Option<Member>, StoreError> {
    Ok(gathered(staff.rows(BY_ID, params![id]).await?).into_iter().next())
}

/// The member who signs in with this address.
///
/// # Errors
/// The database's.
pub async fn by_email(staff: &Staff, email: &str) -> Result<Option<Member>, StoreError> {
    Ok(gathered(staff.rows(BY_EMAIL, params![folded_email(email)]).await?).into_iter().next())
}

struct NameRow(Id<kind::Member>, String);

impl FromRow for NameRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.id("id")?, row.text("name")?))
    }
}

/// The names of these members.
///
/// # Errors
/// The database's.
pub async fn names(
    staff: &Staff,
    members: &[Id<kind::Member>],
) -> Result<BTreeMap<Id<kind::Member>, String>, StoreError> {
    let keys: Vec<Value> = members.iter().map(|id| vault::IntoValue::into_value(*id)).collect();
    let rows: Vec<NameRow> = staff.rows_in("SELECT id, name FROM member WHERE id IN ({in})", params![], &keys).await?;
    Ok(rows.into_iter().map(|NameRow(id, name)| (id, name)).collect())
}

struct Seen;

impl FromRow for Seen {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

async fn exists(change: &Change, sql: &'static str, params: Vec<Value>) -> Result<bool, StoreError> {
    let rows: Vec<Seen> = change.rows(sql, params).await?;
    Ok(!rows.is_empty())
}

/// Adds a member, in a change of the caller's.
///
/// # Errors
/// [`MemberError`]: name, address, duties or agency.
pub async fn add(change: &mut Change, new: &NewMember) -> Result<Id<kind::Member>, MemberError> {
    let (name, email) = (new.name.trim(), folded_email(&new.email));
    if name.is_empty() || name.chars().count() > 200 {
        return Err(MemberError::Name);
    }
    let shaped = email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'));
    if !shaped || email.chars().count() > 200 || email.chars().any(char::is_whitespace) {
        return Err(MemberError::Email);
    }
    if new.duties.is_empty() {
        return Err(MemberError::NoDuty);
    }
    if !exists(change, "SELECT id FROM agency WHERE id = $1", params![new.agency]).await? {
        return Err(MemberError::NoAgency);
    }
    if exists(change, "SELECT id FROM member WHERE email = $1", params![&email]).await? {
        return Err(MemberError::Taken);
    }
    let id: Id<kind::Member> = change.new_id();
    let hash = new.password.as_ref().map(|hash| hash.as_str().to_owned());
    change
        .execute(
            "INSERT INTO member (id, email, name, agency, active, password_hash, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![id, email, name, new.agency, true, hash, change.now()],
        )
        .await?;
    write_duties(change, id, &new.duties).await?;
    Ok(id)
}

async fn write_duties(change: &mut Change, id: Id<kind::Member>, duties: &BTreeSet<Duty>) -> Result<(), StoreError> {
    let rows = duties.iter().map(|duty| params![id, duty.code()]).collect();
    change.insert_many("member_duty", &["member", "duty"], rows, "").await?;
    Ok(())
}

/// Gives a member these duties and no others.
///
/// # Errors
/// [`MemberError::NoDuty`] where there is none; the database's.
pub async fn set_duties(change: &mut Change, id: Id<kind::Member>, duties: &BTreeSet<Duty>) -> Result<(), MemberError> {
    if duties.is_empty() {
        return Err(MemberError::NoDuty);
    }
    if !exists(change, "SELECT id FROM member WHERE id = $1", params![id]).await? {
        return Err(MemberError::NoMember);
    }
    change.execute("DELETE FROM member_duty WHERE member = $1", params![id]).await?;
    Ok(write_duties(change, id, duties).await?)
}

/// Lets a member sign in, or not. Their open sign-ins show them nothing from then on.
///
/// # Errors
/// [`MemberError::NoMember`]; the database's.
pub async fn set_active(change: &mut Change, id: Id<kind::Member>, active: bool) -> Result<(), MemberError> {
    let touched = change.execute("UPDATE member SET active = $2 WHERE id = $1", params![id, active]).await?;
    if touched == 0 {
        return Err(MemberError::NoMember);
    }
    Ok(())
}

/// By what a member is known.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub id: Id<kind::Member>,
    pub email: String,
    pub agency: Id<kind::Agency>,
    pub active: bool,
    pub password_hash: Option<String>,
    pub second_factor: Option<String>,
    pub second_factor_step: i64,
}

impl FromRow for Secrets {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            email: row.text("email")?,
            agency: row.id("agency")?,
            active: row.bool("active")?,
            password_hash: row.opt_text("password_hash")?,
            second_factor: row.opt_text("second_factor")?,
            second_factor_step: row.int("second_factor_step")?,
        })
    }
}

pub(crate) async fn secrets_by_email(book: &Staff, email: &str) -> Result<Option<Secrets>, StoreError> {
    book.first(
        "SELECT id, email, agency, active, password_hash, second_factor, second_factor_step FROM member WHERE email = $1",
        params![folded_email(email)],
    )
    .await
}

pub(crate) async fn secrets_by_id(book: &Staff, id: Id<kind::Member>) -> Result<Option<Secrets>, StoreError> {
    book.first(
        "SELECT id, email, agency, active, password_hash, second_factor, second_factor_step FROM member WHERE id = $1",
        params![id],
    )
    .await
}

pub(crate) async fn set_password(
    change: &mut Change,
    id: Id<kind::Member>,
    hash: &crate::sign_in::PasswordHash,
) -> Result<(), StoreError> {
    change.execute("UPDATE member SET password_hash = $2 WHERE id = $1", params![id, hash.as_str()]).await?;
    Ok(())
}

/// Sets the sealed secret, the step that proved it, and fresh recovery codes in place of the old ones.
pub(crate) async fn set_second_factor(
    change: &mut Change,
    id: Id<kind::Member>,
    sealed: &str,
    step: i64,
    code_hashes: &[String],
) -> Result<(), StoreError> {
    change
        .execute(
            "UPDATE member SET second_factor = $2, second_factor_step = $3 WHERE id = $1",
            params![id, sealed, step],
        )
        .await?;
    change.execute("DELETE FROM recovery_code WHERE member = $1", params![id]).await?;
    let rows = code_hashes.iter().map(|hash| params![id, hash]).collect();
    change.insert_many("recovery_code", &["member", "code_hash"], rows, "").await?;
    Ok(())
}

/// Uses up a time step; false where it, or a later one, was used before.
pub(crate) async fn second_factor_step_used(
    change: &mut Change,
    id: Id<kind::Member>,
    step: i64,
) -> Result<bool, StoreError> {
    let touched = change
        .execute(
            "UPDATE member SET second_factor_step = $2 WHERE id = $1 AND second_factor_step < $2",
            params![id, step],
        )
        .await?;
    Ok(touched == 1)
}

/// Uses up a recovery code; false where there is no such code or it was used before.
pub(crate) async fn recovery_code_used(
    change: &mut Change,
    id: Id<kind::Member>,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let touched = change
        .execute(
            "UPDATE recovery_code SET used_at = $3 WHERE member = $1 AND code_hash = $2 AND used_at IS NULL",
            params![id, hash, now],
        )
        .await?;
    Ok(touched == 1)
}

/// The members, as `web` asks for them at every request.
#[derive(Clone)]
pub struct Members(Vault);

impl Members {
    /// The members of this installation.
    #[must_use]
    pub fn new(vault: Vault) -> Self {
        Self(vault)
    }
}

struct CardRow {
    card: MemberCard,
    duty: Option<Code>,
}

impl FromRow for CardRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let card = MemberCard {
            id: row.id("id")?,
            name: row.text("name")?,
            agency: row.id("agency")?,
            agency_name: row.text("agency_name")?,
            duties: BTreeSet::new(),
        };
        Ok(Self { card, duty: row.opt_parse("duty")? })
    }
}

#[async_trait]
impl web::Members for Members {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let rows: Vec<CardRow> = self
            .0
            .book()
            .rows(
                "SELECT m.id, m.name, m.agency, a.name AS agency_name, d.duty FROM member m \
                 JOIN agency a ON a.id = m.agency LEFT JOIN member_duty d ON d.member = m.id \
                 WHERE m.id = $1 AND m.active = $2",
                params![id, true],
            )
            .await?;
        let duties = rows.iter().filter_map(|row| row.duty.clone()).collect();
        Ok(rows.into_iter().next().map(|row| MemberCard { duties, ..row.card }))
    }
}
