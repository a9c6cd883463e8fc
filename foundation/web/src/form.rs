//! Forms: what was typed, kept as it came, and what is wrong with it, by field. A handler reads the domain's types out of
//! it one by one; each reading that fails leaves its sentence behind; then either all of it is good or the page is shown
//! again with everything that was typed.
//!
//! ```text
//! async fn record(page: Page, mut form: Form, …) -> web::Result {
//!     let reached = form.choice::<Reached>("reached", "Select whether you reached them");
//!     let when = form.date("when", "the date of the contact");
//!     let note = form.optional("note", 2000);
//!     let (true, Some(reached), Some(when)) = (form.is_good(), reached, when) else {
//!         return web::render_errors(ContactPage { page: page.title("Record contact").with(&form), form });
//!     };
//!     …
//! }
//! ```

use std::str::FromStr;

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use base::{Date, Time, Timestamp, first_large, london};

use crate::{Fault, Site, cross_site};

/// What was typed into a form, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    errors: Vec<(String, String)>,
}

impl Form {
    /// A form as it is first shown: nothing typed.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A form as it is first shown, with what is already known.
    #[must_use]
    pub fn of<K: Into<String>, V: Into<String>>(known: impl IntoIterator<Item = (K, V)>) -> Self {
        let fields = known.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { fields, errors: Vec::new() }
    }

    /// What a browser sent (`a=1&b=2`), line ends as `\n`.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes)
            .filter(|(name, _)| name != cross_site::FIELD)
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        Self { fields: fields.collect(), errors: Vec::new() }
    }

    /// Adds a value; for forms whose fields come from elsewhere (an upload's text fields).
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.push((name.into(), value.into()));
    }

    /// What was typed into a field, as it was typed; empty where nothing was.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field: checkboxes.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a field has this value: what is checked, what is selected.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(field, typed)| field == name && typed == value)
    }

    /// Leaves a sentence about a field. The first one about it counts.
    pub fn refuse(&mut self, name: &str, sentence: impl Into<String>) {
        if self.error(name).is_empty() {
            self.errors.push((name.to_owned(), sentence.into()));
        }
    }

    /// What is wrong with a field; empty where nothing is.
    #[must_use]
    pub fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(field, _)| field == name).map_or("", |(_, sentence)| sentence)
    }

    /// Everything that is wrong, as (field, sentence), in the order it was found.
    #[must_use]
    pub fn errors(&self) -> &[(String, String)] {
        &self.errors
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    /// The ids of what describes a field, for `aria-describedby`; for the macros.
    #[must_use]
    pub fn described(&self, name: &str, hint: &str) -> String {
        match (hint.is_empty(), self.error(name).is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("{name}-hint"),
            (true, false) => format!("{name}-error"),
            (false, false) => format!("{name}-hint {name}-error"),
        }
    }

    /// Text without the spaces around it; leaves `sentence` where there is none ("Enter your name"), and says so where it
    /// is over `max` characters.
    pub fn required(&mut self, name: &str, max: usize, sentence: &str) -> Option<String> {
        let text = self.optional(name, max)?;
        if text.is_empty() {
            self.refuse(name, sentence);
            return None;
        }
        Some(text)
    }

    /// Text without the spaces around it, which may be empty; leaves a sentence where it is over `max` characters.
    pub fn optional(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.value(name).trim().to_owned();
        let length = text.chars().count();
        if length > max {
            self.refuse(name, format!("This has {length} characters; it must have {max} or fewer"));
            return None;
        }
        Some(text)
    }

    /// A value that is read from text (a choice, an id, a code); leaves `sentence` where it can't be.
    pub fn choice<T: FromStr>(&mut self, name: &str, sentence: &str) -> Option<T> {
        let read = self.value(name).trim().parse().ok();
        if read.is_none() {
            self.refuse(name, sentence);
        }
        read
    }

    /// Every value of a set of checkboxes; leaves `sentence` where one can't be read or none is checked.
    pub fn choices<T: FromStr>(&mut self, name: &str, sentence: &str) -> Option<Vec<T>> {
        let read: Option<Vec<T>> = self.values(name).into_iter().map(|value| value.parse().ok()).collect();
        let read = read.filter(|values| !values.is_empty());
        if read.is_none() {
            self.refuse(name, sentence);
        }
        read
    }

    /// A date from the three fields of `govuk::date_input`; `what` is "the date of the contact".
    pub fn date(&mut self, name: &str, what: &str) -> Option<Date> {
        let part = |suffix: &str| self.value(&format!("{name}-{suffix}")).trim().to_owned();
        let (day, month, year) = (part("day"), part("month"), part("year"));
        let missing: Vec<&str> = [("a day", &day), ("a month", &month), ("a year", &year)]
            .iter()
            .filter(|(_, typed)| typed.is_empty())
            .map(|(word, _)| *word)
            .collect();
        let date = match missing.as_slice() {
            [] => real_date(&day, &month, &year).ok_or_else(|| format!("{} must be a real date", first_large(what))),
            [_, _, _] => Err(format!("Enter {what}")),
            some => Err(format!("{} must include {}", first_large(what), some.join(" and "))),
        };
        match date {
            Ok(date) => Some(date),
            Err(sentence) => {
                self.refuse(name, sentence);
                None
            }
        }
    }

    /// An instant from the four fields of `govuk::date_time_input`, by London's clocks; `what` is "the start of the shift".
    pub fn date_time(&mut self, name: &str, what: &str) -> Option<Timestamp> {
        let date = self.date(name, what)?;
        let typed = self.value(&format!("{name}-time")).trim().to_owned();
        let at = time_of_day(&typed).and_then(|time| london::resolve(date.to_datetime(time)).ok());
        if at.is_none() {
            let problem = if typed.is_empty() { "include a time" } else { "have a real time, such as 3:30pm or 15:30" };
            self.refuse(name, format!("{} must {problem}", first_large(what)));
        }
        at
    }

    /// Whether nothing is typed in any of the four fields of `govuk::date_time_input`.
    #[must_use]
    pub fn date_time_is_blank(&self, name: &str) -> bool {
        ["day", "month", "year", "time"].iter().all(|part| self.value(&format!("{name}-{part}")).trim().is_empty())
    }

    /// Fills the four fields of `govuk::date_time_input`.
    pub fn put_date_time(&mut self, name: &str, at: Timestamp) {
        self.put_date(name, at.date_in_london());
        self.put(format!("{name}-time"), at.in_london().strftime("%H:%M").to_string());
    }

    /// Fills the three fields of `govuk::date_input`.
    pub fn put_date(&mut self, name: &str, date: Date) {
        self.put(format!("{name}-day"), date.day().to_string());
        self.put(format!("{name}-month"), date.month().to_string());
        self.put(format!("{name}-year"), date.year().to_string());
    }
}

