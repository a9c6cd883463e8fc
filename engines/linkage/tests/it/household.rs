//! People of one household share surname, postcode and telephone: counted together, that no longer links them.

use linkage::{Linker, RunOptions, Spec, Table, TrainOptions, Trained, train};

const SPEC: &str = r#"
thresholds = { link = 0.9, review = 0.5 }
field = [
    { name = "given", kind = "name" },
    { name = "family", kind = "name" },
    { name = "born", kind = "identifier" },
    { name = "postcode", kind = "identifier" },
    { name = "phone", kind = "identifier" },
]
blocking = [
    { name = "postcode", keys = ["postcode"] },
    { name = "phone", keys = ["phone"] },
    { name = "names", keys = ["given", "family"] },
    { name = "born and given name", keys = ["born", "given"] },
]
comparison = [
    { name = "Given name", fields = ["given"], level = [{ name = "same", rule = "exact" }, { name = "different", rule = "else" }] },
    { name = "Surname", fields = ["family"], level = [{ name = "same", rule = "exact", term_frequency = true }, { name = "different", rule = "else" }] },
    { name = "Born", fields = ["born"], level = [{ name = "same", rule = "exact" }, { name = "different", rule = "else" }] },
    { name = "Postcode", fields = ["postcode"], level = [{ name = "same", rule = "exact" }, { name = "different", rule = "else" }] },
    { name = "Telephone", fields = ["phone"], level = [{ name = "same", rule = "exact" }, { name = "different", rule = "else" }] },
]
[training]
random_pairs = 100000
prior = { recall = 0.7, rule = [{ name = "all of it", keys = ["given", "family", "born"] }] }
session = [{ name = "born", keys = ["born"] }, { name = "names", keys = ["given", "family"] }]
"#;

const TOGETHER: &str =
    "[[together]]\nname = \"two people of one household\"\ncomparisons = [\"Surname\", \"Postcode\", \"Telephone\"]\n";

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn name(&mut self, most: u64) -> String {
        const SYLLABLES: [&str; 10] = ["ba", "ro", "mi", "ken", "sha", "to", "lu", "del", "an", "fer"];
        let number = self.below(most);
        (0..4).map(|place| SYLLABLES[(number / 10_u64.pow(place) % 10) as usize]).collect()
    }
}

/// Households of one to five people, who have one to three records each.
fn county(seed: u64) -> (Table, Vec<u32>) {
    county_of(seed, 300, 2_000)
}

/// The same with names of so many kinds; with fewer than a hundred surnames, each of twenty communities has its own names.
fn county_of(seed: u64, given_names: u64, surnames: u64) -> (Table, Vec<u32>) {
    let mut dice = Dice(seed);
    let mut columns: [Vec<Option<String>>; 5] = Default::default();
    let mut truth = Vec::new();
    let mut person = 0;
    for household in 0..2_000 {
        let community = dice.below(20);
        let family = if surnames > 100 { dice.name(surnames) } else { format!("{community} {}", dice.name(5)) };
        let postcode = format!("P{}", dice.below(1_500));
        for _ in 0..1 + dice.below(5) {
            let given = if surnames > 100 { dice.name(given_names) } else { format!("{community} {}", dice.name(5)) };
            let born = dice.below(15_000).to_string();
            for _ in 0..1 + dice.below(3) {
                let mut slip = |value: &str, most: u64| {
                    if dice.below(12) == 0 { dice.name(most) } else { value.to_owned() }
                };
                let row = [slip(&given, 300), slip(&family, 2_000), slip(&born, 9_000), slip(&postcode, 9_000)];
                row.into_iter().zip(&mut columns).for_each(|(value, column)| column.push(Some(value)));
                columns[4].push((dice.below(3) > 0).then(|| household.to_string()));
                truth.push(person);
            }
            person += 1;
        }
    }
    let names = ["given", "family", "born", "postcode", "phone"];
    (Table::from_columns(names.into_iter().zip(columns)).unwrap(), truth)
}

/// Links that are wrong, and pairs that were missed.
fn errors(trained: &Trained, table: &Table, truth: &[u32]) -> (usize, usize) {
    let outcome = Linker::new(trained.spec.clone(), table.clone()).unwrap().run(&RunOptions::default()).unwrap();
    let right = |pair: &&linkage::Pair| truth[pair.left as usize] == truth[pair.right as usize];
    let found = outcome.links().filter(right).count();
    let real = truth.chunk_by(|a, b| a == b).map(|records| records.len() * (records.len() - 1) / 2).sum::<usize>();
    (outcome.links().count() - found, real - found)
}

