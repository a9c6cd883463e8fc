//! Harm spots, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;

#[test]
fn the_densest_first_until_half() {
    let areas = [(10.0, 100.0), (10.0, 10.0), (0.0, 1.0), (5.0, 20.0)];
    let found = spots(&areas, Until::Share(0.5)).unwrap();
    assert_eq!((found.taken, found.harm, found.square_metres), (vec![1, 3], 15.0, 30.0));
    assert_eq!((found.share, found.of_ground), (Some(0.6), 30.0 / 131.0));
    assert_eq!(spots(&areas, Until::Share(1.0)).unwrap().taken, [1, 3, 0]);
    assert_eq!(spots(&areas, Until::Number(9)).unwrap().taken, [1, 3, 0]);
    assert_eq!(spots(&areas, Until::Number(0)).unwrap().taken, Vec::<usize>::new());
    assert_eq!(spots(&[], Until::Share(0.5)).unwrap().share, None);
    assert!(spots(&areas, Until::Share(0.0)).is_err());
    assert!(
        spots(&[(1.0, 1.0), (-1.0, 1.0)], Until::Share(0.5)).unwrap_err().to_string().starts_with("area 2 has harm -1")
    );
    assert!(spots(&[(1.0, 0.0)], Until::Share(0.5)).is_err());
}

#[test]
fn cells_are_the_same_ground_every_year() {
    let points = Points::of(&[10.0, 149.0, 150.0, -1.0], &[10.0, 20.0, 10.0, 10.0]).unwrap();
    let found = cells(points, Some(&[1.0, 2.0, 4.0, 8.0]), SIDE).unwrap();
    let expected = [(-1, 0, 1, 8.0), (0, 0, 2, 3.0), (1, 0, 1, 4.0)];
    let expected = expected.map(|(column, row, events, harm)| Cell { column, row, events, harm });
    assert_eq!(found, expected);
    assert_eq!(found[1].boundary(SIDE), [(0.0, 0.0), (150.0, 0.0), (150.0, 150.0), (0.0, 150.0), (0.0, 0.0)]);
    assert_eq!(merged(&found), [vec![0, 1, 2]]);
    assert_eq!(cells(Points::of(&[], &[]).unwrap(), None, SIDE).unwrap(), []);
}

#[test]
fn cells_that_touch_at_a_corner_are_one() {
    let cell = |column, row| Cell { column, row, events: 1, harm: 1.0 };
    assert_eq!(merged(&[cell(0, 0), cell(5, 5), cell(1, 1), cell(1, 2)]), [vec![0, 2, 3], vec![1]]);
    assert_eq!(merged(&[]), Vec::<Vec<usize>>::new());
}

/// Ten events on a hundred cells: by chance ten cells hold all of them.
#[test]
fn few_events_on_much_ground_gather_by_chance() {
    let ground = vec![22_500.0; 100];
    let chance = by_chance(&[1.0; 10], &ground, 10, 99, 1).unwrap().unwrap();
    assert_eq!((chance.mean, chance.lower, chance.upper), (1.0, 1.0, 1.0));
    // A thousand events: the ten fullest of a hundred hold some more than a tenth.
    let chance = by_chance(&[1.0; 1000], &ground, 10, 99, 1).unwrap().unwrap();
    assert!((0.14..0.18).contains(&chance.mean), "{chance:?}");
    assert!(chance.lower <= chance.mean && chance.mean <= chance.upper);
    assert_eq!(by_chance(&[1.0; 1000], &ground, 10, 99, 1).unwrap().unwrap(), chance);
    assert_eq!(by_chance(&[0.0], &ground, 10, 99, 1).unwrap(), None);
    assert_eq!(by_chance(&[1.0], &[], 10, 99, 1).unwrap(), None);
    assert!(by_chance(&[f64::NAN], &ground, 10, 99, 1).unwrap_err().to_string().contains("row 1"));
}

proptest! {
    #[test]
    fn no_other_cells_hold_more(harm in prop::collection::vec(0_u8..20, 1..9), number in 1_usize..5) {
        let areas: Vec<(f64, f64)> = harm.iter().map(|harm| (f64::from(*harm), 2.0)).collect();
        let found = spots(&areas, Until::Number(number)).unwrap();
        let choices = (0_u32..1 << areas.len()).filter(|choice| choice.count_ones() as usize <= number);
        let held = |choice: u32| areas.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1).map(|(_, area)| area.0).sum();
        let most = choices.map(held).fold(0.0, f64::max);
        prop_assert_eq!(found.harm, most);
    }

    #[test]
    fn a_share_is_held_by_no_more_than_needed(areas in prop::collection::vec((0.0..9.0, 0.1..9.0), 0..30), share in 0.01..1.0) {
        let found = spots(&areas, Until::Share(share)).unwrap();
        let all: f64 = areas.iter().map(|area| area.0).sum();
        if let Some(held) = found.share {
            prop_assert!(held >= share - 1e-9 && held.is_finite());
            let last = found.taken.last().map_or(0.0, |last| areas[*last].0);
            prop_assert!((found.harm - last) / all < share);
        }
        // Another unit of ground and of harm makes no difference.
        let other: Vec<(f64, f64)> = areas.iter().map(|area| (area.0 * 8.0, area.1 * 0.25)).collect();
        prop_assert_eq!(spots(&other, Until::Share(share)).unwrap().taken, found.taken);
    }
}
