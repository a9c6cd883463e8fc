//! The engine beside R's `spdep` 1.2-7: on published data sets and on real Essex, equal within 1e-9. The answers are in tests/r,
//! with the scripts that made them.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use places::cluster::{self, FalseDiscovery, GetisOrd, LocalMoran, Own, Plan, Quadrant};
use places::concentration;
use places::neighbours::Weights;
use places::rate::bayes::{self, Family, Spread};
use places::rate::relative;
use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)).unwrap()
}

/// A CSV file without quotes, by column.
fn columns(text: &str) -> HashMap<String, Vec<String>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut found: HashMap<String, Vec<String>> = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    for line in lines {
        for (name, value) in names.iter().zip(line.split(',')) {
            found.get_mut(*name).unwrap().push(value.to_owned());
        }
    }
    found
}

fn numbers<T: std::str::FromStr>(columns: &HashMap<String, Vec<String>>, name: &str) -> Vec<T> {
    columns[name].iter().map(|value| value.parse().unwrap_or_else(|_| panic!("{value} in {name}"))).collect()
}

/// A data set as carried, with its neighbours, each counting 1.
struct Set {
    columns: HashMap<String, Vec<String>>,
    links: Vec<(u32, u32)>,
    answers: HashMap<String, Vec<f64>>,
}

impl Set {
    fn named(name: &str) -> Self {
        let columns = columns(&read(&format!("data/{name}.csv")));
        let of_row = |(row, others): (u32, &String)| {
            let others: Vec<u32> = others.split_whitespace().map(|other| other.parse().unwrap()).collect();
            others.into_iter().map(move |other| (row, other - 1))
        };
        let links = (0..).zip(&columns["neighbours"]).flat_map(of_row).collect();
        let mut answers: HashMap<String, Vec<f64>> = HashMap::new();
        for line in read("r/published.csv").lines().skip(1) {
            let parts: Vec<&str> = line.split(',').collect();
            if parts[0] == name {
                answers.entry(parts[1].to_owned()).or_default().push(parts[3].parse().unwrap());
            }
        }
        Self { columns, links, answers }
    }

    fn column<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        numbers(&self.columns, name)
    }

    fn weights(&self) -> Weights {
        let links = self.links.iter().map(|(from, to)| (*from, *to, 1.0));
        Weights::of(self.columns["neighbours"].len(), links).unwrap()
    }

    fn answer(&self, what: &str) -> f64 {
        assert_eq!(self.answers[what].len(), 1);
        self.answers[what][0]
    }

    /// Holds Moran, local Moran, Gi and Gi* to what R says.
    fn clusters(&self, values: &[f64], weights: &Weights) {
        let moran = cluster::moran(values, weights).unwrap();
        near(moran.i, self.answer("moran"), "moran");
        near(moran.randomisation.variance, self.answer("moran_variance"), "variance");
        near(moran.randomisation.z.unwrap(), self.answer("moran_z"), "z");
        near(moran.normality.variance, self.answer("moran_variance_normality"), "variance under normality");
        let local = cluster::local_moran(values, weights).unwrap();
        let part = |pick: fn(LocalMoran) -> Option<f64>| local.iter().map(|of| of.and_then(pick)).collect::<Vec<_>>();
        all_near(&part(|of| Some(of.i)), &self.answers["i"], "i");
        all_near(&part(|of| Some(of.expected)), &self.answers["expected"], "expected");
        all_near(&part(|of| Some(of.variance)), &self.answers["variance"], "variance");
        all_near(&part(|of| of.z), &self.answers["z"], "z");
        all_near(&spots(values, weights, Own::LeftOut), &self.answers["gi"], "gi");
    }

    fn bayes(&self, counts: &[u64], people: &[u64]) {
        let (poisson, binomial) = (
            bayes::global(counts, people, Family::Poisson).unwrap(),
            bayes::global(counts, people, Family::Binomial).unwrap(),
        );
        near(poisson.mean, self.answer("bayes_mean"), "mean");
        near(poisson.variance, self.answer("bayes_variance_poisson"), "variance");
        near(binomial.variance, self.answer("bayes_variance_binomial"), "variance");
        all_near(&poisson.rates, &self.answers["bayes_poisson"], "poisson");
        all_near(&binomial.rates, &self.answers["bayes_binomial"], "binomial");
        for (spread, name) in [(Spread::AroundTheirOwn, "bayes_local"), (Spread::AroundThisOne, "bayes_local_geoda")] {
            let found = bayes::local(counts, people, &self.weights(), spread).unwrap();
            all_near(&found.iter().map(|of| of.map(|of| of.rate)).collect::<Vec<_>>(), &self.answers[name], name);
        }
        let index: Vec<f64> = bayes::index(counts, people).unwrap().into_iter().map(Option::unwrap).collect();
        let moran = cluster::moran(&index, &self.weights()).unwrap();
        near(moran.i, self.answer("bayes_index_moran"), "index");
    }
}

