//! Examples of each rule.

use crate::kernels::{
    date, email, grams, identifier,
    name::{self, Spelling},
    number, phonetic,
    place::Place,
    postcode, text,
    tokens::{self, Rarity},
};

#[test]
fn known_similarities() {
    // Winkler's own examples.
    for (a, b, expected) in [("martha", "marhta", 0.9611), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.8133)] {
        assert!((text::jaro_winkler(a, b) - expected).abs() < 1e-4, "{a} {b}");
    }
}

#[test]
fn slips_in_identifiers() {
    assert!(identifier::one_digit_wrong("9434765919", "9434765991"));
    assert!(!identifier::one_digit_wrong("9434765919", "9434765919"));
    assert!(!identifier::one_digit_wrong("9434765919", "9434769515"));
}

#[test]
fn dates_and_postcodes() {
    assert!(date::day_month_swapped("19900402", "19900204"));
    assert!(!date::day_month_swapped("19900404", "19900404"));
    assert!(!date::day_month_swapped("19900402", "19910204"));
    assert!(date::first_of_january("19900101", "19900716"));
    assert!(!date::first_of_january("19900101", "19910716"));
    assert!(date::same_year("19900101", "19901231"));
    assert!(postcode::same(postcode::sector, "CM1 1AA", "CM1 1ZZ"));
    assert!(!postcode::same(postcode::sector, "CM1 1AA", "CM1 2AA"));
    assert!(postcode::same(postcode::district, "CM1 1AA", "CM1 2AA"));
    assert!(!postcode::same(postcode::district, "UNKNOWN", "UNKNOWN"), "what has no district shares none");
}

#[test]
fn initials() {
    assert!(name::initial("j", "james") && name::initial("james", "j"));
    assert!(name::initial("j paul", "james"));
    assert!(!name::initial("jo", "james") && !name::initial("j", "rob"));
}

#[test]
fn words_left_out_run_together_and_moved() {
    assert!(name::concatenated("mary ann", "maryann") && !name::concatenated("mary ann", "mary anne"));
    assert!(name::double_barrelled("smith jones", "jones") && !name::double_barrelled("smith jones", "jones smith"));
    assert!(!name::double_barrelled("mary j", "mary"), "a letter is no word");
    assert!(name::shared_word("smith jones", "jones taylor") && !name::shared_word("mary j", "paul j"));
    let rearranged = |a: &[&str], b: &[&str]| {
        name::rearranged(
            a.to_vec().leak().iter().map(|x| x.to_string().leak() as &str),
            b.iter().map(|x| x.to_string().leak() as &str),
        )
    };
    assert!(rearranged(&["mary ann", "smith"], &["mary", "smith ann"]));
    assert!(!rearranged(&["mary", "smith"], &["mary mary", "smith"]));
}

#[test]
fn one_name_in_many_spellings() {
    let same = |a: &str, b: &str| Spelling::new(a).matches(&Spelling::new(b));
    for names in [
        ["mohammed", "muhammad", "mohamad", "محمد"],
        ["yusuf", "yousef", "youssef", "يوسف"],
        ["khaled", "khalid", "halid", "خالد"],
        ["fatima", "fatimah", "fatema", "فاطمة"],
        ["hussain", "hussein", "hossain", "حسين"],
        ["sergei", "sergey", "sergej", "сергей"],
        ["natalia", "nataliya", "natalya", "наталия"],
        ["abdul rahman", "abdulrahman", "abd al rahman", "abdur rahman"],
    ] {
        for other in &names[1..3] {
            assert!(same(names[0], other), "{} and {other}", names[0]);
        }
    }
    for (a, b) in
        [("mohammed", "محمد"), ("yusuf", "يوسف"), ("khaled", "خالد"), ("hussein", "حسين"), ("sergei", "сергей")]
    {
        assert!(same(a, b), "{a} and {b}");
    }
    for (a, b) in [("mohammed", "mahmoud"), ("smith", "jones"), ("ali", "alice"), ("", "")] {
        assert!(!same(a, b), "{a} and {b}");
    }
}

