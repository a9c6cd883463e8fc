//! From hand to hand: a maker drafts and proposes, a second person releases or refuses, the recipient fetches and says that it came. Each step is one
//! change; done twice, it is done once.

use std::{collections::BTreeSet, io::Read as _, io::Write as _};

use base::{Code, Id, code, kind};
use vault::{Actor, Cause, Change, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, Verb, params};
use web::time;

use super::{
    DAYS, Decided, FileError, MAKERS, MOST_PEOPLE, MadeFile, NewFile, PURPOSES, Part, Person, State,
    body::{Mark, canary, csv, read_me, sealed},
    store,
};
use crate::{
    agency,
    agreement::{self, purpose_words},
    ask::{
        make::{member_of, own_permit},
        store::has_duty,
    },
    clocks::Settings,
    decision::handling,
    disclosure::{
        How,
        key::key_of,
        notice::erase_withdrawn,
        register::{Given, register_given},
    },
    member,
};

type FileId = Id<kind::DisclosureFile>;

fn cause(actor: &Actor, operation: Operation, act: Code, id: Option<FileId>) -> Cause {
    let scope = id.map_or_else(Scope::unit, |id| Scope::of("disclosure_file", id));
    Cause { actor: actor.clone(), purpose: Purpose::Rights, operation, act, scope }
}

/// The member, if they make files for their agency.
async fn maker(change: &Change, actor: &Actor) -> Result<(Id<kind::Member>, Id<kind::Agency>), FileError> {
    let (member, agency) = member_of(actor).map_err(|_| FileError::NotFound)?;
    for duty in MAKERS {
        if has_duty(change, member, duty).await? {
            return Ok((member, agency));
        }
    }
    Err(FileError::NotFound)
}

struct Recipient {
    agency: Id<kind::Agency>,
}

impl FromRow for Recipient {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { agency: row.id("agency")? })
    }
}

/// The agency of a recipient who has a key and may sign in.
async fn recipient(change: &Change, id: Id<kind::Member>) -> Result<Id<kind::Agency>, FileError> {
    const SQL: &str =
        "SELECT m.agency FROM member m JOIN recipient_key k ON k.member = m.id WHERE m.id = $1 AND m.active = $2";
    let found: Vec<Recipient> = change.rows(SQL, params![id, true]).await?;
    found.first().map(|found| found.agency).ok_or(FileError::Recipient)
}

/// Begins a file. The same form sent twice begins one.
///
/// # Errors
/// [`FileError`]; nothing is kept then.
pub async fn draft(vault: &Vault, actor: &Actor, new: &NewFile) -> Result<FileId, FileError> {
    const ADD: &str = "INSERT INTO disclosure_file (id, from_agency, made_by, to_agency, recipient, purpose, reason, state, made_at, form_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9) ON CONFLICT DO NOTHING";
    if !PURPOSES.contains(&new.purpose) {
        return Err(FileError::Purpose);
    }
    let reason = vault.seal(new.reason.as_bytes())?;
    let mut change = vault.change(cause(actor, Operation::Administration, code!("file_begun"), None)).await?;
    let (member, agency) = maker(&change, actor).await?;
    let to = recipient(&change, new.recipient).await?;
    if to == agency {
        return Err(FileError::Recipient);
    }
    let (id, now): (FileId, _) = (change.new_id(), change.now());
    let values = params![id, agency, member, to, new.recipient, new.purpose.code(), reason, now, &new.form_key];
    if change.execute(ADD, values).await? == 0 {
        let before = store::kept_before(&change, &new.form_key, member).await?;
        return match before.first() {
            Some(file) if file.recipient == new.recipient && file.purpose == new.purpose => Ok(file.id),
            _ => Err(FileError::Another),
        };
    }
    change.about(Scope::of("disclosure_file", id));
    change.note("to_agency", to);
    change.commit().await?;
    Ok(id)
}

