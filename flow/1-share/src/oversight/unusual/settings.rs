//! The thresholds of unusual access: settings of the unit, each with what it means. Who is asked too often stops reading.

use vault::{Plain, StoreError};
use web::Form;

use crate::clocks::{Setting, Settings, Takes};

const fn count(name: &'static str, label: &'static str, usual: i64, most: i64) -> Setting {
    Setting { name, label, more: "", takes: Takes::Number { usual, least: 1, most } }
}

const fn hour(name: &'static str, label: &'static str, usual: i64) -> Setting {
    Setting { name, label, more: "", takes: Takes::Number { usual, least: 0, most: 24 } }
}

const VOLUME: Setting =
    count("unusual:volume", "People opened in a day below which nobody is asked about their number", 20, 10_000);
const OUTSIDE: Setting =
    count("unusual:outside_work", "People opened in a day without a reason in their work", 5, 10_000);
const AFTER_HOURS: Setting =
    count("unusual:after_hours", "People opened in a day outside working hours without a shift", 4, 10_000);
const SEARCHES: Setting =
    count("unusual:searches", "Searches in a day of which hardly any was followed up", 20, 10_000);
const EMERGENCIES: Setting = count("unusual:emergencies", "Emergencies within seven days", 3, 100);
const SURNAME: Setting = count("unusual:same_surname", "People of the same family name in a day", 3, 100);
const OPENS: Setting = hour("unusual:opens", "Hour at which working hours begin", 7);
const CLOSES: Setting = hour("unusual:closes", "Hour at which working hours end", 20);
const MOST_A_DAY: Setting =
    count("unusual:most_a_day", "New questions that one person gets in a day at the most", 3, 100);
const QUIET_DAYS: Setting = Setting {
    name: "unusual:quiet_days",
    label: "Days in which the same is not asked again about a member",
    more: "",
    takes: Takes::Number { usual: 14, least: 0, most: 365 },
};
/// The settings of this slice.
pub(crate) static SETTINGS: [Setting; 10] =
    [VOLUME, OUTSIDE, AFTER_HOURS, SEARCHES, EMERGENCIES, SURNAME, OPENS, CLOSES, MOST_A_DAY, QUIET_DAYS];

/// What of a form's thresholds can't stand together: the field, and why.
pub(crate) fn at_odds(form: &Form) -> Option<(&'static str, &'static str)> {
    let hour = |setting: &Setting| form.value(setting.name).trim().parse::<i64>().ok();
    let (opens, closes) = (hour(&OPENS)?, hour(&CLOSES)?);
    (opens >= closes)
        .then_some((CLOSES.name, "Hour at which working hours end: enter one after that at which they begin"))
}

/// The thresholds, as the settings have them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thresholds {
    /// Nobody is asked about fewer people than this in a day.
    pub volume: u64,
    /// How far above the usual, in spreads.
    pub far: f64,
    /// So many days must be known before anybody is compared with themselves or with others.
    pub least_days: usize,
    /// On so many of the last four weeks’ days it is a habit.
    pub habit_days: usize,
    pub outside: u64,
    pub after_hours: u64,
    pub searches: u64,
    /// Within seven days.
    pub emergencies: u64,
    pub surname: u64,
    /// Working days begin and end at these hours.
    pub opens: i8,
    pub closes: i8,
    /// Nobody is asked more new questions in a day.
    pub most_a_day: u64,
    /// So many days after a question about the same member and rule, it is not asked again.
    pub quiet_days: i64,
    /// Working days to answer.
    pub answer_days: u32,
}

impl Thresholds {
    pub(crate) async fn read(plain: &Plain) -> Result<Self, StoreError> {
        Ok(Self::of(&Settings::of(plain).await?))
    }

    pub(crate) fn of(settings: &Settings) -> Self {
        let hour = |setting: &Setting| i8::try_from(settings.number(setting)).unwrap_or_default();
        Self {
            volume: settings.count(&VOLUME),
            far: 3.5,
            least_days: 5,
            habit_days: 3,
            outside: settings.count(&OUTSIDE),
            after_hours: settings.count(&AFTER_HOURS),
            searches: settings.count(&SEARCHES),
            emergencies: settings.count(&EMERGENCIES),
            surname: settings.count(&SURNAME),
            opens: hour(&OPENS),
            closes: hour(&CLOSES),
            most_a_day: settings.count(&MOST_A_DAY),
            quiet_days: settings.number(&QUIET_DAYS),
            answer_days: 5,
        }
    }

    /// Each threshold in a sentence.
    pub(crate) fn explained(&self) -> Vec<String> {
        vec![
            format!("Fewer than {} people opened in a day are never asked about for their number.", self.volume),
            "More is asked about where it stands more than 3.5 spreads above the middle of the member’s own days of the last four weeks, and above \
             that of others with the same duties; counts are first put on a scale on which they vary alike (Anscombe 1948), and the spread is the \
             median absolute deviation (Iglewicz and Hoaglin 1993)."
                .to_owned(),
            format!(
                "With fewer than {} days known of themselves and of others, only {} people or more are asked about.",
                self.least_days,
                self.volume * 3
            ),
            format!(
                "{} people or more in a day of whom no moment, referral, request or emergency shows a reason; {} or more outside working hours \
                 without a shift; {} searches or more with at most one opened for every ten. It is passed over where it is the member’s habit \
                 ({} days of the last four weeks or more) and not far above it.",
                self.outside, self.after_hours, self.searches, self.habit_days
            ),
            format!("Working hours are {}:00 to {}:00 on working days, in London.", self.opens, self.closes),
            format!("{} emergencies or more within seven days.", self.emergencies),
            format!(
                "Somebody with the member’s own first and last name, at their own postcode, or with a colleague’s name: always. {} people or more \
                 of the same family name in a day.",
                self.surname
            ),
            format!(
                "Whoever is asked gets at most {} new questions a day, the weightiest first; the rest wait. What was asked about a member in the \
                 last {} days is not asked again for the same reason, only counted.",
                self.most_a_day, self.quiet_days
            ),
        ]
    }
}
