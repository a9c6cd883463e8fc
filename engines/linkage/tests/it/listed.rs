//! Rarity of what lists share: the rarest value that agrees counts.

use linkage::{Decision, Index, Linker, NewRecords, RunOptions, Spec, Table};
use proptest::prelude::*;

use crate::{
    properties::{rows, table},
    rarity::everywhere,
};

const SPEC: &str = r#"
prior = 0.05
thresholds = { link = 0.9, review = 0.05 }
nicknames = [["robert", "bob"]]
field = [
    { name = "aliases", kind = "name", list = ";" },
    { name = "town", kind = "name" },
    { name = "tags", kind = "text", list = ";" },
]
blocking = [{ name = "alias", keys = ["any(aliases)"] }, { name = "town", keys = ["town"] }]

[[comparison]]
name = "alias"
fields = ["aliases"]
level = [
    { name = "same", rule = "exact", m = 0.8, u = 0.3, term_frequency = true },
    { name = "near", rule = { and = [{ jaro_winkler = 0.8 }, { not = "nickname" }] }, m = 0.1, u = 0.1, term_frequency = true, term_frequency_against = "same" },
    { name = "short", rule = { or = ["nickname", "initial"] }, m = 0.05, u = 0.05, term_frequency = true, term_frequency_shrinkage = 0.5 },
    { name = "other", rule = "else", m = 0.05, u = 0.55 },
]

[[comparison]]
name = "tags"
fields = ["tags", "town"]
missing = "all"
level = [
    { name = "two", rule = { array_intersect = 2 }, m = 0.5, u = 0.1, term_frequency = true },
    { name = "near, same town", rule = { all = { town = "exact", tags = { levenshtein = 1 } } }, m = 0.2, u = 0.1, term_frequency = true, term_frequency_fields = ["tags"] },
    { name = "same town", rule = { all = { town = "exact" } }, m = 0.2, u = 0.1, term_frequency = true, term_frequency_fields = ["tags"] },
    { name = "other", rule = "else", m = 0.1, u = 0.7 },
]
"#;

type Listed = [Option<String>; 3];

fn listed(rows: &[Listed]) -> Table {
    let column = |(at, name): (usize, &'static str)| (name, rows.iter().map(|row| row[at].clone()).collect());
    Table::from_columns(["aliases", "town", "tags"].into_iter().enumerate().map(column)).unwrap()
}

fn linker(rows: &[Listed]) -> Linker {
    Linker::new(Spec::from_toml(SPEC).unwrap(), listed(rows)).unwrap()
}

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    let list = prop::collection::vec(prop::sample::select(values), 0..4);
    list.prop_map(|list| (!list.is_empty()).then(|| list.join(";")))
}

fn row() -> impl Strategy<Value = Listed> {
    let town = prop::option::weighted(0.8, prop::sample::select(&["Hull", "York"][..]).prop_map(str::to_owned));
    let row = (some_of(&["Robert", "Bob", "R", "Rodert", "Smith", "Smyth", "Lee", "unknown"]), town);
    (row, some_of(&["red", "reed", "blue", "green", "tall"])).prop_map(|((aliases, town), tags)| [aliases, town, tags])
}

