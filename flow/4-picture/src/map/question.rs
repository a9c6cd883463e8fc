//! What somebody wants to see: a category, a range of months, a district, rates or counts, and how the table is sorted. All
//! of it stands in the address, so that it can be sent to a colleague.

use base::Date;
use places::rate::Rate;
use web::{Choice, Form};

use super::atlas::{Atlas, Place};

/// How the table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Area,
    District,
    Offences,
    Residents,
    Rate,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Area, Self::District, Self::Offences, Self::Residents, Self::Rate];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::District => "district",
            Self::Offences => "offences",
            Self::Residents => "residents",
            Self::Rate => "rate",
        }
    }

    /// Numbers are sorted from the highest, names from A, until it is asked the other way round.
    pub(super) fn begins_high(self) -> bool {
        matches!(self, Self::Offences | Self::Residents | Self::Rate)
    }
}

/// What is asked, within what the atlas has.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// A place in the atlas's categories; all of them where there is none.
    pub category: Option<usize>,
    /// The first month, as a place in the atlas's months.
    pub from: usize,
    /// The last month.
    pub to: usize,
    /// A district's code; the whole county where there is none.
    pub district: Option<String>,
    /// Rates per 1,000 residents; else counts.
    pub rates: bool,
    /// How the table is sorted.
    pub sort: Sort,
    /// Whether from the highest, or from Z.
    pub descending: bool,
    /// Whether the atlas has any month at all.
    pub has_months: bool,
}

/// Months that are shown before anybody chooses.
const RECENT_MONTHS: usize = 12;

impl Question {
    /// What a query string asks. What the atlas doesn't have counts as not asked.
    pub(super) fn of(form: &Form, atlas: &Atlas) -> Self {
        let month = |name: &str| atlas.months.iter().position(|month| *month == form.value(name));
        let last = atlas.months.len().saturating_sub(1);
        let to = month("to").unwrap_or(last);
        let from = month("from").unwrap_or_else(|| (to + 1).saturating_sub(RECENT_MONTHS));
        let rates = form.value("measure") != "count";
        let by_default = if rates { Sort::Rate } else { Sort::Offences };
        let sort = Sort::ALL.into_iter().find(|sort| sort.code() == form.value("sort")).unwrap_or(by_default);
        let district = form.value("district");
        Self {
            category: atlas.categories.iter().position(|category| category == form.value("category")),
            from: from.min(to),
            to: from.max(to),
            district: atlas.districts.iter().find(|known| known.code == district).map(|known| known.code.clone()),
            rates,
            sort,
            descending: match form.value("order") {
                "up" => false,
                "down" => true,
                _ => sort.begins_high(),
            },
            has_months: !atlas.months.is_empty(),
        }
    }

    pub(super) fn month_count(&self) -> usize {
        if self.has_months { self.to + 1 - self.from } else { 0 }
    }

    pub(super) fn takes_in(&self, place: &Place) -> bool {
        self.district.as_ref().is_none_or(|district| place.at.district_code == *district)
    }

    /// The question as the fields of a form.
    pub(super) fn form(&self, atlas: &Atlas) -> Form {
        Form::of(self.fields(atlas))
    }

    fn fields(&self, atlas: &Atlas) -> Vec<(&'static str, String)> {
        let month = |at: usize| atlas.months.get(at).cloned().unwrap_or_default();
        let category = self.category.and_then(|at| atlas.categories.get(at)).cloned().unwrap_or_default();
        vec![
            ("category", category),
            ("district", self.district.clone().unwrap_or_default()),
            ("from", month(self.from)),
            ("to", month(self.to)),
            ("measure", if self.rates { "rate" } else { "count" }.to_owned()),
        ]
    }

    /// The question as a query string, without how the table is sorted.
    pub(super) fn query(&self, atlas: &Atlas) -> String {
        let fields = self.fields(atlas).into_iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    }

    /// The question with how the table is sorted.
    pub(super) fn query_sorted(&self, atlas: &Atlas, sort: Sort, descending: bool) -> String {
        format!("{}&sort={}&order={}", self.query(atlas), sort.code(), if descending { "down" } else { "up" })
    }

    /// `Violence and sexual offences`, or `All street crime`.
    pub(super) fn category_words<'a>(&self, atlas: &'a Atlas) -> &'a str {
        self.category
            .and_then(|at| atlas.categories.get(at))
            .map_or("All street crime and anti-social behaviour", String::as_str)
    }

    /// `October 2018 to February 2019`.
    pub(super) fn months_words(&self, atlas: &Atlas) -> String {
        let word = |at: usize| atlas.months.get(at).map_or_else(String::new, |month| month_words(month));
        if self.from == self.to { word(self.to) } else { format!("{} to {}", word(self.from), word(self.to)) }
    }

    /// The district's name, or the county.
    pub(super) fn district_words<'a>(&self, atlas: &'a Atlas) -> &'a str {
        let of = |code: &String| atlas.districts.iter().find(|known| known.code == *code);
        self.district.as_ref().and_then(of).map_or("the whole county", |known| known.name.as_str())
    }

    /// The measure in words, for heads of columns and legends.
    pub(super) fn measure_words(&self) -> &'static str {
        if self.rates { "per 1,000 residents" } else { "offences" }
    }

    /// What a place is shaded and ranked by; `None` where nobody is known to live there.
    pub(super) fn value(&self, offences: u64, residents: Option<u64>) -> Option<f64> {
        if self.rates { per_1000(offences, residents) } else { Some(real(offences)) }
    }
}

/// A rate without its interval, which would be dear for every area; `None` where nobody is known to live there.
pub(super) fn per_1000(offences: u64, residents: Option<u64>) -> Option<f64> {
    let residents = residents.filter(|residents| *residents > 0)?;
    Some(real(offences) * 1000.0 / real(residents))
}

#[allow(clippy::cast_precision_loss, reason = "counts of offences and residents are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

/// `2018-10` as `October 2018`.
pub(super) fn month_words(month: &str) -> String {
    let first = format!("{month}-01").parse::<Date>();
    first.map_or_else(|_| month.to_owned(), web::time::month)
}

/// `2018-10` as `Oct 2018`, for the axis of a chart.
pub(super) fn month_short(month: &str) -> String {
    let words = month_words(month);
    match (words.get(..3), words.split_once(' ')) {
        (Some(start), Some((_, year))) => format!("{start} {year}"),
        _ => words,
    }
}

/// A rate with its interval, as a table has it: `12.3` and `11.0 to 13.7`.
pub(super) fn rate_words(offences: u64, residents: Option<u64>) -> Option<(String, String)> {
    let rate = Rate::of(offences, residents?)?;
    Some((format!("{:.1}", rate.per_1000), format!("{:.1} to {:.1}", rate.interval.lower, rate.interval.upper)))
}

/// The choices of the filter's selects.
pub(super) struct Choices {
    pub categories: Vec<Choice>,
    pub districts: Vec<Choice>,
    pub months: Vec<Choice>,
    pub measures: Vec<Choice>,
}

impl Choices {
    pub(super) fn of(atlas: &Atlas) -> Self {
        Self {
            categories: atlas.categories.iter().map(|category| Choice::new(category, category)).collect(),
            districts: atlas.districts.iter().map(|district| Choice::new(&district.code, &district.name)).collect(),
            months: atlas.months.iter().map(|month| Choice::new(month, month_words(month))).collect(),
            measures: vec![Choice::new("rate", "Rate per 1,000 residents"), Choice::new("count", "Number of offences")],
        }
    }
}
