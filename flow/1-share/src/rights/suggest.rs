//! What may have to be left out of an answer, as suggestions of rules: each shown beside its field for a human to take or to leave. None
//! decides anything.

use super::{
    codes::Ground,
    gather::{Field, Gathered, Item},
};
use crate::law::law;

/// The field that stands for a whole row.
pub(crate) const WHOLE: &str = "*";

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub number: u32,
    /// A field's key, or [`WHOLE`].
    pub field: String,
    pub ground: Ground,
    /// What the rule saw.
    pub why: &'static str,
}

/// All suggestions for what was gathered, in its order.
pub(crate) fn all(gathered: &Gathered) -> Vec<Suggestion> {
    gathered.items.iter().flat_map(|item| of_item(item, gathered)).collect()
}

/// The suggestions for one row.
pub(crate) fn of_item(item: &Item, gathered: &Gathered) -> Vec<Suggestion> {
    let made = |field: &str, (ground, why)| Suggestion { number: item.number, field: field.to_owned(), ground, why };
    if let Some(ground) = item.sees.strip_prefix("withheld:") {
        let ground = match ground {
            "duplicate" => Ground::Duplicate,
            "security" => Ground::Security,
            _ if item.law_enforcement => Ground::PoliceOthers,
            _ => Ground::ThirdParty,
        };
        return vec![made(WHOLE, (ground, "This kind of row is kept for the system’s own use"))];
    }
    let fields = item.fields.iter().filter(|field| !field.technical);
    fields.filter_map(|field| of_field(item, field, gathered).map(|found| made(&field.key, found))).collect()
}

const THIRD: [&str; 22] = [
    "parent",
    "carer",
    "mother",
    "father",
    "guardian",
    "reporter",
    "reportedby",
    "reported by",
    "caller",
    "witness",
    "friend",
    "sibling",
    "associate",
    "codefendant",
    "co defendant",
    "next of kin",
    "emergency contact",
    "complainant",
    "aggrieved",
    "household",
    "partner name",
    "other person",
];
const INTELLIGENCE: [&str; 8] =
    ["intelligence", "intel ", "informant", "source", "warning marker", "handling", "marker", "sensitive"];
const RELATIONS: [&str; 26] = [
    "mother",
    "father",
    "mum",
    "dad",
    "brother",
    "sister",
    "step",
    "girlfriend",
    "boyfriend",
    "partner",
    "friend",
    "neighbour",
    "cousin",
    "uncle",
    "aunt",
    "grandmother",
    "grandfather",
    "nan",
    "carer",
    "teacher",
    "landlord",
    "victim",
    "witness",
    "associate",
    "another boy",
    "another girl",
];
const ABUSE: [&str; 9] = [
    "abuse",
    "neglect",
    "strategy meeting",
    "section 47",
    "disclosed",
    "grooming",
    "exploited",
    "exploitation",
    "harmed by",
];
const LEGAL: [&str; 4] = ["legal advice", "solicitor", "counsel", "barrister"];
const PROCEEDINGS: [&str; 4] = ["care proceedings", "court order", "hearing", "claim against"];
const HEALTH: [&str; 6] = ["suicid", "self-harm", "self harm", "overdose", "psychiatr", "prognosis"];
const INQUIRY: [&str; 8] = [
    "surveillance",
    "covert",
    "ongoing enquir",
    "ongoing inquir",
    "under investigation",
    "operation ",
    "undercover",
    "informant",
];

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn of_field(item: &Item, field: &Field, gathered: &Gathered) -> Option<(Ground, &'static str)> {
    let key = field.key.rsplit('.').next().unwrap_or_default();
    let key = super::words::readable(key).to_lowercase();
    let (others, inquiry) = if item.law_enforcement {
        (Ground::PoliceOthers, Ground::PoliceInquiry)
    } else {
        (Ground::ThirdParty, Ground::Crime)
    };
    if has(&key, &THIRD) {
        return Some((others, "The field is about somebody else"));
    }
    let police = item.law_enforcement || item.category.starts_with("police") || item.category == "custody";
    if police && has(&format!("{key} "), &INTELLIGENCE) {
        return Some((inquiry, "The field may hold intelligence, or where it came from"));
    }
    if ["officer", "worker", "referrer"].iter().any(|who| key.contains(who))
        && (key.contains("phone") || key.contains("email"))
    {
        return Some((others, "A private number or address of somebody who works there"));
    }
    if field.named || field.value.split_whitespace().count() < 6 || item.table == "audit_entry" {
        return None;
    }
    of_text(item, &field.value, gathered, (others, inquiry))
}

