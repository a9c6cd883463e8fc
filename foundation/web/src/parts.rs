//! Small things that templates show: pages of a list, the child flag, sensitivity, an estimate with its confidence.

use std::fmt;

use base::Age;

/// Where one is in a list that has several pages. Pages count from 1.
#[derive(Debug, Clone)]
pub struct Paging {
    /// This page.
    pub page: u64,
    /// Rows on a page.
    pub size: u64,
    /// Rows in all.
    pub total: u64,
    base: String,
}

impl Paging {
    /// `path` is the list's address with what filters it, without `page`: `/moments?type=custody`. A page number that makes
    /// no sense counts as the nearest that does.
    #[must_use]
    pub fn new(path: &str, page: &str, size: u64, total: u64) -> Self {
        let mut paging = Self { page: 1, size: size.max(1), total, base: path.to_owned() };
        paging.page = page.parse().unwrap_or(1).clamp(1, paging.last());
        paging
    }

    /// How many rows come before this page: SQL's OFFSET.
    #[must_use]
    pub fn offset(&self) -> u64 {
        (self.page - 1) * self.size
    }

    /// The last page.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.total.div_ceil(self.size).max(1)
    }

    /// The address of a page.
    #[must_use]
    pub fn href(&self, page: u64) -> String {
        let joint = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{joint}page={page}", self.base)
    }

    /// The numbers to show: first, last, and those around this page; `None` is a gap.
    #[must_use]
    pub fn steps(&self) -> Vec<Option<u64>> {
        let mut steps = Vec::new();
        let mut before = 0;
        for page in 1..=self.last() {
            if page == 1 || page == self.last() || page.abs_diff(self.page) <= 1 {
                if page > before + 1 {
                    steps.push(None);
                }
                steps.push(Some(page));
                before = page;
            }
        }
        steps
    }

    /// `Showing 51 to 100 of 1,234`.
    #[must_use]
    pub fn words(&self) -> String {
        let first = (self.offset() + 1).min(self.total);
        let last = (self.offset() + self.size).min(self.total);
        format!("Showing {} to {} of {}", thousands(first), thousands(last), thousands(self.total))
    }
}

/// A whole number with commas: `84,233`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether somebody is a child; stands wherever their name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildFlag {
    /// Under 18.
    Child(Age),
    /// 18 or over.
    Adult,
    /// Not known, so treated as a child.
    Unknown,
}

impl From<Option<Age>> for ChildFlag {
    fn from(age: Option<Age>) -> Self {
        match age {
            Some(age) if age.is_child() => Self::Child(age),
            Some(_) => Self::Adult,
            None => Self::Unknown,
        }
    }
}

impl ChildFlag {
    /// `Child, 14`; `Age unknown: treat as child`; nothing for an adult.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Child(age) => format!("Child, {age}"),
            Self::Adult => String::new(),
            Self::Unknown => "Age unknown: treat as child".to_owned(),
        }
    }

    /// Whether the age is not known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// How freely a page's contents may be used; the strip at its top says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// Anyone here may see it.
    Open,
    /// Only for those named, for this purpose.
    Restricted,
    /// Only that a service knows the person.
    Pointer,
    /// Not to be seen by others at all.
    Sealed,
}

impl Sensitivity {
    /// The class of its strip.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Restricted => "restricted",
            Self::Pointer => "pointer",
            Self::Sealed => "sealed",
        }
    }

    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Restricted => "Restricted",
            Self::Pointer => "Pointer only",
            Self::Sealed => "Sealed",
        }
    }
}

/// How much an estimate can be leaned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Little.
    Low,
    /// Some.
    Medium,
    /// A good deal.
    High,
}

/// A number with its interval, its confidence, and how much of the data it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The best single number.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// How much it can be leaned on.
    pub confidence: Confidence,
    /// How many feeds it rests on.
    pub feeds: u32,
    /// How many there should be.
    pub of_feeds: u32,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let confidence = match self.confidence {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        };
        let (value, low, high) = (number(self.value), number(self.low), number(self.high));
        write!(f, "about {value} ({low}–{high}), {confidence} confidence, {} of {} feeds", self.feeds, self.of_feeds)
    }
}

/// A number as people read it: whole from 20 on, else one decimal place at most.
#[must_use]
pub fn number(value: f64) -> String {
    let text = if value.abs() >= 20.0 { format!("{value:.0}") } else { format!("{value:.1}") };
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_list() {
        let paging = Paging::new("/moments?type=custody", "4", 50, 1234);
        assert_eq!(paging.offset(), 150);
        assert_eq!(paging.last(), 25);
        assert_eq!(paging.href(5), "/moments?type=custody&page=5");
        assert_eq!(paging.words(), "Showing 151 to 200 of 1,234");
        assert_eq!(paging.steps(), [Some(1), None, Some(3), Some(4), Some(5), None, Some(25)]);
        assert_eq!(Paging::new("/m", "99", 50, 60).page, 2);
        assert_eq!(Paging::new("/m", "-1", 50, 0).page, 1);
        assert_eq!(Paging::new("/m", "x", 50, 0).steps(), [Some(1)]);
    }

    #[test]
    fn a_child_is_visible_and_an_unknown_age_counts_as_one() {
        assert_eq!(ChildFlag::from(Some(Age(14))).words(), "Child, 14");
        assert_eq!(ChildFlag::from(Some(Age(17))).words(), "Child, 17");
        assert_eq!(ChildFlag::from(Some(Age(18))).words(), "");
        assert_eq!(ChildFlag::from(None).words(), "Age unknown: treat as child");
    }

    #[test]
    fn an_estimate_says_how_sure_it_is() {
        let estimate =
            Estimate { value: 41.2, low: 31.0, high: 53.4, confidence: Confidence::Medium, feeds: 3, of_feeds: 5 };
        assert_eq!(estimate.to_string(), "about 41 (31–53), medium confidence, 3 of 5 feeds");
        assert_eq!(number(3.04), "3");
        assert_eq!(number(3.25), "3.2");
    }

    #[test]
    fn commas() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(84_233), "84,233");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
