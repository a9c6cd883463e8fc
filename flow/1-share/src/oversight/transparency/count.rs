//! Counting a quarter, as a job: from the days’ numbers of the log, and, under a permit to count, from what was asked, opened in an
//! emergency and erased. People by age, sex and ethnic group are counted by a later stage, which has them.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use base::{Id, Timestamp, code, kind};
use vault::{
    Actor, Cause, Counter, FromRow, Operation, Published, Purpose, Row, Scope, Vault,
    jobs::{Handler, Job, JobFault},
    params,
};

use super::{Quarter, Report, Section, Words, publish_counts, store};
use crate::{
    agency,
    agreement::{self, purpose_words},
    law::law,
    oversight::{backlog::counter, unusual::store::watched_until},
    rights,
};

/// Its kind.
pub(super) const KIND: &str = "draft_transparency";

/// Counts the people whose records were shown or given.
#[async_trait]
pub trait CountPeople: Send + Sync {
    /// For each breakdown its head (`Age`), and how many people of each group there were; suppressed. From one instant until another.
    ///
    /// # Errors
    /// A [`JobFault`].
    async fn by_group(
        &self,
        vault: &Vault,
        actor: &Actor,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<PeopleTable>, JobFault>;
}

/// How many people of each group.
pub struct PeopleTable {
    /// The head of its first column: `Age`.
    pub head: &'static str,
    /// The groups in plain words, in the order in which the table has them.
    pub labels: Vec<String>,
    /// The counts, in one column.
    pub counts: Published,
}

/// The job `draft_transparency`: counts a quarter anew, unless its report is published.
pub struct DraftTransparency(Arc<dyn CountPeople>);

impl DraftTransparency {
    /// With whoever counts people.
    pub fn new(people: impl CountPeople + 'static) -> Self {
        Self(Arc::new(people))
    }
}

#[async_trait]
impl Handler for DraftTransparency {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let quarter: Quarter =
            job.text("quarter")?.parse().map_err(|problem: &str| JobFault::Hopeless(problem.to_owned()))?;
        let unit = job.text("unit").unwrap_or_default().to_owned();
        let actor = job.actor()?;
        let counting = Counting { vault, actor: &actor, quarter };
        let report = counting.report(unit, self.0.as_ref()).await?;
        let cause = Cause {
            actor: actor.clone(),
            purpose: Purpose::Statistics,
            operation: Operation::Administration,
            act: code!("transparency_counted"),
            scope: Scope::unit(),
        };
        let mut change = vault.change(cause).await?;
        if store::keep(&mut change, quarter, &report).await? {
            change.note("quarter", quarter);
            change.commit().await?;
        }
        Ok(())
    }
}

struct Counted {
    row: String,
    column: String,
    n: u64,
}

impl FromRow for Counted {
    fn from_row(row: &Row) -> Result<Self, vault::StoreError> {
        Ok(Self { row: row.text("row_key")?, column: row.text("column_key")?, n: row.count("n")? })
    }
}

const BY_PURPOSE: &str = "SELECT purpose AS row_key, outcome AS column_key, CAST(SUM(n) AS BIGINT) AS n FROM looked_count \
     WHERE day >= $1 AND day < $2 AND held_by = '' AND by_kind = 'member' AND verb IN ('view', 'search', 'list', 'disclose') \
     GROUP BY purpose, outcome";
const BY_PARTNER: &str = "SELECT held_by AS row_key, CASE verb WHEN 'disclose' THEN 'given' ELSE 'shown' END AS column_key, \
     CAST(SUM(n) AS BIGINT) AS n FROM looked_count WHERE day >= $1 AND day < $2 AND held_by <> '' AND held_by <> by_agency \
     AND by_kind IN ('member', 'token') AND verb IN ('view', 'search', 'list', 'disclose') AND outcome = 'allowed' \
     GROUP BY held_by, CASE verb WHEN 'disclose' THEN 'given' ELSE 'shown' END";
const BY_CATEGORY: &str = "SELECT category AS row_key, CASE outcome WHEN 'allowed' THEN 'allowed' ELSE 'refused' END AS column_key, \
     CAST(SUM(n) AS BIGINT) AS n FROM looked_count WHERE day >= $1 AND day < $2 AND held_by <> '' AND held_by <> by_agency \
     AND by_kind IN ('member', 'token') AND verb IN ('view', 'search', 'list', 'disclose') \
     GROUP BY category, CASE outcome WHEN 'allowed' THEN 'allowed' ELSE 'refused' END";
