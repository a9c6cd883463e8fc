//! Wrong specs, odd records and impossible constraints end in a clear message, never in a hang.

use std::sync::Arc;

use linkage::{
    Error, Linker, RunOptions, Spec, Table,
    arrow::{
        array::{ArrayRef, Date32Array, Int64Array, ListArray, RecordBatch, StringArray},
        datatypes::Int32Type,
    },
};

const GOOD: &str = include_str!("example.toml");

fn refusal(text: &str) -> String {
    Spec::from_toml(text).unwrap_err().to_string()
}

#[test]
fn the_example_reads_and_writes_back() {
    let spec = Spec::from_toml(GOOD).unwrap();
    assert_eq!(Spec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec);
}

#[test]
fn a_wrong_spec_says_what_is_wrong() {
    for (from, to, expected) in [
        ("prior = 0.0001", "prior = 2", "prior is 2; it must lie between 0 and 1"),
        ("prior = 0.0001", "prior = nan", "prior is NaN"),
        ("prior = 0.0001", "piror = 0.0001", "line 3: unknown field `piror`"),
        ("link = 0.95", "link = 0.1", "review not above link"),
        ("kind = \"postcode\"", "kind = \"zip\"", "unknown variant `zip`"),
        ("name = \"postcode\", kind", "name = \"surname\", kind", "there are two fields named `surname`"),
        (
            "rule = \"same_sector\"",
            "rule = \"same_year\"",
            "comparison `postcode`, level `same sector`: its rule doesn't fit `postcode`, a field of kind postcode",
        ),
        ("m = 0.75, u = 0.0001", "m = 0, u = 0.0001", "comparison `name`, level `both names the same`: m is 0"),
        ("m = 0.75, u = 0.0001", "m = 0.99, u = 0.0001", "comparison `name`: the m of its levels add up to 1.240"),
        (
            "name = \"names differ\", rule = \"else\"",
            "name = \"names differ\", rule = \"exact\"",
            "comparison `name` must end with one level of rule \"else\"",
        ),
        ("jaro_winkler = 0.92", "jaro_winkler = 92.0", "jaro_winkler is 92; it must be above 0 and at most 1"),
        (
            "year(date_of_birth)",
            "year(surname)",
            "blocking rule `surname and year of birth`: `year(surname)` doesn't fit a field of kind name",
        ),
        ("year(date_of_birth)", "jahr(date_of_birth)", "`jahr` in `jahr(date_of_birth)` is not known"),
        ("prefix(forename, 1)", "prefix(forename, 0)", "`0` in `prefix(forename, 0)` is not a length"),
        ("prefix(forename, 1)", "prefix(forename", "`prefix(forename` has no closing bracket"),
        ("prefix(forename, 1)", "town", "uses `town`, which is not a field"),
        (
            "fields = [\"postcode\"]",
            "fields = [\"post_code\"]",
            "comparison `postcode` uses `post_code`, which is not a field",
        ),
        (
            "rule = \"day_month_swapped\"",
            "rule = \"rearranged\"",
            "comparison `date of birth`, level `day and month exchanged`: `swapped` and `rearranged` need a comparison with two fields",
        ),
        (
            "rule = \"day_month_swapped\"",
            "rule = { absolute_date_difference = { days = -1 } }",
            "level `day and month exchanged`: absolute_date_difference is -1; it must be 0 or more",
        ),
        (
            "rule = \"day_month_swapped\"",
            "rule = { absolute_date_difference = { weeks = 1 } }",
            "unknown variant `weeks`",
        ),
        (
            "rule = \"day_month_swapped\"",
            "rule = { array_intersect = 1 }",
            "needs a list; write `list = \";\"` on the field",
        ),
        (
            "rule = \"day_month_swapped\"",
            "rule = \"valid\"",
            "rule \"valid\" needs a `check` on the field `date_of_birth`",
        ),
        ("rule = \"day_month_swapped\"", "rule = { and = [] }", "`and` and `or` need at least one rule"),
        (
            "rule = \"day_month_swapped\"",
            "rule = \"soundex\"",
            "its rule doesn't fit `date_of_birth`, a field of kind date",
        ),
        ("jaro_winkler = 0.92", "jaccard = { least = 0.9, q = 9 }", "jaccard: q is 9; grams have 1 to 6 characters"),
        ("jaro_winkler = 0.92", "jaccard = { lest = 0.9 }", "unknown field `lest`"),
        ("jaro_winkler = 0.92", "jaccard = \"a lot\"", "a similarity such as 0.8, or { least = 0.8, q = 2 }"),
        ("prefix(forename, 1)", "substring(forename, 1)", "`substring(forename, 1)` is not whole"),
        ("prefix(forename, 1)", "any(forename)", "`any(forename)` needs a list"),
        ("prefix(forename, 1)", "any(prefix(forename, 1))", "`any` must stand innermost"),
        ("prefix(forename, 1)", "prefix(minhash(forename, 4, 2), 3)", "`minhash` must stand outermost"),
        ("prefix(forename, 1)", "minhash(forename, 500, 2)", "bands times rows may be 128 at most"),
        ("prefix(forename, 1)", "area(forename)", "`area(forename)` doesn't fit a field of kind name"),
        (
            "name = \"surname\", kind = \"name\"",
            "name = \"surname\", kind = \"name\", list = \"\"",
            "field `surname`: list is \"\"",
        ),
        (
            "term_frequency = true }",
            "term_frequency = true, term_frequency_fields = [\"post\"] }",
            "term_frequency_fields names `post`, which is not a field of the spec",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let message = refusal(&GOOD.replacen(from, to, 1));
        assert!(message.contains(expected), "{to}: {message}");
    }
    assert!(
        refusal(&GOOD.replace("nicknames = [[\"robert\", \"rob\", \"bob\"], [\"elizabeth\", \"liz\"]]", ""))
            .contains("needs sets of `nicknames`")
    );
    assert!(refusal("").contains("missing field `thresholds`"));
}

fn linker(columns: Vec<(&str, Vec<Option<&str>>)>) -> Result<Linker, Error> {
    Linker::new(Spec::from_toml(GOOD).unwrap(), Table::from_columns(columns).unwrap())
}

fn people(
    forename: Vec<Option<&'static str>>,
    surname: Vec<Option<&'static str>>,
    born: Vec<Option<&'static str>>,
) -> Linker {
    let none = vec![None; forename.len()];
    linker(vec![
        ("forename", forename),
        ("surname", surname),
        ("date_of_birth", born),
        ("postcode", none.clone()),
        ("nhs_number", none),
    ])
    .unwrap()
}

#[test]
fn missing_columns_are_named() {
    let error = linker(vec![("forename", vec![None]), ("dob", vec![None])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the records have no column `surname`, `date_of_birth`, `postcode`, `nhs_number`; they have `forename`, `dob`"
    );
}

#[test]
fn columns_of_different_length_are_refused() {
    let error = Table::from_columns([("a", vec![Some("1")]), ("b", vec![])]).unwrap_err();
    assert_eq!(error.to_string(), "the records don't fit together: column `b` has 0 values where others have 1");
    assert!(Table::from_columns([("a", vec![Some("1")]), ("a", vec![Some("1")])]).is_err());
}

#[test]
fn arrow_columns_are_read_as_text() {
    let batch = |start: i64| {
        let number: ArrayRef = Arc::new(Int64Array::from(vec![Some(start), None]));
        let born: ArrayRef = Arc::new(Date32Array::from(vec![7335, 7335]));
        RecordBatch::try_from_iter([("surname", number), ("born", born)]).unwrap()
    };
    assert_eq!(Table::from_batches(&[batch(1), batch(3)]).unwrap().records(), 4);
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]));
    let error = Table::from_batches(&[RecordBatch::try_from_iter([("aliases", list)]).unwrap()]).unwrap_err();
    assert!(error.to_string().starts_with("column `aliases` holds List"), "{error}");
    let other: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let other = RecordBatch::try_from_iter([("name", other)]).unwrap();
    assert_eq!(
        Table::from_batches(&[batch(1), other]).unwrap_err().to_string(),
        "the records don't fit together: not every batch has a column `surname`"
    );
}

