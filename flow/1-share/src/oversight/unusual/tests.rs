//! When looking stands out: planted misuse is found, ordinary months are quiet, names are compared and forgotten.

use base::{Random, Timestamp, working::WorkingDays};

use super::{
    likeness::{self, Ends, Known, Looker},
    rules::{Counts, Found, History, Rule, far_above, findings},
    settings::Thresholds,
    tally::{LogLine, Tally, is_after_hours},
};
use crate::clocks::Settings;

fn thresholds() -> Thresholds {
    Thresholds::of(&Settings::default())
}

fn opened(counts: &[u64]) -> Vec<Counts> {
    counts.iter().map(|opened| Counts { opened: *opened, ..Counts::default() }).collect()
}

fn rules(found: &[Found]) -> Vec<Rule> {
    found.iter().map(|found| found.rule).collect()
}

#[test]
fn a_count_is_far_above_by_the_formula() {
    let usual = [6, 5, 7, 6, 8, 4, 6];
    // T(6) = 5.05; the spread is 1 at least: far above from 2√(x + 3/8) > 8.55, which is 18.
    assert_eq!(far_above(17, &usual, &thresholds()), Some(false));
    assert_eq!(far_above(18, &usual, &thresholds()), Some(true));
    assert_eq!(far_above(500, &usual[..4], &thresholds()), None, "four days are too few");
    // The very day that is looked for doesn't hide itself.
    assert_eq!(far_above(64, &[6, 5, 7, 64, 8, 64, 6], &thresholds()), Some(true));
    assert_eq!(far_above(0, &[0; 9], &thresholds()), Some(false));
}

#[test]
fn volume_must_be_far_above_their_own_days_and_others() {
    let day = Counts { opened: 64, ..Counts::default() };
    let with = |own: &[u64], peers: &[u64]| {
        let history = History { own: opened(own), peers: peers.to_vec(), emergencies: 0 };
        rules(&findings(&day, &history, &thresholds()))
    };
    let (few, many) = ([6_u64; 10], [60_u64; 10]);
    assert_eq!(with(&few, &few), [Rule::Volume]);
    assert_eq!(with(&few, &many), [], "others open as many: back from leave, or a new task");
    assert_eq!(with(&many, &few), [], "they always do");
    assert_eq!(with(&few, &[]), [Rule::Volume]);
    assert_eq!(with(&[], &few), [Rule::Volume]);
    assert_eq!(with(&[], &[]), [Rule::Volume], "much by any measure");
    let some = Counts { opened: 59, ..Counts::default() };
    assert!(findings(&some, &History::default(), &thresholds()).is_empty());
    let few_only = Counts { opened: 19, ..Counts::default() };
    let quiet = History { own: opened(&[0; 10]), ..History::default() };
    assert!(findings(&few_only, &quiet, &thresholds()).is_empty(), "nobody is asked about so few");
}

#[test]
fn what_is_not_their_habit_stands_out() {
    let day = Counts { opened: 6, after_hours: 4, outside: 5, ..Counts::default() };
    let quiet = History { own: opened(&[6; 10]), ..History::default() };
    let found = findings(&day, &quiet, &thresholds());
    assert_eq!(rules(&found), [Rule::Outside, Rule::AfterHours]);
    assert_eq!(found[0], Found { rule: Rule::Outside, seen: 5, usual: Some(0) });
    let habit = Counts { opened: 6, after_hours: 4, outside: 5, ..Counts::default() };
    let nights = History { own: vec![habit; 10], ..History::default() };
    assert!(findings(&day, &nights, &thresholds()).is_empty(), "who works nights is not asked each morning");
    let much = Counts { opened: 6, after_hours: 30, ..Counts::default() };
    assert_eq!(rules(&findings(&much, &nights, &thresholds())), [Rule::AfterHours]);
    let searching = Counts { opened: 1, searches: 40, ..Counts::default() };
    assert_eq!(rules(&findings(&searching, &quiet, &thresholds())), [Rule::Searches]);
    let opening = Counts { opened: 19, searches: 40, ..Counts::default() };
    assert!(findings(&opening, &quiet, &thresholds()).is_empty());
    let third = Counts { emergencies: 1, ..Counts::default() };
    let week = History { emergencies: 2, ..History::default() };
    assert_eq!(rules(&findings(&third, &week, &thresholds())), [Rule::Emergencies]);
    assert!(findings(&Counts::default(), &week, &thresholds()).is_empty(), "asked on the day, not on each day after");
}

fn known(given: &str, family: &str, postcode: &str) -> Known {
    Known { given: given.to_owned(), family: family.to_owned(), postcode: postcode.to_owned() }
}

