//! The sealed run of linking: sealed records are compared with all, and with each other, apart from the ordinary run, which never sees
//! them. It joins nothing: what may be the same person goes to those reviewers who are named for it. Each sealed record has a
//! person of its own until one of them says whose it is, so that those who are named can find it.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use base::{Id, code, kind};
use linkage::{Decision, Linker, NewRecords, RunOptions, Table, bits};
use vault::{
    Actor, Announcement, Ask, Cause, Change, FromRow, Marks, Operation, Permit, Purpose, Reader, Row, Scope,
    StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
    params,
};

use crate::{
    PEOPLE_LINKED,
    adoption::{Apart, Sides},
    pair::{KeptPair, State, store as pairs},
    person::store as people,
    run::{RunError, partner_facets, plan::budget, source::Sources, store::Stored, unit_facet},
    search::{Entry, store as search},
    spec::{FIELDS, Model},
};

type PersonId = Id<kind::Person>;
type RecordId = Id<kind::Record>;

/// What came of a sealed run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedReport {
    /// Sealed records that it saw.
    pub records: u64,
    /// Pairs that wait for somebody who is named.
    pub review: u64,
    /// Rows that it wrote or deleted.
    pub changes: u64,
}

/// The job `link_sealed`: follows an ordinary run where anything is sealed.
#[derive(Debug, Clone, Copy, Default)]
pub struct LinkSealed;

impl LinkSealed {
    /// Its kind.
    pub const KIND: &'static str = "link_sealed";
}

#[async_trait]
impl Handler for LinkSealed {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        link_sealed(vault, &job.actor()?).await?;
        Ok(())
    }
}

struct Any;

