//! Reads a moment type from its TOML file and says everything that is wrong with it at once, in plain words.

use base::{Code, names::fold};
use serde::Deserialize;

use super::{Condition, Escalate, HeldBefore, Limit, Meeting, MomentType, Step};
use crate::moment::Reason;

/// One thing that is wrong with a moment type's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct TypeProblem {
    /// The file's name.
    pub file: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: String,
    name: String,
    what: String,
    #[serde(default)]
    sources: Vec<String>,
    category: String,
    window_hours: u32,
    horizon_days: u32,
    #[serde(default, rename = "where")]
    conditions: Vec<WrittenCondition>,
    ages: WrittenAges,
    clock: WrittenClock,
    held: Option<WrittenHeld>,
    offer: WrittenOffer,
    reasons: WrittenReasons,
    #[serde(default)]
    escalate: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCondition {
    field: String,
    any_of: Option<Vec<String>>,
    none_of: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAges {
    youngest: u16,
    oldest: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClock {
    hours: Option<u32>,
    working_days: Option<u32>,
    starts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHeld {
    field: String,
    what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOffer {
    duty: String,
    agency: Option<String>,
    #[serde(default)]
    districts: Vec<String>,
    meeting: String,
    weekend_cover: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReasons {
    stops: Vec<String>,
    #[serde(default)]
    pauses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    step: String,
    after_hours: Option<u32>,
    before_hours: Option<u32>,
    to: String,
}

struct Check<'a> {
    file: String,
    text: &'a str,
    problems: Vec<TypeProblem>,
}

impl Check<'_> {
    fn refuse(&mut self, problem: impl Into<String>) {
        let mut problem = problem.into();
        if !problem.starts_with("line ")
            && let Some(line) = base::line_about(self.text, &problem)
        {
            problem = format!("line {line}: {problem}");
        }
        self.problems.push(TypeProblem { file: self.file.clone(), problem });
    }

    fn code(&mut self, what: &str, text: &str) -> Code {
        Code::new(text).unwrap_or_else(|error| {
            self.refuse(format!("`{what}` is `{text}`: {error}"));
            base::code!("wrong")
        })
    }

    fn reasons(&mut self, what: &str, texts: &[String]) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(reason) => reasons.push(reason),
                Err(error) => self.refuse(format!("`{what}` names `{text}`: {error}")),
            }
        }
        reasons
    }

    fn condition(&mut self, written: &WrittenCondition) -> Condition {
        let (wanted, values) = match (&written.any_of, &written.none_of) {
            (Some(values), None) => (true, values),
            (None, Some(values)) => (false, values),
            _ => {
                self.refuse(format!("the condition on `{}` needs either `any_of` or `none_of`", written.field));
                return Condition { field: written.field.clone(), wanted: true, values: Vec::new() };
            }
        };
        if values.is_empty() {
            self.refuse(format!("the condition on `{}` lists no value", written.field));
        }
        Condition { field: written.field.clone(), wanted, values: values.iter().map(|value| fold(value)).collect() }
    }

    fn limit(&mut self, clock: &WrittenClock) -> Limit {
        if clock.starts.is_empty() {
            self.refuse("`clock.starts` is empty: name the field the clock starts from, or \"event\"");
        }
        match (clock.hours, clock.working_days) {
            (Some(hours), None) if (1..=8760).contains(&hours) => Limit::Hours(hours),
            (None, Some(days)) if (1..=250).contains(&days) => Limit::WorkingDays(days),
            _ => {
                self.refuse("`clock` needs either `hours` (1 to 8760) or `working_days` (1 to 250)");
                Limit::Hours(1)
            }
        }
    }

    fn meeting(&mut self, text: &str) -> Meeting {
        match text {
            "face_to_face_required" => Meeting::FaceToFaceRequired,
            "face_to_face_preferred" => Meeting::FaceToFacePreferred,
            "either" => Meeting::Either,
            other => {
                self.refuse(format!(
                    "`offer.meeting` is `{other}`: write face_to_face_required, face_to_face_preferred or either"
                ));
                Meeting::Either
            }
        }
    }

    fn step(&mut self, written: &WrittenStep) -> Option<Escalate> {
        let step = match (written.step.as_str(), written.after_hours, written.before_hours) {
            ("unassigned", Some(after_hours), None) => Step::Unassigned { after_hours },
            ("due_soon", None, Some(before_hours)) => Step::DueSoon { before_hours },
            ("breached", None, None) => Step::Breached,
            (step, ..) => {
                self.refuse(format!(
                    "the step `{step}` can't be read: write unassigned with `after_hours`, due_soon with `before_hours`, or breached"
                ));
                return None;
            }
        };
        Some(Escalate { step, to: self.code("escalate.to", &written.to) })
    }
}

/// Reads one file.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(file: &str, text: &str) -> Result<MomentType, Vec<TypeProblem>> {
    let mut check = Check { file: file.to_owned(), text, problems: Vec::new() };
    let written: Written = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            check.refuse(format!("line {line}: {}", error.message()));
            return Err(check.problems);
        }
    };
    let found = checked(&mut check, &written);
    if check.problems.is_empty() { Ok(found) } else { Err(check.problems) }
}

fn checked(check: &mut Check<'_>, written: &Written) -> MomentType {
    if written.ages.youngest > written.ages.oldest {
        check.refuse("`ages`: the youngest is older than the oldest");
    }
    if written.ages.oldest > 24 {
        check.refuse("`ages.oldest` is over 24: moments are for people under 25");
    }
    let stops = check.reasons("reasons.stops", &written.reasons.stops);
    if written.held.as_ref().is_some_and(|held| held.field.trim().is_empty() || held.what.trim().is_empty()) {
        check.refuse("`held` needs a `field` of the record and `what` was held, such as \"the return interview\"");
    }
    let pauses = check.reasons("reasons.pauses", &written.reasons.pauses);
    if !stops.contains(&Reason::Contacted) {
        check.refuse("`reasons.stops` must hold \"contacted\": reaching the person always stops the clock");
    }
    for reason in &stops {
        if pauses.contains(reason) {
            check.refuse(format!("`{reason}` both stops and pauses the clock: keep one"));
        }
        if !reason.may_stop() {
            check.refuse(format!("`{reason}` can never stop the clock: take it out of `reasons.stops`"));
        }
    }
    MomentType {
        code: check.code("code", &written.code),
        name: written.name.clone(),
        what: written.what.clone(),
        sources: written.sources.clone(),
        category: check.code("category", &written.category),
        conditions: written.conditions.iter().map(|one| check.condition(one)).collect(),
        youngest: written.ages.youngest,
        oldest: written.ages.oldest,
        limit: check.limit(&written.clock),
        starts: written.clock.starts.clone(),
        held: written.held.as_ref().map(|held| HeldBefore { field: held.field.clone(), what: held.what.clone() }),
        window_hours: written.window_hours,
        horizon_days: written.horizon_days,
        duty: check.code("offer.duty", &written.offer.duty),
        agency: written.offer.agency.as_ref().map(|agency| check.code("offer.agency", agency)),
        districts: written.offer.districts.clone(),
        meeting: check.meeting(&written.offer.meeting),
        weekend_cover: written.offer.weekend_cover,
        stops,
        pauses,
        escalate: written.escalate.iter().filter_map(|one| check.step(one)).collect(),
    }
}
