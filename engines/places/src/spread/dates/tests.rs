//! Dates, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;

fn days(days: &[i32]) -> Vec<When> {
    days.iter().copied().map(When::Day).collect()
}

#[test]
fn days_by_the_calendar() {
    assert_eq!((day_of(1970, 1, 1), day_of(2000, 3, 1), day_of(2026, 11, 22)), (0, 11_017, 20_779));
    assert_eq!(When::Month(2024, 2).span(), (19_754, 19_782));
    assert_eq!(When::Month(2023, 12).span(), (day_of(2023, 12, 1), day_of(2023, 12, 31)));
    assert_eq!((first_of_month(11_017), first_of_month(11_018)), (Some((2000, 3)), None));
    let january = (day_of(2024, 1, 1), day_of(2024, 1, 31));
    assert_eq!(When::Between(january.1 - 1, january.1 + 2).share_within(january.0, january.1), 0.5);
}

#[test]
fn months_are_no_days() {
    let months = [When::Month(2019, 1), When::Day(17_900), When::Month(2019, 2)];
    assert_eq!(
        times(&months, Unit::Days(7)).unwrap_err().to_string(),
        "these dates are months (2 of 3): a near-repeat test in bands of days would mean nothing; use monthly bands or ask the \
         police for days"
    );
    let in_months = times(&months, Unit::Months).unwrap();
    assert_eq!(in_months.times, [588, 588, 589]);
    assert!(in_months.caveat().unwrap().contains("not within how many days"));
    let firsts: Vec<i32> = (1..=12).map(|month| day_of(2019, month, 1)).collect();
    assert!(
        times(&days(&firsts), Unit::Days(7))
            .unwrap_err()
            .to_string()
            .starts_with("all 12 dates are the first of a month")
    );
    assert_eq!(times(&days(&firsts), Unit::Months).unwrap().times, (588..600).collect::<Vec<_>>());
    let with_one_day = [firsts, vec![day_of(2019, 5, 17)]].concat();
    assert!(times(&days(&with_one_day), Unit::Days(7)).is_ok());
}

#[test]
fn intervals_are_taken_at_their_middle_or_left_out() {
    let mut dates = days(&[0, 10, 20, 30, 41, 52]);
    dates.push(When::Between(3, 5));
    dates.push(When::Between(3, 8));
    let found = times(&dates, Unit::Days(7)).unwrap();
    assert_eq!((found.times.last(), found.rows.len(), found.left_out, found.at_middle), (Some(&4), 7, 1, 1));
    assert_eq!(
        found.caveat().unwrap(),
        "1 date is known to within a few days and taken at the middle; 1 date is known too roughly and left out."
    );
    dates.push(When::Between(0, 30));
    let refused = times(&dates, Unit::Days(7)).unwrap_err();
    assert!(matches!(refused, SpreadError::TooWide { wide: 2, dates: 9, most: 3, band: 7, needed: 10 }), "{refused:?}");
    assert!(times(&dates, Unit::Days(10)).is_ok());
    // In months an interval over two months has none.
    let new_year = When::Between(day_of(2019, 12, 30), day_of(2020, 1, 2));
    let found = times(&[new_year, When::Month(2020, 1), When::Month(2020, 2)], Unit::Months).unwrap();
    assert_eq!((found.rows, found.left_out), (vec![1, 2], 1));
}

#[test]
fn what_means_nothing_is_refused() {
    assert_eq!(
        times(&days(&[5, 5, 5]), Unit::Days(7)).unwrap_err().to_string(),
        "all 3 dates are the same day: there is nothing that could be closer in time; use more days"
    );
    assert!(times(&[When::Month(2019, 1); 2], Unit::Months).unwrap_err().to_string().contains("same month"));
    assert_eq!(times(&[When::Month(2019, 13)], Unit::Months), Err(SpreadError::NoMonth { row: 0, month: 13 }));
    assert_eq!(times(&[When::Day(1), When::Between(3, 2)], Unit::Days(7)), Err(SpreadError::Backwards { row: 1 }));
    assert_eq!(times(&days(&[1, 2]), Unit::Days(0)), Err(SpreadError::NoBand));
    assert_eq!(times(&[], Unit::Days(7)).unwrap().rows, Vec::<u32>::new());
    assert_eq!(times(&days(&[5]), Unit::Days(7)).unwrap().times, [5]);
}

proptest! {
    #[test]
    fn a_day_lies_in_its_month(day in -800_000_i32..800_000) {
        let month = month_of(When::Day(day)).unwrap();
        prop_assert!(first_day(month) <= day && day < first_day(month + 1));
        prop_assert_eq!(first_of_month(day).is_some(), first_day(month) == day);
    }

    #[test]
    fn shares_over_a_calendar_add_up_to_one(first in -1000_i32..1000, length in 0_i32..100, cut in 1_i32..40) {
        let date = When::Between(first, first + length);
        let sum: f64 = (0..200).map(|part| date.share_within(-1000 + part * cut, -1000 + (part + 1) * cut - 1)).sum();
        prop_assert!(sum <= 1.0 + 1e-9 && (200 * cut < 2100 || sum > 1.0 - 1e-9));
    }

    #[test]
    fn never_a_panic(dates in prop::collection::vec((0_u8..3, any::<i32>(), any::<i32>(), any::<u8>()), 0..20), band: u32) {
        let dates: Vec<When> = dates.into_iter().map(|(kind, a, b, month)| match kind {
            0 => When::Day(a),
            1 => When::Month(a, month),
            _ => When::Between(a, b),
        }).collect();
        let _ = times(&dates, Unit::Days(band)).map(|times| times.caveat());
        let _ = times(&dates, Unit::Months);
        prop_assert!(dates.iter().all(|date| date.share_within(-10, 10).is_finite()));
    }
}
