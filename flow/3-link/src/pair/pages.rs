//! The page of a pair: two records side by side, what a person makes of them, and how the model weighed them. Whoever decides
//! does so blind: the sum and the thresholds are shown once they have.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};
use base::{Id, kind};
use ingest::api::{Record, records_by_ids};
use vault::{Actor, Ask, Facet, Permit, Purpose, Scope, Vault, Verb};
use web::{Caller, Choice, Fault, Form, Page, Query, Site, time};

use super::{
    Answer, KeptPair, PairKey, State,
    compare::{Head, Line, head, lines},
    decide::{DecideError, Word, decide, undo},
    explanation::{Explanation, explain},
    store,
    waterfall::{bars, signed},
};
use crate::{
    review,
    run::{RunError, partner_facets, store::spec_text, unit_facet},
};

/// Who may settle pairs.
pub(crate) const DUTIES: [&str; 1] = ["analyst"];

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/links/pairs/{pair}", get(show).post(settle))
        .route("/links/pairs/{pair}/undo", post(take_back))
}

#[derive(Template)]
#[template(path = "pair/pair.html")]
struct PairPage {
    page: Page,
    form: Form,
    left: Head,
    right: Head,
    lines: Vec<Line>,
    choices: Vec<Choice>,
    settled: Option<Settled>,
    model: Option<Model>,
    before: Option<Before>,
    key: PairKey,
}

/// What stands decided.
struct Settled {
    answer: &'static str,
    reason: String,
    by: String,
    when: String,
    /// Whether a person decided; else the model linked it.
    by_person: bool,
}

/// The pair that was decided just before.
struct Before {
    key: PairKey,
    answer: &'static str,
}

/// How the model weighed it.
struct Model {
    chart: String,
    rows: Vec<ModelRow>,
    /// Shown once it is decided.
    sum: Option<Sum>,
}

struct ModelRow {
    what: String,
    seen: String,
    bits: String,
    rarity: String,
}

struct Sum {
    total: String,
    chance: String,
    links_from: String,
    asks_from: String,
}

/// What somebody who settles pairs may see: every partner's records as far as agreements cover linking, and the unit's own decisions.
pub(crate) async fn permit(vault: &Vault, actor: Actor, verb: Verb, scope: Scope) -> Result<(Permit, Facet), Fault> {
    let unit = unit_facet(vault).await.map_err(|error| match error {
        RunError::Store(error) => error.into(),
        other => Fault::internal(other),
    })?;
    let mut facets = partner_facets(vault, &unit).await?;
    facets.push(unit.clone());
    let ask = Ask { actor, verb, scope, purpose: Purpose::Linking, facets, facts: BTreeMap::new() };
    Ok((vault.permit(ask).await?, unit))
}

fn scope(key: PairKey) -> Scope {
    Scope { kind: "pair", id: Some(key.to_string()) }
}

fn key_of(text: &str) -> Result<PairKey, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn show(site: Site, caller: Caller, page: Page, Path(pair): Path<String>, query: Query) -> web::Result {
    caller.needs(&DUTIES)?;
    let key = key_of(&pair)?;
    let before = Before::of(&query.0);
    render(&site, &caller, page, key, Form::empty(), before).await
}

impl Before {
    /// From what the address says: the pair and the answer that came before this page.
    fn of(query: &Form) -> Option<Self> {
        let answer: Answer = query.value("answer").parse().ok()?;
        Some(Self { key: query.value("after").parse().ok()?, answer: answer.words() })
    }
}