const ERASED: &str = "SELECT category AS row_key, rule AS column_key, COUNT(*) AS n FROM tombstone \
     WHERE erased_at >= $1 AND erased_at < $2 GROUP BY category, rule";
const QUESTIONS: &str = "SELECT rule AS row_key, CASE state WHEN 'yes' THEN 'yes' WHEN 'no' THEN 'no' WHEN 'closed' THEN 'no' ELSE 'open' \
     END AS column_key, COUNT(*) AS n FROM unusual_finding WHERE found_at >= $1 AND found_at < $2 AND state <> 'passed_over' \
     GROUP BY rule, CASE state WHEN 'yes' THEN 'yes' WHEN 'no' THEN 'no' WHEN 'closed' THEN 'no' ELSE 'open' END";
const ASKS: &str = "SELECT state AS row_key, CASE WHEN settled_at IS NULL THEN 'open' WHEN settled_at <= answer_by THEN 'in_time' \
     ELSE 'late' END AS column_key, COUNT(*) AS n FROM ask WHERE asked_at >= $1 AND asked_at < $2 \
     AND CAST($3 AS TEXT) || ' ' || category IN ({in}) \
     GROUP BY state, CASE WHEN settled_at IS NULL THEN 'open' WHEN settled_at <= answer_by THEN 'in_time' ELSE 'late' END";
// What was told to be overdue once is late, whenever it was answered.
const RIGHTS: &str = "SELECT kind AS row_key, CASE WHEN escalated_at IS NOT NULL THEN 'late' WHEN closed_at IS NULL THEN 'open' \
     ELSE 'in_time' END AS column_key, COUNT(*) AS n FROM rights_request WHERE received_on >= $1 AND received_on < $2 \
     AND controller || ' ' || category IN ({in}) \
     GROUP BY kind, CASE WHEN escalated_at IS NOT NULL THEN 'late' WHEN closed_at IS NULL THEN 'open' ELSE 'in_time' END";
const REVIEWS: &str = "SELECT controller AS row_key, CASE WHEN due_on < $2 THEN 'long' ELSE 'month' END AS column_key, COUNT(*) AS n \
     FROM retention_review WHERE regime = 'review' AND batch IS NULL AND due_on < $1 AND controller <> '' \
     AND CAST($3 AS TEXT) || ' data_request' IN ({in}) GROUP BY controller, CASE WHEN due_on < $2 THEN 'long' ELSE 'month' END";
const EMERGENCIES: &str = "SELECT COALESCE(verdict, 'open') AS row_key, CASE WHEN justified_at IS NULL THEN 'not' \
     WHEN justified_at <= justify_by THEN 'in_time' ELSE 'late' END AS column_key, COUNT(*) AS n FROM emergency_access \
     WHERE opened_at >= $1 AND opened_at < $2 AND CAST($3 AS TEXT) || ' ' || category IN ({in}) \
     GROUP BY COALESCE(verdict, 'open'), CASE WHEN justified_at IS NULL THEN 'not' WHEN justified_at <= justify_by THEN 'in_time' \
     ELSE 'late' END";

/// One quarter’s counting.
struct Counting<'a> {
    vault: &'a Vault,
    actor: &'a Actor,
    quarter: Quarter,
}