/// What free words may hold.
fn of_text(
    item: &Item,
    text: &str,
    gathered: &Gathered,
    (others, inquiry): (Ground, Ground),
) -> Option<(Ground, &'static str)> {
    let low = format!(" {} ", text.to_lowercase());
    let legal = !item.law_enforcement;
    if item.law_enforcement && has(&low, &INQUIRY) {
        return Some((inquiry, "The text may speak of an inquiry that goes on"));
    }
    if legal && has(&low, &LEGAL) {
        return Some((Ground::Privilege, "The text may be legal advice"));
    }
    if legal && has(&low, &ABUSE) {
        return Some((Ground::ChildAbuse, "The text may say that a child is at risk of abuse"));
    }
    if legal && has(&low, &PROCEEDINGS) {
        return Some((Ground::Proceedings, "The text may be about proceedings"));
    }
    let category = item.category.parse().ok().map(|code| law().category(&code));
    if legal && has(&low, &HEALTH) {
        let social = item.category.starts_with("social_care");
        let health = category.is_some_and(|of| of.patient_information);
        let ground = match (health, social, item.category == "exclusion") {
            (true, ..) => Ground::HarmHealth,
            (_, true, _) => Ground::HarmSocialWork,
            (_, _, true) => Ground::HarmEducation,
            _ => Ground::HarmHealth,
        };
        return Some((ground, "Seeing the text may do serious harm: ask who knows their health"));
    }
    if RELATIONS.iter().any(|word| low.contains(&format!(" {word}"))) {
        return Some((others, "The text may be about somebody else"));
    }
    if names_another(text, gathered) {
        return Some((others, "The text may name somebody else"));
    }
    phone(text).then_some((others, "The text has a phone number"))
}

/// Words that are written large and name nobody.
const NOBODY: [&str; 44] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "school",
    "academy",
    "college",
    "road",
    "street",
    "avenue",
    "lane",
    "hospital",
    "police",
    "council",
    "act",
    "section",
    "care",
    "service",
    "services",
    "team",
    "unit",
    "trust",
    "court",
    "park",
    "station",
    "social",
    "children",
    "youth",
    "justice",
];

/// Whether two words written large stand side by side, and are not the person's own name.
fn names_another(text: &str, gathered: &Gathered) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let [one, other] = pair else { return false };
        let name = |word: &str| {
            let bare: String = word.chars().filter(|letter| letter.is_alphabetic() || *letter == '-').collect();
            let mut letters = bare.chars();
            let large =
                letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
            let folded = base::names::fold(&bare);
            large && !NOBODY.contains(&folded.as_str()) && !gathered.own_names.contains(&folded)
        };
        // A word behind which a sentence ends is not followed by its own family name.
        !one.ends_with(['.', '!', '?', ':', ';']) && name(one) && name(other)
    })
}

/// Whether eleven digits that begin as a number in the United Kingdom stand in the text.
fn phone(text: &str) -> bool {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-' | '(' | ')')).collect();
    digits.as_bytes().windows(11).any(|part| part.starts_with(b"0") && part.iter().all(u8::is_ascii_digit))
        || digits.contains("+44")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(law_enforcement: bool, category: &str, key: &str, value: &str) -> (Item, Gathered) {
        let item = Item {
            number: 1,
            table: "record".to_owned(),
            id: None,
            title: String::new(),
            why: String::new(),
            agency: String::new(),
            controller: String::new(),
            category: category.to_owned(),
            about: String::new(),
            law_enforcement,
            sees: "shown".to_owned(),
            fields: vec![Field {
                key: key.to_owned(),
                label: String::new(),
                value: value.to_owned(),
                technical: false,
                named: false,
            }],
        };
        let own_names = ["jamie", "doe"].map(str::to_owned).into();
        let gathered =
            Gathered { at: 0, name: String::new(), own_names, items: vec![item.clone()], unread: 0, sought: false };
        (item, gathered)
    }

    fn ground(law_enforcement: bool, category: &str, key: &str, value: &str) -> Option<Ground> {
        let (item, gathered) = item(law_enforcement, category, key, value);
        of_item(&item, &gathered).first().map(|found| found.ground)
    }

    #[test]
    fn rules_suggest_what_a_human_would_look_at() {
        let text = |value| ground(false, "exclusion", "body.notes", value);
        assert_eq!(text("He was late on Monday and had to stay"), None);
        assert_eq!(text("Jamie Doe was late on Monday and had to stay"), None, "their own name");
        assert_eq!(text("He sat in Harbour School on Monday and had to stay"), None);
        assert_eq!(text("He was late with Kai Brook and had to stay"), Some(Ground::ThirdParty));
        assert_eq!(text("He said that his mum would be cross at him"), Some(Ground::ThirdParty));
        assert_eq!(text("Ring him at home on 01632 960 983 after school"), Some(Ground::ThirdParty));
        assert_eq!(text("He disclosed to staff that he is hit at home"), Some(Ground::ChildAbuse));
        assert_eq!(text("We took legal advice on how long he stays out"), Some(Ground::Privilege));
        assert_eq!(ground(false, "exclusion", "body.ParentName", "Ann"), Some(Ground::ThirdParty));
        assert_eq!(ground(true, "custody", "body.reporter", "Ann"), Some(Ground::PoliceOthers));
        assert_eq!(ground(true, "police_event", "body.IntelligenceRef", "77"), Some(Ground::PoliceInquiry));
        assert_eq!(
            ground(false, "ae_navigator", "body.notes", "Came after an overdose of tablets at home"),
            Some(Ground::HarmHealth)
        );
        assert_eq!(
            ground(false, "social_care_involvement", "body.notes", "Spoke of self-harm twice in the week"),
            Some(Ground::HarmSocialWork)
        );
    }

    #[test]
    fn no_ground_of_one_regime_is_suggested_for_the_other() {
        for text in [
            "His brother was there with Kai Brook all day",
            "A covert operation goes on at this place",
            "He disclosed abuse by his step father",
        ] {
            for enforcement in [true, false] {
                let found = ground(enforcement, "custody", "body.notes", text);
                let of = found.and_then(Ground::law_enforcement);
                assert!(of.is_none_or(|of| of == enforcement), "{text}: {found:?}");
            }
        }
    }
}