async fn render(
    site: &Site,
    caller: &Caller,
    page: Page,
    key: PairKey,
    form: Form,
    before: Option<Before>,
) -> web::Result {
    let vault = site.vault();
    let (permit, _) = permit(vault, caller.actor(), Verb::View, scope(key)).await?;
    let reader = vault.read(&permit)?;
    let pair = store::one(&reader, key).await?.ok_or(Fault::NotFound)?;
    let (left, right) = both(records_by_ids(&reader, &[key.left, key.right]).await?, key).ok_or(Fault::NotFound)?;
    let names: BTreeMap<Id<kind::Agency>, String> =
        share::api::agencies(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let settled = settled(site, &reader, &pair).await?;
    let model = spec_text(vault, &pair.spec).await?.and_then(|text| explain(&pair, &text));
    let model = model.map(|explanation| Model::of(&explanation, settled.is_some()));
    let today = site.now().date_in_london();
    let title = if settled.is_some() { "A pair of records" } else { "Are these the same person?" };
    let shown = PairPage {
        page: page.title(title).with(&form),
        left: head(&left, &names, today),
        right: head(&right, &names, today),
        lines: lines(&left, &right),
        choices: vec![
            Choice::new("same", "Yes, the same person"),
            Choice::new("different", "No, different people")
                .hint("Twins, brothers and sisters, a parent with the same name"),
            Choice::new("not_sure", "Not sure").hint("Sets it aside for somebody else"),
        ],
        settled,
        model,
        before,
        key,
        form,
    };
    if shown.form.is_good() { web::render(shown) } else { web::render_errors(shown) }
}

fn both(records: Vec<Record>, key: PairKey) -> Option<(Record, Record)> {
    let (mut left, mut right) = (None, None);
    for record in records {
        if record.id == key.left {
            left = Some(record);
        } else {
            right = Some(record);
        }
    }
    left.zip(right)
}

async fn settled(site: &Site, reader: &vault::Reader, pair: &KeptPair) -> Result<Option<Settled>, Fault> {
    if let Some(decided) = store::decided(reader, pair.key()).await? {
        let member = site.members().member(decided.by).await?;
        return Ok(Some(Settled {
            answer: decided.answer.words(),
            reason: decided.reason,
            by: member.map_or_else(|| "somebody who has left".to_owned(), |member| member.name),
            when: time::full(decided.at),
            by_person: true,
        }));
    }
    let by_model = (pair.state == State::Link).then(|| Settled {
        answer: "Same person",
        reason: String::new(),
        by: "the model".to_owned(),
        when: String::new(),
        by_person: false,
    });
    Ok(by_model)
}

impl Model {
    fn of(explanation: &Explanation, with_sum: bool) -> Self {
        let mut weights = vec![("Where every pair starts".to_owned(), explanation.prior)];
        weights.extend(explanation.lines.iter().map(|line| (line.comparison.clone(), line.total())));
        let rows = explanation.lines.iter().map(|line| ModelRow {
            what: line.comparison.clone(),
            seen: line.seen.clone(),
            bits: signed(line.bits),
            rarity: if line.rarity == 0.0 { String::new() } else { signed(line.rarity) },
        });
        let start = ModelRow {
            what: "Where every pair starts".to_owned(),
            seen: "two records drawn at random".to_owned(),
            bits: signed(explanation.prior),
            rarity: String::new(),
        };
        let sum = with_sum.then(|| Sum {
            total: signed(explanation.total),
            chance: percent(explanation.probability),
            links_from: percent(explanation.links_from),
            asks_from: percent(explanation.asks_from),
        });
        if with_sum {
            weights.push(("Sum".to_owned(), explanation.total));
        }
        Self { chart: bars(&weights), rows: std::iter::once(start).chain(rows).collect(), sum }
    }
}

/// A probability in words; never 0% or 100%, since it is neither.
pub(crate) fn percent(probability: f64) -> String {
    match probability * 100.0 {
        below if below < 0.1 => "under 0.1%".to_owned(),
        above if above > 99.9 => "over 99.9%".to_owned(),
        between => format!("{between:.1}%"),
    }
}

async fn settle(site: Site, caller: Caller, page: Page, Path(pair): Path<String>, mut form: Form) -> web::Result {
    caller.needs(&DUTIES)?;
    let key = key_of(&pair)?;
    let answer = form.choice::<Answer>("answer", "Select whether they are the same person");
    let reason = form.optional("reason", 500).unwrap_or_default();
    if answer == Some(Answer::Different) && reason.is_empty() && form.is_good() {
        form.refuse("reason", "Enter why they are different people");
    }
    let (Some(answer), true) = (answer, form.is_good()) else {
        return render(&site, &caller, page, key, form, None).await;
    };
    let vault = site.vault();
    let (permit, unit) = permit(vault, caller.actor(), Verb::Record, scope(key)).await?;
    store::one(&vault.read(&permit)?, key).await?.ok_or(Fault::NotFound)?;
    let word = Word { key, answer, reason: &reason, by: caller.id };
    match decide(vault, &permit, unit.controller, &word).await {
        Ok(()) => next(&site, &caller, key, answer).await,
        Err(DecideError::Gone) => Err(Fault::Conflict(
            "One of the two records was corrected, withdrawn or erased meanwhile. Nothing was kept. Go back to the list of pairs.".into(),
        )),
        Err(DecideError::Store(error)) => Err(error.into()),
    }
}

/// On to the next pair, from where the one before can be undone.
async fn next(site: &Site, caller: &Caller, before: PairKey, answer: Answer) -> web::Result<Response> {
    let (permit, _) = permit(site.vault(), caller.actor(), Verb::List, Scope::unit()).await?;
    let next = review::next(&site.vault().read(&permit)?).await?;
    let path = match next {
        Some(next) => format!("/links/pairs/{next}?after={before}&answer={answer}"),
        None => format!("/links/review?after={before}&answer={answer}"),
    };
    Ok(web::done(site, &path, ""))
}

async fn take_back(site: Site, caller: Caller, Path(pair): Path<String>) -> web::Result<Response> {
    caller.needs(&DUTIES)?;
    let key = key_of(&pair)?;
    let (permit, _) = permit(site.vault(), caller.actor(), Verb::Record, scope(key)).await?;
    store::one(&site.vault().read(&permit)?, key).await?.ok_or(Fault::NotFound)?;
    let undone = undo(site.vault(), &permit, key, caller.id).await?;
    let message = if undone {
        "Undone. Both records are as they were before, within a minute."
    } else {
        "Nothing was decided about this pair."
    };
    Ok(web::done(&site, &format!("/links/pairs/{key}"), message))
}
