//! Which measures hold now. Each is read from the state of the unit; where the program can’t know, it says so and does not count it as held.

use std::collections::BTreeMap;

use base::{Date, SignedDuration, Timestamp};
use vault::{Staff, StoreError, Vault, catalogue::TableKind, params};

use super::Risk;
use crate::{
    agreement::{self, Agreement, Stage, Standing},
    law::law,
    oversight::backlog::{Late, none_late},
    oversight::processing::numbers::{MEMBERS, WITHOUT_SECOND_FACTOR, number, setting},
};

/// A measure against a risk, and whether it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measure {
    pub what: &'static str,
    /// What is so now.
    pub now: String,
    pub holds: bool,
    /// Where one sees to it; may be empty.
    pub href: &'static str,
}

fn measure(what: &'static str, holds: bool, now: impl Into<String>, href: &'static str) -> Measure {
    Measure { what, now: now.into(), holds, href }
}

/// What the checks look at.
struct State {
    agreements: Vec<Agreement>,
    today: Date,
    now: Timestamp,
    members: u64,
    without_second_factor: u64,
    watched_until: Option<Date>,
    escalated: u64,
    alarms: u64,
    unjustified: u64,
    emergencies: u64,
    expired_for: Option<Date>,
    kept_for_ever: u64,
    unseen_tables: u64,
    published: u64,
    head: Option<Timestamp>,
    partners_with_heads: usize,
    demo: bool,
    late: Late,
}

/// How many days back the checks look.
const DAYS: i64 = 90;

const ESCALATED: &str = "SELECT COUNT(*) AS n FROM unusual_finding WHERE state = 'escalated'";
const ALARMS: &str = "SELECT COUNT(*) AS n FROM unusual_finding WHERE state = 'no'";
// From the days’ numbers of the log, up to last night: nobody’s record is read for this.
const OPENED: &str =
    "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM looked_count WHERE day >= $1 AND verb = 'emergency_opened'";
const UNJUSTIFIED: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM looked_count WHERE day >= $1 AND verb = 'emergency_not_justified'";
const PUBLISHED: &str = "SELECT COUNT(*) AS n FROM transparency_report WHERE published_at >= $1";

async fn state(vault: &Vault, staff: &Staff) -> Result<State, StoreError> {
    let now = vault.now();
    let since = now.plus_hours(-24 * DAYS).date_in_london().to_string();
    let catalogue = vault.catalogue().await?;
    let subject = || catalogue.iter().filter(|entry| entry.kind == TableKind::Subject);
    let for_ever = subject().filter(|entry| entry.retention == "for_ever").count();
    let unseen = subject().filter(|entry| entry.subject_sees.is_empty()).count();
    Ok(State {
        agreements: agreement::all(&vault.plain()).await?,
        today: now.date_in_london(),
        now,
        members: number(staff, MEMBERS, params![true]).await?,
        without_second_factor: number(staff, WITHOUT_SECOND_FACTOR, params![true]).await?,
        watched_until: setting(staff, "unusual_watched_until").await?.and_then(|day| day.parse().ok()),
        escalated: number(staff, ESCALATED, params![]).await?,
        alarms: number(staff, ALARMS, params![]).await?,
        unjustified: number(staff, UNJUSTIFIED, params![&since]).await?,
        emergencies: number(staff, OPENED, params![&since]).await?,
        expired_for: setting(staff, "expired_for").await?.and_then(|day| day.parse().ok()),
        kept_for_ever: for_ever as u64,
        unseen_tables: unseen as u64,
        published: number(staff, PUBLISHED, params![now.plus_hours(-24 * 200)]).await?,
        head: vault.heads(None, 1).await?.first().map(|head| head.at),
        partners_with_heads: vault.heads_given().await?.len(),
        demo: setting(staff, "demo").await?.is_some_and(|set| set == "yes"),
        late: Late::on(vault, now.date_in_london()).await?,
    })
}

/// Every risk with its measures as they stand.
pub(crate) async fn check(vault: &Vault, staff: &Staff) -> Result<BTreeMap<Risk, Vec<Measure>>, StoreError> {
    let state = state(vault, staff).await?;
    Ok(Risk::ALL.iter().map(|risk| (*risk, measures(*risk, &state))).collect())
}