/// By hand. Ten records, six of them with Smith among their names, two with Okafor, one with Ashe, one with none.
fn rarity(one: u32, other: u32) -> f64 {
    let names = [
        Some("Smith;Okafor"),
        Some("Smith;Okafor"),
        Some("Smith"),
        Some("Smith;Lee"),
        Some("Smith"),
        Some("Smith"),
        Some("Smythe;Okafer"),
        Some("Ashe"),
        Some("Lee"),
        None,
    ];
    let spec = SPEC.replace("fields = [\"aliases\"]", "fields = [\"aliases\", \"town\"]\nmissing = \"all\"");
    let spec = spec.replace("rule = { or = [\"nickname\", \"initial\"] }", "rule = { all = { town = \"exact\" } }");
    let rows: Vec<Listed> = names.iter().map(|name| [name.map(str::to_owned), Some("Hull".into()), None]).collect();
    let spec = spec.replace("term_frequency_shrinkage = 0.5", "term_frequency_fields = [\"aliases\"]");
    let linker = Linker::new(Spec::from_toml(&spec).unwrap(), listed(&rows)).unwrap();
    let (there, back) = (linker.explain(one, other).unwrap(), linker.explain(other, one).unwrap());
    assert_eq!(there, back);
    there.parts[0].term_frequency_bits
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn the_rarest_value_that_agrees_counts() {
    // Of nine records with names six are Smith, two Okafor: the share of records, whatever else stands in their lists.
    near(rarity(2, 3), (0.3_f64 / (6.0 / 9.0)).log2());
    near(rarity(0, 1), (0.3_f64 / (2.0 / 9.0)).log2());
    assert!(rarity(0, 1) > rarity(2, 3) + 1.5, "a rare alias that agrees says more than a common one");
}

#[test]
fn of_values_that_are_alike_the_commoner_counts_and_of_such_pairs_the_rarest() {
    // Smith and Smythe: 6 of 9. Okafor and Okafer: 2 of 9, which says more.
    near(rarity(2, 6), (0.3_f64 / (6.0 / 9.0)).log2());
    near(rarity(0, 6), (0.3_f64 / (2.0 / 9.0)).log2());
}

#[test]
fn where_no_value_agrees_the_commonest_counts() {
    // Held against how many values two records share by chance: (36 + 4 + 4 + 1 + 1 + 1) / 81, with Lee twice.
    let chance = 47.0_f64 / 81.0;
    near(rarity(0, 7), (chance / (6.0 / 9.0)).log2());
    near(rarity(7, 8), (chance / (2.0 / 9.0)).log2());
    // Nothing to hold beside it: the other list's commonest.
    near(rarity(3, 9), (chance / (6.0 / 9.0)).log2());
}

#[test]
fn a_list_is_weighed_by_itself() {
    let text = SPEC.replace(
        "rule = { all = { town = \"exact\" } }, m = 0.2, u = 0.1, term_frequency = true, term_frequency_fields = [\"tags\"]",
        "rule = { all = { town = \"exact\", tags = \"exact\" } }, m = 0.2, u = 0.1, term_frequency = true",
    );
    let message = Spec::from_toml(&text).unwrap_err().to_string();
    assert!(
        message.contains("comparison `tags`, level `same town`: term_frequency can't weigh the list `tags` together with other fields; name one")
            && message.contains("term_frequency_fields = [\"tags\"]"),
        "{message}"
    );
}

#[test]
fn splink_has_no_such_thing() {
    let refused =
        linkage::splink::to_splink(&Spec::from_toml(SPEC).unwrap(), "dedupe_only", "id").unwrap_err().to_string();
    assert!(refused.contains("term frequency of the list `aliases`"), "{refused}");
}

#[test]
fn a_chart_shows_what_lists_share() {
    let name = |name: &str| [Some(name.to_owned()), Some("Hull".to_owned()), None];
    let terms = linker(&[name("Smith;Okafor"), name("Smith"), name("Smith;Okafor"), name("Lee")]).term_frequencies();
    let same: Vec<_> = terms.iter().filter(|term| term.level == "alias: same").collect();
    assert_eq!(
        same.iter().map(|term| (term.value.as_str(), term.share)).collect::<Vec<_>>(),
        [("smith", 0.75), ("okafor", 0.5)]
    );
    near(same[1].bits, (0.3_f64 / 0.5).log2());
}

/// With rarity by one field at every level, since lists are weighed by themselves.
fn one_by_one(list: Option<&str>) -> Spec {
    let mut spec = everywhere(0.5, 1.0, 0.0);
    spec.thresholds.review = 1e-6;
    for comparison in &mut spec.comparisons {
        for level in comparison.levels.iter_mut().filter(|level| level.term_frequency) {
            level.term_frequency_fields = vec![comparison.fields[comparison.fields.len() - 1].clone()];
        }
    }
    spec.fields.iter_mut().for_each(|field| field.list = list.map(str::to_owned));
    spec
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn lists_of_one_value_weigh_what_any_other_field_does(rows in rows(30)) {
        let run = |list| Linker::new(one_by_one(list), table(&rows)).unwrap().run(&RunOptions::default()).unwrap();
        prop_assert_eq!(run(None).pairs, run(Some(";")).pairs);
    }

    #[test]
    fn either_side_weighs_the_same_and_no_pair_is_dropped(rows in prop::collection::vec(row(), 2..30)) {
        let linker = linker(&rows);
        let kept = linker.run(&RunOptions::default()).unwrap().pairs;
        let mut expected = Vec::new();
        for left in 0..rows.len() as u32 {
            for right in left + 1..rows.len() as u32 {
                let pair = linker.compare(left, right).unwrap();
                prop_assert_eq!(linker.compare(right, left), Some(pair));
                prop_assert!(pair.weight.is_finite());
                expected.extend((pair.rule.is_some() && pair.decision != Decision::Apart).then_some(pair));
            }
        }
        prop_assert_eq!(kept, expected);
    }

    #[test]
    fn deliveries_give_the_full_run(rows in prop::collection::vec(row(), 3..30), cut in any::<prop::sample::Index>()) {
        let cut = 1 + cut.index(rows.len() - 1);
        let options = RunOptions { reserve: 3.0, ..RunOptions::default() };
        let before = linker(&rows[..cut]).run(&options).unwrap().found();
        let all = linker(&rows);
        let updated = all.update(&before, &NewRecords::range(cut as u32..rows.len() as u32), &options).unwrap();
        let whole = all.run(&options).unwrap();
        prop_assert_eq!((updated.pairs, updated.cluster_of), (whole.pairs, whole.cluster_of));
    }

    #[test]
    fn an_index_follows_lists_too(
        rows in prop::collection::vec(row(), 2..30), cut in any::<prop::sample::Index>(), gone in any::<prop::sample::Index>(),
    ) {
        let (cut, gone) = (cut.index(rows.len()), gone.index(rows.len()));
        let mut index = Index::new(linker(&rows[..cut]));
        index.add(&listed(&rows[cut..])).unwrap();
        index.remove(gone as u32).unwrap();
        let left: Vec<Listed> = rows.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, row)| row.clone()).collect();
        let anew = Index::new(linker(&left));
        for row in &rows {
            let asked = listed(std::slice::from_ref(row));
            let (found, mut wanted) = (index.find_matches(&asked).unwrap(), anew.find_matches(&asked).unwrap());
            // Removing a record moves no number that follows; an index without it has none to move.
            wanted.iter_mut().for_each(|found| found.record += u32::from(found.record as usize >= gone));
            prop_assert_eq!(found, wanted);
        }
    }
}
