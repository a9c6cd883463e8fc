//! What a run finds, and how that differs from what is stored. No I/O: the records and what is stored are given.

use std::collections::{HashMap, HashSet};

use base::{Id, kind};
use linkage::{Decision, Error, Flag, Linker, NewRecords, Outcome, Pair, RunOptions, Table, bits};

use super::{assign::People, source::Sources, store::Stored};
use crate::{
    adoption::Sides,
    pair::{Answer, KeptPair, PairKey, State},
    search::Entry,
    spec::{FIELDS, Model},
};

/// What a run works on.
pub(super) struct Input {
    pub sources: Sources,
    pub stored: Stored,
    /// Records of two identities that are never joined, by their numbers.
    pub kept_apart: Vec<[Vec<u32>; 2]>,
}

/// What it found.
pub(super) struct Found {
    pub sources: Sources,
    pub stored: Stored,
    /// Every record once, by the numbers of [`Sources`]; clusters by their smallest record.
    pub clusters: Vec<Vec<u32>>,
    /// All pairs that are kept, by their records.
    pub pairs: HashSet<(Id<kind::Record>, Id<kind::Record>)>,
    /// Those whose row is missing or says something else.
    pub changed_pairs: Vec<KeptPair>,
    /// Decisions about superseded versions, which now stand for their successors.
    pub carried: Vec<(PairKey, PairKey, Answer)>,
    pub whole: bool,
}

/// A record and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placing {
    pub record: Id<kind::Record>,
    pub person: Id<kind::Person>,
    /// The person it leaves.
    pub from: Option<Id<kind::Person>>,
    pub controller: Id<kind::Agency>,
    pub category: base::Code,
    pub superseded: bool,
}

/// What must be written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub placings: Vec<Placing>,
    pub new_people: HashSet<Id<kind::Person>>,
    /// People who are no longer told apart from another, and people who are again.
    pub merges: Vec<(Id<kind::Person>, Option<Id<kind::Person>>)>,
    pub search: Vec<Entry>,
    /// Records that belong nowhere any more.
    pub unlinked: Vec<Id<kind::Record>>,
    /// Records that can no longer be searched for.
    pub unsearchable: Vec<Id<kind::Record>>,
    pub dropped_pairs: Vec<(Id<kind::Record>, Id<kind::Record>)>,
}

/// A pair is written again once its weight has shifted by this many bits: the rarity of names shifts a little with every record.
const SHIFT: f64 = 0.5;
/// A whole run comes again after the county has grown by a tenth.
const GROWTH: (u64, u64) = (11, 10);
/// How often clusters are parted that hold two valid numbers of one kind.
const ROUNDS: u32 = 4;

/// Weighs the pairs and clusters the records.
pub(super) fn find(model: &Model, input: Input) -> Result<Found, Error> {
    let Input { mut sources, stored, kept_apart } = input;
    let columns = std::mem::take(&mut sources.columns);
    let table = Table::from_columns(FIELDS.iter().copied().zip(columns.clone()))?;
    sources.columns = columns;
    let linker = Linker::new(model.spec.clone(), table)?;

    let whole = stored.whole_at.is_none_or(|records| sources.len() as u64 * GROWTH.1 >= records * GROWTH.0);
    let new: Vec<u32> = (0_u32..)
        .zip(&sources.records)
        .filter(|(_, source)| !stored.people.contains_key(&source.id))
        .map(|(number, _)| number)
        .collect();
    let Constraints { mut required, mut forbidden, carried } = constraints(&sources, &stored);
    let across = across(&kept_apart);
    required.retain(|(one, other)| !across.contains(&(*one.min(other), *one.max(other))));
    forbidden.extend(&across);
    let earlier =
        stored.pairs.keys().filter_map(|(left, right)| Some((sources.number(*left)?, sources.number(*right)?)));
    let earlier = if whole { Vec::new() } else { earlier.collect() };
    let options = RunOptions { required, forbidden, earlier, budget: budget(sources.len()), ..RunOptions::default() };
    let weigh = |options: &RunOptions| {
        if whole { linker.run(options) } else { linker.run_for(&NewRecords::records(&new), options) }
    };
    let (outcome, apart) = without_contradictions(options, weigh)?;

    let cluster = |number: u32| outcome.cluster_of.get(number as usize).copied();
    let sides: Sides<u32> = Sides::of(&kept_apart, cluster);
    let crosses =
        |pair: &Pair| cluster(pair.left).zip(cluster(pair.right)).is_some_and(|(one, other)| sides.cross(&one, &other));
    let open = open_pairs(&outcome, &apart, &sources, &stored, &carried, bits(model.spec.thresholds.review));
    let mut pairs = HashSet::with_capacity(outcome.pairs.len());
    let mut changed_pairs = Vec::new();
    for pair in outcome.pairs.iter().filter(|pair| !crosses(pair)) {
        let Some(state) = state_of(pair, &apart, bits(model.spec.thresholds.review)) else { continue };
        let (Some(left), Some(right)) = (sources.record(pair.left), sources.record(pair.right)) else { continue };
        let (Some(left_facet), Some(right_facet)) = (sources.facet(left), sources.facet(right)) else { continue };
        let key = (left.id, right.id);
        pairs.insert(key);
        let open = open.contains(&(pair.left, pair.right));
        let same = stored.pairs.get(&key).is_some_and(|kept| {
            kept.state == state
                && kept.open == open
                && kept.pattern == pair.pattern
                && kept.spec == model.version
                && (kept.weight - pair.weight).abs() < SHIFT
        });
        if !same {
            let explained = linker.expand(pair);
            let compared = explained.parts.iter().take(model.spec.comparisons.len());
            changed_pairs.push(KeptPair {
                left: left.id,
                right: right.id,
                facets: [left_facet.clone(), right_facet.clone()],
                state,
                answer: None,
                weight: pair.weight,
                pattern: pair.pattern,
                rarity: compared.map(|part| part.term_frequency_bits).collect(),
                spec: model.version.clone(),
                open,
            });
        }
    }
    Ok(Found { clusters: clusters(&outcome), sources, stored, pairs, changed_pairs, carried, whole })
}