impl Counting<'_> {
    async fn report(&self, unit: String, people: &dyn CountPeople) -> Result<Report, JobFault> {
        let staff = self.vault.staff(self.actor, Purpose::Statistics, code!("transparency_counted")).await?;
        let (from, until) = self.quarter.bounds();
        let last = self.quarter.after().first().yesterday().unwrap_or(self.quarter.first());
        let counted_until = watched_until(&staff).await?.map_or_else(String::new, |day| day.min(last).to_string());
        let mut sections = self.of_the_log(&staff).await?;
        sections.extend(self.of_requests(from, until).await?);
        for table in people.by_group(self.vault, self.actor, from, until).await? {
            sections.push(of_people(&table));
        }
        sections.push(self.of_questions(&staff, from, until).await?);
        sections.push(self.of_erasures(from, until).await?);
        sections.push(self.of_agreements().await?);
        Ok(Report {
            quarter: self.quarter.to_string(),
            unit,
            counted_at: web::time::full(self.vault.now()),
            counted_until,
            sections,
        })
    }

    async fn of_the_log(&self, staff: &vault::Staff) -> Result<Vec<Section>, JobFault> {
        let plain = self.vault.plain();
        let (first, after) = (self.quarter.first().to_string(), self.quarter.after().first().to_string());
        let table = async |sql| {
            let found: Vec<Counted> = staff.rows(sql, params![&first, &after]).await?;
            publish_counts(&triples(found))
        };
        let names: BTreeMap<String, String> =
            agency::all(&plain).await?.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect();
        let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| "A former partner".to_owned());
        Ok(vec![
            Section::of(
                &Words {
                    title: "Requests to see people’s records, by purpose",
                    note: "Each time that somebody who works in a partner asked to look at, list, search or give out records. A request is \
                           allowed where any part of it was.",
                    head: "Purpose",
                    row: &purpose,
                    column: &outcome,
                },
                &table(BY_PURPOSE).await?,
            ),
            Section::of(
                &Words {
                    title: "Records of one agency shown or given to another, by whose they are",
                    note: "Each kind of record of that agency, each time that a request of another agency was allowed to see it, whether or \
                           not there was one of the person.",
                    head: "Whose records",
                    row: &name,
                    column: &|key| (if key == "given" { "Given out" } else { "Shown" }).to_owned(),
                },
                &table(BY_PARTNER).await?,
            ),
            Section::of(
                &Words {
                    title: "Records of one agency asked for by another, by kind",
                    note: "As above, by kind of record; with those that the rules refused where they refused the whole request.",
                    head: "Kind of record",
                    row: &category,
                    column: &outcome,
                },
                &table(BY_CATEGORY).await?,
            ),
        ])
    }

    async fn of_requests(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Section>, JobFault> {
        let Some(unit) = agency::unit(&self.vault.plain()).await? else { return Ok(Vec::new()) };
        let counter = counter(self.vault, self.actor, unit.id).await?;
        let table = async |sql| counter.table(sql, params![from, until, unit.id]).await;
        Ok(vec![
            Section::of(
                &Words {
                    title: "Questions from one agency to another, by answer",
                    note: "A member asks a partner for records of one person; that partner’s data owner decides. In time: by the clock that \
                           was set when it was asked.",
                    head: "Answer",
                    row: &|key| {
                        let words = match key {
                            "granted" => "Opened, as far as was asked or less",
                            "refused" => "Refused",
                            "withdrawn" => "Taken back by whoever asked",
                            "expired" => "Closed without an answer",
                            _ => "Waiting",
                        };
                        words.to_owned()
                    },
                    column: &timing,
                },
                &table(ASKS).await?,
            ),
            Section::of(
                &Words {
                    title: "Records opened in an emergency, by verdict",
                    note: "Somebody opened a person’s records at once. They justify it within a day; the data protection officer judges it.",
                    head: "Verdict",
                    row: &|key| {
                        let words = match key {
                            "proper" => "Proper",
                            "improper" => "Improper",
                            _ => "Not judged yet",
                        };
                        words.to_owned()
                    },
                    column: &timing,
                },
                &table(EMERGENCIES).await?,
            ),
            self.of_rights(&counter).await?,
            self.of_reviews(&counter, unit.id).await?,
        ])
    }

    async fn of_rights(&self, counter: &Counter) -> Result<Section, JobFault> {
        let words = Words {
            title: "People’s requests about their own data, by right",
            note: "Received in the quarter. Late: not answered by the last day that the law gives, whenever it was answered after.",
            head: "Right",
            row: &|key| {
                key.parse::<rights::Kind>()
                    .map_or_else(|_| crate::wording::sentence(key), |kind| kind.words().to_owned())
            },
            column: &timing,
        };
        let (first, after) = (self.quarter.first(), self.quarter.after().first());
        Ok(Section::of(&words, &counter.table(RIGHTS, params![first, after]).await?))
    }

    async fn of_reviews(&self, counter: &Counter, unit: Id<kind::Agency>) -> Result<Section, JobFault> {
        let names: BTreeMap<String, String> = agency::all(&self.vault.plain())
            .await?
            .into_iter()
            .map(|agency| (agency.id.to_string(), agency.name))
            .collect();
        let words = Words {
            title: "Records whose time is up and that wait for a decision, by whose they are",
            note: "On the day of counting. A named person decides whether each is still needed.",
            head: "Whose records",
            row: &|key| names.get(key).cloned().unwrap_or_else(|| "A former partner".to_owned()),
            column: &|key| (if key == "long" { "For more than 30 days" } else { "For up to 30 days" }).to_owned(),
        };
        let today = self.vault.now().date_in_london();
        let long = today.saturating_sub(base::SignedDuration::from_hours(24 * crate::retention::ESCALATED_DAYS));
        Ok(Section::of(&words, &counter.table(REVIEWS, params![today, long, unit]).await?))
    }

    async fn of_questions(&self, staff: &vault::Staff, from: Timestamp, until: Timestamp) -> Result<Section, JobFault> {
        let found: Vec<Counted> = staff.rows(QUESTIONS, params![from, until]).await?;
        let words = Words {
            title: "Looking that stood out, by what was answered",
            note: "Whoever leads a member is asked whether looking that stood out was part of their work.",
            head: "What stood out",
            row: &|key| {
                let rule: Result<crate::oversight::unusual::Rule, _> = key.parse();
                rule.map_or_else(|_| key.replace('_', " "), |rule| rule.words().to_owned())
            },
            column: &|key| {
                let words = match key {
                    "yes" => "Part of the work",
                    "no" => "Not part of it",
                    _ => "Not answered yet",
                };
                words.to_owned()
            },
        };
        Ok(Section::of(&words, &publish_counts(&triples(found))?))
    }

    async fn of_erasures(&self, from: Timestamp, until: Timestamp) -> Result<Section, JobFault> {
        let found: Vec<Counted> = self.vault.plain().rows(ERASED, params![from, until]).await?;
        let words = Words {
            title: "What was erased, by kind and why",
            note: "Rows about people that were deleted at the end of their time or by right.",
            head: "Kind of record",
            row: &category,
            column: &|key| crate::wording::sentence(key),
        };
        Ok(Section::of(&words, &publish_counts(&triples(found))?))
    }

    /// Agreements are not people: nothing of them is suppressed.
    async fn of_agreements(&self) -> Result<Section, JobFault> {
        let all = agreement::all(&self.vault.plain()).await?;
        let today = self.vault.now().date_in_london();
        let last = self.quarter.after().first().yesterday().unwrap_or(today).min(today);
        let live = all.iter().filter(|one| one.standing(last) == agreement::Standing::Live).count();
        let ended = all.iter().filter(|one| (self.quarter.first()..=last).contains(&one.terms.ends)).count();
        let line = |label: &str, n: usize| super::Line { label: label.to_owned(), cells: vec![n.to_string()] };
        Ok(Section {
            title: "Agreements to share".to_owned(),
            note: "Information sharing agreements between partners.".to_owned(),
            head: "Agreements".to_owned(),
            columns: vec!["Number".to_owned()],
            rows: vec![line("Live on the last day", live), line("Came to their end in the quarter", ended)],
        })
    }
}

