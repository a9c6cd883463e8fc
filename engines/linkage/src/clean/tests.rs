//! Each kind's one form, and that cleaning always ends.

use proptest::prelude::*;

use super::*;

const KINDS: [Kind; 10] = [
    Kind::Text,
    Kind::Name,
    Kind::Date,
    Kind::Postcode,
    Kind::Identifier,
    Kind::Phone,
    Kind::Email,
    Kind::Address,
    Kind::Number,
    Kind::Coordinates,
];

fn value(kind: Kind, text: &str) -> String {
    match clean(kind, text, &[]) {
        Cleaned::Value(value) => value,
        other => format!("{other:?}"),
    }
}

#[test]
fn each_kind_has_one_form() {
    for (kind, text, expected) in [
        (Kind::Name, " O\u{2019}BRIEN ", "obrien"),
        (Kind::Name, "Smith--Jones", "smith jones"),
        (Kind::Name, "Łukasz Żółć", "lukasz zolc"),
        (Kind::Name, "🙂", "Missing"),
        (Kind::Name, "محمد", "محمد"),
        (Kind::Text, "12  High STREET", "12 high street"),
        (Kind::Date, "1990-01-31", "19900131"),
        (Kind::Date, "31/1/1990", "19900131"),
        (Kind::Date, "1990-01-31T00:00:00", "19900131"),
        (Kind::Date, "19081399", "19081399"),
        (Kind::Date, "yesterday", "Unreadable"),
        (Kind::Date, "1/2/90", "Unreadable"),
        (Kind::Postcode, "cm11aa", "CM1 1AA"),
        (Kind::Postcode, "EC1A 1BB", "EC1A 1BB"),
        (Kind::Postcode, "unknown", "UNKNOWN"),
        (Kind::Identifier, "943-476 5919", "9434765919"),
        (Kind::Identifier, " - ", "Missing"),
    ] {
        assert_eq!(value(kind, text), expected, "{text}");
    }
}

#[test]
fn placeholders_are_missing_however_written() {
    let field = Field {
        name: "n".into(),
        kind: Kind::Date,
        missing: vec!["01/01/1900".into(), "Not Known".into()],
        distinguishes: false,
        check: Check::None,
        from: Vec::new(),
        list: None,
    };
    let missing = placeholders(&field);
    assert_eq!(clean(Kind::Date, "1900-01-01", &missing), Cleaned::Missing);
    assert_eq!(clean(Kind::Date, "not  known", &missing), Cleaned::Missing);
}

#[test]
fn a_cell_may_hold_several_values() {
    let field = Field {
        name: "aliases".into(),
        kind: Kind::Name,
        missing: vec!["unknown".into()],
        distinguishes: false,
        check: Check::None,
        from: Vec::new(),
        list: Some(";".into()),
    };
    let missing = placeholders(&field);
    let value = |cell: &str| clean_cell(&field, cell, &missing);
    assert_eq!(value("Smith; O'Brien;smith ; Unknown"), Cleaned::Value("obrien\u{1f}smith".into()));
    assert_eq!(value("Smith\u{1f}Lee"), Cleaned::Value("lee\u{1f}smith".into()), "an Arrow list");
    assert_eq!(value(" ; unknown;"), Cleaned::Missing);
    let many = (0..500).map(|number| format!("name{number}")).collect::<Vec<_>>().join(";");
    assert!(matches!(value(&many), Cleaned::Value(list) if crate::list::items(&list).count() == crate::list::MOST));
}

proptest! {
    #[test]
    fn cleaning_ends_and_settles(text in "\\PC{0,40}") {
        for kind in KINDS {
            if let Cleaned::Value(once) = clean(kind, &text, &[]) {
                prop_assert!(once.chars().count() <= LONGEST);
                if kind == Kind::Date {
                    prop_assert_eq!(once.len(), 8);
                }
                prop_assert!(!once.contains(list::MARK), "a value never parts a list");
            }
        }
    }
}

proptest::proptest! {
    /// The quick way for plain letters folds as the way for all letters does.
    #[test]
    fn plain_letters_fold_alike(text in "[ -~]{0,20}", spaces: bool) {
        let with_accent = fold(&format!("{text}é"), spaces);
        let plain = fold(&format!("{text}e"), spaces);
        proptest::prop_assert_eq!(with_accent, plain);
        let (squeezed, plain) = (squeeze(&format!("{text}é")), squeeze(&format!("{text}e")));
        proptest::prop_assert_eq!(squeezed.replace('É', "E"), plain);
    }
}