#[test]
fn odd_records_are_harmless() {
    let long: &'static str = "ab".repeat(5000).leak();
    let odd = vec![Some("🙂🙂"), Some("محمد"), Some(long), Some(""), Some("  "), None, Some("\u{0}"), Some("O'Brien")];
    let linker = people(odd.clone(), odd.clone(), odd.clone());
    linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
    let report = linker.fields();
    assert_eq!((report[2].filled, report[2].missing, report[2].unreadable), (0, 3, 5), "dates");
    for records in [0, 1] {
        let outcome =
            people(vec![None; records], vec![None; records], vec![None; records]).run(&RunOptions::default()).unwrap();
        assert_eq!((outcome.pairs.len(), outcome.cluster_of.len(), outcome.clusters.len()), (0, records, 0));
    }
}

#[test]
fn nothing_known_blocks_nothing() {
    let outcome = people(vec![None; 50], vec![None; 50], vec![None; 50])
        .run(&RunOptions { keep_apart: true, ..RunOptions::default() })
        .unwrap();
    assert!(outcome.pairs.is_empty());
}

#[test]
fn a_block_of_everyone_is_counted_and_refused() {
    let linker = people(vec![Some("Ann"); 20_000], vec![Some("Lee"); 20_000], vec![Some("1990-01-02"); 20_000]);
    let plan = linker.plan();
    assert_eq!(plan.rules[1].pairs, 199_990_000);
    assert_eq!((plan.rules[1].largest[0].keys.as_str(), plan.rules[1].largest[0].records), ("lee + 1990", 20_000));
    let message = linker.run(&RunOptions::default()).unwrap_err().to_string();
    assert!(
        message.contains("more than the budget of 100000000")
            && message.contains("its largest block holds 20000 records"),
        "{message}"
    );
    assert!(!message.contains("lee"), "no value of a record in an error");
}

#[test]
fn constraints_must_name_records() {
    let linker = people(vec![None; 2], vec![None; 2], vec![None; 2]);
    let message = |options: RunOptions| linker.run(&options).unwrap_err().to_string();
    assert_eq!(
        message(RunOptions { forbidden: vec![(7, 0)], ..RunOptions::default() }),
        "a forbidden pair names record 7, but there are only 2 records, counted from 0"
    );
    assert_eq!(
        message(RunOptions { required: vec![(1, 1)], ..RunOptions::default() }),
        "a required pair pairs record 1 with itself"
    );
    assert!(linker.run_for(&linkage::NewRecords::range(1..u32::MAX), &RunOptions::default()).is_err());
}