/// A change with the permit that reads who is in the file.
async fn open(vault: &Vault, actor: &Actor, id: FileId, operation: Operation, act: Code) -> Result<Change, FileError> {
    let (_, agency) = member_of(actor).map_err(|_| FileError::NotFound)?;
    let scope = Scope::of("disclosure_file", id);
    let permit = own_permit(vault, actor, agency, Verb::Record, scope, Purpose::Rights).await?;
    Ok(vault.change_under(&permit, cause(actor, operation, act, Some(id))).await?)
}

/// The draft of this maker.
async fn own_draft(change: &Change, actor: &Actor, id: FileId) -> Result<MadeFile, FileError> {
    let (member, _) = maker(change, actor).await?;
    let file = store::one_in(change, id).await?.filter(|file| file.made_by == member).ok_or(FileError::NotFound)?;
    if file.state == State::Draft { Ok(file) } else { Err(FileError::Settled) }
}

/// Puts somebody into a draft. Put in twice, they are in it once.
///
/// # Errors
/// [`FileError`]; nothing is kept then.
pub async fn add_person(vault: &Vault, actor: &Actor, id: FileId, person: Id<kind::Person>) -> Result<(), FileError> {
    const ADD: &str = "INSERT INTO disclosure_file_person (id, file, person, controller, added_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (file, person) DO NOTHING";
    let mut change = open(vault, actor, id, Operation::Administration, code!("file_person_added")).await?;
    let file = own_draft(&change, actor, id).await?;
    let people = store::people_in(&change, id, file.from).await?;
    if people.iter().any(|one| one.person == person) {
        return Ok(());
    }
    if people.len() >= MOST_PEOPLE {
        return Err(FileError::TooMany);
    }
    let (row, now): (Id<kind::Entry>, _) = (change.new_id(), change.now());
    change.execute(ADD, params![row, id, person, file.from, now]).await?;
    Ok(change.commit().await?)
}

/// Takes somebody out of a draft.
pub(crate) async fn take_out(
    vault: &Vault,
    actor: &Actor,
    id: FileId,
    person: Id<kind::Person>,
) -> Result<(), FileError> {
    let mut change = open(vault, actor, id, Operation::Administration, code!("file_person_removed")).await?;
    own_draft(&change, actor, id).await?;
    let gone =
        change.execute("DELETE FROM disclosure_file_person WHERE file = $1 AND person = $2", params![id, person]);
    if gone.await? > 0 {
        change.commit().await?;
    }
    Ok(())
}

/// Who is in a file that is not released yet, for those of its own agency.
pub(crate) async fn people_of(vault: &Vault, actor: &Actor, file: &MadeFile) -> Result<Vec<Person>, FileError> {
    let (_, agency) = member_of(actor).map_err(|_| FileError::NotFound)?;
    let scope = Scope::of("disclosure_file", file.id);
    let permit = own_permit(vault, actor, agency, Verb::View, scope, Purpose::Rights).await?;
    Ok(store::people(&vault.read(&permit)?, file.id, agency).await?)
}

/// The maker says that it can be released.
///
/// # Errors
/// [`FileError`]; nothing is changed then.
pub async fn propose(vault: &Vault, actor: &Actor, id: FileId) -> Result<(), FileError> {
    const SQL: &str =
        "UPDATE disclosure_file SET state = 'proposed', proposed_at = $2 WHERE id = $1 AND state = 'draft'";
    let mut change = open(vault, actor, id, Operation::Administration, code!("file_proposed")).await?;
    let file = own_draft(&change, actor, id).await?;
    let people = store::people_in(&change, id, file.from).await?;
    if people.is_empty() {
        return Err(FileError::Nobody);
    }
    let now = change.now();
    change.execute(SQL, params![id, now]).await?;
    change.note("people", people.len());
    Ok(change.commit().await?)
}

