//! What a job says of its clusters.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

use csv::Writer;

use super::{
    Done,
    page::table,
    write::{record, record_head},
};
use crate::{
    Cluster, Decision, Flag, Method,
    chart::{self, ClusterCount, count, percent},
    report::Section,
};

/// Most clusters that are named one by one.
const NAMED: usize = 50;

/// Every record with its cluster, which is named after its first record.
pub(super) fn file(done: &Done, file: &mut dyn Write) -> io::Result<()> {
    let mut head = vec!["cluster".to_owned()];
    record_head(&mut head, done, "record");
    head.extend(["records_in_cluster", "look_at"].map(str::to_owned));
    let mut csv = Writer::from_writer(file);
    csv.write_record(&head)?;
    let of = &done.outcome.cluster_of;
    let mut sizes = vec![0_u32; of.len()];
    for cluster in of {
        if let Some(size) = sizes.get_mut(*cluster as usize) {
            *size += 1;
        }
    }
    let flags: HashMap<u32, String> = done
        .outcome
        .clusters
        .iter()
        .filter(|cluster| !cluster.flags.is_empty())
        .map(|cluster| (cluster.id, look_at(done, cluster)))
        .collect();
    for (number, cluster) in (0_u32..).zip(of) {
        let mut row = vec![done.input.name(*cluster)];
        record(&mut row, done, number);
        row.push(sizes.get(*cluster as usize).copied().unwrap_or(1).to_string());
        row.push(flags.get(cluster).cloned().unwrap_or_default());
        csv.write_record(&row)?;
    }
    csv.flush()
}

/// Why a person should look at a cluster.
fn look_at(done: &Done, cluster: &Cluster) -> String {
    cluster.flags.iter().map(|found| flag(done, found)).collect::<Vec<_>>().join("; ")
}

/// Most bridges of a cluster that are named.
const BRIDGES: usize = 3;

/// Why a cluster is doubtful, in words without a record's value.
fn flag(done: &Done, flag: &Flag) -> String {
    match flag {
        Flag::Contradiction { field, records } => format!("{} different values of {field}", records.len()),
        Flag::Bridges { links } => {
            let name =
                |(left, right): &(u32, u32)| format!("{} and {}", done.input.name(*left), done.input.name(*right));
            let named: Vec<String> = links.iter().take(BRIDGES).map(name).collect();
            let more = links.len().saturating_sub(BRIDGES);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let what = if links.len() == 1 { "one weak link holds" } else { "single weak links hold" };
            format!("{what} two parts together: {}{more}", named.join(", "))
        }
        Flag::Loose { density } => format!("only {} of its pairs are linked", percent(*density)),
        Flag::OverLarge { largest } => format!("more than {largest} records"),
        Flag::Tangle { records } => {
            format!(
                "cut out of {} records that hang together, too many to compare them all",
                count(u64::from(*records))
            )
        }
    }
}

/// How clusters came about, how large they are, and which to look at.
pub(super) fn section(done: &Done) -> Section {
    let mut sizes: BTreeMap<usize, ClusterCount> = BTreeMap::new();
    let mut joined = 0;
    for cluster in &done.outcome.clusters {
        let size = sizes.entry(cluster.records.len()).or_default();
        size.clusters += 1;
        size.flagged += u64::from(!cluster.flags.is_empty());
        joined += cluster.records.len();
    }
    if done.input.records > joined {
        sizes.insert(1, ClusterCount { clusters: (done.input.records - joined) as u64, flagged: 0 });
    }
    let mut tables = Vec::new();
    let mut doubtful: Vec<_> = done.outcome.clusters.iter().filter(|cluster| !cluster.flags.is_empty()).collect();
    doubtful.sort_by_key(|cluster| (std::cmp::Reverse(cluster.records.len()), cluster.id));
    if !doubtful.is_empty() {
        let row = |cluster: &&crate::Cluster| {
            vec![done.input.name(cluster.id), count(cluster.records.len() as u64), look_at(done, cluster)]
        };
        let caption =
            format!("Clusters to look at ({}, the largest first; clusters.csv has all)", count(doubtful.len() as u64));
        let head = [("Cluster", false), ("Records", true), ("Why", false)];
        tables.push((caption, table(&head, doubtful.iter().take(NAMED).map(row).collect())));
    }
    Section {
        title: "Clusters".to_owned(),
        text: text(done, doubtful.len()),
        charts: vec![chart::clusters(&sizes)],
        tables,
    }
}

fn text(done: &Done, doubtful: usize) -> Vec<String> {
    let method = match done.linker.spec().clustering.method {
        Method::ConnectedComponents => {
            "Every link holds: records that links join, directly or through others, are one cluster."
        }
        Method::OneToOne => {
            "Links hold one to one, the best first: a link that would put two records of one source into a cluster is refused, and so are \
             links of the same weight of which only one could hold."
        }
        Method::Correlation => {
            "Links hold where the other pairs bear them out: all pairs of records that hang together were compared, and two groups are one \
             cluster only if the bits between them, counted from the link threshold, add up to more than 0."
        }
    };
    let mut text = vec![method.to_owned()];
    let refused = done.outcome.pairs.iter().filter(|pair| pair.decision == Decision::Refused).count();
    if refused > 0 {
        text.push(format!(
            "{} links were refused, because of that or of what people decided: pairs.csv has them as refused, for a person to look at.",
            count(refused as u64)
        ));
    }
    if doubtful > 0 {
        text.push(
            "A cluster is named below where its records contradict each other, where one weak link alone holds two parts of it together, \
             where few of its pairs are linked, or where it is larger than a person\u{2019}s records should be. The spec\u{2019}s [clustering] \
             says from where on."
                .to_owned(),
        );
    }
    text
}
