//! Retention in the demonstration: the day's plan over the whole county, one legal hold, and one record that its data owner deleted.

use base::{Date, Id, code, kind};
use share::api::{HeldBack, HoldReason, NewHold, erase, member_by_email, put_hold, see_to_retention};
use vault::{Actor, FromRow, Held, Purpose, Row, StoreError, Vault, Verb, params};

use crate::installation::Installation;

/// The unit's data protection officer, and the police's data owner.
const OFFICER: &str = "nadia.hassan@selmarsh.example";
const OWNER: &str = "owen.pryce@selmarsh.example";

struct Due {
    record: String,
    controller: Id<kind::Agency>,
    category: base::Code,
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { record: row.text("record")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Due {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &base::Code {
        &self.category
    }
}

async fn actor(vault: &Vault, email: &str) -> anyhow::Result<Option<Actor>> {
    let member = member_by_email(&vault.book(), email).await?;
    Ok(member.map(|member| Actor::Member { id: member.id, agency: member.agency }))
}

/// Plans, holds one record and erases another, once: a second call finds it done and changes nothing.
///
/// # Errors
/// The vault's.
pub async fn make(open: &Installation) -> anyhow::Result<()> {
    let vault = &open.vault;
    see_to_retention(vault).await?;
    vault.run_due_jobs(&open.handlers).await?;
    let (Some(officer), Some(owner)) = (actor(vault, OFFICER).await?, actor(vault, OWNER).await?) else {
        return Ok(());
    };
    let mut due = due(vault, &owner).await?.into_iter();
    if let Some(record) = due.next() {
        let today = vault.now().date_in_london();
        let held = NewHold {
            held: HeldBack::Record(record.parse()?),
            reason: HoldReason::Inquiry,
            words: "The safeguarding practice review asks that nothing about that summer is lost.".to_owned(),
            case_reference: "LCSPR 2026/3".to_owned(),
            review_on: Date::new(today.year().saturating_add(1), today.month(), 1)?,
            form_key: "demonstration".to_owned(),
        };
        put_hold(vault, &officer, &held).await?;
    }
    if let Some(record) = due.next() {
        let erasing = share::api::Erasing {
            ids: vec![record],
            rule: code!("reviewed"),
            reason: code!("young_child"),
            by: owner,
            second: None,
            form_key: "demonstration".to_owned(),
        };
        erase(vault, &erasing).await?;
        vault.run_due_jobs(&open.handlers).await?;
    }
    Ok(())
}

/// The two that wait longest of the owner's own records.
async fn due(vault: &Vault, owner: &Actor) -> anyhow::Result<Vec<String>> {
    const FIRST: &str = "SELECT record, controller, category FROM retention_review \
         WHERE regime = 'review' AND controller = $1 AND due_on < $2 ORDER BY due_on, record LIMIT 2";
    let Some(agency) = owner.agency() else { return Ok(Vec::new()) };
    let facets = share::api::all_person_facets(&vault.book()).await?;
    let asked = vault::Ask {
        actor: owner.clone(),
        verb: Verb::List,
        scope: vault::Scope::unit(),
        purpose: Purpose::Rights,
        facets: facets.into_iter().filter(|facet| facet.controller == agency).collect(),
        facts: std::collections::BTreeMap::new(),
    };
    let permit = match vault.permit(asked).await {
        Ok(permit) => permit,
        Err(vault::Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(vault::Refusal::Store(error)) => return Err(error.into()),
    };
    let today = vault.now().date_in_london();
    let rows: Vec<Due> = vault.read(&permit)?.rows(FIRST, params![agency, today]).await?;
    Ok(rows.into_iter().map(|due| due.record).collect())
}