fn real_date(day: &str, month: &str, year: &str) -> Option<Date> {
    let year: i16 = year.parse().ok().filter(|year| (1900..=2200).contains(year))?;
    Date::new(year, month_number(month)?, day.parse().ok()?).ok()
}

/// 1 to 12, or a month's name or its first three letters.
fn month_number(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let start = text.get(..3)?.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| *name == start)?;
    i8::try_from(at + 1).ok()
}

/// `15:30`, `15.30`, `3:30pm`, `3pm`.
fn time_of_day(text: &str) -> Option<Time> {
    let text = text.to_ascii_lowercase().replace(' ', "");
    let (clock, afternoon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(false)),
        (_, Some(clock)) => (clock, Some(true)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = match clock.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute),
        None if afternoon.is_some() => (clock, "0"),
        _ => return None,
    };
    let hour: i8 = hour.parse().ok()?;
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    Time::new(hour, minute.parse().ok()?, 0, 0).ok()
}

impl FromRequest<Site> for Form {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Fault> {
        let bytes = to_bytes(request.into_body(), cross_site::FORM_LIMIT)
            .await
            .map_err(|_| Fault::TooLarge("The form is larger than 1 MB. Nothing was saved.".into()))?;
        Ok(Self::parse(&bytes))
    }
}

/// What stands after the `?` of an address, as a form: filters, pages of a list, `next`.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Form);