fn measures(risk: Risk, state: &State) -> Vec<Measure> {
    match risk {
        Risk::WithoutLaw => state.without_law(),
        Risk::TooMuch => state.too_much(),
        Risk::Curiosity => state.curiosity(),
        Risk::Emergencies => state.in_emergencies(),
        Risk::TooLong => state.too_long(),
        Risk::NoVoice => state.no_voice(),
        Risk::Children => state.children(),
        Risk::Unfair => state.unfair(),
        Risk::Breach => state.breach(),
        Risk::Machine => vec![rule("Only people decide about a person", "duty_does_not_allow", true)],
    }
}

/// Whether a rule is among those in force.
fn rule(what: &'static str, word: &str, built_in: bool) -> Measure {
    let holds = built_in || law().conduct().iter().any(|conduct| conduct.text.contains(word));
    let now = match (built_in, holds) {
        (true, _) => "built in: no part of the program writes a decision about a person",
        (false, true) => "this rule is in force",
        (false, false) => "no such rule is in force",
    };
    measure(what, holds, now, "/trust/rules")
}

fn recent(day: Option<Date>, today: Date, days: i64) -> bool {
    day.is_some_and(|day| day >= today.saturating_sub(SignedDuration::from_hours(24 * days)))
}

fn of_day(day: Option<Date>) -> String {
    day.map_or_else(|| "not yet".to_owned(), |day| format!("last for {}", web::time::date(day)))
}

impl State {
    fn in_force(&self) -> impl Iterator<Item = &Agreement> {
        self.agreements.iter().filter(|one| matches!(one.stage, Stage::Active) && self.today <= one.terms.ends)
    }

    fn standing(&self, standing: Standing) -> usize {
        self.in_force().filter(|one| one.standing(self.today) == standing).count()
    }

    fn without_law(&self) -> Vec<Measure> {
        let (live, unassessed, overdue) = (
            self.standing(Standing::Live),
            self.standing(Standing::WithoutAssessment),
            self.standing(Standing::ReviewOverdue),
        );
        vec![
            measure(
                "Every disclosure needs a power, a basis and, where it was given in confidence, a ground for that",
                true,
                format!("decided by rule before each look; {live} agreements are in force"),
                "/trust/agreements/map",
            ),
            measure(
                "Every agreement in force has an impact assessment",
                unassessed == 0,
                if unassessed == 0 {
                    "all have".to_owned()
                } else {
                    format!("{unassessed} have none, and permit nothing")
                },
                "/trust/agreements",
            ),
            measure(
                "Every agreement was looked at again by its day",
                overdue == 0,
                if overdue == 0 { "all were".to_owned() } else { format!("{overdue} are overdue, and permit nothing") },
                "/trust/agreements",
            ),
        ]
    }

    fn too_much(&self) -> Vec<Measure> {
        let all: Vec<(&Agreement, usize)> = self
            .in_force()
            .map(|one| {
                let open =
                    one.terms.purposes.iter().filter(|purpose| one.terms.fields_for(**purpose).is_none()).count();
                (one, open)
            })
            .filter(|(_, open)| *open > 0)
            .collect();
        vec![
            measure(
                "Each agreement names the fields that each purpose needs",
                all.is_empty(),
                if all.is_empty() {
                    "all do".to_owned()
                } else {
                    format!("{} agreements in force name none for some purpose: all fields are shown there", all.len())
                },
                "/trust/agreements",
            ),
            measure(
                "Nothing personal leaves in bulk",
                true,
                "there is no export of named people outside the register",
                "",
            ),
        ]
    }