#[test]
fn names_that_sound_alike() {
    // Codes from Philips's own program, as the Apache project's tests of its port hold them.
    for (name, primary, alternate) in [
        ("smith", "SM0", "XMT"),
        ("schmidt", "XMT", "SMT"),
        ("thompson", "TMPS", "TMPS"),
        ("catherine", "K0RN", "KTRN"),
        ("kathryn", "K0RN", "KTRN"),
        ("michael", "MKL", "MXL"),
        ("jose", "HS", "HS"),
        ("gough", "KF", "KF"),
        ("edge", "AJ", "AJ"),
        ("wright", "RT", "RT"),
        ("xavier", "SF", "SFR"),
    ] {
        let (one, other) = phonetic::double_metaphone(name);
        assert_eq!((one.to_string().as_str(), other.to_string().as_str()), (primary, alternate), "{name}");
    }
    for (name, code) in
        [("robert", "R163"), ("rupert", "R163"), ("tymczak", "T522"), ("pfister", "P236"), ("ashcraft", "A261")]
    {
        assert_eq!(phonetic::soundex(name).to_string(), code, "{name}");
    }
    assert!(phonetic::double_metaphone("🙂").0.is_empty());
}

#[test]
fn spans_between_dates() {
    assert!(date::within_days("20000228", "20000301", 2.0) && !date::within_days("20000228", "20000301", 1.0));
    assert!(!date::within_days("20010229", "20010301", 10.0), "no such day");
    assert!(date::within_years("19900131", "19940131", 4) && !date::within_years("19900131", "19900130", 4));
    assert!(date::same_month("19900131", "19900101") && !date::same_month("19900131", "19910131"));
}

#[test]
fn distances_over_the_globe() {
    // Greenwich to the Eiffel tower, and a quarter of the globe.
    let place = |text: &str| Place::new(text).unwrap();
    let (greenwich, paris) = (place("51.4779 -0.0015"), place("48.8584 2.2945"));
    assert!((greenwich.kilometres(paris) - 334.5).abs() < 1.0, "{}", greenwich.kilometres(paris));
    assert_eq!(greenwich.kilometres(paris), paris.kilometres(greenwich));
    let quarter = place("0 0").kilometres(place("0 90"));
    assert!((quarter - 10_007.557).abs() < 0.001, "{quarter}");
    let half = place("0 0").kilometres(place("0 180"));
    assert!((half - 2.0 * quarter).abs() < 1e-6);
}

#[test]
fn parts_of_postcodes_and_mail_addresses() {
    assert_eq!(postcode::area("CM1 1AA"), Some("CM"));
    assert_eq!(postcode::area("W1A 1AA"), Some("W"));
    assert_eq!(postcode::area("UNKNOWN"), None);
    assert_eq!(
        (email::user("ann+school@example.org"), email::domain("ann@example.org")),
        (Some("ann"), Some("example.org"))
    );
    assert_eq!(email::user("+x@example.org"), None);
}

#[test]
fn shares_of_numbers() {
    assert!(number::within_share(100.0, 96.0, 0.05) && !number::within_share(100.0, 95.0, 0.05));
    assert!(number::within_share(0.0, 0.0, 0.05) && !number::within_share(-5.0, 5.0, 1.0));
}

#[test]
fn grams_by_hand() {
    // night, nacht: ni ig gh ht and na ac ch ht.
    assert!((grams::jaccard("night", "nacht", 2) - 1.0 / 7.0).abs() < 1e-12);
    assert!((grams::cosine("night", "nacht", 2) - 0.25).abs() < 1e-12);
    assert!((grams::jaccard("night", "nacht", 1) - 3.0 / 7.0).abs() < 1e-12, "n h t of n i g h t a c");
    assert_eq!(grams::jaccard("ab", "abc", 3), 0.0, "a short text is no part of a longer one");
}

#[test]
fn rare_words_count_for_more() {
    let rarity = Rarity::new(["2 high street", "14 high street", "2 church lane", "9 high street"].into_iter());
    let like = |a: &str, b: &str| rarity.tokens(a).similarity(&rarity.tokens(b));
    assert!(like("14 high street", "14 high") > like("14 high street", "high street"), "14 is rarer than street");
    assert_eq!(like("2 church lane", "lane church 2"), 1.0);
    assert_eq!(like("2 church lane", "9 high street"), 0.0);
    assert!(tokens::same_numbers("flat 2 14 high street", "14 high street flat 2"));
    assert!(
        !tokens::same_numbers("high street", "high street") && !tokens::same_numbers("2 high street", "2a high street")
    );
}
