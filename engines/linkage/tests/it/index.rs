//! Records that come to an index and go again: what it finds is what one built anew finds.

use linkage::{Error, Index, Linker, Match, Spec, Table};
use proptest::prelude::*;

use crate::{
    properties::{Row, rows, table},
    rarity::everywhere,
};

/// What is found for a record, by the numbers that `name` gives, in an order that doesn't depend on numbers.
fn found(index: &Index, row: &Row, name: impl Fn(u32) -> usize) -> Vec<(usize, u64, String)> {
    let seen = |found: Match| {
        let Match { record, weight, pattern, rule, decision } = found;
        (name(record), weight.to_bits(), format!("{pattern:?} {rule} {decision:?}"))
    };
    let mut found: Vec<_> =
        index.find_matches(&table(std::slice::from_ref(row))).unwrap().into_iter().map(seen).collect();
    found.sort();
    found
}

/// `against` holds rarity against a level; otherwise, but where a level asks for equal values alone, against what the records say.
fn spec(shrinkage: f64, against: bool) -> Spec {
    let mut spec = everywhere(shrinkage, 1.0, 0.0);
    spec.thresholds.review = 1e-9;
    if !against {
        spec.comparisons.iter_mut().flat_map(|c| &mut c.levels).for_each(|level| level.term_frequency_against = None);
    }
    spec
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Records in any order, some of them there from the start, the rest added in parts of any size, and some removed on the way: weights
    /// are the same to the last bit, those too that rarity shifts.
    #[test]
    fn as_if_built_anew(
        (rows, order) in rows(24).prop_flat_map(|rows| {
            let order: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(order).prop_shuffle())
        }),
        first in any::<prop::sample::Index>(), parts in prop::collection::vec(1..6_usize, 1..8),
        gone in prop::collection::vec(any::<prop::sample::Index>(), 0..5), shrinkage in prop::sample::select(vec![0.0, 1.5]),
        against in any::<bool>(),
    ) {
        let linker = |rows: &[Row]| Linker::new(spec(shrinkage, against), table(rows)).unwrap();
        let ordered: Vec<Row> = order.iter().map(|at| rows[*at].clone()).collect();
        let mut at = first.index(rows.len() + 1);
        let mut index = Index::new(linker(&ordered[..at]));
        let mut removed = Vec::new();
        let mut gone = gone.into_iter();
        for part in parts.into_iter().chain([rows.len()]) {
            let end = (at + part).min(rows.len());
            prop_assert_eq!(index.add(&table(&ordered[at..end])).unwrap(), at as u32..end as u32);
            at = end;
            if let Some(record) = gone.next().filter(|_| at > 0).map(|gone| gone.index(at)).filter(|record| !removed.contains(record)) {
                index.remove(record as u32).unwrap();
                removed.push(record);
            }
        }
        let left: Vec<usize> = (0..rows.len()).filter(|record| !removed.contains(record)).collect();
        let anew = Index::new(linker(&left.iter().map(|at| ordered[*at].clone()).collect::<Vec<_>>()));
        prop_assert_eq!(index.records(), left.len());
        for row in &rows {
            prop_assert_eq!(found(&index, row, |record| record as usize), found(&anew, row, |record| left[record as usize]));
        }
    }
}

fn people(rows: &[(&str, &str, &str)]) -> Table {
    let column = |of: fn(&(&str, &str, &str)) -> String| rows.iter().map(|row| Some(of(row))).collect::<Vec<_>>();
    Table::from_columns([
        ("id", column(|row| row.0.to_owned())),
        ("surname", column(|row| row.1.to_owned())),
        ("town", column(|row| row.2.to_owned())),
    ])
    .unwrap()
}

fn by_surname() -> Spec {
    Spec::from_toml(
        r#"
        prior = 0.1
        thresholds = { link = 0.9, review = 0.0001 }
        field = [{ name = "surname", kind = "name" }, { name = "town", kind = "name" }]
        blocking = [{ name = "town", keys = ["town"] }]
        [[comparison]]
        name = "surname"
        fields = ["surname"]
        level = [
            { name = "same", rule = "exact", m = 0.9, u = 0.25, term_frequency = true },
            { name = "other", rule = "else", m = 0.1, u = 0.75 },
        ]
        "#,
    )
    .unwrap()
}

fn index() -> Index {
    let table =
        people(&[("a", "Okafor", "Hull"), ("b", "Smith", "Hull"), ("c", "Smith", "York"), ("d", "Lee", "York")]);
    Index::new(Linker::new(by_surname(), table.clone()).unwrap()).with_ids("id", &table).unwrap()
}

/// By hand: of four surnames one is Okafor, then two of five, then one of four again.
#[test]
fn rarity_follows_every_record() {
    let mut index = index();
    let weight = |index: &Index| {
        let found = index.find_matches(&people(&[("?", "Okafor", "Hull")])).unwrap();
        found.iter().find(|found| found.record == 0).unwrap().weight
    };
    let expected = |share: f64| (0.1_f64 / 0.9).log2() + (0.9_f64 / share).log2();
    assert!((weight(&index) - expected(1.0 / 4.0)).abs() < 1e-12);
    index.add(&people(&[("e", "Okafor", "Leeds")])).unwrap();
    assert!((weight(&index) - expected(2.0 / 5.0)).abs() < 1e-12);
    index.remove(4).unwrap();
    assert!((weight(&index) - expected(1.0 / 4.0)).abs() < 1e-12);
}

