//! The search for blocking rules: within the budget, as good as hand-written ones, and the same for any order of the records.

use std::path::{Path, PathBuf};

use linkage::{BlockingRule, Error, LinkType, Linker, Spec, Suggestion, Table, read};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const SPEC: &str = r#"
prior = 0.001
thresholds = { link = 0.9, review = 0.5 }
field = [
    { name = "number", kind = "identifier" },
    { name = "town", kind = "name" },
    { name = "born", kind = "date" },
    { name = "trade", kind = "name" },
]
blocking = [{ name = "by hand", keys = ["town", "year(born)"] }]
[[comparison]]
name = "number"
fields = ["number"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.00001 }, { name = "other", rule = "else", m = 0.1, u = 0.99999 }]
[[comparison]]
name = "town"
fields = ["town"]
level = [{ name = "same", rule = "exact", m = 0.5, u = 0.1 }, { name = "other", rule = "else", m = 0.5, u = 0.9 }]
[[comparison]]
name = "born"
fields = ["born"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.0002 }, { name = "other", rule = "else", m = 0.1, u = 0.9998 }]
"#;

/// People of whom each has two records. Their number is right on both sides for nine of ten, the day of birth for half; the town is drawn anew.
fn rows(people: u64) -> Vec<[String; 4]> {
    let mut dice = Dice(7);
    let mut rows = Vec::new();
    for person in 0..people {
        let mut day = || format!("19{:02}-{:02}-{:02}", 50 + dice.below(50), 1 + dice.below(12), 1 + dice.below(28));
        let (born, other) = (day(), day());
        let [right, dated] = [dice.below(10) > 0, dice.below(2) > 0];
        for side in 0..2 {
            let wrong = side == 1 && !right;
            let number = if wrong { String::new() } else { format!("N{:06}", person * 37) };
            // Whoever has no number there has the right day.
            let born = if side == 1 && right && !dated { other.clone() } else { born.clone() };
            let town = format!("town{}", dice.below(12));
            rows.push([number, town, born, format!("trade{}", dice.below(3))]);
        }
    }
    rows
}

fn table(rows: &[[String; 4]]) -> Table {
    let names = ["number", "town", "born", "trade"];
    let column = |at: usize| rows.iter().map(|row| Some(row[at].clone()).filter(|value| !value.is_empty())).collect();
    Table::from_columns(names.iter().enumerate().map(|(at, name)| (*name, column(at)))).unwrap()
}

fn suggest(rows: &[[String; 4]], budget: u64) -> Result<Suggestion, Error> {
    Linker::new(Spec::from_toml(SPEC).unwrap(), table(rows)).unwrap().suggest_blocking(budget)
}

fn keys(suggestion: &Suggestion) -> Vec<String> {
    let of = |rule: &BlockingRule| rule.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
    suggestion.rules.iter().map(|rule| of(&rule.rule)).collect()
}

#[test]
fn planted_keys_are_found_within_the_budget() {
    let suggestion = suggest(&rows(2_000), 20_000).unwrap();
    let found = keys(&suggestion);
    assert_eq!(found, ["number", "born"], "{suggestion:#?}");
    assert!(Suggestion::pairs(&suggestion.rules) <= 20_000, "{suggestion:#?}");
    assert!(Suggestion::share(&suggestion.rules) > 0.99, "{suggestion:#?}");
    let own = &suggestion.own[0];
    assert!(own.rule.name == "by hand" && own.pairs > 0 && own.found < 0.5, "{own:#?}");
    // As many pairs as the plan counts, and a spec that takes the lines.
    let pasted: String =
        SPEC.lines().filter(|line| !line.starts_with("blocking")).map(|line| format!("{line}\n")).collect();
    let pasted = pasted.replace(
        "\n[[comparison]]\nname = \"number\"",
        &format!("\n{}[[comparison]]\nname = \"number\"", suggestion.to_toml()),
    );
    let linker = Linker::new(Spec::from_toml(&pasted).unwrap(), table(&rows(2_000))).unwrap();
    let counted: Vec<(u64, u64)> =
        linker.plan().rules.iter().map(|rule| (rule.pairs, rule.largest[0].records)).collect();
    let said: Vec<(u64, u64)> = suggestion.rules.iter().map(|rule| (rule.pairs, rule.largest)).collect();
    assert_eq!(counted, said);
}

#[test]
fn the_order_of_records_and_the_number_of_threads_change_nothing() {
    let rows = rows(400);
    let mut mixed = rows.clone();
    let mut dice = Dice(3);
    for at in (1..mixed.len()).rev() {
        mixed.swap(at, dice.below(at as u64 + 1) as usize);
    }
    // A wide budget, so that not all pairs can be looked at.
    let expected = suggest(&rows, 100_000).unwrap();
    assert_eq!(suggest(&mixed, 100_000).unwrap(), expected);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| suggest(&mixed, 100_000)).unwrap(), expected);
}