#[test]
fn a_household_is_counted_once() {
    for seed in [1, 2] {
        let (table, truth) = county(seed);
        let learn = |text: &str| train(&Spec::from_toml(text).unwrap(), &table, &TrainOptions::default()).unwrap();
        let (plain, together) = (learn(SPEC), learn(&format!("{SPEC}{TOGETHER}")));
        let report = &together.report.together[0];
        assert!(report.kept && report.gain > 0.0 && report.pairs > 1_000.0, "{report:?}");
        let last = together.report.sessions.last().unwrap();
        for step in last.history.windows(2) {
            let (before, after) = (step[0].log_likelihood, step[1].log_likelihood);
            assert!(after >= before - 1e-9 * before.abs(), "{before} then {after}");
        }
        let ((wrong, missed), (wrong_together, missed_together)) =
            (errors(&plain, &table, &truth), errors(&together, &table, &truth));
        println!("plain {wrong} wrong {missed} missed; together {wrong_together} wrong {missed_together} missed");
        assert!((wrong_together + missed_together) * 3 < (wrong + missed) * 2);
    }
}

/// Given names and surnames go together in communities, so that strangers of one name far outnumber records of one person: these must not be
/// taken for what is being looked for.
#[test]
fn strangers_of_one_name_do_not_take_the_place_of_people() {
    let (table, truth) = county_of(1, 5, 5);
    let spec = Spec::from_toml(&format!("{SPEC}{TOGETHER}")).unwrap();
    let trained = train(&spec, &table, &TrainOptions::default()).unwrap();
    let m = |comparison: usize| trained.spec.comparisons[comparison].levels[0].m.unwrap();
    println!("same by comparison: {:?}", (0..5).map(m).collect::<Vec<_>>());
    let (wrong, missed) = errors(&trained, &table, &truth);
    println!("{wrong} wrong {missed} missed");
    assert!(wrong + missed < truth.len() / 4, "{wrong} wrong {missed} missed of {}", truth.len());
}

#[test]
fn learning_from_all_pairs_without_it_is_warned_of() {
    let (table, truth) = county(1);
    let learn = |text: &str| train(&Spec::from_toml(text).unwrap(), &table, &TrainOptions::default()).unwrap();
    let refine = |spec: &str| learn(&spec.replace("random_pairs", "refine = true\nrandom_pairs"));
    let [plain, alone, together] = [learn(SPEC), refine(SPEC), refine(&format!("{SPEC}{TOGETHER}"))];
    let warned = |trained: &Trained| {
        trained.report.warnings.iter().find(|warning| warning.text.contains("[[together]]")).cloned()
    };
    let warning = warned(&alone).unwrap();
    assert_eq!(warning.place, "all blocking rules");
    assert!(warning.text.contains("comparisons = [\"Surname\", \"Postcode\", \"Telephone\"]"), "{warning}");
    assert_eq!((warned(&plain), warned(&together)), (None, None));
    let wrong = |trained: &Trained| errors(trained, &table, &truth).0;
    println!("wrong links: plain {}, refined {}, together {}", wrong(&plain), wrong(&alone), wrong(&together));
    assert!(wrong(&alone) > wrong(&plain) && wrong(&plain) > wrong(&together), "it warns of something real");
}

#[test]
fn what_is_taken_away_is_a_part_of_the_explanation() {
    let (table, truth) = county(3);
    let trained =
        train(&Spec::from_toml(&format!("{SPEC}{TOGETHER}")).unwrap(), &table, &TrainOptions::default()).unwrap();
    let read = Spec::from_toml(&trained.spec.to_toml().unwrap()).unwrap();
    assert_eq!(read, trained.spec, "a trained spec can be kept as text");
    let linker = Linker::new(read, table).unwrap();
    let outcome = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
    let mut taken = 0;
    for pair in &outcome.pairs {
        let explanation = linker.expand(pair);
        assert_eq!(explanation.parts.len(), 6);
        let sum = explanation
            .parts
            .iter()
            .fold(explanation.prior_bits, |sum, part| sum + part.bits + part.term_frequency_bits);
        assert!((sum - pair.weight).abs() < 1e-9, "{sum} is not {}", pair.weight);
        assert!((explanation.total_bits - pair.weight).abs() < 1e-12);
        let last = &explanation.parts[5];
        assert_eq!(last.comparison, "two people of one household");
        if last.level.is_some() && truth[pair.left as usize] != truth[pair.right as usize] {
            assert!(last.bits < 0.0);
            taken += 1;
        }
    }
    assert!(taken > 1_000, "{taken}");
}

#[test]
fn without_households_it_is_left_out() {
    let mut dice = Dice(4);
    let mut columns: [Vec<Option<String>>; 5] = Default::default();
    for _ in 0..1_500 {
        let row = [dice.name(300), dice.name(2_000), dice.name(9_000), dice.name(900), dice.name(9_000)];
        for _ in 0..2 {
            row.iter().zip(&mut columns).for_each(|(value, column)| {
                let slip = dice.below(12) == 0;
                column.push(Some(if slip { dice.name(9_000) } else { value.clone() }));
            });
        }
    }
    let table = Table::from_columns(["given", "family", "born", "postcode", "phone"].into_iter().zip(columns)).unwrap();
    let spec = Spec::from_toml(&format!("{SPEC}{TOGETHER}")).unwrap();
    let trained = train(&spec, &table, &TrainOptions::default()).unwrap();
    assert!(!trained.report.together[0].kept, "{:?}", trained.report.together);
    assert!(trained.spec.together.is_empty());
    assert!(trained.report.warnings.iter().any(|warning| warning.place.contains("one household")));
}
