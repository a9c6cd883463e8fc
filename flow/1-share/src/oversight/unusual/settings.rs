//! The thresholds of unusual access: settings of the unit, each with what it means. Who is asked too often stops reading.

use vault::{Plain, StoreError};

use crate::ask::clock::number;

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

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            volume: 20,
            far: 3.5,
            least_days: 5,
            habit_days: 3,
            outside: 5,
            after_hours: 4,
            searches: 20,
            emergencies: 3,
            surname: 3,
            opens: 7,
            closes: 20,
            most_a_day: 3,
            quiet_days: 14,
            answer_days: 5,
        }
    }
}

impl Thresholds {
    pub(crate) async fn read(plain: &Plain) -> Result<Self, StoreError> {
        let usual = Self::default();
        let count = async |name: &'static str, default: u64, most: i64| {
            let default = i64::try_from(default).unwrap_or(i64::MAX);
            Ok::<u64, StoreError>(u64::try_from(number(plain, name, default, 1..=most).await?).unwrap_or(1))
        };
        let hour = async |name: &'static str, default: i8| {
            Ok::<i8, StoreError>(
                i8::try_from(number(plain, name, i64::from(default), 0..=24).await?).unwrap_or(default),
            )
        };
        Ok(Self {
            volume: count("unusual:volume", usual.volume, 10_000).await?,
            outside: count("unusual:outside_work", usual.outside, 10_000).await?,
            after_hours: count("unusual:after_hours", usual.after_hours, 10_000).await?,
            searches: count("unusual:searches", usual.searches, 10_000).await?,
            emergencies: count("unusual:emergencies", usual.emergencies, 100).await?,
            surname: count("unusual:same_surname", usual.surname, 100).await?,
            opens: hour("unusual:opens", usual.opens).await?,
            closes: hour("unusual:closes", usual.closes).await?,
            most_a_day: count("unusual:most_a_day", usual.most_a_day, 100).await?,
            quiet_days: number(plain, "unusual:quiet_days", usual.quiet_days, 0..=365).await?,
            ..usual
        })
    }

    /// Each threshold in a sentence, with the setting that changes it; empty where none does.
    pub(crate) fn explained(&self) -> Vec<(String, &'static str)> {
        vec![
            (format!("Fewer than {} people opened in a day are never asked about for their number.", self.volume), "unusual:volume"),
            (
                "More is asked about where it stands more than 3.5 spreads above the middle of the member’s own days of the last four weeks, and \
                 above that of others with the same duties; counts are first put on a scale on which they vary alike (Anscombe 1948), and the \
                 spread is the median absolute deviation (Iglewicz and Hoaglin 1993)."
                    .to_owned(),
                "",
            ),
            (
                format!(
                    "With fewer than {} days known of themselves and of others, only {} people or more are asked about.",
                    self.least_days,
                    self.volume * 3
                ),
                "",
            ),
            (
                format!(
                    "{} people or more in a day of whom no moment, referral, request or emergency shows a reason; {} or more outside working \
                     hours without a shift; {} searches or more with at most one opened for every ten. It is passed over where it is the member’s \
                     habit ({} days of the last four weeks or more) and not far above it.",
                    self.outside, self.after_hours, self.searches, self.habit_days
                ),
                "unusual:outside_work, unusual:after_hours, unusual:searches",
            ),
            (
                format!("Working hours are {}:00 to {}:00 on working days, in London.", self.opens, self.closes),
                "unusual:opens, unusual:closes",
            ),
            (format!("{} emergencies or more within seven days.", self.emergencies), "unusual:emergencies"),
            (
                format!(
                    "Somebody with the member’s own first and last name, at their own postcode, or with a colleague’s name: always. \
                     {} people or more of the same family name in a day.",
                    self.surname
                ),
                "unusual:same_surname",
            ),
            (
                format!(
                    "Whoever is asked gets at most {} new questions a day, the weightiest first; the rest wait. What was asked about a member in \
                     the last {} days is not asked again for the same reason, only counted.",
                    self.most_a_day, self.quiet_days
                ),
                "unusual:most_a_day, unusual:quiet_days",
            ),
        ]
    }
}