impl FromRow for Any {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Enqueues the sealed run where anything is sealed.
pub(crate) async fn follow(vault: &Vault, actor: &Actor) -> Result<(), StoreError> {
    const SQL: &str = "SELECT id FROM marked WHERE suffix = '_sealed' LIMIT 1";
    let any: Option<Any> = vault.book().first(SQL, params![]).await?;
    if any.is_none() {
        return Ok(());
    }
    let mut change = vault.change(cause(actor, Scope::unit())).await?;
    let now = change.now();
    change.enqueue(LinkSealed::KIND, &serde_json::json!({}), now).await?;
    change.commit().await
}

fn cause(actor: &Actor, scope: Scope) -> Cause {
    Cause {
        actor: actor.clone(),
        purpose: Purpose::Linking,
        operation: Operation::Combination,
        act: code!("sealed_compared"),
        scope,
    }
}

async fn permit(vault: &Vault, actor: &Actor, run: Id<kind::Run>) -> Result<(Permit, Id<kind::Agency>), RunError> {
    let unit = unit_facet(vault).await?;
    let mut facets = partner_facets(vault, &unit).await?;
    facets.push(unit.clone());
    let ask = Ask {
        actor: actor.clone(),
        verb: Verb::Link,
        scope: Scope::of("run", run),
        purpose: Purpose::Linking,
        facets,
        facts: BTreeMap::from([(share::api::RUN, share::api::sealed_run())]),
    };
    Ok((vault.permit(ask).await?, unit.controller))
}

fn is_sealed(category: &base::Code) -> bool {
    Marks::split(category).1.sealed
}

/// Whether there is any sealed record to compare.
async fn any_sealed(reader: &Reader) -> Result<bool, StoreError> {
    for category in ingest::api::covered_categories(reader.permit()).iter().filter(|category| is_sealed(category)) {
        if !ingest::api::current_records(reader, category, None, 1).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Compares what is sealed with everything, with the model that is built in.
///
/// # Errors
/// A [`RunError`].
pub async fn link_sealed(vault: &Vault, actor: &Actor) -> Result<SealedReport, RunError> {
    let run: Id<kind::Run> = vault.new_id();
    let (permit, unit) = permit(vault, actor, run).await?;
    let reader = vault.read(&permit)?;
    if !any_sealed(&reader).await? {
        return Ok(SealedReport::default());
    }
    let model = Model::built_in()?;
    let sources = Sources::load(&reader, &|_| {}).await?;
    let mut stored = Stored::load(&reader, vault, &model).await?;
    stored.look_up_stale(&reader, |record| sources.number(record).is_some()).await?;
    let apart = Apart::load(&reader).await?;
    let writer = Writer { vault, cause: cause(actor, Scope::of("run", run)), permit: &permit, run, unit };
    let mut report = SealedReport::default();
    let mut at = Places { reader: &reader, sources, stored };
    let sealed = at.sealed();
    report.records = sealed.len() as u64;
    report.changes += at.place(&writer, &sealed).await?;
    let Places { sources, stored, .. } = at;
    let numbers = apart.numbers(&sources);
    let heirs = apart.heirs(&sources);
    let input = Input { sources, stored, sealed, numbers };
    let found = tokio::task::spawn_blocking(move || compare(&model, input)).await.map_err(|_| RunError::Stopped)??;
    report.review = found.kept.len() as u64;
    report.changes += writer.keep(&found, &heirs).await?;
    Ok(report)
}

/// Where records belong, as this run finds and mends it.
struct Places<'a> {
    reader: &'a Reader,
    sources: Sources,
    stored: Stored,
}

/// One sealed record that has to go somewhere.
struct Placing {
    number: u32,
    person: PersonId,
    is_new: bool,
    from: Option<PersonId>,
    /// The versions before it, which stay where it is.
    before: Vec<RecordId>,
}

impl Places<'_> {
    fn sealed(&self) -> Vec<u32> {
        let numbered = (0_u32..).zip(&self.sources.records);
        let sealed =
            numbered.filter(|(_, source)| self.sources.facet(source).is_some_and(|facet| is_sealed(&facet.category)));
        sealed.map(|(number, _)| number).collect()
    }

    /// Gives each sealed record a person: that of the version before, else one of its own. What somebody had joined and took back is
    /// parted again; who was merged is followed.
    async fn place(&mut self, writer: &Writer<'_>, sealed: &[u32]) -> Result<u64, RunError> {
        let mut by_origin: HashMap<&str, Vec<RecordId>> = HashMap::new();
        for (record, origin) in &self.stored.stale {
            by_origin.entry(origin).or_default().push(*record);
        }
        let mut of_person: HashMap<PersonId, Vec<RecordId>> = HashMap::new();
        for row in self.stored.people.values() {
            of_person.entry(row.person).or_default().push(row.record);
        }
        let mut linked: HashSet<(RecordId, RecordId)> = HashSet::new();
        for pair in self.stored.pairs.values().filter(|pair| matches!(pair.state, State::Link | State::Required)) {
            linked.extend([(pair.left, pair.right), (pair.right, pair.left)]);
        }
        let mut placings = Vec::new();
        for number in sealed {
            let Some(source) = self.sources.record(*number) else { continue };
            let before = by_origin.get(source.origin.as_str()).cloned().unwrap_or_default();
            let own: HashSet<RecordId> = before.iter().copied().chain([source.id]).collect();
            let row = own.iter().find_map(|record| self.stored.people.get(record));
            let Some(row) = row else {
                let person = writer.vault.new_id();
                placings.push(Placing { number: *number, person, is_new: true, from: None, before });
                continue;
            };
            let others = of_person.get(&row.person).map_or(&[][..], Vec::as_slice);
            let others: Vec<RecordId> = others.iter().copied().filter(|other| !own.contains(other)).collect();
            let joined = others.iter().any(|other| own.iter().any(|record| linked.contains(&(*record, *other))));
            let mut placing = Placing { number: *number, person: row.person, is_new: false, from: None, before };
            if !others.is_empty() && !joined {
                let records: Vec<RecordId> = own.iter().copied().collect();
                let moves = people::moves_of(self.reader, &records).await?;
                let back = moves.iter().rev().map(|gone| gone.from).find(|from| !of_person.contains_key(from));
                placing.from = Some(row.person);
                placing.is_new = back.is_none();
                placing.person = back.unwrap_or_else(|| writer.vault.new_id());
            } else {
                let now = people::current_person(self.reader, row.person).await?;
                if now != row.person {
                    placing.from = Some(row.person);
                    placing.person = now;
                }
            }
            let stays = self.stored.people.get(&source.id).is_some_and(|row| !row.superseded);
            if placing.from.is_some() || !stays {
                placings.push(placing);
            }
        }
        let entries: Vec<Entry> = sealed
            .iter()
            .filter_map(|number| {
                let source = self.sources.record(*number)?;
                let facet = self.sources.facet(source)?;
                let known = self.stored.searchable.contains(&source.id);
                (!known).then(|| Entry::of(&self.sources, *number, source.id, facet))
            })
            .collect();
        let stale: HashSet<RecordId> = sealed
            .iter()
            .filter_map(|number| by_origin.get(self.sources.record(*number)?.origin.as_str()))
            .flatten()
            .copied()
            .filter(|record| self.stored.searchable.contains(record))
            .collect();
        let changes = writer.place(&self.sources, &placings, &entries, &stale).await?;
        for placing in &placings {
            let Some(source) = self.sources.record(placing.number) else { continue };
            let Some(facet) = self.sources.facet(source) else { continue };
            for record in placing.before.iter().copied().chain([source.id]) {
                self.stored.people.insert(
                    record,
                    crate::person::PersonRecord {
                        record,
                        person: placing.person,
                        controller: facet.controller,
                        category: facet.category.clone(),
                        superseded: record != source.id,
                    },
                );
            }
        }
        Ok(changes)
    }
}

struct Input {
    sources: Sources,
    stored: Stored,
    sealed: Vec<u32>,
    numbers: Vec<[Vec<u32>; 2]>,
}

struct Compared {
    /// All that wait.
    kept: Vec<KeptPair>,
    /// Those that were kept and no longer wait for anybody.
    gone: Vec<(RecordId, RecordId)>,
}

/// Weighs what is sealed against everything: of two people the strongest pair, and none about which somebody has answered.
fn compare(model: &Model, input: Input) -> Result<Compared, RunError> {
    let Input { mut sources, stored, sealed, numbers } = input;
    let columns = std::mem::take(&mut sources.columns);
    let table = Table::from_columns(FIELDS.iter().copied().zip(columns.clone()))?;
    sources.columns = columns;
    let linker = Linker::new(model.spec.clone(), table)?;
    let options = RunOptions { budget: budget(sources.len()), ..RunOptions::default() };
    let outcome = linker.run_for(&NewRecords::records(&sealed), &options)?;
    let new: HashSet<u32> = sealed.into_iter().collect();
    // Who has no person yet is one by themselves, for now.
    let person = |number: u32| {
        let source = sources.record(number)?;
        Some(stored.people.get(&source.id).map_or_else(|| Id::from_u128(u128::from(number)), |row| row.person))
    };
    let sides: Sides<PersonId> = Sides::of(&numbers, person);
    let of_record = |record: &RecordId| stored.people.get(record).map(|row| row.person);
    let answered: HashSet<(PersonId, PersonId)> = stored
        .pairs
        .values()
        .filter(|pair| pair.answer.is_some())
        .filter_map(|pair| Some((of_record(&pair.left)?, of_record(&pair.right)?)))
        .flat_map(|(one, other)| [(one, other), (other, one)])
        .collect();
    let mut strongest: BTreeMap<(PersonId, PersonId), &linkage::Pair> = BTreeMap::new();
    for pair in &outcome.pairs {
        if !new.contains(&pair.left) && !new.contains(&pair.right)
            || matches!(pair.decision, Decision::Apart | Decision::Forbidden)
            || pair.weight < bits(model.spec.thresholds.review)
        {
            continue;
        }
        let (Some(one), Some(other)) = (person(pair.left), person(pair.right)) else { continue };
        if one == other || sides.cross(&one, &other) || answered.contains(&(one, other)) {
            continue;
        }
        let best = strongest.entry((one.min(other), one.max(other))).or_insert(pair);
        if pair.weight > best.weight {
            *best = pair;
        }
    }
    let mut kept = Vec::new();
    for pair in strongest.into_values() {
        let (Some(left), Some(right)) = (sources.record(pair.left), sources.record(pair.right)) else { continue };
        let (Some(one), Some(other)) = (sources.facet(left), sources.facet(right)) else { continue };
        let explained = linker.expand(pair);
        let compared = explained.parts.iter().take(model.spec.comparisons.len());
        kept.push(KeptPair {
            left: left.id,
            right: right.id,
            facets: [one.clone(), other.clone()],
            state: State::Review,
            answer: None,
            weight: pair.weight,
            pattern: pair.pattern,
            rarity: compared.map(|part| part.term_frequency_bits).collect(),
            spec: model.version.clone(),
            open: true,
        });
    }
    let waits: HashSet<(RecordId, RecordId)> = kept.iter().map(|pair| (pair.left, pair.right)).collect();
    let touches = |pair: &KeptPair| {
        [pair.left, pair.right].iter().any(|record| sources.number(*record).is_some_and(|number| new.contains(&number)))
    };
    let old = stored.pairs.values().filter(|pair| {
        pair.state == State::Review
            && pair.answer.is_none()
            && touches(pair)
            && !waits.contains(&(pair.left, pair.right))
    });
    let mut gone: Vec<_> = old.map(|pair| (pair.left, pair.right)).collect();
    gone.sort_unstable();
    Ok(Compared { kept, gone })
}

/// The hand of the sealed run.
struct Writer<'a> {
    vault: &'a Vault,
    cause: Cause,
    permit: &'a Permit,
    run: Id<kind::Run>,
    unit: Id<kind::Agency>,
}