/// Every pair of records across two identities that are kept apart.
fn across(kept_apart: &[[Vec<u32>; 2]]) -> HashSet<(u32, u32)> {
    let pairs = kept_apart.iter().flat_map(|[one, other]| {
        one.iter().flat_map(move |left| other.iter().map(move |right| (*left.min(right), *left.max(right))))
    });
    pairs.filter(|(left, right)| left != right).collect()
}

/// Pairs that a run may compare: generous, but never so many that one wrong file keeps a machine busy for hours.
pub(crate) fn budget(records: usize) -> u64 {
    (records as u64).saturating_mul(2_000).max(10_000_000)
}

/// Pairs of records by their numbers.
type Numbers = Vec<(u32, u32)>;

/// What people decided, as this run must respect it.
#[derive(Debug, Default)]
struct Constraints {
    required: Numbers,
    forbidden: Numbers,
    /// Decisions about superseded versions, which now stand for their successors.
    carried: Vec<(PairKey, PairKey, Answer)>,
}

/// What people decided, by the numbers of this run's records. A decision about a superseded version holds for its successor.
fn constraints(sources: &Sources, stored: &Stored) -> Constraints {
    let heirs = heirs(sources, stored);
    let number = |record: &Id<kind::Record>| {
        sources.number(*record).or_else(|| heirs.get(stored.stale.get(record)?.as_str()).copied())
    };
    let mut found = Constraints::default();
    for (one, other, answer) in &stored.decided {
        let (Some(left), Some(right)) = (number(one), number(other)) else { continue };
        let (Some(left_now), Some(right_now)) = (sources.record(left), sources.record(right)) else { continue };
        if left == right {
            continue;
        }
        let (was, is) = (PairKey::of(*one, *other), PairKey::of(left_now.id, right_now.id));
        if was != is {
            found.carried.push((was, is, *answer));
        }
        match answer {
            Answer::Same => found.required.push((left, right)),
            Answer::Different => found.forbidden.push((left, right)),
            Answer::NotSure => {}
        }
    }
    found
}

/// The current record by origin; only where something superseded asks for it.
pub(super) fn heirs<'a>(sources: &'a Sources, stored: &Stored) -> HashMap<&'a str, u32> {
    if stored.stale.is_empty() {
        return HashMap::new();
    }
    (0_u32..).zip(&sources.records).map(|(number, source)| (source.origin.as_str(), number)).collect()
}

/// Two different valid NHS or pupil numbers never end up in one person without somebody's saying so: the run is made again
/// with such records kept apart, and what would have joined them goes to review.
fn without_contradictions(
    mut options: RunOptions,
    weigh: impl Fn(&RunOptions) -> Result<Outcome, Error>,
) -> Result<(Outcome, HashSet<(u32, u32)>), Error> {
    let required: HashSet<(u32, u32)> = options.required.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    let decided: HashSet<(u32, u32)> = options.forbidden.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    let mut apart: HashSet<(u32, u32)> = HashSet::new();
    let mut outcome = weigh(&options)?;
    for _ in 0..ROUNDS {
        let before = apart.len();
        for cluster in &outcome.clusters {
            for flag in &cluster.flags {
                let Flag::Contradiction { records, .. } = flag else { continue };
                let pairs =
                    records.iter().enumerate().flat_map(|(at, a)| records.iter().skip(at + 1).map(move |b| (*a, *b)));
                apart.extend(pairs.filter(|pair| !required.contains(pair) && !decided.contains(pair)));
            }
        }
        if apart.len() == before {
            break;
        }
        options.forbidden = decided.iter().chain(&apart).copied().collect();
        options.forbidden.sort_unstable();
        outcome = weigh(&options)?;
    }
    Ok((outcome, apart))
}