impl FromRequestParts<Site> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Self::Rejection> {
        Ok(Self(Form::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// One choice of radios, checkboxes or a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub text: String,
    /// A line under it; may be empty.
    pub hint: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl ToString, text: impl Into<String>) -> Self {
        Self { value: value.to_string(), text: text.into(), hint: String::new() }
    }

    /// With a line under it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_people_type_them() {
        let read = |day: &str, month: &str, year: &str| {
            let mut form = Form::of([("when-day", day), ("when-month", month), ("when-year", year)]);
            let date = form.date("when", "the date of the contact").map(|date| date.to_string());
            date.unwrap_or_else(|| form.error("when").to_owned())
        };
        assert_eq!(read("24", "11", "2026"), "2026-11-24");
        assert_eq!(read(" 4 ", "November", "2026"), "2026-11-04");
        assert_eq!(read("4", "nov", "2026"), "2026-11-04");
        assert_eq!(read("31", "2", "2026"), "The date of the contact must be a real date");
        assert_eq!(read("4", "11", "26"), "The date of the contact must be a real date");
        assert_eq!(read("4", "é", "2026"), "The date of the contact must be a real date");
        assert_eq!(read("", "", ""), "Enter the date of the contact");
        assert_eq!(read("4", "", ""), "The date of the contact must include a month and a year");
    }

    #[test]
    fn times_as_people_type_them() {
        let read = |day: &str, time: &str| {
            let typed = [("at-day", day), ("at-month", "7"), ("at-year", "2026"), ("at-time", time)];
            let mut form = Form::of(typed);
            let at = form.date_time("at", "the start of the shift").map(|at| at.to_string());
            at.unwrap_or_else(|| form.error("at").to_owned())
        };
        for same in ["15:30", "15.30", "3:30pm", " 3:30 PM "] {
            assert_eq!(read("1", same), "2026-07-01T14:30:00Z", "{same}, by London's clocks");
        }
        assert_eq!(read("1", "12am"), "2026-06-30T23:00:00Z");
        assert_eq!(read("1", "12pm"), "2026-07-01T11:00:00Z");
        assert_eq!(read("1", ""), "The start of the shift must include a time");
        assert_eq!(read("32", "15:30"), "The start of the shift must be a real date");
        for wrong in ["15", "25:00", "13pm", "0am", "3:5pm", "noon", "é"] {
            let said = read("1", wrong);
            assert_eq!(said, "The start of the shift must have a real time, such as 3:30pm or 15:30", "{wrong}");
        }
    }

    #[test]
    fn a_time_that_is_put_is_read_again() {
        let at: Timestamp = "2026-11-24T15:00:00Z".parse().unwrap();
        let mut form = Form::empty();
        assert!(form.date_time_is_blank("at"));
        form.put_date_time("at", at);
        assert!(!form.date_time_is_blank("at"));
        assert_eq!(form.date_time("at", "the start"), Some(at));
    }

    #[test]
    fn text_is_trimmed_counted_in_letters_and_kept_as_typed() {
        let mut form = Form::parse("name=++Zo%C3%AB++&note=a%0D%0Ab&_csrf=x&name=second".as_bytes());
        assert_eq!(form.required("name", 3, "Enter a name").as_deref(), Some("Zoë"));
        assert_eq!(form.value("name"), "  Zoë  ");
        assert_eq!(form.values("name"), ["  Zoë  ", "second"]);
        assert_eq!(form.value("note"), "a\nb");
        assert_eq!(form.value("_csrf"), "", "the token is not part of the form");
        assert!(form.is_good());
        assert_eq!(form.required("other", 9, "Enter the other"), None);
        assert_eq!(form.required("name", 2, "Enter a name"), None);
        assert_eq!(form.errors().len(), 2);
        form.refuse("other", "a second sentence");
        assert_eq!(form.error("other"), "Enter the other");
    }

    #[test]
    fn choices_are_read_whole_or_not_at_all() {
        let mut form = Form::of([("ages", "14"), ("ages", "15"), ("bad", "x"), ("bad", "3")]);
        assert_eq!(form.choices::<u8>("ages", "Select the ages"), Some(vec![14, 15]));
        assert_eq!(form.choices::<u8>("bad", "Select a number"), None);
        assert_eq!(form.choices::<u8>("none", "Select one"), None);
        assert_eq!(form.choice::<u8>("ages", "Select an age"), Some(14));
        assert_eq!(form.error("bad"), "Select a number");
    }
}
