//! Every rule, list and blocking step, as a spec writes them.

use std::{collections::BTreeSet, sync::Arc};

use linkage::{
    Linker, RunOptions, Spec, Table,
    arrow::array::{ArrayRef, Float64Array, ListBuilder, RecordBatch, StringBuilder},
};

/// A spec of one comparison whose first level has this rule.
fn spec(fields: &str, rule: &str) -> Spec {
    let text = format!(
        r#"
prior = 0.1
thresholds = {{ link = 0.9, review = 0.5 }}
nicknames = [["robert", "bob"]]
field = [{fields}]
blocking = [{{ name = "none", keys = ["a"] }}]
[[comparison]]
name = "it"
fields = {names:?}
level = [{{ name = "holds", rule = {rule}, m = 0.9, u = 0.1 }}, {{ name = "no", rule = "else", m = 0.1, u = 0.9 }}]
"#,
        names = if fields.contains("name = \"b\"") { vec!["a", "b"] } else { vec!["a"] },
    );
    Spec::from_toml(&text).unwrap_or_else(|error| panic!("{rule}: {error}"))
}

fn table(spec: &Spec, rows: [&[&str]; 2]) -> Table {
    let column = |at: usize| rows.iter().map(|row| row.get(at).map(|value| (*value).to_owned())).collect::<Vec<_>>();
    Table::from_columns(spec.fields.iter().enumerate().map(|(at, field)| (field.name.clone(), column(at)))).unwrap()
}

/// Whether the rule holds, from either side; `None` where there is nothing to compare.
fn holds(fields: &str, rule: &str, one: &[&str], other: &[&str]) -> Option<bool> {
    let spec = spec(fields, rule);
    let seen = |rows| {
        let linker = Linker::new(spec.clone(), table(&spec, rows)).unwrap();
        linker.explain(0, 1).unwrap().parts.remove(0).level.map(|level| level == "holds")
    };
    let answer = seen([one, other]);
    assert_eq!(answer, seen([other, one]), "{rule}: {one:?} and {other:?} from either side");
    answer
}

const NAME: &str = r#"{ name = "a", kind = "name" }"#;
const NAMES: &str = r#"{ name = "a", kind = "name" }, { name = "b", kind = "name" }"#;
const ALIASES: &str = r#"{ name = "a", kind = "name", list = ";", missing = ["unknown"] }"#;
const DATE: &str = r#"{ name = "a", kind = "date" }"#;
const POSTCODE: &str = r#"{ name = "a", kind = "postcode" }"#;
const POSTCODES: &str = r#"{ name = "a", kind = "postcode", list = ";" }"#;
const NUMBER: &str = r#"{ name = "a", kind = "number" }"#;
const NHS: &str = r#"{ name = "a", kind = "identifier", check = "nhs_number" }"#;
const PHONE: &str = r#"{ name = "a", kind = "phone" }"#;
const EMAIL: &str = r#"{ name = "a", kind = "email" }"#;
const PLACE: &str = r#"{ name = "a", kind = "coordinates" }"#;

