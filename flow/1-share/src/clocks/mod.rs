//! The unit's own clocks and thresholds: how long an answer may take, from what number on somebody is asked. Each is a setting that is declared
//! once, in the slice where it counts, with what it is, what it usually is and its bounds; read through [`Settings`]; and changed on one page by the
//! unit's data protection officer. What is set and can't be read, or is out of bounds, counts as not set.

pub(crate) mod pages;

use std::collections::BTreeMap;

use base::code;
use vault::{Actor, Cause, Change, FromRow, Operation, Plain, Purpose, Row, Scope, StoreError, Vault, params};

use crate::{ask, disclosure, emergency, oversight::unusual::settings as unusual, seal::second as seal};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Its name in the table, and its field's in the form.
    pub name: &'static str,
    /// What it is, to be read before its value.
    pub label: &'static str,
    /// A line under it; may be empty.
    pub more: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A whole number; `usual` where nothing is set.
    Number { usual: i64, least: i64, most: i64 },
    /// A whole number, or nothing, which means what `nothing` says.
    NumberOrNothing { least: i64, most: i64, nothing: &'static str },
    /// From which hour of the day to which, as `9-17`, or nothing, which means what `nothing` says.
    HoursOfTheDay { nothing: &'static str },
}

/// Every setting, by what it is about.
pub(crate) static GROUPS: &[(&str, &[Setting])] = &[
    ("Requests between agencies", &ask::clock::SETTINGS),
    ("Emergency access", &emergency::SETTINGS),
    ("What was disclosed", &disclosure::SETTINGS),
    ("What is sealed", &seal::SETTINGS),
    ("Unusual access", &unusual::SETTINGS),
];

impl Setting {
    /// What is kept of what was typed: nothing where it is as usual.
    ///
    /// # Errors
    /// A sentence that says what it takes.
    pub(crate) fn read(&self, typed: &str) -> Result<String, String> {
        let typed = typed.trim();
        let within = |least: i64, most: i64| typed.parse::<i64>().ok().filter(|number| (least..=most).contains(number));
        match self.takes {
            Takes::NumberOrNothing { .. } | Takes::HoursOfTheDay { .. } if typed.is_empty() => Ok(String::new()),
            Takes::Number { usual, least, most } => match within(least, most) {
                Some(number) if number == usual => Ok(String::new()),
                Some(number) => Ok(number.to_string()),
                None => Err(format!("{}: enter a whole number from {least} to {most}", self.label)),
            },
            Takes::NumberOrNothing { least, most, .. } => within(least, most)
                .map(|number| number.to_string())
                .ok_or_else(|| format!("{}: enter a whole number from {least} to {most}, or nothing", self.label)),
            Takes::HoursOfTheDay { .. } => hours_of_the_day(typed)
                .map(|(from, to)| format!("{from}-{to}"))
                .ok_or_else(|| format!("{}: enter two hours of the day, such as 9-17, or nothing", self.label)),
        }
    }

    /// What else stands under it: what it usually is, and its bounds.
    fn hint(&self) -> String {
        let bounds = match self.takes {
            Takes::Number { usual, least, most } => format!("Usually {usual}; from {least} to {most}."),
            Takes::NumberOrNothing { least, most, nothing } => {
                format!("From {least} to {most}. Left empty: {nothing}.")
            }
            Takes::HoursOfTheDay { nothing } => format!("Such as 9-17. Left empty: {nothing}."),
        };
        if self.more.is_empty() { bounds } else { format!("{} {bounds}", self.more) }
    }
}

/// `9-17` as hours of the day.
fn hours_of_the_day(text: &str) -> Option<(i8, i8)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (0 <= from && from < to && to <= 24).then_some((from, to))
}

/// What the unit has set. Without anything set, all is as usual.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings(BTreeMap<String, String>);

struct Set(String, String);

impl FromRow for Set {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.text("name")?, row.text("value")?))
    }
}

const SQL: &str = "SELECT name, value FROM setting ORDER BY name";

impl Settings {
    pub(crate) async fn of(plain: &Plain) -> Result<Self, StoreError> {
        Ok(Self::of_rows(plain.rows(SQL, params![]).await?))
    }

    /// As a change sees them.
    pub(crate) async fn within(change: &Change) -> Result<Self, StoreError> {
        Ok(Self::of_rows(change.rows(SQL, params![]).await?))
    }

    fn of_rows(rows: Vec<Set>) -> Self {
        Self(rows.into_iter().map(|Set(name, value)| (name, value)).collect())
    }

    /// The number that counts; none where none is set and none is usual.
    pub(crate) fn number_or_nothing(&self, setting: &Setting) -> Option<i64> {
        let (usual, least, most) = match setting.takes {
            Takes::Number { usual, least, most } => (Some(usual), least, most),
            Takes::NumberOrNothing { least, most, .. } => (None, least, most),
            Takes::HoursOfTheDay { .. } => return None,
        };
        let set = self.0.get(setting.name).and_then(|text| text.parse().ok());
        set.filter(|number| (least..=most).contains(number)).or(usual)
    }