/// A file that waits for a second person, for a member who may be that person, and who is in it.
///
/// # Errors
/// [`FileError::Own`] for its maker; [`FileError::Settled`] where it does not wait.
pub async fn file_for_release(vault: &Vault, actor: &Actor, id: FileId) -> Result<(MadeFile, Vec<Person>), FileError> {
    let change = open(vault, actor, id, Operation::Administration, code!("file_read")).await?;
    let file = releasable(&change, actor, id).await?;
    let (_, agency) = member_of(actor).map_err(|_| FileError::NotFound)?;
    let people = store::people_in(&change, id, agency).await?;
    Ok((file, people))
}

async fn is_unit_officer(
    change: &Change,
    member: Id<kind::Member>,
    agency: Id<kind::Agency>,
) -> Result<bool, FileError> {
    const UNIT: &str = "SELECT id AS agency FROM agency WHERE id = $1 AND kind = 'unit'";
    let unit: Vec<Recipient> = change.rows(UNIT, params![agency]).await?;
    Ok(!unit.is_empty() && has_duty(change, member, "data_protection_officer").await?)
}

async fn releasable(change: &Change, actor: &Actor, id: FileId) -> Result<MadeFile, FileError> {
    let (member, agency) = maker(change, actor).await?;
    let file = store::one_in(change, id).await?.ok_or(FileError::NotFound)?;
    if file.from != agency && !is_unit_officer(change, member, agency).await? {
        return Err(FileError::NotFound);
    }
    if file.made_by == member || file.recipient == member {
        return Err(FileError::Own);
    }
    if file.state == State::Proposed { Ok(file) } else { Err(FileError::Settled) }
}

/// A second person does not release it.
///
/// # Errors
/// [`FileError`]; nothing is changed then.
pub async fn refuse_file(vault: &Vault, actor: &Actor, id: FileId) -> Result<(), FileError> {
    const SQL: &str = "UPDATE disclosure_file SET state = 'refused', settled_by = $2, settled_at = $3, ended_at = $3 \
         WHERE id = $1 AND state IN ('proposed', 'draft')";
    let mut change = open(vault, actor, id, Operation::Administration, code!("file_refused")).await?;
    let (member, _) = maker(&change, actor).await?;
    let file = store::one_in(&change, id).await?.ok_or(FileError::NotFound)?;
    // A maker throws their own draft away; what was proposed is a second person's.
    if file.made_by != member || file.state != State::Draft {
        releasable(&change, actor, id).await?;
    }
    let now = change.now();
    change.execute(SQL, params![id, member, now]).await?;
    change.execute("DELETE FROM disclosure_file_person WHERE file = $1", params![id]).await?;
    Ok(change.commit().await?)
}

/// A second person releases it, with what the decider let each person's part hold: the file is written, encrypted, kept for some days (the setting
/// `file_days`), and every row of it is in the register, all in one change.
///
/// # Errors
/// [`FileError`]; nothing is given then.
pub async fn release(vault: &Vault, actor: &Actor, id: FileId, parts: &[Part]) -> Result<(), FileError> {
    const SQL: &str = "UPDATE disclosure_file SET state = 'released', settled_by = $2, settled_at = $3, canary = $4, people = $5, rows_given = $6, \
         blob = $7, sha256 = $8, expires_at = $9 WHERE id = $1 AND state = 'proposed'";
    let (file, people) = file_for_release(vault, actor, id).await?;
    check(&file, &people, actor, parts)?;
    let days = Settings::of(&vault.plain()).await?.number(&DAYS);
    let expires_at = vault.now().plus_hours(24 * days);
    let public_key = key_of(&vault.book(), file.recipient).await?.ok_or(FileError::Recipient)?.public_key;
    let mark = mark(vault, &file, parts, expires_at).await?;
    let canary = canary(vault, id, file.recipient);
    let rows: Vec<_> =
        parts.iter().flat_map(|part| part.rows.iter().map(|row| (part.decided.person, row.clone()))).collect();
    let bytes = sealed(&csv(vault, &mark, &canary, &rows)?, &read_me(&mark), &public_key)?;
    let mut blob = vault.new_blob()?;
    blob.write_all(&bytes).map_err(|error| FileError::Unwritten(error.to_string()))?;
    let blob = blob.finish()?;
    let mut change = open(vault, actor, id, Operation::Disclosure, code!("file_released")).await?;
    releasable(&change, actor, id).await?;
    recipient(&change, file.recipient).await?;
    for part in parts {
        let given: Vec<Given<'_>> = part.rows.iter().filter_map(|row| given(&file, part, row)).collect();
        register_given(&mut change, &part.decided.permit, &given).await?;
    }
    change.keep_blob(&blob, &code!("disclosure_file"), Some(expires_at)).await?;
    let (member, now) = (member_of(actor).map_err(|_| FileError::NotFound)?.0, change.now());
    let in_it: BTreeSet<_> = rows.iter().map(|(person, _)| *person).collect();
    let values = params![id, member, now, &canary, in_it.len(), rows.len(), blob.id, &blob.sha256, expires_at];
    if change.execute(SQL, values).await? == 0 {
        return Err(FileError::Settled);
    }
    change.execute("DELETE FROM disclosure_file_person WHERE file = $1", params![id]).await?;
    change.note("to_agency", file.to);
    change.note("rows", rows.len());
    Ok(change.commit().await?)
}

