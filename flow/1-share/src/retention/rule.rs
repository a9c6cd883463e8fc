//! The rules of retention: which category is kept how long from when, and whether it then goes by itself or a named person looks at
//! it. Pure: the facts and the day are given.

use std::collections::BTreeSet;

use base::{Code, Date, SignedDuration};
use serde::Deserialize;

/// From when time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Start {
    /// What the record tells of; the day it came where that isn't dated.
    Event,
    /// The day it came.
    Receipt,
    /// The person's 18th birthday; 18 years after the event where no date of birth is known.
    #[serde(rename = "birthday_18")]
    Birthday18,
    /// The 25th.
    #[serde(rename = "birthday_25")]
    Birthday25,
    /// The last contact with the person; the event where there was none.
    LastContact,
}

impl Start {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Event => "the event",
            Self::Receipt => "the day it came",
            Self::Birthday18 => "the 18th birthday",
            Self::Birthday25 => "the 25th birthday",
            Self::LastContact => "the last contact",
        }
    }
}

/// What happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Then {
    /// A named person looks at it.
    Review,
    /// It goes.
    Expire,
}

impl Then {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Expire => "expire",
        }
    }
}

impl std::str::FromStr for Then {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "review" => Ok(Self::Review),
            "expire" => Ok(Self::Expire),
            _ => Err("neither review nor expiry"),
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Its code; the log and the reports carry it.
    pub code: Code,
    pub name: String,
    /// Whose regime it is, in words.
    pub regime: String,
    pub categories: Vec<Code>,
    /// Only where the person was younger than this at the event.
    pub under: Option<i16>,
    /// Only where the record's kind is one of these.
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub years: i16,
    #[serde(default)]
    pub days: i64,
    pub from: Start,
    pub then: Then,
    /// After so many years at the latest it is looked at again.
    pub again_years: Option<i16>,
    /// No longer than until the person would be so old.
    pub until_age: Option<i16>,
    pub law: String,
    pub words: String,
    #[serde(default)]
    pub note: String,
    /// Somebody compared it with its source.
    #[serde(default)]
    pub checked: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
}

/// What a record's end is counted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub received: Option<Date>,
    pub event: Option<Date>,
    pub born: Option<Date>,
    pub kind: String,
    pub last_contact: Option<Date>,
    /// The day that its feed gave it.
    pub feed: Option<Date>,
    /// In how many days after receipt the shortest agreement about it has it deleted.
    pub agreement_days: Option<u32>,
    /// The day until which somebody decided to keep it.
    pub kept_until: Option<Date>,
}

/// Which of the times that apply is the shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Because {
    Rule,
    Agreement,
    Feed,
    Decision,
}

impl Because {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Agreement => "agreement",
            Self::Feed => "feed",
            Self::Decision => "decision",
        }
    }

    pub(crate) fn words(code: &str) -> &'static str {
        match code {
            "agreement" => "an agreement, whose time is shorter than the rule’s",
            "feed" => "the partner’s own time, which is shorter than the rule’s",
            "decision" => "a decision to keep it until then",
            _ => "the retention rule",
        }
    }
}

/// When a record's time is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub rule: Code,
    pub then: Then,
    /// The last day on which it is kept.
    pub on: Date,
    pub because: Because,
    /// The latest day until which a decision may keep it.
    pub longest: Option<Date>,
}

/// A version's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules(pub Vec<Rule>);

/// The code under which a record stands whose category no rule names: somebody looks at it after a year.
pub(crate) const NO_RULE: &str = "no_rule";

/// The day so many years later; 1 March where there is no 29 February.
pub(crate) fn years_after(day: Date, years: i16) -> Date {
    let year = day.year().saturating_add(years).min(9998);
    Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
}

pub(crate) fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(SignedDuration::from_hours(24 * days))
}