fn of_people(table: &PeopleTable) -> Section {
    let title = format!("Young people whose records were opened or given, by {}", table.head.to_lowercase());
    let label = |key: &str| {
        let at = table.counts.rows.iter().position(|row| row == key);
        at.and_then(|at| table.labels.get(at)).cloned().unwrap_or_else(|| key.to_owned())
    };
    Section::of(
        &Words {
            title: &title,
            note: "Each once: everybody with a reachable moment whose record or moment was opened by, or given to, somebody in the quarter. \
                   People without a moment are not in this table.",
            head: table.head,
            row: &label,
            column: &|_| "People".to_owned(),
        },
        &table.counts,
    )
}

fn triples(found: Vec<Counted>) -> Vec<(String, String, u64)> {
    found.into_iter().map(|one| (one.row, one.column, one.n)).collect()
}

fn purpose(code: &str) -> String {
    crate::wording::sentence(
        &code.parse::<Purpose>().map_or_else(|_| code.to_owned(), |purpose| purpose_words(purpose).to_owned()),
    )
}

fn category(code: &str) -> String {
    code.parse().map_or_else(|_| crate::wording::sentence(code), |category| law().category(&category).name)
}

fn outcome(key: &str) -> String {
    crate::wording::sentence(key)
}

fn timing(key: &str) -> String {
    let words = match key {
        "in_time" => "In time",
        "late" => "Late",
        "not" => "Not justified",
        _ => "Not yet",
    };
    words.to_owned()
}