#[test]
fn rules_about_one_value() {
    for (field, rule, one, other, expected) in [
        (NAME, r#""exact""#, "O'Brien", "OBRIEN", true),
        (NAME, r#"{ levenshtein = 1 }"#, "smith", "smyth", true),
        (NAME, r#"{ levenshtein = 1 }"#, "smith", "simth", false),
        (NAME, r#"{ damerau_levenshtein = 1 }"#, "smith", "simth", true),
        (NAME, r#"{ jaro = 0.94 }"#, "martha", "marhta", true),
        (NAME, r#"{ jaro = 0.95 }"#, "martha", "marhta", false),
        (NAME, r#"{ jaro_winkler = 0.96 }"#, "martha", "marhta", true),
        (NAME, r#"{ jaccard = 0.4 }"#, "night", "nacht", true),
        (NAME, r#"{ jaccard = { least = 0.4, q = 2 } }"#, "night", "nacht", false),
        (NAME, r#"{ cosine = 0.25 }"#, "night", "nacht", true),
        (NAME, r#"{ cosine = { least = 0.25, q = 3 } }"#, "night", "nacht", false),
        (NAME, r#"{ same_first = 3 }"#, "robert", "robin", true),
        (NAME, r#"{ same_last = 3 }"#, "robert", "robin", false),
        (NAME, r#""nickname""#, "Bob", "Robert", true),
        (NAME, r#""initial""#, "R", "Robert", true),
        (NAME, r#""concatenated""#, "Mary Ann", "Maryann", true),
        (NAME, r#""double_barrelled""#, "Smith-Jones", "Jones", true),
        (NAME, r#""shared_word""#, "Smith-Jones", "Jones Taylor", true),
        (NAME, r#""transliterated""#, "Mohammed", "محمد", true),
        (NAME, r#""transliterated""#, "Mohammed", "Mahmoud", false),
        (NAME, r#""double_metaphone""#, "Catherine", "Kathryn", true),
        (NAME, r#""double_metaphone""#, "Catherine", "Barbara", false),
        (NAME, r#""soundex""#, "Robert", "Rupert", true),
        (DATE, r#""same_month""#, "1990-01-31", "1990-01-01", true),
        (DATE, r#"{ absolute_date_difference = { days = 10 } }"#, "1990-01-31", "1990-02-10", true),
        (DATE, r#"{ absolute_date_difference = { days = 10 } }"#, "1990-01-31", "1990-02-11", false),
        (DATE, r#"{ absolute_date_difference = { months = 1 } }"#, "1990-01-31", "1990-03-02", true),
        (DATE, r#"{ absolute_date_difference = { years = 1 } }"#, "1990-01-31", "1991-01-31", true),
        (DATE, r#"{ years_apart = 2 }"#, "1990-01-31", "1992-01-31", true),
        (DATE, r#"{ years_apart = 2 }"#, "1990-01-31", "1992-01-30", false),
        (POSTCODE, r#""same_area""#, "CM1 1AA", "CM20 2BB", true),
        (POSTCODE, r#""same_area""#, "CM1 1AA", "C1 2BB", false),
        (NUMBER, r#"{ absolute_difference = 5 }"#, "£1,000", "1005.0", true),
        (NUMBER, r#"{ percentage_difference = 0.05 }"#, "100", "95.5", true),
        (NUMBER, r#"{ percentage_difference = 0.05 }"#, "100", "95", false),
        (NHS, r#""valid""#, "943 476 5919", "401 023 2137", true),
        (NHS, r#"{ and = ["exact", "valid"] }"#, "1234567890", "1234567890", false),
        (NHS, r#"{ and = ["one_digit_wrong", { not = "valid" }] }"#, "9434765919", "9434765918", true),
        (PHONE, r#""exact""#, "+44 (0)7700 900123", "07700 900 123", true),
        (PHONE, r#""one_digit_wrong""#, "0044 7700 900123", "07700 900124", true),
        (PHONE, r#"{ same_last = 6 }"#, "01245 900123", "07700 900123", true),
        (EMAIL, r#""same_user""#, "Ann.Lee+school@example.org", "ann.lee@example.com", true),
        (EMAIL, r#"{ similar_user = 0.9 }"#, "ann.lee@example.org", "annlee@example.com", true),
        (EMAIL, r#""same_domain""#, "ann@example.org", "zoe@EXAMPLE.org", true),
        (PLACE, r#"{ distance_in_km = 340 }"#, "51.4779, -0.0015", "48.8584, 2.2945", true),
        (PLACE, r#"{ distance_in_km = 330 }"#, "51.4779, -0.0015", "48.8584, 2.2945", false),
    ] {
        assert_eq!(holds(field, rule, &[one], &[other]), Some(expected), "{rule}: {one} and {other}");
        assert_eq!(holds(field, rule, &[one], &[""]), None, "{rule}: what is missing says nothing");
    }
}

#[test]
fn rules_about_two_fields() {
    for (rule, one, other, expected) in [
        (r#"{ swapped = "exact" }"#, ["Ann", "Lee"], ["Lee", "Ann"], Some(true)),
        (r#"{ columns_reversed = { jaro_winkler = 0.8 } }"#, ["Martha", "Lee"], ["Lee", "Marhta"], Some(true)),
        (r#""rearranged""#, ["Mary Ann", "Lee"], ["Mary", "Lee Ann"], Some(true)),
        (r#""rearranged""#, ["Mary Ann", "Lee"], ["Mary", "Lee"], Some(false)),
        (
            r#"{ or = [{ all = { a = "exact" } }, { all = { b = "exact" } }] }"#,
            ["Ann", "Lee"],
            ["Zoe", "Lee"],
            Some(true),
        ),
        (
            r#"{ and = [{ all = { a = "exact" } }, { not = { all = { b = "exact" } } }] }"#,
            ["Ann", "Lee"],
            ["Ann", "Osei"],
            Some(true),
        ),
        (
            r#"{ and = [{ all = { a = "exact" } }, { not = { all = { b = "exact" } } }] }"#,
            ["Ann", "Lee"],
            ["Ann", "Lee"],
            Some(false),
        ),
        (
            r#"{ and = [{ all = { a = "exact" } }, { not = { all = { b = "exact" } } }] }"#,
            ["Ann", ""],
            ["Ann", "Lee"],
            None,
        ),
        // With `missing` in the level it is asked; `not` still wants its own values.
        (r#"{ all = { a = "missing", b = { not = "exact" } } }"#, ["", ""], ["Ann", "Lee"], None),
        (r#"{ all = { a = "missing", b = { not = "exact" } } }"#, ["", "Osei"], ["Ann", "Lee"], Some(true)),
        (r#"{ all = { a = { not = "missing" }, b = "exact" } }"#, ["Ann", "Lee"], ["Ann", "Lee"], Some(true)),
    ] {
        assert_eq!(holds(NAMES, rule, &one, &other), expected, "{rule}: {one:?} and {other:?}");
    }
}

#[test]
fn a_list_keeps_a_rule_where_any_two_of_its_values_do() {
    for (field, rule, one, other, expected) in [
        (ALIASES, r#""exact""#, "Smith; Jones", "Jones;Lee", Some(true)),
        (ALIASES, r#""exact""#, "Smith; Jones", "Taylor;Lee", Some(false)),
        (ALIASES, r#"{ jaro_winkler = 0.95 }"#, "Smith; Martha", "Marhta;Lee", Some(true)),
        (ALIASES, r#"{ not = "exact" }"#, "Smith; Jones", "Jones;Lee", Some(false)),
        (ALIASES, r#""exact""#, "Smith; Unknown", "unknown", None),
        (ALIASES, r#""transliterated""#, "Smith;Mohammed", "محمد", Some(true)),
        (ALIASES, r#""nickname""#, "Zoe;Bob", "Lee;Robert", Some(true)),
        (ALIASES, r#"{ array_intersect = 2 }"#, "a;b;c", "b;c;d", Some(true)),
        (ALIASES, r#"{ array_intersect = 3 }"#, "a;b;c", "b;c;d", Some(false)),
        (ALIASES, r#""array_subset""#, "a;b;c", "b;c", Some(true)),
        (ALIASES, r#""array_subset""#, "a;b;c", "c;d", Some(false)),
        (POSTCODES, r#""same_sector""#, "CM1 1AA; SS1 2BB", "ss12cc", Some(true)),
    ] {
        assert_eq!(holds(field, rule, &[one], &[other]), expected, "{rule}: {one} and {other}");
    }
    assert_eq!(
        holds(
            &format!("{NAME}, {}", ALIASES.replace("\"a\"", "\"b\"")),
            r#"{ swapped = "exact" }"#,
            &["Lee", "Ann;Zoe"],
            &["Zoe", "Osei;Lee"]
        ),
        Some(true)
    );
}

#[test]
fn words_of_an_address_count_by_rarity() {
    let spec = spec(r#"{ name = "a", kind = "address" }"#, r#"{ and = [{ token_similarity = 0.4 }, "same_numbers"] }"#);
    let addresses = [
        "Flt 2, 14 High St",
        "14 High Street, Flat 2",
        "2 High Street",
        "9 High Street",
        "7 High Street",
        "8 High Street",
    ];
    let table = Table::from_columns([("a", addresses.map(Some).to_vec())]).unwrap();
    let linker = Linker::new(spec, table).unwrap();
    let level = |other| linker.explain(0, other).unwrap().parts.remove(0).level.unwrap();
    assert_eq!((level(1).as_str(), level(2).as_str(), level(3).as_str()), ("holds", "no", "no"));
}

#[test]
fn arrow_lists_and_columns_put_together_are_read() {
    let mut aliases = ListBuilder::new(StringBuilder::new());
    aliases.append_value([Some("Smith"), Some("Jones")]);
    aliases.append_value([Some("jones"), None]);
    aliases.append_null();
    let columns: [(&str, ArrayRef); 3] = [
        ("aliases", Arc::new(aliases.finish())),
        ("lat", Arc::new(Float64Array::from(vec![Some(51.5), Some(51.51), None]))),
        ("long", Arc::new(Float64Array::from(vec![Some(0.1), Some(0.1), Some(0.1)]))),
    ];
    let table = Table::from_batches(&[RecordBatch::try_from_iter(columns).unwrap()]).unwrap();
    let spec = |mark: &str| {
        format!(
            r#"
prior = 0.1
thresholds = {{ link = 0.9, review = 0.5 }}
field = [{{ name = "aliases", kind = "name"{mark} }}, {{ name = "home", kind = "coordinates", from = ["lat", "long"] }}]
blocking = [{{ name = "none", keys = ["aliases"] }}]
[[comparison]]
name = "alias"
fields = ["aliases"]
level = [{{ name = "holds", rule = "exact", m = 0.9, u = 0.1 }}, {{ name = "no", rule = "else", m = 0.1, u = 0.9 }}]
[[comparison]]
name = "home"
fields = ["home"]
level = [{{ name = "near", rule = {{ distance_in_km = 2 }}, m = 0.9, u = 0.1 }}, {{ name = "far", rule = "else", m = 0.1, u = 0.9 }}]
"#
        )
    };
    let listed = Spec::from_toml(&spec(r#", list = ";""#)).unwrap();
    let linker = Linker::new(listed, table.clone()).unwrap();
    let levels = |other| linker.explain(0, other).unwrap().parts.into_iter().map(|part| part.level).collect::<Vec<_>>();
    assert_eq!(levels(1), [Some("holds".to_owned()), Some("near".to_owned())]);
    assert_eq!(levels(2), [None, None], "half a place is none");
    let error = Linker::new(Spec::from_toml(&spec("")).unwrap(), table).unwrap_err().to_string();
    assert!(error.contains("column `aliases` holds lists, but field `aliases` isn't one"), "{error}");
}

#[test]
fn places_are_looked_up_by_postcode() {
    let table = Table::from_columns([("a", vec![Some("cm11aa"), Some("CM1 1AB"), Some("ZZ1 1ZZ"), None])]).unwrap();
    let lookup = |postcode: &str| match postcode {
        "CM1 1AA" => Some((51.7356, 0.4685)),
        "CM1 1AB" => Some((51.7366, 0.4685)),
        _ => None,
    };
    assert!(table.clone().with_coordinates("postcode", "home", lookup).unwrap_err().to_string().contains("`postcode`"));
    let table = table.with_coordinates("a", "home", lookup).unwrap();
    let text = r#"{ name = "a", kind = "coordinates", from = ["home"] }"#;
    let linker = Linker::new(spec(text, "{ distance_in_km = 0.2 }"), table).unwrap();
    let level = |other| linker.explain(0, other).unwrap().parts.remove(0).level;
    assert_eq!((level(1).as_deref(), level(2), level(3)), (Some("holds"), None, None));
}

/// Which of the values a blocking key finds together.
fn found(field: &str, key: &str, values: &[&str]) -> BTreeSet<(u32, u32)> {
    let mut spec = spec(field, r#""exact""#);
    spec.blocking[0].keys = vec![serde_json::from_value(key.into()).unwrap()];
    assert_eq!(String::from(spec.blocking[0].keys[0].clone()), key, "writes back");
    let table = Table::from_columns([("a", values.iter().copied().map(Some).collect())]).unwrap();
    let options = RunOptions { keep_apart: true, ..RunOptions::default() };
    let outcome = Linker::new(spec, table).unwrap().run(&options).unwrap();
    assert_eq!(outcome.compared, [outcome.pairs.len() as u64], "{key}: each pair once");
    outcome.pairs.iter().map(|pair| (pair.left, pair.right)).collect()
}

#[test]
fn blocking_steps() {
    for (field, key, values, expected) in [
        (NAME, "prefix(a, 3)", ["robert", "robin", "bob"], vec![(0, 1)]),
        (NAME, "last(a, 2)", ["robert", "albert", "bob"], vec![(0, 1)]),
        (NAME, "substring(a, 2, 3)", ["robert", "sobers", "obe"], vec![(0, 1)]),
        (NAME, "initial(a)", ["robert", "rose", "bob"], vec![(0, 1)]),
        (NAME, "phonetic(a)", ["catherine", "kathryn", "bob"], vec![(0, 1)]),
        (NAME, "prefix(folded(a), 4)", ["mary ann", "maryanne", "bob"], vec![(0, 1)]),
        (DATE, "year(a)", ["1990-01-31", "1990-02-28", "1991-01-31"], vec![(0, 1)]),
        (DATE, "month(a)", ["1990-01-31", "1991-01-01", "1990-02-28"], vec![(0, 1)]),
        (DATE, "day(a)", ["1990-01-31", "1991-03-31", "1990-01-30"], vec![(0, 1)]),
        (POSTCODE, "outward(a)", ["CM1 1AA", "CM1 2BB", "CM2 1AA"], vec![(0, 1)]),
        (POSTCODE, "sector(a)", ["CM1 1AA", "CM1 1BB", "CM1 2AA"], vec![(0, 1)]),
        (POSTCODE, "area(a)", ["CM1 1AA", "CM2 1BB", "SS1 1AA"], vec![(0, 1)]),
        (EMAIL, "user(a)", ["ann+x@example.org", "ann@example.com", "zoe@example.com"], vec![(0, 1)]),
        (EMAIL, "domain(a)", ["ann@example.org", "zoe@example.org", "zoe@example.com"], vec![(0, 1)]),
        (ALIASES, "any(a)", ["smith;jones;lee", "lee;taylor;jones", "osei"], vec![(0, 1)]),
        (ALIASES, "prefix(any(a), 2)", ["smith;jones", "johns", "osei;smart"], vec![(0, 1), (0, 2)]),
        (NAME, "minhash(a, 8, 2)", ["okonkwo", "okonkwa", "featherstone"], vec![(0, 1)]),
        (ALIASES, "minhash(any(a), 8, 2)", ["smith;okonkwo", "okonkwa", "featherstone"], vec![(0, 1)]),
    ] {
        assert_eq!(found(field, key, &values), expected.into_iter().collect(), "{key}");
    }
}

#[test]
fn every_rule_survives_being_written() {
    for rule in [
        r#"{ jaccard = { least = 0.6, q = 2 } }"#,
        r#"{ cosine = 0.7 }"#,
        r#"{ and = ["exact", { not = { or = ["soundex", { same_first = 2 }] } }] }"#,
        r#"{ swapped = "double_metaphone" }"#,
    ] {
        let spec = spec(NAMES, rule);
        assert_eq!(Spec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec, "{rule}");
    }
    let spec = spec(ALIASES, r#"{ array_intersect = 2 }"#);
    assert_eq!(Spec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec);
}
