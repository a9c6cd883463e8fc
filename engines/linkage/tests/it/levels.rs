//! Each level of a spec for people, seen through `explain`.

use linkage::{Linker, Spec, Table};

const FIELDS: [&str; 5] = ["forename", "surname", "date_of_birth", "postcode", "nhs_number"];

/// The level of a comparison between two records, written `forename | surname | born | postcode | number`, in both directions.
fn level(comparison: &str, one: &str, other: &str) -> Option<String> {
    let seen = |rows: [&str; 2]| {
        let row = |text: &'static str| -> Vec<Option<String>> {
            text.split('|').map(|v| Some(v.trim().to_owned())).collect()
        };
        let rows: Vec<Vec<Option<String>>> = rows.iter().map(|text| row(text.to_string().leak())).collect();
        let columns =
            FIELDS.iter().enumerate().map(|(at, name)| (*name, rows.iter().map(|row| row[at].clone()).collect()));
        let linker =
            Linker::new(Spec::from_toml(include_str!("example.toml")).unwrap(), Table::from_columns(columns).unwrap())
                .unwrap();
        let explanation = linker.explain(0, 1).unwrap();
        explanation.parts.into_iter().find(|part| part.comparison == comparison).unwrap().level
    };
    let level = seen([one, other]);
    assert_eq!(level, seen([other, one]), "from either side");
    level
}

#[test]
fn names() {
    for (one, other, expected) in [
        ("Amélie|O'Brien", "AMELIE|obrien", Some("both names the same")),
        ("James|Lee", "Lee|James", Some("names exchanged")),
        ("Bob|Osei", "Robert James|Osei", Some("surname the same, forename a nickname")),
        ("R|Osei", "Robert|Osei", Some("surname the same, forename an initial")),
        ("Robert|Patterson", "Rodert|Pattersen", Some("both names nearly the same")),
        ("|Osei", "Robert|Osei", Some("forename not known, surname the same")),
        ("unknown|Osei", "Robert|Osei", Some("forename not known, surname the same")),
        ("Robert|Smith", "Robert|Okafor", Some("only the forename the same")),
        ("Ann|Okafor", "Zoe|Okafor", Some("only the surname the same")),
        ("Ann|Okafor", "Zoe|Smith", Some("names differ")),
        ("|Osei", "Robert|Smith", None),
        ("|", "|", None),
    ] {
        let full = |name: &str| format!("{name}|||");
        assert_eq!(level("name", &full(one), &full(other)).as_deref(), expected, "{one} and {other}");
    }
}

#[test]
fn dates_of_birth() {
    for (one, other, expected) in [
        ("1990-02-04", "04/02/1990", Some("same date")),
        ("1990-02-04", "1990-04-02", Some("day and month exchanged")),
        ("1990-02-14", "1990-02-24", Some("one digit differs")),
        ("1990-02-14", "1909-02-14", Some("one digit differs")),
        ("1990-01-01", "1990-07-16", Some("same year, one is 1 January")),
        ("1990-02-14", "1990-07-25", Some("same year only")),
        ("1990-02-14", "1981-07-25", Some("dates differ")),
        ("1900-01-01", "1990-07-25", None),
        ("soon", "1990-07-25", None),
    ] {
        let full = |date: &str| format!("||{date}||");
        assert_eq!(level("date of birth", &full(one), &full(other)).as_deref(), expected, "{one} and {other}");
    }
}

#[test]
fn postcodes_and_numbers() {
    for (one, other, expected) in [
        ("CM1 1AA", "cm11aa", Some("same postcode")),
        ("CM1 1AA", "CM1 1AB", Some("one letter differs")),
        ("CM1 1AA", "CM1 1BD", Some("same sector")),
        ("CM1 1AA", "CM1 2BD", Some("same district")),
        ("CM1 1AA", "CM14 2BD", Some("elsewhere")),
        ("ZZ99 3VZ", "CM14 2BD", None),
    ] {
        let full = |postcode: &str| format!("|||{postcode}|");
        assert_eq!(level("postcode", &full(one), &full(other)).as_deref(), expected, "{one} and {other}");
    }
    for (one, other, expected) in [
        ("943 476 5919", "9434765919", Some("same number")),
        ("943 476 5919", "9434765918", Some("one digit differs")),
        ("943 476 5919", "9434765991", Some("one digit differs")),
        ("943 476 5919", "4010232137", Some("numbers differ")),
        ("", "4010232137", None),
    ] {
        let full = |number: &str| format!("||||{number}");
        assert_eq!(level("NHS number", &full(one), &full(other)).as_deref(), expected, "{one} and {other}");
    }
}

#[test]
fn nicknames_come_from_text_too() {
    let mut spec = Spec::from_toml(include_str!("example.toml")).unwrap();
    spec.add_nicknames("# given names\nmargaret, peggy, meg\n\nalone\n");
    assert_eq!(spec.nicknames.len(), 3);
    let columns = FIELDS.iter().map(|name| {
        (
            *name,
            match *name {
                "forename" => vec![Some("Peggy"), Some("Margaret")],
                "surname" => vec![Some("Okafor"); 2],
                _ => vec![None; 2],
            },
        )
    });
    let linker = Linker::new(spec, Table::from_columns(columns).unwrap()).unwrap();
    assert_eq!(linker.explain(0, 1).unwrap().parts[0].level.as_deref(), Some("surname the same, forename a nickname"));
}