fn given<'p>(file: &MadeFile, part: &'p Part, row: &super::FileRow) -> Option<Given<'p>> {
    Some(Given {
        record: Some(row.record),
        person: Some(part.decided.person),
        grant: part.decided.permit.grant_of(row.controller, &row.category)?,
        to: file.to,
        member: Some(file.recipient),
        how: How::File,
        via: file.id.to_string(),
    })
}

/// Every row stands on a decision for this file, about somebody who is in it; and says who the person was.
fn check(file: &MadeFile, people: &[Person], actor: &Actor, parts: &[Part]) -> Result<(), FileError> {
    let fits = |decided: &Decided| {
        decided.file == file.id
            && decided.permit.actor() == actor
            && decided.permit.verb() == Verb::Disclose
            && decided.permit.purpose() == file.purpose
            && people.iter().any(|one| one.person == decided.person)
    };
    if parts.iter().all(|part| part.rows.is_empty()) {
        return Err(FileError::Nothing);
    }
    for part in parts {
        let covered = |row: &super::FileRow| part.decided.permit.covers(row.controller, &row.category);
        if !fits(&part.decided) || !part.rows.iter().all(covered) {
            return Err(FileError::Nothing);
        }
        if part.rows.iter().any(|row| row.role.trim().is_empty()) {
            return Err(FileError::BlankRole);
        }
    }
    Ok(())
}