#[test]
fn a_record_is_found_from_when_it_is_added_until_it_is_removed() {
    let mut index = index();
    let numbers = |index: &Index| {
        let found = index.find_matches(&people(&[("?", "Łee", "Leeds")])).unwrap();
        found.iter().map(|found| found.record).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&index), [0; 0]);
    assert_eq!(index.add(&people(&[("e", "Lee", "Leeds"), ("f", "Ashe", "Leeds")])).unwrap(), 4..6);
    assert_eq!(numbers(&index), [4, 5]);
    assert_eq!((index.id(5), index.number("f"), index.records()), (Some("f"), Some(5), 6));
    index.remove(4).unwrap();
    assert_eq!(numbers(&index), [5]);
    index.remove(0).unwrap();
    assert_eq!((index.id(0), index.number("a"), index.records()), (None, None, 4));
    assert_eq!(index.linker().records(), 4, "the linker is as it was");
    assert_eq!(index.add(&people(&[("a", "Lee", "Leeds")])).unwrap(), 6..7, "its id is free, its number isn't");
    assert_eq!(numbers(&index), [6, 5]);
    assert_eq!(index.add(&people(&[])).unwrap(), 7..7);
}

#[test]
fn what_cannot_be_taken_is_said_and_nothing_is_added() {
    let mut index = index();
    let town = Table::from_columns([("id", vec![Some("e")]), ("town", vec![Some("Hull")])]).unwrap();
    assert_eq!(
        index.add(&town).unwrap_err().to_string(),
        "the records have no column `surname`; they have `id`, `town`"
    );
    let unnamed = Table::from_columns([("surname", vec![Some("Lee")]), ("town", vec![Some("Hull")])]).unwrap();
    assert_eq!(
        index.add(&unnamed).unwrap_err().to_string(),
        "the records have no column `id`; they have `surname`, `town`"
    );
    let known = index.add(&people(&[("e", "Lee", "Hull"), ("b", "Lee", "Hull")])).unwrap_err();
    assert_eq!(known, Error::DuplicateId { column: "id".into(), row: 1, record: 1 });
    assert!(known.to_string().starts_with("row 1, counted from 0, has the same id in column `id` as record 1; remove"));
    let twice = index.add(&people(&[("e", "Lee", "Hull"), ("e", "Lee", "Hull")])).unwrap_err();
    assert_eq!(twice, Error::DuplicateId { column: "id".into(), row: 1, record: 4 });
    let empty = index.add(&people(&[(" ", "Lee", "Hull")])).unwrap_err();
    assert_eq!(empty, Error::MissingId { column: "id".into(), row: 0 });
    assert_eq!((index.records(), index.number("e")), (4, None), "none of them was added");
    assert_eq!(index.find_matches(&people(&[("?", "Lee", "Hull")])).unwrap().len(), 2);

    assert_eq!(
        index.remove(9).unwrap_err().to_string(),
        "what to remove names record 9, but there are only 4 records, counted from 0"
    );
    index.remove(3).unwrap();
    assert_eq!(index.remove(3), Err(Error::Removed { record: 3 }));

    let table = people(&[("a", "Lee", "Hull"), ("a", "Lee", "Hull")]);
    let named = |table: &Table, ids: &Table| {
        Index::new(Linker::new(by_surname(), table.clone()).unwrap()).with_ids("id", ids).unwrap_err()
    };
    assert_eq!(named(&table, &table), Error::DuplicateId { column: "id".into(), row: 1, record: 0 });
    assert!(named(&table, &people(&[])).to_string().contains("there are 0 ids for the 2 records"));
}

/// Words are as rare as they were when the index was built, until it is built anew.
#[test]
fn how_rare_a_word_is_stays() {
    let spec = || {
        Spec::from_toml(
            r#"
            prior = 0.1
            thresholds = { link = 0.9, review = 0.0001 }
            field = [{ name = "street", kind = "address" }, { name = "town", kind = "name" }]
            blocking = [{ name = "town", keys = ["town"] }]
            [[comparison]]
            name = "street"
            fields = ["street"]
            level = [
                { name = "alike", rule = { token_similarity = 0.5 }, m = 0.8, u = 0.1 },
                { name = "other", rule = "else", m = 0.2, u = 0.9 },
            ]
            "#,
        )
        .unwrap()
    };
    let streets = |names: &[&str]| {
        let towns = names.iter().map(|_| Some("Hull")).collect();
        Table::from_columns([("street", names.iter().map(|name| Some(*name)).collect()), ("town", towns)]).unwrap()
    };
    let alike = |index: &Index, street: &str, record: u32| {
        let found = index.find_matches(&streets(&[street])).unwrap();
        found.iter().find(|found| found.record == record).unwrap().pattern.level(0) == Some(0)
    };
    let first = ["1 Mill Lane", "2 Oak Road", "3 Elm Way"];
    let more: Vec<String> = (4..40).map(|house| format!("{house} Mill Close")).collect();
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let mut index = Index::new(Linker::new(spec(), streets(&first)).unwrap());
    // At first both words in common are as rare as any.
    assert!(alike(&index, "1 Mill", 0));
    index.add(&streets(&more)).unwrap();
    assert!(alike(&index, "50 Mill Close", 3), "added records are compared by the same rarity");
    let anew = Index::new(Linker::new(spec(), streets(&[&first[..], &more].concat())).unwrap());
    assert!(!alike(&anew, "50 Mill Close", 3), "by now two of its words are common");
}
