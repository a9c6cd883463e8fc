//! The files of a job's folder.

use std::io::{self, Write};

use csv::Writer;

use super::{Done, JobError, clusters, folder::Making, judge::Judgement, page, update, word};
use crate::{Error, chart::Chart, splink::to_splink};

/// Writes all files and moves the folder to its place. Gives all warnings.
pub(super) fn all(done: &Done) -> Result<Vec<String>, JobError> {
    let judgement = Judgement::new(done)?;
    let mut warnings = done.warnings.clone();
    warnings.extend(judgement.warnings.iter().cloned());
    let making = Making::begin(&done.request.out)?;
    making.write("pairs.csv", &mut |file| pairs(done, file))?;
    making.write("clusters.csv", &mut |file| clusters::file(done, file))?;
    making
        .write(update::FILE, &mut |file| update::write(done.request, &done.input, &done.linker, &done.outcome, file))?;
    let spec = done.linker.spec();
    let toml = spec.to_toml()?;
    making.write("model.toml", &mut |file| file.write_all(toml.as_bytes()))?;
    let link_type = match (done.input.sources.len(), done.input.link_only) {
        (0 | 1, _) => "dedupe_only",
        (_, true) => "link_only",
        (_, false) => "link_and_dedupe",
    };
    let id = done.request.id.as_deref().unwrap_or("unique_id");
    let mut unsaid = None;
    match to_splink(spec, link_type, id) {
        Ok(model) => making.write("model.splink.json", &mut |file| file.write_all(model.as_bytes()))?,
        Err(Error::Spec(why)) => unsaid = Some(format!("The model was not written for Splink as well. {why}.")),
        Err(error) => return Err(error.into()),
    }
    if let Some(sample) = &judgement.to_label {
        making.write("to_label.csv", &mut |file| to_label(done, sample, file))?;
    }
    if done.input.truth.is_some() {
        making.write("errors.csv", &mut |file| errors(done, file))?;
    }
    let report = page::report(done, &judgement, &warnings, unsaid);
    for chart in report.sections.iter().flat_map(|section| &section.charts) {
        write_chart(&making, chart)?;
    }
    let html = report.html();
    making.write("report.html", &mut |file| file.write_all(html.as_bytes()))?;
    making.finish()?;
    Ok(warnings)
}

fn write_chart(making: &Making, chart: &Chart) -> Result<(), JobError> {
    making.write(&format!("charts/{}.svg", chart.id), &mut |file| file.write_all(chart.svg.as_bytes()))?;
    making.write(&format!("charts/{}.vl.json", chart.id), &mut |file| {
        serde_json::to_writer_pretty(&mut *file, &chart.vega).map_err(io::Error::from)
    })
}

/// A record in a row of a file: its source, where there are several, and its name.
pub(super) fn record(row: &mut Vec<String>, done: &Done, record: u32) {
    row.extend(done.input.source(record).map(str::to_owned));
    row.push(done.input.id(record).to_owned());
}

pub(super) fn record_head(head: &mut Vec<String>, done: &Done, side: &str) {
    if done.input.sources.len() > 1 {
        head.push(format!("source_{side}"));
    }
    head.push(side.to_owned());
}