fn spots(values: &[f64], weights: &Weights, own: Own) -> Vec<Option<f64>> {
    cluster::getis_ord(values, weights, own).unwrap().into_iter().map(|of| of.map(|of: GetisOrd| of.z)).collect()
}

fn near(found: f64, answer: f64, what: &str) {
    assert!((found - answer).abs() <= 1e-9 * answer.abs().min(1.0), "{what}: {found}, R has {answer}");
}

/// What has no answer is NaN in R, `None` or, for an island's local Moran, 0 there and `None` here.
fn all_near(found: &[Option<f64>], answers: &[f64], what: &str) {
    assert_eq!(found.len(), answers.len());
    for (row, (found, answer)) in found.iter().zip(answers).enumerate() {
        match found {
            // A neighbourhood in which nothing happened: 0 over 0 in R.
            Some(found) if answer.is_nan() => {
                assert!(what.starts_with("bayes_local") && *found == 0.0, "{what} of {row}")
            }
            Some(found) => assert!((found - answer).abs() <= 1e-9, "{what} of {row}: {found}, R has {answer}"),
            None => assert!(answer.is_nan() || *answer == 0.0, "{what} of {row}: none, R has {answer}"),
        }
    }
}

/// spatial.md, section 5: EB mean 0.002021445, variance 7.692931e-07; EBI Moran (B) 0.2294; Freeman–Tukey I (W) 0.2472.
#[test]
fn sudden_infant_deaths_in_north_carolina() {
    let set = Set::named("sids");
    assert!(
        (set.answer("moran") - 0.2472).abs() < 0.000_05 && (set.answer("bayes_index_moran") - 0.2294).abs() < 0.000_05
    );
    let (weights, values) = (set.weights(), set.column::<f64>("transformed"));
    set.clusters(&values, &weights.row_standardised());
    all_near(&spots(&values, &weights.with_self(), Own::Counted), &set.answers["gi_star"], "gi*");
    set.bayes(&set.column("deaths"), &set.column("births"));
}

/// Section 5: CRIME I 0.48577, z 5.343.
#[test]
fn crimes_in_columbus() {
    let set = Set::named("columbus");
    assert!((set.answer("moran") - 0.48577).abs() < 0.000_005 && (set.answer("moran_z") - 5.343).abs() < 0.000_5);
    let (weights, values) = (set.weights(), set.column::<f64>("crime"));
    set.clusters(&values, &weights.row_standardised());
    for weights in [weights.with_self(), weights.clone(), weights.row_standardised()] {
        all_near(&spots(&values, &weights, Own::Counted), &set.answers["gi_star"], "gi*");
    }
}

/// Section 5: the first EB rate 2.36719e-05 (esda's docstring).
#[test]
fn homicides_around_st_louis() {
    let set = Set::named("stlouis");
    let (counts, people) = (set.column::<u64>("homicides"), set.column::<u64>("people"));
    let rates = bayes::global(&counts, &people, Family::Poisson).unwrap().rates;
    assert!((rates[0].unwrap() - 2.36719e-05).abs() < 5e-11);
    set.bayes(&counts, &people);
    let values: Vec<f64> = counts.iter().zip(&people).map(|(count, people)| *count as f64 / *people as f64).collect();
    set.clusters(&values, &set.weights().row_standardised());
    all_near(&spots(&values, &set.weights(), Own::Counted), &set.answers["gi_star"], "gi*");
}