#[test]
fn names_are_compared_as_they_sound_on_paper() {
    let own = Ends::of("Zoë Marie O’Neill-Smith").unwrap();
    let colleagues = [Ends::of("Amira Cole").unwrap()].into();
    let digest = |text: &str| format!("digest of {text}");
    let homes = ["digest of SS11AA".to_owned(), "digest of CM11QH".to_owned()];
    let counted = |records: &[Known]| {
        let mut counts = Counts::default();
        let looker = Looker { name: Some(&own), homes: &homes, colleagues: &colleagues };
        likeness::add(&mut counts, &looker, records, &digest);
        counts
    };
    assert_eq!(counted(&[known("ZOE", "oneill smith", "")]), Counts { own_name: 1, ..Counts::default() });
    assert_eq!(counted(&[known("Amira J", "COLE", "")]), Counts { colleague: 1, ..Counts::default() });
    assert_eq!(
        counted(&[known("Kai", "Smith", "cm1 1qh")]),
        Counts { own_address: 1, same_surname: 1, ..Counts::default() }
    );
    assert_eq!(counted(&[known("Kai", "Jones", "SS1 1AA")]), Counts { own_address: 1, ..Counts::default() });
    assert_eq!(counted(&[known("Kai", "Jones", ""), known("", "", "")]), Counts::default());
    assert_eq!(counted(&[known("Smith", "", "")]), Counts::default(), "half a name is nobody's");
    assert_eq!(Ends::of("Cher"), None);
}

fn line(at: &str, verb: &str, scope: (&str, &str), allowed: bool) -> LogLine {
    LogLine {
        position: 1,
        at: at.parse().unwrap(),
        actor_kind: "member".to_owned(),
        actor: "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        agency: Some("01ARZ3NDEKTSV4RRFFQ69G5FAW".to_owned()),
        verb: verb.to_owned(),
        scope_kind: scope.0.to_owned(),
        scope: (!scope.1.is_empty()).then(|| scope.1.to_owned()),
        purpose: "support".to_owned(),
        allowed,
        inputs: r#"{"granted":[{"controller":"C","category":"custody"}],"refused":[{"controller":"C","category":"x","why":"no_agreement"}]}"#
            .to_owned(),
    }
}

#[test]
fn a_day_is_added_up_in_london_and_everybody_once() {
    let (days, thresholds) = (WorkingDays::england(), thresholds());
    let mut tally = Tally::default();
    let day = "2026-07-03".parse().unwrap();
    for line in [
        line("2026-07-03T09:00:00Z", "view", ("person", "A"), true),
        line("2026-07-03T09:30:00Z", "view", ("person", "A"), true),
        line("2026-07-03T20:30:00Z", "view", ("moment", "B"), true), // 21:30 in London
        line("2026-07-03T10:00:00Z", "view", ("ask", "C"), true),
        line("2026-07-03T10:00:00Z", "view", ("person", "D"), false),
        line("2026-07-03T10:00:00Z", "search", ("unit", ""), true),
        line("2026-07-03T23:30:00Z", "view", ("person", "E"), true), // the day after
        line("2026-07-03T10:00:00Z", "emergency_opened", ("emergency", "F"), true),
        line("2026-07-03T10:00:00Z", "sign_in_opened", ("sign_in", ""), true),
    ] {
        tally.add(line, day, &days, &thresholds);
    }
    let looks = tally.members.values().next().unwrap();
    assert_eq!((looks.opened.len(), looks.searches, looks.emergencies), (2, 1, 1));
    assert_eq!(looks.opened.values().flatten().count(), 1, "one after hours");
    let of = |outcome: &str| tally.counts.iter().filter(|(of, _)| of.outcome == outcome).map(|(_, n)| *n).sum::<u64>();
    // Five requests and their five parts were allowed; one was refused, with its part; one act was done.
    assert_eq!((of("allowed"), of("refused"), of("no_agreement"), of("done")), (10, 1, 1, 1));
}

#[test]
fn nights_weekends_and_bank_holidays_are_after_hours() {
    let days = WorkingDays::england();
    let late = |at: &str| is_after_hours(at.parse::<Timestamp>().unwrap(), &days, &thresholds());
    assert!(!late("2026-11-20T07:00:00Z") && !late("2026-11-20T19:59:59Z"));
    assert!(late("2026-11-20T06:59:59Z") && late("2026-11-20T20:00:00Z"));
    assert!(late("2026-11-21T12:00:00Z"), "a Saturday");
    assert!(late("2026-12-25T12:00:00Z") && late("2026-12-28T12:00:00Z"), "Christmas, and the day kept for Boxing Day");
    assert!(!late("2026-07-03T06:30:00Z"), "half past seven in summer");
}

