//! Who is asked about what stood out: whoever leads the member, else a data owner of their agency, else the data protection officer. Few
//! questions a day, the weightiest first, and none twice.

use std::collections::BTreeMap;

use base::{Id, Timestamp, kind, london, working::WorkingDays};
use vault::{Change, StoreError};

use super::{settings::Thresholds, store, store::Worker};

pub(super) type Workers = BTreeMap<Id<kind::Member>, Worker>;

/// Who answers about a member; none where it is the officer’s.
pub(super) fn answerer(workers: &Workers, member: Id<kind::Member>) -> Option<Id<kind::Member>> {
    let about = workers.get(&member)?;
    let may = |worker: &&Worker| worker.active && worker.id != member;
    let leads = about.line_manager.and_then(|manager| workers.get(&manager)).filter(may);
    let owns = || {
        let mut owners: Vec<&Worker> = workers
            .values()
            .filter(may)
            .filter(|worker| worker.agency == about.agency && worker.duties.split(' ').any(|duty| duty == "data_owner"))
            .collect();
        owners.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        owners.into_iter().next()
    };
    leads.or_else(owns).map(|worker| worker.id)
}

/// Asks what waits to be asked, and gives what was not answered in time to the officer. Gives how many were asked and given on.
pub(super) async fn put_all(
    change: &mut Change,
    workers: &Workers,
    thresholds: &Thresholds,
) -> Result<(u64, u64), StoreError> {
    let now = change.now();
    let quiet = now.plus_hours(-24 * thresholds.quiet_days);
    let mut asked = store::asked_since(change, today(now)).await?;
    let mut waiting = store::waiting(change).await?;
    waiting.sort_by_key(|finding| (finding.rule, finding.found_at, finding.id));
    let answer_by = answer_by(now, thresholds);
    let mut put = 0;
    for finding in waiting {
        if store::asked_before(change, &finding, quiet).await? {
            store::pass_over(change, finding.id).await?;
            continue;
        }
        let of = answerer(workers, finding.member);
        if let Some(of) = of {
            let so_far = asked.entry(of).or_default();
            if *so_far >= thresholds.most_a_day {
                continue;
            }
            *so_far += 1;
        }
        store::put(change, finding.id, of, answer_by).await?;
        put += 1;
    }
    let late = store::late(change).await?;
    for finding in &late {
        store::escalate(change, finding.id).await?;
    }
    Ok((put, late.len() as u64))
}

/// The start of today in London.
fn today(now: Timestamp) -> Timestamp {
    london::start_of(now.date_in_london()).unwrap_or(now)
}

pub(super) fn answer_by(now: Timestamp, thresholds: &Thresholds) -> Timestamp {
    WorkingDays::england().deadline(now, thresholds.answer_days).unwrap_or_else(|_| now.plus_hours(24 * 7))
}