/// Section 5: n = 56, 536 cases; eBayes α 1.8795, intercept 0.3521; SMR I 0.4970. Three districts are islands. R's fit of α is
/// good to six digits.
#[test]
fn lip_cancer_in_scotland() {
    let set = Set::named("lip");
    let (counts, expected) = (set.column::<u64>("observed"), set.column::<f64>("expected"));
    assert_eq!((counts.len(), counts.iter().sum::<u64>()), (56, 536));
    let found = relative::relative_risks(&counts, &expected).unwrap();
    let (alpha, intercept) = (found.alpha.unwrap(), found.mean.ln());
    assert_eq!(format!("{alpha:.4} {intercept:.4}"), "1.8795 0.3521");
    assert!((alpha - set.answer("alpha")).abs() < 1e-6 && (intercept - set.answer("intercept")).abs() < 1e-6);
    for (risk, answer) in found.risks.iter().zip(&set.answers["risk"]) {
        assert!((risk.unwrap() - answer).abs() < 1e-6, "{risk:?} {answer}");
    }
    let (weights, values) =
        (set.weights(), counts.iter().zip(&expected).map(|(o, e)| *o as f64 / e).collect::<Vec<_>>());
    assert_eq!(weights.islands(), [5, 7, 10]);
    assert!((set.answer("moran") - 0.4970).abs() < 0.000_05);
    set.clusters(&values, &weights.row_standardised());
    all_near(&spots(&values, &weights.with_self(), Own::Counted), &set.answers["gi_star"], "gi*");
}

/// Weights that differ and do not all go both ways, and areas that have none.
#[test]
fn islands_and_one_way_links() {
    let set = Set::named("islands");
    let links = set.links.iter().map(|(from, to)| (*from, *to, f64::from((to + 1) % 3 + 1) / 2.0));
    let (weights, values) = (Weights::of(12, links).unwrap(), set.column::<f64>("value"));
    set.clusters(&values, &weights);
    all_near(&spots(&values, &weights.with_self(), Own::Counted), &set.answers["gi_star"], "gi*");
    assert!(cluster::local_moran(&values, &weights).unwrap()[9].is_none());
}

/// Greater Essex: codes, counts of January 2019, residents of mid 2015, and neighbours by the boundaries' own vertices.
struct Essex {
    codes: Vec<String>,
    counts: Vec<u64>,
    people: Vec<u64>,
    weights: Weights,
}

impl Essex {
    /// `None`, and a line that says so, where the data are not at hand.
    fn real() -> Option<Self> {
        let root = std::env::var_os("ALONGSIDE_REAL_DATA")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
            .join("essex");
        if !root.join("2019-01-essex-street.csv.gz").exists() {
            eprintln!("not run: the real Essex is not at {}", root.display());
            return None;
        }
        let unpacked = |name: &str| {
            let mut text = String::new();
            GzDecoder::new(std::fs::File::open(root.join(name)).unwrap()).read_to_string(&mut text).unwrap();
            text
        };
        let boundaries: Value = serde_json::from_str(&unpacked("lsoa-2011-boundaries.geojson.gz")).unwrap();
        let features = boundaries["features"].as_array().unwrap();
        let codes: Vec<String> =
            features.iter().map(|of| of["properties"]["LSOA11CD"].as_str().unwrap().to_owned()).collect();
        let at: HashMap<&str, usize> = codes.iter().map(String::as_str).zip(0..).collect();
        let mut counts = vec![0; codes.len()];
        for line in unpacked("2019-01-essex-street.csv.gz").lines() {
            let parts: Vec<&str> = line.split(',').collect();
            if let (Some(area), "Violence and sexual offences") = (at.get(parts[7]), parts[9]) {
                counts[*area] += 1;
            }
        }
        let mut people = vec![0; codes.len()];
        for line in std::fs::read_to_string(root.join("population-mid-2015.csv")).unwrap().lines().skip(1) {
            let parts = fields(line);
            if let Some(area) = at.get(parts[0].as_str()) {
                people[*area] = parts[4].replace(',', "").parse().unwrap();
            }
        }
        let weights = touching(features);
        Some(Self { codes, counts, people, weights })
    }

