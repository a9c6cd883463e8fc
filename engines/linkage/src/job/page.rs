//! The report of a job, put together from its charts.

use super::{Done, clusters, judge::Judgement};
use crate::{
    Decision, Pair,
    chart::{self, Chart, Table, count, percent, share},
    quality::{Estimate, GroupQuality},
    report::{Report, Section},
};

pub(super) fn report(done: &Done, judgement: &Judgement, warnings: &[String], unsaid: Option<String>) -> Report {
    let names: Vec<String> = done.request.files.iter().map(|path| path.display().to_string()).collect();
    let compared: u64 = done.outcome.compared.iter().sum();
    let figure = |word: &str, number: u64| (word.to_owned(), count(number));
    let mut first = format!("Records of {}, linked with {}.", names.join(", "), done.request.spec.display());
    if done.updated {
        first.push_str(
            " Only pairs with a record that is new or changed since an earlier job were compared; the others were taken over and weighed \
             again. The clusters are those of a full run.",
        );
    }
    Report {
        title: "Which records belong together".to_owned(),
        intro: vec![
            first,
            "Every pair that a blocking rule finds gets a match weight: the sum of what each comparison says for or against, in bits. Each \
             bit doubles or halves the odds. From the link threshold on, pairs are linked; between the thresholds a person should look."
                .to_owned(),
            "This page names some common values of the columns, and otherwise records by their names only. Keep it as safe as the \
             records."
                .to_owned(),
        ],
        figures: vec![
            figure("records", done.input.records as u64),
            figure("pairs compared", compared),
            figure("pairs linked", done.outcome.links().count() as u64),
            figure("pairs to look at", done.outcome.review().count() as u64),
            figure("clusters of two and more", done.outcome.clusters.len() as u64),
            figure("records in all of these", done.outcome.clusters.iter().map(|c| c.records.len() as u64).sum()),
        ],
        warnings: warnings.to_vec(),
        sections: sections(done, judgement, unsaid),
    }
}

fn sections(done: &Done, judgement: &Judgement, unsaid: Option<String>) -> Vec<Section> {
    let spec = done.linker.spec();
    let section = |title: &str, charts: Vec<Chart>| Section { title: title.to_owned(), charts, ..Section::default() };
    let weights: Vec<f64> = done.outcome.pairs.iter().map(|pair| pair.weight).collect();
    let mut model = section("The model", vec![chart::parameters(spec)]);
    let prior = spec.prior.unwrap_or_default();
    model.text.push(format!(
        "Two records drawn at random belong together with a chance of {} (one in {}): that is where every pair starts.",
        share(prior),
        count((1.0 / prior.max(1e-12)).round() as u64)
    ));
    model.text.extend(unsaid);
    model.charts.extend(chart::term_frequencies(&done.linker.term_frequencies()));
    let mut training = section("Training", Vec::new());
    match &done.training {
        Some(report) => {
            training.text.push(format!(
                "The spec left chances open; they were learnt from these records, with {} pairs drawn at random. What is a guess or \
                 could not be learnt is named at the top of this page.",
                count(report.random_pairs)
            ));
            training.charts.extend(chart::convergence(report));
        }
        None => training.text.push("Nothing was learnt: the spec gives every chance.".to_owned()),
    }
    let records = section(
        "The records and what is compared",
        vec![
            chart::completeness(&done.linker.fields()),
            chart::unlinkables(&done.linker.self_weights(), &spec.thresholds),
            chart::blocking(&done.plan, &done.outcome.compared),
        ],
    );
    let result = section("What was found", vec![chart::histogram(&weights, &spec.thresholds, !done.whole)]);
    let mut sections =
        vec![result, quality(done, judgement), examples(done), clusters::section(done), model, training, records];
    sections.retain(|section| !section.charts.is_empty() || !section.tables.is_empty() || !section.text.is_empty());
    sections
}