    fn curiosity(&self) -> Vec<Measure> {
        let without = self.without_second_factor;
        let second = if self.demo {
            "this is a demonstration: nobody has one, and everybody is invented".to_owned()
        } else if without == 0 {
            "all have".to_owned()
        } else {
            format!("{without} of {} active members have none, and see nobody", self.members)
        };
        vec![
            measure("Everybody who signs in has a second factor", self.demo || without == 0, second, "/trust/members"),
            measure(
                "Each night, unusual looking is asked about",
                recent(self.watched_until, self.today, 2),
                of_day(self.watched_until),
                "/trust/unusual",
            ),
            measure(
                "Questions about unusual looking are answered in time",
                self.escalated == 0,
                if self.escalated == 0 { "none is late".to_owned() } else { format!("{} were not", self.escalated) },
                "/trust/unusual",
            ),
            measure(
                "What was not part of somebody’s work is dealt with",
                self.alarms == 0,
                if self.alarms == 0 {
                    "nothing waits".to_owned()
                } else {
                    format!("{} wait for the officer", self.alarms)
                },
                "/trust/unusual",
            ),
        ]
    }

    fn in_emergencies(&self) -> Vec<Measure> {
        vec![
            measure(
                "Whoever opens records in an emergency justifies it within a day",
                self.unjustified == 0,
                format!("{} of {} in the last {DAYS} days were not", self.unjustified, self.emergencies),
                "/trust/emergencies",
            ),
            measure("Who did not is barred until the officer lifts it", true, "built in", "/trust/emergencies"),
        ]
    }

    fn too_long(&self) -> Vec<Measure> {
        let (decided, waiting) =
            none_late(self.late.reviews, "records have waited for a decision for more than 30 days");
        vec![
            measure(
                "What only a person may decide to keep is decided within 30 days",
                decided,
                waiting,
                "/trust/retention/queue",
            ),
            measure(
                "What is due is erased every day",
                recent(self.expired_for, self.today, 2),
                of_day(self.expired_for),
                "",
            ),
            measure(
                "No kind of record about people is kept without end",
                self.kept_for_ever == 0,
                if self.kept_for_ever == 0 {
                    "none is".to_owned()
                } else {
                    format!("{} kinds of record about people have no end of their own", self.kept_for_ever)
                },
                "/trust/processing#tables",
            ),
        ]
    }

    fn no_voice(&self) -> Vec<Measure> {
        let (answered, waiting) = none_late(self.late.requests, "requests are past their last day");
        vec![
            measure("Whoever asks about their own data is answered in time", answered, waiting, "/trust/rights"),
            measure(
                "For every kind of record about people it is said how they see it",
                self.unseen_tables == 0,
                if self.unseen_tables == 0 {
                    "it is".to_owned()
                } else {
                    format!("for {} it is not", self.unseen_tables)
                },
                "/trust/processing#tables",
            ),
            measure("Every look is in a log from which anybody can be answered", true, "built in", "/trust/log"),
        ]
    }

    fn children(&self) -> Vec<Measure> {
        vec![
            measure("Under 18 stands wherever a name stands; an unknown age counts as a child’s", true, "built in", ""),
            measure("Who somebody was in an event is never left out, and never blank", true, "built in", ""),
            rule(
                "What was told in confidence is not used to look for suspects",
                "confidence_not_for_prevention",
                false,
            ),
            rule("Help does not become enforcement: a referral never goes to the police", "not_by_referral", false),
        ]
    }

    fn unfair(&self) -> Vec<Measure> {
        vec![
            measure(
                "Who is looked at is published by age, sex and ethnic group",
                self.published > 0,
                if self.published > 0 {
                    "a report was published in the last 200 days".to_owned()
                } else {
                    "no report was published in the last 200 days".to_owned()
                },
                "/trust/transparency",
            ),
            measure(
                "Nobody is called a member of a gang: behaviour is recorded, dated and sourced",
                true,
                "built in",
                "",
            ),
        ]
    }

    fn breach(&self) -> Vec<Measure> {
        let fresh = self.head.is_some_and(|at| self.now.since(at) < SignedDuration::from_hours(26));
        vec![
            measure(
                "The log’s head is signed at least every day",
                fresh,
                self.head.map_or_else(|| "not yet".to_owned(), |at| format!("last on {}", web::time::full(at))),
                "/trust/log",
            ),
            measure(
                "Partners keep heads of the log, so that a change would be seen",
                self.partners_with_heads > 0,
                format!("{} partners were given one", self.partners_with_heads),
                "/trust/log",
            ),
        ]
    }
}