#[test]
fn what_finds_no_rules_is_told() {
    let told = |rows: &[[String; 4]], budget| suggest(rows, budget).unwrap_err().to_string();
    let some = rows(200);
    assert!(told(&some[..1], 100).contains("it takes two records to make a pair"));
    let text = told(&some, 3);
    assert!(text.contains("the rule with the fewest pairs") && text.contains("more than the budget of 3"), "{text}");
    let same: Vec<_> = (0..50).map(|_| ["1", "hull", "1990-01-01", "smith"].map(str::to_owned)).collect();
    let text = told(&same, 100);
    assert!(text.contains("finds 1225, more than the budget of 100"), "{text}");
    let empty: Vec<_> = (0..50).map(|_| ["", "", "", ""].map(str::to_owned)).collect();
    assert!(told(&empty, 100).contains("no two records agree on any field"));
    let strangers: Vec<_> = (0..50)
        .map(|n| [format!("{n}"), "hull".into(), format!("{}-01-01", 1900 + n), format!("t{}", n % 5)])
        .collect();
    assert!(told(&strangers, 1_000).contains("none is a likely match by the spec's model"));
    let open = SPEC.replace("prior = 0.001", "");
    let linker = Linker::new(Spec::from_toml(&open).unwrap(), table(&some)).unwrap();
    assert!(matches!(linker.suggest_blocking(100), Err(Error::Untrained(_))));
}

fn data(files: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = std::env::var("ALONGSIDE_REAL_DATA")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join("linkage").join(file)).collect();
    paths.iter().all(|path| path.exists()).then_some(paths)
}

/// How many pairs of one person's records the spec's rules find.
fn right(linker: &Linker, people: &[String]) -> usize {
    let outcome = linker.run(&linkage::RunOptions { keep_apart: true, ..Default::default() }).unwrap();
    outcome.pairs.iter().filter(|pair| people[pair.left as usize] == people[pair.right as usize]).count()
}

/// Suggested rules, with no more pairs than those written by hand find, find as many true matches.
fn as_good_as_by_hand(files: &[&str], link: Option<LinkType>) {
    let Some(paths) = data(files) else {
        eprintln!("stands aside: {files:?} not in ../shared/data/linkage");
        return;
    };
    let (mut batches, mut sources, mut people) = (Vec::new(), Vec::new(), Vec::new());
    for (source, path) in paths.iter().enumerate() {
        let records = read::records(path, &|_| true).unwrap();
        let person = |id: Option<String>| id.unwrap().split('-').nth(1).unwrap().to_owned();
        people.extend(records.text(path, "rec_id").unwrap().into_iter().map(person));
        sources.extend(std::iter::repeat_n(source as u16, records.records));
        batches.extend(records.batches);
    }
    let mut table = Table::from_batches(&batches).unwrap();
    if let Some(link) = link {
        table = table.with_sources(sources, link).unwrap();
    }
    let spec = Spec::from_toml(include_str!("febrl.toml")).unwrap();
    let linker = Linker::new(spec.clone(), table).unwrap();
    let by_hand = (linker.plan().pairs_at_most, right(&linker, &people));
    // The spec's own rules are no candidates here: the search must find others by itself.
    let others = vec![BlockingRule { name: "suburb".into(), keys: vec!["suburb".to_owned().try_into().unwrap()] }];
    let linker = linker.with_model(Spec { blocking: others, ..spec.clone() }).unwrap();
    let suggestion = linker.suggest_blocking(by_hand.0).unwrap();
    let rules: Vec<BlockingRule> = suggestion.rules.iter().map(|rule| rule.rule.clone()).collect();
    assert!(Suggestion::pairs(&suggestion.rules) <= by_hand.0);
    let linker = linker.with_model(Spec { blocking: rules, ..spec }).unwrap();
    let found = right(&linker, &people);
    // One in 2,000 either way: a match that the model takes for none can't be looked for.
    assert!(found * 2_000 >= by_hand.1 * 1_999, "{found} of {by_hand:?}");
}

#[test]
fn as_good_as_by_hand_on_febrl_3() {
    as_good_as_by_hand(&["febrl_dataset3.csv"], None);
}

#[test]
fn as_good_as_by_hand_on_febrl_4() {
    as_good_as_by_hand(&["febrl_dataset4a.csv", "febrl_dataset4b.csv"], Some(LinkType::LinkOnly));
}