/// Pairs to link or review and those that people decided, heaviest first, with every part of their weight.
fn pairs(done: &Done, file: &mut dyn Write) -> io::Result<()> {
    let spec = done.linker.spec();
    let mut head = Vec::new();
    record_head(&mut head, done, "left");
    record_head(&mut head, done, "right");
    head.extend(["match_weight", "match_probability", "decision", "blocking_rule", "starting_bits"].map(str::to_owned));
    for comparison in &spec.comparisons {
        let name = &comparison.name;
        head.extend([format!("{name}: level"), format!("{name}: bits")]);
        if comparison.levels.iter().any(|level| level.term_frequency) {
            head.push(format!("{name}: rarity bits"));
        }
    }
    head.extend(spec.together.iter().map(|together| format!("{}: bits", together.name)));
    let mut csv = Writer::from_writer(file);
    csv.write_record(&head)?;
    let mut kept: Vec<_> = done.outcome.pairs.iter().filter(|pair| pair.decision != crate::Decision::Apart).collect();
    kept.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.left, a.right).cmp(&(b.left, b.right))));
    for pair in kept {
        let explanation = done.linker.expand(pair);
        let mut row = Vec::with_capacity(head.len());
        record(&mut row, done, pair.left);
        record(&mut row, done, pair.right);
        row.push(format!("{:.6}", pair.weight));
        row.push(format!("{:.9}", pair.probability()));
        row.push(word(pair.decision).to_owned());
        let rule = pair.rule.and_then(|rule| spec.blocking.get(rule as usize));
        row.push(rule.map_or(String::new(), |rule| rule.name.clone()));
        row.push(format!("{:.6}", explanation.prior_bits));
        for (at, part) in explanation.parts.iter().enumerate() {
            let Some(comparison) = spec.comparisons.get(at) else {
                row.push(format!("{:.6}", part.bits));
                continue;
            };
            row.push(part.level.clone().unwrap_or_default());
            row.push(format!("{:.6}", part.bits));
            if comparison.levels.iter().any(|level| level.term_frequency) {
                row.push(format!("{:.6}", part.term_frequency_bits));
            }
        }
        csv.write_record(&row)?;
    }
    csv.flush()
}

/// Pairs for people to label, in an order that says nothing about their weight.
fn to_label(done: &Done, pairs: &[(u32, u32)], file: &mut dyn Write) -> io::Result<()> {
    let mut head = Vec::new();
    record_head(&mut head, done, "left");
    record_head(&mut head, done, "right");
    head.push("same".to_owned());
    let mut csv = Writer::from_writer(file);
    csv.write_record(&head)?;
    for (left, right) in pairs {
        let mut row = Vec::new();
        record(&mut row, done, *left);
        record(&mut row, done, *right);
        row.push(String::new());
        csv.write_record(&row)?;
    }
    csv.flush()
}

/// Links that are wrong, and pairs that belong together but aren't linked, most surprising first. Pairs that no blocking rule found are
/// weighed too, and have no rule.
fn errors(done: &Done, file: &mut dyn Write) -> io::Result<()> {
    let Some(truth) = done.input.truth_of() else { return Ok(()) };
    let link = crate::bits(done.linker.spec().thresholds.link);
    let mut wrong: Vec<(&str, crate::Pair)> = Vec::new();
    let false_links =
        done.outcome.pairs.iter().filter(|pair| pair.weight >= link && !truth.same(pair.left, pair.right));
    wrong.extend(false_links.map(|pair| ("linked, not the same", *pair)));
    for (left, right) in truth.pairs() {
        if let Some(pair) = done.linker.compare(left, right).filter(|pair| pair.weight < link || pair.rule.is_none()) {
            wrong.push((if pair.rule.is_none() { "the same, not compared" } else { "the same, not linked" }, pair));
        }
    }
    let surprise = |pair: &crate::Pair| (pair.weight - link).abs();
    wrong.sort_by(|(_, a), (_, b)| surprise(b).total_cmp(&surprise(a)).then((a.left, a.right).cmp(&(b.left, b.right))));
    let mut head = vec!["what".to_owned()];
    record_head(&mut head, done, "left");
    record_head(&mut head, done, "right");
    head.push("match_weight".to_owned());
    let mut csv = Writer::from_writer(file);
    csv.write_record(&head)?;
    for (what, pair) in wrong {
        let mut row = vec![what.to_owned()];
        record(&mut row, done, pair.left);
        record(&mut row, done, pair.right);
        row.push(format!("{:.6}", pair.weight));
        csv.write_record(&row)?;
    }
    csv.flush()
}