impl Rules {
    /// Reads a version's text.
    ///
    /// # Errors
    /// In words, with the line.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut codes = BTreeSet::new();
        for rule in &file.rules {
            if !codes.insert(rule.code.clone()) || rule.code.as_str() == NO_RULE {
                return Err(format!("Two rules are called {}.", rule.code));
            }
            if rule.categories.is_empty() {
                return Err(format!("The rule {} names no category.", rule.code));
            }
            if rule.years < 0 || rule.days < 0 || rule.years > 150 || rule.days > 60_000 {
                return Err(format!("The rule {} counts backwards, or for longer than a life.", rule.code));
            }
            if rule.then == Then::Review && !rule.again_years.is_some_and(|years| (1..=10).contains(&years)) {
                return Err(format!(
                    "The rule {} must say after how many years it is looked at again: 1 to 10.",
                    rule.code
                ));
            }
            if rule.then == Then::Expire && (rule.again_years.is_some() || rule.until_age.is_some()) {
                return Err(format!("The rule {} expires: it is not looked at again.", rule.code));
            }
        }
        let (reviewed, expired): (Vec<&Rule>, Vec<&Rule>) =
            file.rules.iter().partition(|rule| rule.then == Then::Review);
        let goes = |category: &&Code| expired.iter().any(|rule| rule.categories.contains(category));
        if let Some(both) = reviewed.iter().flat_map(|rule| &rule.categories).find(goes) {
            return Err(format!("One rule reviews {both} and another lets it expire: choose one of them."));
        }
        if file.rules.is_empty() {
            return Err("There is no rule.".to_owned());
        }
        Ok(Self(file.rules))
    }

    /// The starting set.
    pub(crate) const STARTING: &str = include_str!("rules.toml");

    pub(crate) fn by_code(&self, code: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.code.as_str() == code)
    }

    /// The categories of which nothing goes without a named person: expiry passes over them.
    pub(crate) fn reviewed(&self) -> BTreeSet<Code> {
        let rules = self.0.iter().filter(|rule| rule.then == Then::Review);
        rules.flat_map(|rule| rule.categories.iter().cloned()).collect()
    }

    /// When the time of a record of this category is up: the shortest of the rule's, the agreement's and the feed's, or the day until
    /// which somebody decided to keep it.
    pub(crate) fn due(&self, category: &Code, facts: &Facts, today: Date) -> Due {
        let received = facts.received.unwrap_or(today);
        let event = facts.event.unwrap_or(received);
        let Some(rule) = self.0.iter().find(|rule| rule.fits(category, event, facts)) else {
            let on = shortest(years_after(received, 1), facts, received);
            // A category that some rule reviews goes by nobody's hand alone, whichever rule the record falls under.
            return kept_longer(
                Due { rule: base::code!("no_rule"), then: Then::Review, on: on.0, because: on.1, longest: None },
                facts,
            );
        };
        // Where nobody knows how old they were, as if they had been born that day: a feed's or an agreement's time is shorter.
        let born = |age: i16| years_after(facts.born.unwrap_or(event), age);
        let start = match rule.from {
            Start::Event => event,
            Start::Receipt => received,
            Start::Birthday18 => born(18),
            Start::Birthday25 => born(25),
            Start::LastContact => facts.last_contact.map_or(event, |last| last.max(event)),
        };
        let on = days_after(years_after(start, rule.years), rule.days);
        let longest = facts.born.zip(rule.until_age).map(|(born, age)| years_after(born, age));
        let on = longest.map_or(on, |longest| on.min(longest));
        let (on, because) = shortest(on, facts, received);
        kept_longer(Due { rule: rule.code.clone(), then: rule.then, on, because, longest }, facts)
    }

    /// Until when a decision on `today` may keep a record at the longest.
    pub(crate) fn keep_at_most(&self, rule: &str, longest: Option<Date>, today: Date) -> Date {
        let again = self.by_code(rule).and_then(|rule| rule.again_years).unwrap_or(1);
        let again = years_after(today, again);
        // Whoever would be over the age already is kept for a year at a time at the most, each time by a person.
        longest.map_or(again, |longest| again.min(longest.max(years_after(today, 1))))
    }
}

fn shortest(by_rule: Date, facts: &Facts, received: Date) -> (Date, Because) {
    let agreement = facts.agreement_days.map(|days| (days_after(received, i64::from(days)), Because::Agreement));
    let feed = facts.feed.map(|day| (day, Because::Feed));
    [Some((by_rule, Because::Rule)), agreement, feed].into_iter().flatten().min().unwrap_or((by_rule, Because::Rule))
}

fn kept_longer(due: Due, facts: &Facts) -> Due {
    match facts.kept_until.filter(|_| due.then == Then::Review) {
        Some(until) => Due { on: until, because: Because::Decision, ..due },
        None => due,
    }
}

impl Rule {
    fn fits(&self, category: &Code, event: Date, facts: &Facts) -> bool {
        self.categories.contains(category)
            && self.under.is_none_or(|age| facts.born.is_some_and(|born| years_after(born, age) > event))
            && (self.kinds.is_empty() || self.kinds.contains(&facts.kind))
    }

    /// How long, in words.
    pub(crate) fn length(&self) -> String {
        let some = |n: i64, one: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {one}s")),
        };
        let parts: Vec<String> =
            [some(i64::from(self.years), "year"), some(self.days, "day")].into_iter().flatten().collect();
        if parts.is_empty() { "until".to_owned() } else { format!("{} after", parts.join(" and ")) }
    }

    /// About how many years that is for somebody of 15 whose event and receipt are today: for the bar on the page.
    pub(crate) fn years_about(&self) -> f64 {
        let before = match self.from {
            Start::Birthday18 => 3.0,
            Start::Birthday25 => 10.0,
            Start::Event | Start::Receipt | Start::LastContact => 0.0,
        };
        before + f64::from(self.years) + self.days as f64 / 365.25
    }
}
