//! What the demo's agencies agreed to share: four live agreements, one for counting what is held in confidence, and one that
//! has ended.

use base::Date;
use jiff::ToSpan as _;
use share::api::{Terms, add_agreement};
use vault::{Change, Purpose};

use super::AgencyIds;

struct Draft {
    title: &'static str,
    parties: &'static [&'static str],
    categories: &'static [&'static str],
    purposes: &'static [Purpose],
    gateways: &'static [&'static str],
    confidentiality: Option<&'static str>,
    /// Months from today to its first and last day.
    months: (i32, i32),
}

const PEOPLE: &[&str] = &[
    "police_event",
    "custody",
    "missing_episode",
    "youth_justice_case",
    "exclusion",
    "social_care_involvement",
    "ae_navigator",
];

const DRAFTS: [Draft; 7] = [
    Draft {
        title: "Help for young people at reachable moments",
        parties: &["unit", "police", "youth_justice", "education", "social_care", "hospital", "navigators"],
        categories: &[
            "police_event",
            "custody",
            "missing_episode",
            "youth_justice_case",
            "social_care_involvement",
            "ae_navigator",
            "contact",
            "referral",
            "link_decision",
        ],
        purposes: &[Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection, Purpose::Rights],
        gateways: &["children_act_2004_s10_s11"],
        confidentiality: Some("best_interests"),
        months: (-25, 11),
    },
    // Without social care: a social worker finds that the education service knows a child, and asks it.
    Draft {
        title: "School exclusions at reachable moments",
        parties: &["unit", "police", "youth_justice", "education", "hospital", "navigators"],
        categories: &["exclusion"],
        purposes: &[Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection, Purpose::Rights],
        gateways: &["children_act_2004_s10_s11"],
        confidentiality: None,
        months: (-25, 11),
    },
    Draft {
        title: "Serious violence duty: needs assessment and response",
        parties: &["unit", "police", "youth_justice", "education"],
        categories: &["police_event", "custody", "missing_episode", "youth_justice_case", "exclusion"],
        purposes: &[Purpose::Prevention, Purpose::Statistics, Purpose::Linking, Purpose::Collection],
        gateways: &["pcsc_act_2022_s16", "crime_and_disorder_act_1998_s115"],
        confidentiality: None,
        months: (-25, 5),
    },
    Draft {
        title: "Counting what health and social care saw",
        parties: &["unit", "hospital", "social_care"],
        categories: &["ae_navigator", "social_care_involvement"],
        purposes: &[Purpose::Statistics],
        gateways: &["crime_and_disorder_act_1998_s115"],
        confidentiality: Some("public_interest"),
        months: (-25, 2),
    },
    Draft {
        title: "Information Sharing to Tackle Violence",
        parties: &["unit", "hospital"],
        categories: &["assault_attendance"],
        purposes: &[Purpose::Prevention, Purpose::Statistics, Purpose::Collection],
        gateways: &["crime_and_disorder_act_1998_s17a"],
        confidentiality: None,
        months: (-25, 23),
    },
    Draft {
        title: "Street-level crime as published",
        parties: &["unit", "open_data"],
        categories: &["street_crime"],
        purposes: &[Purpose::Prevention, Purpose::Statistics, Purpose::Collection],
        gateways: &["crime_and_disorder_act_1998_s17a"],
        confidentiality: None,
        months: (-25, 35),
    },
    Draft {
        title: "Street outreach pilot (ended)",
        parties: &["police", "navigators"],
        categories: PEOPLE.split_at(1).0,
        purposes: &[Purpose::Prevention, Purpose::Collection],
        gateways: &["crime_and_disorder_act_1998_s115"],
        confidentiality: None,
        months: (-20, -8),
    },
];

/// Makes them, dated around `today`.
///
/// # Errors
/// Where the law table refuses one, or the vault fails.
pub async fn make(change: &mut Change, ids: &AgencyIds, today: Date) -> anyhow::Result<()> {
    for draft in &DRAFTS {
        let day = |months: i32| today.checked_add(months.months());
        let parties = draft.parties.iter().filter_map(|code| ids.get(code).copied()).collect();
        let terms = Terms {
            title: draft.title.to_owned(),
            parties,
            categories: draft.categories.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
            purposes: draft.purposes.to_vec(),
            gateways: draft.gateways.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
            confidentiality: draft.confidentiality.map(str::parse).transpose()?,
            starts: day(draft.months.0)?,
            ends: day(draft.months.1)?,
            review: day(draft.months.1 - 1)?,
        };
        add_agreement(change, &terms).await?;
    }
    Ok(())
}