/// Seeded draws.
struct Dice(Random);

impl Dice {
    fn unit(&self) -> f64 {
        f64::from(u32::try_from(self.0.next_u64() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    /// A Poisson draw (Knuth), whose mean itself varies by a factor of 0.6 to 1.4: real days vary more than dice.
    fn count(&self, mean: f64) -> u64 {
        let (limit, mut product, mut n) = ((-mean * (0.6 + 0.8 * self.unit())).exp(), 1.0, 0);
        loop {
            product *= self.unit().max(1e-12);
            if product < limit {
                return n;
            }
            n += 1;
        }
    }

    fn chance(&self, of: f64) -> bool {
        self.unit() < of
    }
}

/// A member's ordinary day: some work late now and then, somebody new comes in, a few search more than they open.
fn ordinary(dice: &Dice, mean: f64, nights: bool) -> Counts {
    let opened = dice.count(mean);
    let late = if nights { 0.4 } else { 0.06 };
    Counts {
        opened,
        searches: dice.count(mean * 0.8),
        outside: dice.count(0.4),
        after_hours: if dice.chance(late) { dice.count(if nights { mean * 0.3 } else { 1.0 }).min(opened) } else { 0 },
        emergencies: u64::from(dice.chance(0.01)),
        same_surname: u64::from(dice.chance(0.03)),
        ..Counts::default()
    }
}

/// Four weeks to learn from, and a month that is looked at: twenty working days each.
fn month(dice: &Dice, members: usize, misuse: impl Fn(&Dice, &mut Counts) -> bool) -> (u64, u64, u64) {
    let thresholds = thresholds();
    let habits: Vec<(f64, bool)> = (0..members).map(|_| (2.0 + 18.0 * dice.unit().powi(2), dice.chance(0.1))).collect();
    let mut days: Vec<Vec<Counts>> = vec![Vec::new(); members];
    let (mut asked, mut planted, mut recovered) = (0, 0, 0);
    for day in 0..40 {
        let today: Vec<Counts> = habits.iter().map(|(mean, nights)| ordinary(dice, *mean, *nights)).collect();
        for (member, counts) in today.iter().enumerate() {
            let mut counts = *counts;
            let plants = day >= 20 && misuse(dice, &mut counts);
            if day >= 20 {
                let from = days[member].len().saturating_sub(20);
                let peers = days.iter().enumerate().filter(|(other, _)| *other != member);
                let history = History {
                    own: days[member][from..].to_vec(),
                    peers: peers.flat_map(|(_, days)| days[from..].iter().map(|day| day.opened)).collect(),
                    emergencies: days[member].iter().rev().take(4).map(|day| day.emergencies).sum(),
                };
                let found = findings(&counts, &history, &thresholds).len() as u64;
                planted += u64::from(plants);
                recovered += u64::from(plants && found > 0);
                asked += if plants { 0 } else { found };
            }
            days[member].push(counts);
        }
    }
    (asked, planted, recovered)
}

#[test]
fn an_ordinary_month_is_quiet() {
    const MEMBERS: usize = 120;
    let (asked, _, _) = month(&Dice(Random::seeded(11)), MEMBERS, |_, _| false);
    let each = f64::from(u32::try_from(asked).unwrap()) / 120.0;
    println!("{asked} questions about {MEMBERS} members in an ordinary month: {each:.3} a member-month");
    assert!(each < 0.15, "{each} a member-month");
}

#[test]
fn planted_misuse_is_found() {
    type Misuse = fn(&Dice, &mut Counts);
    let kinds: [(&str, Misuse, f64); 5] = [
        ("opens eight times as many and forty more", |_, counts| counts.opened = counts.opened * 8 + 40, 0.9),
        ("looks for themselves", |_, counts| counts.own_name = 1, 1.0),
        ("looks at eight at night", |_, counts| counts.after_hours = 8, 0.9),
        ("looks at ten whom they don't work with", |_, counts| counts.outside = 10, 0.9),
        ("searches sixty times and opens two", |_, counts| (counts.searches, counts.opened) = (60, 2), 0.9),
    ];
    for (what, misuse, least) in kinds {
        let (_, planted, recovered) = month(&Dice(Random::seeded(5)), 60, |dice, counts| {
            let plants = dice.chance(0.02);
            if plants {
                misuse(dice, counts);
            }
            plants
        });
        let share = f64::from(u32::try_from(recovered).unwrap()) / f64::from(u32::try_from(planted).unwrap().max(1));
        println!("{what}: {recovered} of {planted} found");
        assert!(planted > 10 && share >= least, "{what}: {recovered} of {planted}");
    }
}
