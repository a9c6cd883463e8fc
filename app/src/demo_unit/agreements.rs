//! What the demo's agencies agreed to share: agreements that were drafted by one, approved by each party's data owner and activated
//! by the data protection officer, one of them near its review; one that has ended; and one proposal that waits for an approval.

use std::collections::BTreeMap;

use anyhow::Context as _;
use base::{Date, Timestamp, london};
use jiff::ToSpan as _;
use share::api::{Act, Brought, Deed, Hand, Terms, file_agreement};
use vault::{Change, Purpose};

use super::{
    AgencyIds,
    members::{MemberIds, hand, owner_of},
};

/// How far one came.
enum Until {
    /// It is in force, or was.
    Activated,
    /// It waits for the data owner of this agency.
    Approval(&'static str),
}

struct Draft {
    title: &'static str,
    parties: &'static [&'static str],
    /// (who brings it, what).
    brings: &'static [(&'static str, &'static [&'static str])],
    purposes: &'static [Purpose],
    gateways: &'static [&'static str],
    confidentiality: Option<&'static str>,
    conditions: &'static [&'static str],
    retention_days: Option<u32>,
    /// Its impact assessment.
    assessment: &'static str,
    /// Months from today to its first and last day.
    months: (i32, i32),
    /// Days from today to its review.
    review: i32,
    until: Until,
}

const DRAFTS: [Draft; 7] = [
    Draft {
        title: "Help for young people at reachable moments",
        parties: &["unit", "police", "youth_justice", "education", "social_care", "hospital", "navigators"],
        brings: &[
            ("unit", &["contact", "referral", "link_decision"]),
            ("police", &["police_event", "custody", "missing_episode"]),
            ("youth_justice", &["youth_justice_case"]),
            ("social_care", &["social_care_involvement"]),
            ("hospital", &["ae_navigator"]),
        ],
        purposes: &[Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection, Purpose::Rights],
        gateways: &["children_act_2004_s10_s11"],
        confidentiality: Some("best_interests"),
        conditions: &["Only those who work with the young person may see it.", "Not to be used in a police interview."],
        retention_days: Some(365),
        assessment: "DPIA 2024/3",
        months: (-25, 11),
        review: 300,
        until: Until::Activated,
    },
    // Without social care: a social worker finds that the education service knows a child, and asks it.
    Draft {
        title: "School exclusions at reachable moments",
        parties: &["unit", "police", "youth_justice", "education", "hospital", "navigators"],
        brings: &[("education", &["exclusion"])],
        purposes: &[Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection, Purpose::Rights],
        gateways: &["children_act_2004_s10_s11", "education_act_2002_s175"],
        confidentiality: None,
        conditions: &["Only those who work with the young person may see it."],
        retention_days: Some(365),
        assessment: "DPIA 2024/4",
        months: (-25, 11),
        review: 300,
        until: Until::Activated,
    },
    Draft {
        title: "Serious violence duty: needs assessment and response",
        parties: &["unit", "police", "youth_justice", "education"],
        brings: &[
            ("police", &["police_event", "custody", "missing_episode"]),
            ("youth_justice", &["youth_justice_case"]),
            ("education", &["exclusion"]),
        ],
        purposes: &[Purpose::Prevention, Purpose::Statistics, Purpose::Linking, Purpose::Collection],
        gateways: &["pcsc_act_2022_s16", "crime_and_disorder_act_1998_s115"],
        confidentiality: None,
        conditions: &["A count of fewer than five is not published."],
        retention_days: None,
        assessment: "DPIA 2024/4",
        months: (-25, 5),
        review: 130,
        until: Until::Activated,
    },
    Draft {
        title: "Counting what health and social care saw",
        parties: &["unit", "hospital", "social_care"],
        brings: &[("hospital", &["ae_navigator"]), ("social_care", &["social_care_involvement"])],
        purposes: &[Purpose::Statistics],
        gateways: &["crime_and_disorder_act_1998_s115"],
        confidentiality: Some("public_interest"),
        conditions: &["A count of fewer than five is not published."],
        retention_days: None,
        assessment: "DPIA 2024/7",
        months: (-25, 11),
        review: 24,
        until: Until::Activated,
    },
    Draft {
        title: "Information Sharing to Tackle Violence",
        parties: &["unit", "hospital"],
        brings: &[("hospital", &["assault_attendance"])],
        purposes: &[Purpose::Prevention, Purpose::Statistics, Purpose::Collection],
        gateways: &["crime_and_disorder_act_1998_s17a"],
        confidentiality: None,
        conditions: &[],
        retention_days: None,
        assessment: "DPIA 2024/5",
        months: (-25, 23),
        review: 400,
        until: Until::Activated,
    },
    Draft {
        title: "Street outreach pilot (ended)",
        parties: &["police", "navigators"],
        brings: &[("police", &["police_event"])],
        purposes: &[Purpose::Prevention, Purpose::Collection],
        gateways: &["crime_and_disorder_act_1998_s115"],
        confidentiality: None,
        conditions: &[],
        retention_days: None,
        assessment: "DPIA 2025/1",
        months: (-20, -8),
        review: -260,
        until: Until::Activated,
    },
    Draft {
        title: "Safer journeys to school",
        parties: &["unit", "police", "education"],
        brings: &[("police", &["missing_episode"]), ("education", &["exclusion"])],
        purposes: &[Purpose::Safeguarding],
        gateways: &["children_act_2004_s10_s11"],
        confidentiality: None,
        conditions: &["Only named pastoral leads may see it."],
        retention_days: Some(90),
        assessment: "DPIA 2026/2",
        months: (1, 13),
        review: 200,
        until: Until::Approval("education"),
    },
];