    fn rates(&self) -> Vec<f64> {
        self.counts.iter().zip(&self.people).map(|(count, people)| *count as f64 / *people as f64).collect()
    }
}

/// A line of CSV whose fields may be in quotes.
fn fields(line: &str) -> Vec<String> {
    let (mut found, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(String::new()),
            other => found.last_mut().unwrap().push(other),
        }
    }
    found
}

/// Areas that share a vertex, to five decimals.
fn touching(features: &[Value]) -> Weights {
    let mut at: BTreeMap<(i64, i64), Vec<u32>> = BTreeMap::new();
    for (area, feature) in (0..).zip(features) {
        let mut open = vec![&feature["geometry"]["coordinates"]];
        while let Some(next) = open.pop() {
            let parts = next.as_array().unwrap();
            if let (Some(x), Some(y)) = (parts[0].as_f64(), parts.get(1).and_then(Value::as_f64)) {
                at.entry(((x * 1e5).round() as i64, (y * 1e5).round() as i64)).or_default().push(area);
            } else {
                open.extend(parts);
            }
        }
    }
    let pairs =
        at.values().flat_map(|areas| areas.iter().flat_map(|one| areas.iter().map(move |other| (*one, *other))));
    Weights::binary(features.len(), pairs).unwrap()
}

#[test]
fn real_essex_as_r_has_it() {
    let Some(essex) = Essex::real() else { return };
    let (county, areas) = (columns(&read("r/essex-county.csv")), columns(&read("r/essex-areas.csv")));
    let said: HashMap<&String, f64> = county["what"].iter().zip(numbers(&county, "value")).collect();
    let answer = |what: &str| said[&what.to_owned()];
    assert_eq!(areas["code"], essex.codes);
    assert_eq!((essex.counts.iter().sum::<u64>(), essex.weights.links()), (5378, 6034));
    let (rates, weights) = (essex.rates(), essex.weights.row_standardised());
    let moran = cluster::moran(&rates, &weights).unwrap();
    near(moran.i, answer("moran"), "moran");
    near(moran.expected, answer("expected"), "expected");
    near(moran.randomisation.variance, answer("variance"), "variance");
    near(moran.normality.variance, answer("variance_normality"), "variance under normality");
    assert!((moran.randomisation.z.unwrap() - answer("z")).abs() < 1e-9);
    assert!((moran.normality.z.unwrap() - answer("z_normality")).abs() < 1e-9);

    let local = cluster::local_moran(&rates, &weights).unwrap();
    let part = |pick: fn(LocalMoran) -> Option<f64>| local.iter().map(|of| of.and_then(pick)).collect::<Vec<_>>();
    let held = |found: &[Option<f64>], name: &str| all_near(found, &numbers(&areas, name), name);
    held(&part(|of| Some(of.i)), "i");
    held(&part(|of| Some(of.expected)), "expected");
    held(&part(|of| Some(of.variance)), "variance");
    held(&part(|of| of.z), "z");
    held(&spots(&rates, &essex.weights, Own::LeftOut), "gi");
    held(&spots(&rates, &essex.weights.with_self(), Own::Counted), "gi_star");
    held(&spots(&rates, &weights, Own::Counted), "gi_star");

    let (counts, people) = (&essex.counts, &essex.people);
    let global = bayes::global(counts, people, Family::Poisson).unwrap();
    near(global.variance, answer("bayes_variance"), "variance between areas");
    near(global.mean, answer("bayes_mean"), "mean");
    held(&global.rates, "bayes");
    held(&bayes::global(counts, people, Family::Binomial).unwrap().rates, "bayes_binomial");
    for (spread, name) in [(Spread::AroundTheirOwn, "bayes_local"), (Spread::AroundThisOne, "bayes_local_geoda")] {
        let found = bayes::local(counts, people, &essex.weights, spread).unwrap();
        held(&found.iter().map(|of| of.map(|of| of.rate)).collect::<Vec<_>>(), name);
    }
    let index: Vec<f64> = bayes::index(counts, people).unwrap().into_iter().map(Option::unwrap).collect();
    near(cluster::moran(&index, &weights).unwrap().i, answer("bayes_index_moran"), "index");
}