    /// The number that counts.
    pub(crate) fn number(&self, setting: &Setting) -> i64 {
        self.number_or_nothing(setting).unwrap_or_default()
    }

    /// The number that counts, where it is none below zero.
    pub(crate) fn count(&self, setting: &Setting) -> u64 {
        u64::try_from(self.number(setting)).unwrap_or_default()
    }

    /// From which hour of the day to which; none where nothing is set.
    pub(crate) fn hours_of_the_day(&self, setting: &Setting) -> Option<(i8, i8)> {
        hours_of_the_day(self.0.get(setting.name)?)
    }

    /// What counts, as it is typed.
    fn typed(&self, setting: &Setting) -> String {
        match setting.takes {
            Takes::HoursOfTheDay { .. } => {
                self.hours_of_the_day(setting).map_or_else(String::new, |(from, to)| format!("{from}-{to}"))
            }
            _ => self.number_or_nothing(setting).map_or_else(String::new, |number| number.to_string()),
        }
    }

    /// What counts, in words.
    fn words(&self, setting: &Setting) -> String {
        let typed = self.typed(setting);
        match setting.takes {
            Takes::NumberOrNothing { nothing, .. } | Takes::HoursOfTheDay { nothing } if typed.is_empty() => {
                nothing.to_owned()
            }
            _ => typed,
        }
    }
}

/// Keeps what was set, each as [`Setting::read`] gave it; what stays as it was is left alone. Gives how many changed, each with its entry in
/// the log: what it was and what it is.
async fn keep(vault: &Vault, actor: &Actor, wanted: &[(&'static Setting, String)]) -> Result<usize, StoreError> {
    const KEEP: &str =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    const FORGET: &str = "DELETE FROM setting WHERE name = $1";
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("clocks_set"),
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await?;
    let before = Settings::within(&change).await?;
    let mut changed = 0;
    for (setting, value) in wanted {
        let was = before.words(setting);
        if setting.read(&before.typed(setting)).is_ok_and(|kept| kept == *value) {
            continue;
        }
        match value.is_empty() {
            true => change.execute(FORGET, params![setting.name]).await?,
            false => change.execute(KEEP, params![setting.name, value]).await?,
        };
        let is = if value.is_empty() { "as usual" } else { value };
        change.note(setting.name, format!("{was} > {is}"));
        changed += 1;
    }
    if changed > 0 {
        change.commit().await?;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Setting =
        Setting { name: "a", label: "Hours", more: "", takes: Takes::Number { usual: 24, least: 1, most: 720 } };
    const MAYBE: Setting = Setting {
        name: "b",
        label: "Hours",
        more: "",
        takes: Takes::NumberOrNothing { least: 1, most: 9, nothing: "five working days" },
    };
    const OPEN: Setting =
        Setting { name: "c", label: "Hours", more: "", takes: Takes::HoursOfTheDay { nothing: "every hour counts" } };

    #[test]
    fn what_is_typed_is_read_or_refused_in_words() {
        assert_eq!(NUMBER.read(" 48 "), Ok("48".to_owned()));
        assert_eq!(NUMBER.read("024"), Ok(String::new()), "as usual");
        for bad in ["", "0", "721", "two", "1.5", "-3", "99999999999999999999"] {
            assert_eq!(NUMBER.read(bad), Err("Hours: enter a whole number from 1 to 720".to_owned()), "{bad}");
        }
        assert_eq!(MAYBE.read(""), Ok(String::new()));
        assert_eq!(MAYBE.read("9"), Ok("9".to_owned()));
        assert!(MAYBE.read("10").is_err());
        assert_eq!(OPEN.read(" 9 - 17 "), Ok("9-17".to_owned()));
        assert_eq!(OPEN.read(""), Ok(String::new()));
        for bad in ["17-9", "nine to five", "9", "9-25", "-1-5"] {
            assert!(OPEN.read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_set_and_makes_no_sense_counts_as_not_set() {
        let set = |value: &str| {
            let names = [NUMBER.name, MAYBE.name, OPEN.name];
            Settings(names.into_iter().map(|name| (name.to_owned(), value.to_owned())).collect())
        };
        assert_eq!(set("5").number(&NUMBER), 5);
        assert_eq!(set("0").number(&NUMBER), 24);
        assert_eq!(set("soon").number_or_nothing(&MAYBE), None);
        assert_eq!(set("9-17").hours_of_the_day(&OPEN), Some((9, 17)));
        assert_eq!(set("17-9").words(&OPEN), "every hour counts");
        assert_eq!(Settings::default().typed(&NUMBER), "24");
    }

    #[test]
    fn each_is_declared_once_and_can_be_kept_as_it_is() {
        let mut names: Vec<&str> = GROUPS.iter().flat_map(|(_, group)| group.iter()).map(|one| one.name).collect();
        for setting in GROUPS.iter().flat_map(|(_, group)| group.iter()) {
            assert_eq!(setting.read(&Settings::default().typed(setting)), Ok(String::new()), "{}", setting.name);
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