/// What a kept pair is; none where it is not worth keeping.
fn state_of(pair: &Pair, apart: &HashSet<(u32, u32)>, review: f64) -> Option<State> {
    Some(match pair.decision {
        Decision::Link => State::Link,
        Decision::Review => State::Review,
        Decision::Required => State::Required,
        Decision::Refused => State::Refused,
        Decision::Forbidden if !apart.contains(&(pair.left, pair.right)) => State::Forbidden,
        Decision::Forbidden if pair.weight >= review => State::Refused,
        Decision::Forbidden | Decision::Apart => return None,
    })
}

/// The pairs about which somebody is asked: of two people their strongest, and none where one of their pairs is settled.
fn open_pairs(
    outcome: &Outcome,
    apart: &HashSet<(u32, u32)>,
    sources: &Sources,
    stored: &Stored,
    carried: &[(PairKey, PairKey, Answer)],
    review: f64,
) -> HashSet<(u32, u32)> {
    let carried: HashSet<PairKey> = carried.iter().map(|(_, is, _)| *is).collect();
    let answered = |pair: &Pair| {
        let (Some(left), Some(right)) = (sources.record(pair.left), sources.record(pair.right)) else { return false };
        stored.pairs.get(&(left.id, right.id)).is_some_and(|kept| kept.answer.is_some())
            || carried.contains(&PairKey::of(left.id, right.id))
    };
    let cluster = |record: u32| outcome.cluster_of.get(record as usize).copied().unwrap_or(record);
    // By both clusters: the strongest pair so far, or none once something is settled.
    let mut strongest: HashMap<(u32, u32), Option<&Pair>> = HashMap::new();
    for pair in &outcome.pairs {
        let (one, other) = (cluster(pair.left), cluster(pair.right));
        let waits = match state_of(pair, apart, review) {
            Some(State::Review | State::Refused) => !answered(pair),
            Some(State::Forbidden) => false,
            Some(State::Link | State::Required) | None => continue,
        };
        if one == other {
            continue;
        }
        let best = strongest.entry((one.min(other), one.max(other))).or_insert(Some(pair));
        match best {
            Some(_) if !waits => *best = None,
            Some(before) if pair.weight > before.weight => *best = Some(pair),
            _ => {}
        }
    }
    strongest.into_values().flatten().map(|pair| (pair.left, pair.right)).collect()
}

fn clusters(outcome: &Outcome) -> Vec<Vec<u32>> {
    let mut clusters: Vec<Vec<u32>> = Vec::new();
    let mut place: HashMap<u32, usize> = HashMap::new();
    for (record, cluster) in (0_u32..).zip(&outcome.cluster_of) {
        let at = *place.entry(*cluster).or_insert_with(|| {
            clusters.push(Vec::new());
            clusters.len() - 1
        });
        if let Some(members) = clusters.get_mut(at) {
            members.push(record);
        }
    }
    clusters
}

/// Holds what should be against what is stored.
pub(super) fn differences(found: &Found, people: &People) -> Plan {
    let (sources, stored) = (&found.sources, &found.stored);
    let mut plan = Plan { merges: people.merges.clone(), new_people: people.new.clone(), ..Plan::default() };
    for (members, person) in found.clusters.iter().zip(&people.of_cluster) {
        for number in members {
            let Some(source) = sources.record(*number) else { continue };
            let Some(facet) = sources.facet(source) else { continue };
            let before = stored.people.get(&source.id);
            if before.is_none_or(|row| row.person != *person || row.superseded) {
                plan.placings.push(Placing {
                    record: source.id,
                    person: *person,
                    from: before.map(|row| row.person).filter(|from| from != person),
                    controller: facet.controller,
                    category: facet.category.clone(),
                    superseded: false,
                });
            }
            if !stored.searchable.contains(&source.id) {
                plan.search.push(Entry::of(sources, *number, source.id, facet));
            }
        }
    }
    place_superseded(found, people, &mut plan);
    plan.unsearchable = stored.searchable.iter().filter(|id| sources.number(**id).is_none()).copied().collect();
    plan.unsearchable.sort_unstable();
    plan.dropped_pairs = stored.pairs.keys().filter(|key| !found.pairs.contains(key)).copied().collect();
    plan.dropped_pairs.sort_unstable();
    plan.unlinked.sort_unstable();
    plan
}

/// Superseded versions follow their successors; what has none and is no longer current belongs nowhere.
fn place_superseded(found: &Found, people: &People, plan: &mut Plan) {
    let heirs = heirs(&found.sources, &found.stored);
    let mut gone: Vec<_> =
        found.stored.people.values().filter(|row| found.sources.number(row.record).is_none()).collect();
    gone.sort_unstable_by_key(|row| row.record);
    for row in gone {
        let heir = found.stored.stale.get(&row.record).and_then(|origin| heirs.get(origin.as_str()));
        match heir.and_then(|number| people.of_record.get(*number as usize)) {
            Some(person) if *person == row.person && row.superseded => {}
            Some(person) => plan.placings.push(Placing {
                record: row.record,
                person: *person,
                from: Some(row.person).filter(|from| from != person),
                controller: row.controller,
                category: row.category.clone(),
                superseded: true,
            }),
            None => plan.unlinked.push(row.record),
        }
    }
}