fn quality(done: &Done, judgement: &Judgement) -> Section {
    let thresholds = &done.linker.spec().thresholds;
    let mut section = Section { title: "How good the links are".to_owned(), ..Section::default() };
    section.charts = judgement.curves.iter().map(|curve| chart::threshold(curve, thresholds)).collect();
    if let Some((precision, recall, f1)) = judgement.clusters {
        section.text.push(format!(
            "Against truth, of all pairs of records in one cluster {} are right, and {} of what belongs together is in one cluster (F {f1:.4}).",
            percent(precision),
            percent(recall)
        ));
    }
    if judgement.not_compared > 0 {
        section.text.push(format!(
            "{} labelled pairs belong together but no blocking rule found them: they count as missed.",
            count(judgement.not_compared)
        ));
    }
    if let Some(bounds) = &judgement.bounds {
        let text = |estimate: Estimate| {
            format!("{} (from {} to {})", percent(estimate.value), percent(estimate.low), percent(estimate.high))
        };
        section.text.push(format!(
            "From the labels, weighted by how many pairs each stands for: {} of all links are right, and {} of what belongs together among \
             compared pairs is linked. 95 times out of 100 the truth lies within the range.",
            text(bounds.precision),
            text(bounds.recall)
        ));
        let row = |stratum: &crate::quality::Stratum| {
            vec![share(stratum.from), count(stratum.pairs), count(stratum.labelled), count(stratum.same)]
        };
        let head = [("Probability from", true), ("Pairs", true), ("Labelled", true), ("Labelled the same", true)];
        let rows = bounds.strata.iter().map(row).collect();
        section.tables.push(("Labels by probability".to_owned(), table(&head, rows)));
    }
    if let Some(sample) = &judgement.to_label {
        section.text.push(format!(
            "to_label.csv holds {} pairs. Write yes or no beside each and run again with --labels to know the precision within the margin.",
            count(sample.len() as u64)
        ));
    }
    for (column, groups) in &judgement.groups {
        section.tables.push((format!("By {column}: links with at least one record of the group"), group_table(groups)));
    }
    section
}

pub(super) fn table(head: &[(&str, bool)], rows: Vec<Vec<String>>) -> Table {
    Table { head: head.iter().map(|(name, figures)| ((*name).to_owned(), *figures)).collect(), rows }
}

fn group_table(groups: &[GroupQuality]) -> Table {
    let row = |group: &GroupQuality| {
        vec![
            group.group.clone(),
            count(group.records),
            count(group.matches),
            count(group.links),
            percent(group.precision),
            percent(group.recall),
            format!("{:.4}", group.f1),
        ]
    };
    let figures = ["Records", "Belong together", "Linked", "Precision", "Recall", "F"];
    let mut head = vec![("Group", false)];
    head.extend(figures.map(|name| (name, true)));
    table(&head, groups.iter().map(row).collect())
}

/// Waterfalls of a few telling pairs.
fn examples(done: &Done) -> Section {
    let link = done.linker.spec().thresholds.link;
    let of = |decision: Decision| done.outcome.pairs.iter().filter(move |pair| pair.decision == decision);
    let by_weight =
        |a: &&Pair, b: &&Pair| a.weight.total_cmp(&b.weight).then((b.left, b.right).cmp(&(a.left, a.right)));
    let chosen = [
        ("A sure link", of(Decision::Link).max_by(by_weight)),
        ("The weakest link", of(Decision::Link).min_by(by_weight)),
        ("The strongest pair left for a person", of(Decision::Review).max_by(by_weight)),
        ("The strongest pair kept apart", of(Decision::Apart).max_by(by_weight)),
    ];
    let mut charts: Vec<Chart> = Vec::new();
    let mut shown = Vec::new();
    for (number, (heading, pair)) in chosen.into_iter().enumerate() {
        let Some(pair) = pair.filter(|pair| !shown.contains(&(pair.left, pair.right))) else { continue };
        shown.push((pair.left, pair.right));
        let records = format!("{} and {}", done.input.name(pair.left), done.input.name(pair.right));
        charts.push(chart::waterfall(number + 1, heading, &records, &done.linker.expand(pair), link));
    }
    Section { title: "How a weight comes about".to_owned(), charts, ..Section::default() }
}