async fn mark(vault: &Vault, file: &MadeFile, parts: &[Part], gone: base::Timestamp) -> Result<Mark, FileError> {
    let agencies = agency::all(&vault.plain()).await?;
    let named =
        |id| agencies.iter().find(|agency| agency.id == id).map_or_else(String::new, |agency| agency.name.clone());
    let recipient = member::by_id(&vault.book(), file.recipient).await?.ok_or(FileError::Recipient)?;
    let mut sentences: Vec<String> = Vec::new();
    for part in parts {
        for sentence in handling(&vault.plain(), &part.decided.permit).await? {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    Ok(Mark {
        file: file.id,
        recipient: recipient.name,
        agency: named(file.to),
        date: time::date(vault.now().date_in_london()),
        purpose: purpose_words(file.purpose),
        from: named(file.from),
        gone: time::full(gone),
        handling: sentences,
    })
}

/// Withdraws a released file where it stands no more on what it was given on: an agreement that its rows name permits nothing, or its
/// recipient has left the agency that it is for. Whether it did.
async fn withdraw_groundless(change: &mut Change, file: &MadeFile) -> Result<bool, FileError> {
    const LEFT: &str =
        "UPDATE disclosure_file SET state = 'withdrawn', ended_at = $2 WHERE id = $1 AND state = 'released'";
    const OVER: &str = "UPDATE disclosure_file SET state = 'withdrawn', ended_at = $2 WHERE id = $1 AND state = 'released' \
         AND id IN (SELECT via FROM disclosure WHERE via = $1 AND kind = 'file' AND ground = 'agreement' AND ground_id <> '' \
         AND REPLACE(CAST($3 AS TEXT), ground_id, '') <> CAST($3 AS TEXT))";
    const AGENCY: &str = "SELECT agency FROM member WHERE id = $1 AND active = $2";
    let now = change.now();
    let works: Vec<Recipient> = change.rows(AGENCY, params![file.recipient, true]).await?;
    let mut withdrawn = 0;
    if !works.iter().any(|works| works.agency == file.to) {
        withdrawn += change.execute(LEFT, params![file.id, now]).await?;
    }
    // All ids in one text: an id is in it where the text is another without it.
    let over = over(change).await?;
    if !over.is_empty() {
        withdrawn += change.execute(OVER, params![file.id, now, over.join(" ")]).await?;
    }
    if withdrawn > 0 {
        erase_withdrawn(change).await?;
    }
    Ok(withdrawn > 0)
}

/// The agreements that permit nothing today, as this change sees them: one that is ended meanwhile waits for the change, or has ended.
async fn over(change: &Change) -> Result<Vec<String>, StoreError> {
    let today = change.now().date_in_london();
    let all = agreement::all_within(change).await?;
    let ended = all.iter().filter(|one| one.standing(today) != agreement::Standing::Live);
    Ok(ended.map(|one| one.id.to_string()).collect())
}

/// The recipient fetches it: the encrypted bytes. What it was given on must still stand; where it doesn't, the file is withdrawn.
pub(crate) async fn fetch(vault: &Vault, actor: &Actor, id: FileId) -> Result<Vec<u8>, FileError> {
    const SQL: &str = "UPDATE disclosure_file SET downloaded_at = COALESCE(downloaded_at, $2) WHERE id = $1";
    let (member, _) = member_of(actor).map_err(|_| FileError::NotFound)?;
    let mut change = vault.change(cause(actor, Operation::Disclosure, code!("file_fetched"), Some(id))).await?;
    let file = store::one_in(&change, id).await?.filter(|file| file.recipient == member).ok_or(FileError::NotFound)?;
    let now = change.now();
    let blob = match (&file.state, file.open(now)) {
        (_, Some(released)) => released.blob.ok_or(FileError::Gone)?,
        (State::Released(_) | State::Withdrawn { .. }, None) => return Err(FileError::Gone),
        _ => return Err(FileError::NotFound),
    };
    if withdraw_groundless(&mut change, &file).await? {
        change.note("withdrawn", 1);
        change.commit().await?;
        return Err(FileError::Groundless);
    }
    change.execute(SQL, params![id, now]).await?;
    change.commit().await?;
    let mut reader = vault.open_blob(blob).await?.ok_or(FileError::Gone)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| FileError::Unwritten(error.to_string()))?;
    Ok(bytes)
}

/// The recipient says that it came; once.
pub(crate) async fn receipt(vault: &Vault, actor: &Actor, id: FileId) -> Result<(), FileError> {
    const SQL: &str = "UPDATE disclosure_file SET receipt_at = $2 WHERE id = $1 AND recipient = $3 AND downloaded_at IS NOT NULL \
         AND receipt_at IS NULL";
    const ROWS: &str = "UPDATE disclosure SET receipt_at = $2, receipt_by = $3 WHERE via = $1 AND kind = 'file'";
    let (member, _) = member_of(actor).map_err(|_| FileError::NotFound)?;
    let mut change = vault.change(cause(actor, Operation::Administration, code!("file_receipt"), Some(id))).await?;
    store::one_in(&change, id).await?.filter(|file| file.recipient == member).ok_or(FileError::NotFound)?;
    let now = change.now();
    if change.execute(SQL, params![id, now, member]).await? == 0 {
        return Err(FileError::Settled);
    }
    change.execute(ROWS, params![id, now, member]).await?;
    Ok(change.commit().await?)
}