/// Rows of a change.
const ROWS: usize = 100;

impl Writer<'_> {
    /// Begins a change, as long as what was read for it may still be used.
    async fn open(&self) -> Result<Change, StoreError> {
        self.vault.still_stands(self.permit).await?;
        self.vault.change(self.cause.clone()).await
    }

    async fn place(
        &self,
        sources: &Sources,
        placings: &[Placing],
        entries: &[Entry],
        stale: &HashSet<RecordId>,
    ) -> Result<u64, RunError> {
        for part in placings.chunks(ROWS) {
            let mut change = self.open().await?;
            for placing in part {
                let Some(source) = sources.record(placing.number) else { continue };
                let Some(facet) = sources.facet(source) else { continue };
                if placing.is_new {
                    // The person is sealed as their record is, and lifted with it.
                    change.mark_like(&placing.person.to_string(), &source.id.to_string()).await?;
                    people::add(&mut change, self.unit, &[placing.person]).await?;
                } else if placing.from.is_some() {
                    people::merge(&mut change, &[(placing.person, None)]).await?;
                }
                let all = placing.before.iter().map(|record| (*record, true)).chain([(source.id, false)]);
                let rows = all.map(|(record, old)| (record, placing.person, facet.controller, &facet.category, old));
                people::place(&mut change, rows).await?;
                if let Some(from) = placing.from {
                    let moved = (source.id, from, placing.person, facet.controller, &facet.category);
                    people::note_moves(&mut change, &self.run.to_string(), [moved].into_iter()).await?;
                }
            }
            let payload = serde_json::json!({ "run": self.run.to_string() });
            change.announce(&Announcement { topic: PEOPLE_LINKED, payload }).await?;
            change.commit().await?;
        }
        for part in entries.chunks(ROWS) {
            let mut change = self.open().await?;
            search::insert(&mut change, self.vault, part).await?;
            change.commit().await?;
        }
        if !stale.is_empty() {
            let mut change = self.open().await?;
            for record in stale {
                change.execute(search::REMOVE, params![*record]).await?;
            }
            change.commit().await?;
        }
        Ok((placings.len() + entries.len() + stale.len()) as u64)
    }

    async fn keep(
        &self,
        found: &Compared,
        heirs: &[(Id<crate::adoption::Adoption>, RecordId, String, bool)],
    ) -> Result<u64, RunError> {
        for part in found.kept.chunks(ROWS) {
            let mut change = self.open().await?;
            pairs::keep(&mut change, self.unit, self.run, part).await?;
            change.commit().await?;
        }
        for part in found.gone.chunks(ROWS) {
            let mut change = self.open().await?;
            for (left, right) in part {
                change.execute(pairs::DROP, params![*left, *right]).await?;
            }
            change.commit().await?;
        }
        for part in heirs.chunks(ROWS) {
            let mut change = self.open().await?;
            crate::adoption::store::add_heirs(&mut change, part).await?;
            change.commit().await?;
        }
        Ok((found.kept.len() + found.gone.len() + heirs.len()) as u64)
    }
}
