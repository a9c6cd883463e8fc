//! Totals that stay, changes that are told, codes of another year.

use proptest::prelude::*;

use super::{Change, Link, Lookup, LookupError, LookupOptions, unmatched};

/// In the form of the Office for National Statistics' lookup of 2011 and 2021; the codes are made up.
const PUBLISHED: &str = "\u{feff}LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM\n\
    E01000001,A,U,E01000001,A,E09000001,City\n\
    E01000002,B,S,E01033800,B1,E09000001,City\n\
    E01000002,B,S,E01033801,B2,E09000001,City\n\
    E01000003,C,M,E01033802,C,E09000001,City\n\
    E01000004,D,M,E01033802,C,E09000001,City\n\
    E01000005,E,X,E01033803,E1,E09000001,City\n\
    E01000005,E,X,E01033804,E2,E09000001,City\n\
    E01000006,F,X,E01033804,E2,E09000001,City\n";

fn published() -> Lookup {
    Lookup::read(PUBLISHED.as_bytes(), &LookupOptions::default()).unwrap()
}

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

#[test]
fn counts_are_carried_whole() {
    let lookup = published();
    assert_eq!(lookup.change("E01000002"), Some(Change::Split));
    let from = codes(&["E01000001", "E01000002", "E01000003", "E01000004", "E01000006"]);
    let carried = lookup.apportion(&from, &[5, 3, 2, 2, 1]).unwrap();
    assert_eq!(carried.codes, codes(&["E01000001", "E01033800", "E01033801", "E01033802", "E01033803", "E01033804"]));
    assert_eq!(carried.counts, [5, 2, 1, 4, 0, 1]);
    assert_eq!((carried.by_shares.as_slice(), carried.by_equal_shares), ([0, 2, 1, 0, 0, 1].as_slice(), 3));
    let residents = |_: &str, to: &str| if to.ends_with('1') { 900.0 } else { 300.0 };
    let carried = lookup.weighted_by(residents).unwrap().apportion(&from, &[5, 3, 2, 2, 1]).unwrap();
    assert_eq!((carried.counts.as_slice(), carried.by_equal_shares), ([5, 1, 2, 4, 0, 1].as_slice(), 0));
}

#[test]
fn best_fit_is_the_greatest_share() {
    let lookup = published().weighted_by(|_, to| if to == "E01033801" { 2.0 } else { 1.0 }).unwrap();
    assert_eq!(lookup.best_fit("E01000002"), Some("E01033801"));
    // Of equal ones the lower code.
    assert_eq!(lookup.best_fit("E01000005"), Some("E01033803"));
    assert_eq!((lookup.best_fit("nothing"), lookup.change("nothing")), (None, None));
}

#[test]
fn changes_are_told_where_nobody_says() {
    let link = |from: &str, to: &str| Link { from: from.to_owned(), to: to.to_owned(), weight: None, change: None };
    let links = [("a", "A"), ("b", "B"), ("b", "C"), ("c", "D"), ("d", "D"), ("e", "E"), ("e", "F"), ("f", "F")];
    let lookup = Lookup::of(links.map(|(from, to)| link(from, to))).unwrap();
    let letters: String =
        ["a", "b", "c", "d", "e", "f"].iter().map(|code| lookup.change(code).unwrap().letter()).collect();
    assert_eq!(letters, "USMMXM");
}

#[test]
fn codes_of_another_year_are_told() {
    let of_2011 = codes(&["E01000001", "E01000002"]);
    let said = unmatched(&of_2011, &codes(&["E01000001", "E01035000"]), None).unwrap().to_string();
    assert!(said.starts_with("1 of 2 rows has a code without an area, first row 2 (E01035000): it is a code of 2021, and the areas have those of 2011."), "{said}");
    let of_2021 = codes(&["E01000001", "E01033800", "E01033801"]);
    let said = unmatched(&of_2021, &codes(&["E01000002"]), None).unwrap();
    assert!(said.remedy.contains("may be one of 2011"), "{said}");
    let lookup = published();
    let said = unmatched(&of_2021, &codes(&["E01000002"]), Some(&lookup)).unwrap();
    assert!(said.remedy.contains("earlier edition"), "{said}");
    let said = unmatched(&of_2011, &codes(&["E01033800"]), Some(&lookup)).unwrap();
    assert!(said.remedy.contains("later edition"), "{said}");
    assert_eq!(unmatched(&of_2011, &of_2011, None), None);
}

#[test]
fn what_is_no_lookup_is_refused() {
    let read = |text: &str| Lookup::read(text.as_bytes(), &LookupOptions::default()).unwrap_err().to_string();
    assert!(read("a,b\n1,2\n").starts_with("it has no pair of columns of codes (it has a, b)"));
    assert_eq!(read("LSOA11CD,LSOA21CD\n"), "the lookup has no rows");
    assert_eq!(read("LSOA11CD,LSOA21CD,CHGIND\na,b,Q\n"), "row 1: its change \"Q\" is none of U, S, M and X");
    let options = LookupOptions { weight: Some("w".to_owned()), ..LookupOptions::default() };
    let weights = |text: &str| Lookup::read(text.as_bytes(), &options).unwrap_err();
    assert_eq!(
        weights("LSOA11CD,LSOA21CD,w\na,b,1\na,c,-1\n").to_string(),
        "row 2: its weight \"-1\" is not a number from 0 up"
    );
    assert!(matches!(weights("LSOA11CD,LSOA21CD,w\na,b,0\na,c,0\n"), LookupError::Weights { .. }));
    let lookup = published();
    let error = lookup.apportion(&codes(&["E01033800"]), &[1]).unwrap_err();
    assert!(error.to_string().starts_with("row 1: E01033800 is already a code of the edition"), "{error}");
    assert_eq!(lookup.apportion(&codes(&["x"]), &[]), Err(LookupError::Length { codes: 1, counts: 0 }));
}

proptest! {
    #[test]
    fn totals_stay(
        links in prop::collection::vec((0_u8..20, 0_u8..20, 0.001_f64..1e9), 1..80),
        counts in prop::collection::vec(prop_oneof![0_u64..50, 0_u64..u64::MAX / 32], 20),
        turn in 0_usize..80,
    ) {
        let link = |(from, to, weight): &(u8, u8, f64)| {
            Link { from: from.to_string(), to: to.to_string(), weight: Some(*weight), change: None }
        };
        let lookup = Lookup::of(links.iter().map(link)).unwrap();
        let from = lookup.from_codes().to_vec();
        let counts = &counts[..from.len()];
        let carried = lookup.apportion(&from, counts).unwrap();
        prop_assert_eq!(carried.counts.iter().sum::<u64>(), counts.iter().sum::<u64>());
        let mut turned = links.clone();
        turned.rotate_left(turn % links.len());
        let other = Lookup::of(turned.iter().map(link)).unwrap();
        prop_assert_eq!(other.from_codes(), lookup.from_codes());
        for code in &from {
            prop_assert!((lookup.went(code).map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert_eq!(other.change(code), lookup.change(code));
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC*", rows in prop::collection::vec("[A-Z0-9,.-]{0,12}", 0..6)) {
        let _ = Lookup::read(text.as_bytes(), &LookupOptions::default());
        let _ = Lookup::read(format!("LSOA11CD,LSOA21CD,CHGIND\n{}", rows.join("\n")).as_bytes(), &LookupOptions::default());
    }
}
