//! Any small table under any small spec: a run finds what comparing pair by pair finds, drops nothing that weighs enough, and neither the order
//! of the records nor who asks shows in a weight.

use linkage::{Decision, Index, Linker, RunOptions, Spec, Table};

/// Makes a spec and a table of the bytes and links them.
pub fn check(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let spec = Spec::from_toml(&spec(&mut bytes)).expect("put together of what fits");
    let mut rows: Vec<Row> = Vec::new();
    while rows.len() < 20 && !bytes.0.is_empty() {
        rows.push(row(&mut bytes));
    }
    let linker = Linker::new(spec.clone(), table(&rows)).expect("it has the spec's columns");
    one_by_one(&linker);
    order_does_not_show(&spec, &rows, &linker);
    an_index_says_the_same(&spec, &rows, &linker);
}

/// What is left of the input; zeros after its end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn one_of(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::from(self.next()) % from.len()]
    }

    fn text(&mut self) -> String {
        let (text, rest) = self.0.split_at(usize::from(self.next() % 24).min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

const FIELDS: [&str; 6] = ["given", "family", "dob", "code", "number", "tags"];
const NAMES: [&str; 20] = [
    "\"exact\"",
    "{ jaro_winkler = 0.9 }",
    "{ jaro_winkler = 0.7 }",
    "{ jaro = 0.8 }",
    "{ damerau_levenshtein = 1 }",
    "{ damerau_levenshtein = 2 }",
    "{ levenshtein = 2 }",
    "\"nickname\"",
    "\"initial\"",
    "\"concatenated\"",
    "\"double_barrelled\"",
    "\"shared_word\"",
    "\"transliterated\"",
    "\"double_metaphone\"",
    "\"soundex\"",
    "{ jaccard = 0.8 }",
    "{ cosine = 0.6 }",
    "{ token_similarity = 0.5 }",
    "{ same_first = 2 }",
    "\"missing\"",
];
const DATES: [&str; 11] = [
    "\"exact\"",
    "\"day_month_swapped\"",
    "\"one_digit_wrong\"",
    "\"first_of_january\"",
    "\"same_year\"",
    "\"same_month\"",
    "{ years_apart = 2 }",
    "{ absolute_date_difference = { days = 30 } }",
    "{ damerau_levenshtein = 1 }",
    "{ not = \"exact\" }",
    "\"missing\"",
];
const CODES: [&str; 6] = [
    "\"exact\"",
    "\"same_sector\"",
    "\"same_district\"",
    "\"same_area\"",
    "{ damerau_levenshtein = 1 }",
    "\"missing\"",
];
const NUMBERS: [&str; 4] = ["\"exact\"", "\"one_digit_wrong\"", "{ damerau_levenshtein = 2 }", "{ same_last = 4 }"];
const TAGS: [&str; 5] =
    ["\"exact\"", "{ array_intersect = 1 }", "{ array_intersect = 2 }", "\"array_subset\"", "{ jaro_winkler = 0.9 }"];
const BOTH: [&str; 7] = [
    "{ all = { given = \"exact\", family = \"exact\" } }",
    "{ swapped = \"exact\" }",
    "{ swapped = { jaro_winkler = 0.9 } }",
    "\"rearranged\"",
    "{ any = { given = { jaro_winkler = 0.9 }, family = \"exact\" } }",
    "{ all = { family = { damerau_levenshtein = 1 } } }",
    "{ all = { given = \"missing\", family = \"exact\" } }",
];
const KEYS: [&str; 12] = [
    "given",
    "family",
    "dob",
    "code",
    "number",
    "any(tags)",
    "prefix(family, 2)",
    "year(dob)",
    "outward(code)",
    "phonetic(given)",
    "folded(family)",
    "last(number, 3)",
];

/// A spec of one to five comparisons and one to four rules.
fn spec(bytes: &mut Bytes) -> String {
    let mut text = String::from(
        "prior = 0.3\nnicknames = [[\"robert\", \"bob\"], [\"ann\", \"annie\"]]\nfield = [{ name = \"given\", kind = \"name\" }, \
         { name = \"family\", kind = \"name\" }, { name = \"dob\", kind = \"date\" }, { name = \"code\", kind = \"postcode\" }, \
         { name = \"number\", kind = \"identifier\" }, { name = \"tags\", kind = \"text\", list = \";\" }]\nblocking = [",
    );
    for number in 0..=bytes.next() % 4 {
        let (one, other) = (bytes.one_of(&KEYS), bytes.one_of(&KEYS));
        let keys = if bytes.next() < 64 { format!("\"{one}\", \"{other}\"") } else { format!("\"{one}\"") };
        text += &format!("{{ name = \"{number}\", keys = [{keys}] }},");
    }
    // Near what pairs weigh, so that some reach it and some don't.
    let review = linkage::probability(f64::from(bytes.next()) / 32.0 - 5.0);
    text += &format!("]\nthresholds = {{ link = 0.99, review = {review} }}\n");
    let many = 1 + bytes.next() % 5;
    for number in 0..many {
        text += &comparison(bytes, number);
    }
    if many > 1 && bytes.next().is_multiple_of(2) {
        text += "[[together]]\nname = \"home\"\ncomparisons = [\"0\", \"1\"]\nshare = 0.01\n";
    }
    text
}

fn comparison(bytes: &mut Bytes, number: u8) -> String {
    let kinds: [(&[&str], &str); 7] = [
        (&NAMES, "\"given\""),
        (&NAMES, "\"family\""),
        (&DATES, "\"dob\""),
        (&CODES, "\"code\""),
        (&NUMBERS, "\"number\""),
        (&TAGS, "\"tags\""),
        (&BOTH, "\"given\", \"family\""),
    ];
    let (rules, fields) = kinds[usize::from(bytes.next() % 7)];
    let missing = bytes.one_of(&["any", "all"]);
    let mut text =
        format!("[[comparison]]\nname = \"{number}\"\nfields = [{fields}]\nmissing = \"{missing}\"\nlevel = [\n");
    let levels = 1 + bytes.next() % 5;
    for level in 0..levels {
        let rule = if level == 0 && bytes.next().is_multiple_of(2) { rules[0] } else { bytes.one_of(rules) };
        // A first level that shows often by chance, so that rarity adds as well as takes away.
        let most = if level == 0 { 0.6 } else { 0.3 / f64::from(levels) };
        let mut chance = || (f64::from(bytes.next()) + 1.0) / 257.0 * most;
        let (m, u) = (chance(), chance());
        text += &format!("{{ name = \"{level}\", rule = {rule}, m = {m}, u = {u}");
        let rare = bytes.next();
        if rare.is_multiple_of(2) && !rule.contains("missing") {
            let (weight, shrinkage) = (f64::from(rare) / 255.0, f64::from(rare % 3));
            let against = if rule.contains("exact") && rare.is_multiple_of(4) { level } else { 0 };
            text += &format!(
                ", term_frequency = true, term_frequency_weight = {weight:?}, term_frequency_shrinkage = {shrinkage:?}, \
                 term_frequency_against = \"{against}\""
            );
        }
        text += " },\n";
    }
    text + "{ name = \"else\", rule = \"else\", m = 0.1, u = 0.1 }]\n"
}

type Row = [Option<String>; 6];

/// Values that meet often, or any text.
fn row(bytes: &mut Bytes) -> Row {
    const USUAL: [&[&str]; 6] = [
        &["Robert", "Bob", "R", "Ann", "Ann Marie", "Marie Ann Jo", "Rodert", "Ann Lee", "Łukasz"],
        &["Smith", "Smyth", "Smith-Jones", "Jones Lee", "Robert", "Jones", "O'Neill"],
        &["1990-02-04", "1990-04-02", "1990-01-01", "1990-02-05", "2000-02-29", "04/02/1990"],
        &["CM1 1AA", "CM1 1AB", "cm12bd", "SS1 1AA", "W1A 1AA"],
        &["9434765919", "9434765991", "943 476 5919", "4010232137"],
        &["red;blue", "blue", "red;;green", "blue;red", "reed"],
    ];
    USUAL.map(|usual| match bytes.next() {
        0..40 => None,
        40..60 => Some(bytes.text()),
        at => Some(usual[usize::from(at) % usual.len()].to_owned()),
    })
}

fn table(rows: &[Row]) -> Table {
    let column = |(at, name): (usize, &&'static str)| (*name, rows.iter().map(|row| row[at].clone()).collect());
    Table::from_columns(FIELDS.iter().enumerate().map(column)).expect("equal lengths")
}

fn one_by_one(linker: &Linker) {
    let mut expected = Vec::new();
    for left in 0..linker.records() as u32 {
        for right in left + 1..linker.records() as u32 {
            let pair = linker.compare(left, right).expect("both are there");
            assert_eq!(linker.compare(right, left).as_ref(), Some(&pair));
            let explained = linker.expand(&pair);
            let parts = explained.parts.iter().map(|part| part.bits + part.term_frequency_bits).sum::<f64>();
            assert!((explained.prior_bits + parts - pair.weight).abs() < 1e-6, "parts add up: {explained:?}");
            expected.extend(pair.rule.is_some().then_some(pair));
        }
    }
    let all = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).expect("within the budget");
    assert_eq!(
        all.pairs.iter().map(|pair| (pair.left, pair.right, pair.pattern)).collect::<Vec<_>>(),
        expected.iter().map(|pair| (pair.left, pair.right, pair.pattern)).collect::<Vec<_>>()
    );
    assert!(all.pairs.iter().zip(&expected).all(|(one, other)| one.weight == other.weight && one.rule == other.rule));
    assert_eq!(all.compared.iter().sum::<u64>(), expected.len() as u64);
    let kept = linker.run(&RunOptions::default()).expect("within the budget");
    let of =
        |pairs: &[linkage::Pair]| pairs.iter().map(|pair| (pair.left, pair.right, pair.weight)).collect::<Vec<_>>();
    expected.retain(|pair| pair.decision != Decision::Apart);
    assert_eq!(of(&kept.pairs), of(&expected), "nothing that weighs enough is dropped on the way");
    assert_eq!(kept.cluster_of, all.cluster_of);
}

fn order_does_not_show(spec: &Spec, rows: &[Row], linker: &Linker) {
    let last = rows.len().saturating_sub(1) as u32;
    let reversed: Vec<Row> = rows.iter().rev().cloned().collect();
    let back = Linker::new(spec.clone(), table(&reversed)).expect("it has the spec's columns");
    for left in 0..last {
        let (one, other) = (linker.compare(left, last), back.compare(last - left, 0));
        let seen = |pair: Option<linkage::Pair>| pair.map(|pair| (pair.pattern, pair.weight, pair.rule));
        assert_eq!(seen(one), seen(other));
    }
}

/// One of all records, and one that was given the later half of them; but how rare words are, that one can't know.
fn an_index_says_the_same(spec: &Spec, rows: &[Row], linker: &Linker) {
    let Some(last) = rows.last() else { return };
    let weighs_words = spec.to_toml().expect("it was read").contains("token_similarity");
    let (first, later) = rows.split_at(if weighs_words { rows.len() } else { rows.len() / 2 });
    let mut index = Index::new(Linker::new(spec.clone(), table(first)).expect("it has the spec's columns"));
    index.add(&table(later)).expect("they have the spec's columns");
    let found = index.find_matches(&table(std::slice::from_ref(last))).expect("one record");
    let number = rows.len() as u32 - 1;
    for record in 0..number {
        let pair = linker.compare(number, record).expect("both are there");
        let wanted = pair.rule.is_some() && pair.decision != Decision::Apart;
        let found = found.iter().find(|found| found.record == record).map(|found| (found.pattern, found.weight));
        assert_eq!(found, wanted.then_some((pair.pattern, pair.weight)), "record {record}");
    }
}
