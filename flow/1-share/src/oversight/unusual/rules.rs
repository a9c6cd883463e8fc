//! When a day’s looking stands out. Pure: counts in, findings out. A finding accuses nobody: it is a question to whoever leads them.
//!
//! A count stands *far above* what is usual where `(T(x) - median) / max(1, 1.4826 × MAD) > 3.5`, with `T(x) = 2√(x + 3/8)`: Anscombe's
//! transformation makes counts of any size vary alike, by about 1 (Biometrika 35, 1948), and 3.5 median absolute deviations is the
//! cut-off of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993). Medians are not moved by the very days that are looked for.

use super::settings::Thresholds;

base::code_list! {
    /// What stood out; the first are asked about first.
    Rule {
        /// Somebody of their own name.
        OwnName => "own_name", "Somebody with the same name", "looked at somebody whose first and last name are their own";
        /// Somebody at their own postcode.
        OwnAddress => "own_address", "Somebody at their own postcode", "looked at somebody who lives at the postcode that they gave as their own";
        /// A colleague.
        Colleague => "colleague", "Somebody with a colleague’s name", "looked at somebody whose first and last name are those of somebody who works here";
        /// Emergency access again and again.
        Emergencies => "emergencies", "Emergency access again and again", "opened records in an emergency several times within seven days";
        /// More emergency access than one may have that isn't justified.
        EmergencyLimit => "emergency_limit", "The limit of emergency access", "tried to open records in an emergency with as many not justified yet as one may have. They were refused; the data protection officer is asked at once";
        /// More searches than one may make in a short time.
        SearchLimit => "search_limit", "The limit of searching", "looked for more people in a short time than one may. They were stopped; the data protection officer is asked at once";
        /// Far more people than usual.
        Volume => "volume", "Far more people than usual", "opened far more people’s records than they and others with the same duties mostly do";
        /// People who are not of their work.
        Outside => "outside_work", "People outside their work", "opened records of people of whom no moment, referral, request or emergency shows that they work with them";
        /// At night or on a day off.
        AfterHours => "after_hours", "Outside working hours", "opened records at night, at a weekend or on a bank holiday, without being on the rota";
        /// Searching without opening.
        Searches => "searches", "Many searches, little opened", "searched many times and opened hardly anybody";
        /// Somebody of the same family name.
        Surname => "same_surname", "Several people of the same family name", "looked at several people who have the same family name as they have. Many do: it is a weak sign";
    }
}

impl Rule {
    /// Whether it is a limit that somebody came to, which is the officer's at once, rather than something that stood out of a day.
    #[must_use]
    pub fn is_limit(self) -> bool {
        matches!(self, Self::EmergencyLimit | Self::SearchLimit)
    }
}

/// What one member did on one day, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// People, moments, records and referrals that were opened; each once.
    pub opened: u64,
    pub searches: u64,
    /// Of those opened, how many no work is known for.
    pub outside: u64,
    /// Of those opened, how many outside working hours and off the rota.
    pub after_hours: u64,
    /// Emergency access that was taken.
    pub emergencies: u64,
    pub own_name: u64,
    pub own_address: u64,
    pub colleague: u64,
    pub same_surname: u64,
}

/// What is known of the days before.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// The member's own days of the last four weeks on which they opened or searched anything.
    pub own: Vec<Counts>,
    /// What others with the same duties opened, day by day.
    pub peers: Vec<u64>,
    /// Emergencies of the six days before.
    pub emergencies: u64,
}

/// One thing that stood out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub rule: Rule,
    /// How many.
    pub seen: u64,
    /// How many it mostly is, where that is known.
    pub usual: Option<u64>,
}

/// A count on the scale on which counts vary alike.
fn scaled(count: u64) -> f64 {
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    2.0 * (count + 0.375).sqrt()
}

/// The middle of some numbers; none of none.
fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let upper = numbers.get(middle).copied()?;
    if numbers.len().is_multiple_of(2) {
        Some(f64::midpoint(*numbers.get(middle.checked_sub(1)?)?, upper))
    } else {
        Some(upper)
    }
}

fn middle_of(counts: &[u64]) -> Option<u64> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// Whether a count stands far above what is usual; `None` where too few days are known.
pub(crate) fn far_above(count: u64, usual: &[u64], thresholds: &Thresholds) -> Option<bool> {
    if usual.len() < thresholds.least_days {
        return None;
    }
    let known: Vec<f64> = usual.iter().map(|count| scaled(*count)).collect();
    let middle = median(known.clone())?;
    let spread = median(known.iter().map(|one| (one - middle).abs()).collect())?;
    Some((scaled(count) - middle) / (1.4826 * spread).max(1.0) > thresholds.far)
}

/// Far above both their own days and others’; with neither known, only what is much by any measure.
fn volume(day: &Counts, history: &History, thresholds: &Thresholds) -> Option<Found> {
    let count = day.opened;
    if count < thresholds.volume {
        return None;
    }
    let own: Vec<u64> = history.own.iter().map(|day| day.opened).collect();
    let far = match (far_above(count, &own, thresholds), far_above(count, &history.peers, thresholds)) {
        (Some(own), Some(peers)) => own && peers,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => count >= thresholds.volume * 3,
    };
    let usual = middle_of(&own).or_else(|| middle_of(&history.peers));
    far.then_some(Found { rule: Rule::Volume, seen: count, usual })
}

/// At least so many, and not their habit: done on hardly any of their days before, or far above what they do.
fn out_of_habit(
    rule: Rule,
    of: fn(&Counts) -> u64,
    least: u64,
    day: &Counts,
    history: &History,
    thresholds: &Thresholds,
) -> Option<Found> {
    let count = of(day);
    if count < least.max(1) {
        return None;
    }
    let own: Vec<u64> = history.own.iter().map(of).collect();
    let is_habit = own.iter().filter(|count| **count > 0).count() >= thresholds.habit_days;
    let stands = !is_habit || far_above(count, &own, thresholds).unwrap_or(true);
    stands.then(|| Found { rule, seen: count, usual: middle_of(&own) })
}

/// Everything that stands out of one member’s day.
pub(crate) fn findings(day: &Counts, history: &History, thresholds: &Thresholds) -> Vec<Found> {
    let any = |rule, seen: u64, least: u64| (seen >= least.max(1)).then_some(Found { rule, seen, usual: None });
    let emergencies = day.emergencies + history.emergencies;
    let searching = day.searches >= thresholds.searches && day.opened * 10 <= day.searches;
    [
        any(Rule::OwnName, day.own_name, 1),
        any(Rule::OwnAddress, day.own_address, 1),
        any(Rule::Colleague, day.colleague, 1),
        (day.emergencies > 0).then(|| any(Rule::Emergencies, emergencies, thresholds.emergencies)).flatten(),
        volume(day, history, thresholds),
        out_of_habit(Rule::Outside, |day| day.outside, thresholds.outside, day, history, thresholds),
        out_of_habit(Rule::AfterHours, |day| day.after_hours, thresholds.after_hours, day, history, thresholds),
        searching
            .then(|| out_of_habit(Rule::Searches, |day| day.searches, thresholds.searches, day, history, thresholds))
            .flatten(),
        any(Rule::Surname, day.same_surname, thresholds.surname),
    ]
    .into_iter()
    .flatten()
    .collect()
}