/// spatial.md, section 4, and section 1: quadrants, hot spots, EB, the shares of areas, and the area whose tie esda leaves out.
#[test]
fn real_essex_as_written_down() {
    let Some(essex) = Essex::real() else { return };
    let (rates, weights) = (essex.rates(), essex.weights.row_standardised());
    let local = cluster::local_moran_permuted(&rates, &weights, &Plan::new(99_999, 1), &|_, _| {}).unwrap();
    let quadrant = |which| local.iter().flatten().filter(|of| of.quadrant == which).count();
    assert_eq!(
        [Quadrant::HighHigh, Quadrant::LowHigh, Quadrant::LowLow, Quadrant::HighLow].map(quadrant),
        [225, 201, 483, 168]
    );
    let tied = essex.codes.iter().position(|code| code == "E01021916").unwrap();
    let p = local[tied].unwrap().permutation.unwrap().folded();
    assert!((p - 0.121).abs() < 0.004, "{p}");
    let hot = spots(&rates, &weights, Own::Counted).into_iter().flatten().filter(|z| *z > 1.96).count();
    assert_eq!(hot, 74);

    let global = bayes::global(&essex.counts, &essex.people, Family::Poisson).unwrap();
    let highest = (0..rates.len()).max_by(|one, other| rates[*one].total_cmp(&rates[*other])).unwrap();
    assert_eq!(format!("{:.1} {:.1}", rates[highest] * 1e3, global.rates[highest].unwrap() * 1e3), "45.3 38.3");

    let amounts: Vec<f64> = essex.counts.iter().map(|count| *count as f64).collect();
    let places = |share| concentration::holding(&amounts, share).unwrap().places;
    assert_eq!((places(0.25), places(0.5)), (53, 177));
    assert!((concentration::gini(&amounts).unwrap() - 0.538).abs() < 0.000_5);
    assert_eq!(essex.counts.iter().filter(|count| **count == 0).count(), 130);
    // By chance alone half of the events would be on a third of the areas or more.
    let chance = concentration::chance(5378, &vec![1.0; 1077], 0.5, 199, 1).unwrap();
    println!("{chance:?} {:?}", concentration::bootstrap(&amounts, 0.5, 999, 1).unwrap());
    assert!(chance.interval.lower > 0.3);

    let two_sided: Vec<Option<f64>> =
        local.iter().map(|of| of.and_then(|of| of.permutation).map(|tails| tails.two_sided())).collect();
    let found = cluster::adjusted(&two_sided, FalseDiscovery::Hochberg).unwrap();
    let count = |p: &[Option<f64>]| p.iter().flatten().filter(|p| **p <= 0.05).count();
    println!("below 0.05: {}, with false discoveries controlled {}", count(&two_sided), count(&found));
    assert!(0 < count(&found) && count(&found) < count(&two_sided));
}

/// The highest rates, by R and by eye, are not lost when people are few: permutation and formula find much the same.
#[test]
fn real_essex_by_permutation_and_by_formula() {
    let Some(essex) = Essex::real() else { return };
    let (rates, weights) = (essex.rates(), essex.weights.row_standardised());
    let moran = cluster::moran_permuted(&rates, &weights, &Plan::new(999, 1), &|_, _| {}).unwrap();
    assert_eq!(moran.permutation.unwrap().greater(), 0.001);
    let found = cluster::getis_ord_permuted(&rates, &weights, Own::Counted, &Plan::new(9_999, 1), &|_, _| {}).unwrap();
    for spot in found.iter().flatten().filter(|spot| spot.z > 4.0) {
        assert!(spot.permutation.unwrap().greater() <= 0.05, "{spot:?}");
    }
}