/// Makes them, dated around now. Sam Whitlock drafts, each party's data owner signs, Nadia Hassan activates.
///
/// # Errors
/// Where the law table or the rules of approval refuse one, or the vault fails.
pub async fn make(change: &mut Change, ids: &AgencyIds, members: &MemberIds, now: Timestamp) -> anyhow::Result<()> {
    let today = now.date_in_london();
    let drafter = hand("sam.whitlock", ids, members)?;
    for draft in &DRAFTS {
        let terms = terms(draft, ids, today)?;
        // Signed a fortnight before the first day; what starts later was written this week.
        let fortnight = terms.starts.checked_sub(14.days())?;
        let signed = if fortnight < today { fortnight } else { today.checked_sub(4.days())? };
        let at = |days: i32| -> anyhow::Result<Timestamp> {
            Ok(london::start_of(signed.checked_add(days.days())?)?.plus_hours(10))
        };
        let deeds = deeds(draft, ids, members, &at)?;
        file_agreement(change, &terms, (&drafter, at(0)?), &deeds).await?;
    }
    Ok(())
}

fn terms(draft: &Draft, ids: &AgencyIds, today: Date) -> anyhow::Result<Terms> {
    let id = |code: &str| ids.get(code).copied().with_context(|| format!("there is no agency `{code}`"));
    let mut brings = Vec::new();
    for (party, categories) in draft.brings {
        for category in *categories {
            brings.push(Brought { party: id(party)?, category: category.parse()? });
        }
    }
    Ok(Terms {
        title: draft.title.to_owned(),
        parties: draft.parties.iter().map(|code| id(code)).collect::<Result<_, _>>()?,
        brings,
        purposes: draft.purposes.to_vec(),
        fields: BTreeMap::new(),
        gateways: draft.gateways.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
        confidentiality: draft.confidentiality.map(str::parse).transpose()?,
        conditions: draft.conditions.iter().map(|&words| words.to_owned()).collect(),
        retention_days: draft.retention_days,
        assessment: Some(draft.assessment.to_owned()),
        starts: today.checked_add(draft.months.0.months())?,
        ends: today.checked_add(draft.months.1.months())?,
        review: today.checked_add(draft.review.days())?,
    })
}

/// What was done to a draft after it was written.
fn deeds(
    draft: &Draft,
    ids: &AgencyIds,
    members: &MemberIds,
    at: &dyn Fn(i32) -> anyhow::Result<Timestamp>,
) -> anyhow::Result<Vec<(Hand, Deed, Timestamp)>> {
    let mut deeds = vec![(hand("sam.whitlock", ids, members)?, Deed::of(Act::Proposed, ""), at(1)?)];
    for party in draft.parties {
        if matches!(draft.until, Until::Approval(waits) if waits == *party) {
            continue;
        }
        let owner = owner_of(party).with_context(|| format!("nobody answers for the data of {party}"))?;
        deeds.push((hand(owner, ids, members)?, Deed::approve("Head of information governance"), at(2)?));
    }
    if matches!(draft.until, Until::Activated) {
        deeds.push((hand("nadia.hassan", ids, members)?, Deed::of(Act::Activated, ""), at(3)?));
    }
    Ok(deeds)
}
