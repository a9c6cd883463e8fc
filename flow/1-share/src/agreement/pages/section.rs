//! The parts of a draft's form: what each asks, how it shows what is there, and how it is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use base::{Code, Id, first_large, kind};
use vault::Purpose;
use web::{Choice, Form};

use crate::{
    agency::Agency,
    agreement::{Brought, Terms, purpose_words},
    law::{Rule, law},
};

/// A part of a draft's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Parties,
    Data,
    Purposes,
    Fields,
    Law,
    Conditions,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Parties, "parties", "Title, parties and dates"),
        (Self::Data, "data", "What each party brings"),
        (Self::Purposes, "purposes", "What it is for"),
        (Self::Fields, "fields", "Fields that may be seen"),
        (Self::Law, "law", "The law that it stands on"),
        (Self::Conditions, "conditions", "Conditions, retention and impact assessment"),
    ];

    pub(super) fn title(self) -> &'static str {
        Self::ALL.iter().find(|(section, ..)| *section == self).map_or("", |(.., title)| title)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(section, ..)| section == self).map_or("", |(_, code, _)| code))
    }
}

impl FromStr for Section {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(_, code, _)| *code == text).map(|(section, ..)| *section).ok_or(())
    }
}

/// Checkboxes of their own name: one party's categories.
pub(super) struct Boxes {
    pub(super) name: String,
    pub(super) legend: String,
    pub(super) first: Vec<Choice>,
    pub(super) rest: Vec<Choice>,
}

/// A line for text of its own name: the fields of one purpose.
pub(super) struct Blank {
    pub(super) name: String,
    pub(super) label: String,
}

/// What a section's page offers.
#[derive(Default)]
pub(super) struct Offered {
    pub(super) parties: Vec<Choice>,
    pub(super) boxes: Vec<Boxes>,
    pub(super) purposes: Vec<Choice>,
    pub(super) blanks: Vec<Blank>,
    pub(super) gateways: Vec<Choice>,
    pub(super) grounds: Vec<Choice>,
}

/// What is known here: agencies, and what each supplies.
pub(super) struct Known {
    pub(super) agencies: Vec<Agency>,
    pub(super) supplied: BTreeMap<Id<kind::Agency>, Vec<Code>>,
}

/// The purposes that an agreement can be for; the others are the unit's own work.
const PURPOSES: [Purpose; 7] = [
    Purpose::Safeguarding,
    Purpose::Support,
    Purpose::Prevention,
    Purpose::Linking,
    Purpose::Collection,
    Purpose::Statistics,
    Purpose::Rights,
];

pub(super) fn offered(section: Section, terms: Option<&Terms>, known: &Known) -> Offered {
    let mut offered = Offered::default();
    match (section, terms) {
        (Section::Data, Some(terms)) => offered.boxes = boxes(terms, known),
        (Section::Purposes, _) => {
            offered.purposes =
                PURPOSES.map(|purpose| Choice::new(purpose.code(), first_large(purpose_words(purpose)))).into();
        }
        (Section::Fields, Some(terms)) => {
            let blank = |purpose: &Purpose| Blank {
                name: format!("fields-{}", purpose.code()),
                label: format!("For {}", purpose_words(*purpose)),
            };
            offered.blanks = terms.purposes.iter().map(blank).collect();
        }
        (Section::Law, _) => {
            let gateway = |gateway: &Rule| {
                Choice::new(&gateway.code, gateway.name.clone()).hint(format!("{}. {}", gateway.law, gateway.note))
            };
            offered.gateways = law().gateways().map(gateway).collect();
            offered.grounds = vec![Choice::new("", "Not needed: nothing in it is given in confidence")];
            let ground = |ground: &Rule| Choice::new(&ground.code, ground.name.clone());
            offered.grounds.extend(law().confidentiality().map(ground));
        }
        _ => {
            offered.parties = known.agencies.iter().map(|agency| Choice::new(agency.id, agency.name.clone())).collect()
        }
    }
    offered
}

/// For each party: what it supplies or brings first, then everything else that is known.
fn boxes(terms: &Terms, known: &Known) -> Vec<Boxes> {
    let mut all: BTreeSet<Code> = law().categories().iter().map(|category| category.code.clone()).collect();
    all.extend(known.supplied.values().flatten().cloned());
    let parties = known.agencies.iter().filter(|agency| terms.parties.contains(&agency.id));
    let choice = |code: &Code| Choice::new(code, law().category(code).name);
    let one = |agency: &Agency| {
        let likely = |code: &Code| {
            terms.brings(agency.id, code) || known.supplied.get(&agency.id).is_some_and(|codes| codes.contains(code))
        };
        let (first, rest): (Vec<&Code>, Vec<&Code>) = all.iter().partition(|code| likely(code));
        Boxes {
            name: format!("brings-{}", agency.id),
            legend: agency.name.clone(),
            first: first.into_iter().map(choice).collect(),
            rest: rest.into_iter().map(choice).collect(),
        }
    };
    parties.map(one).collect()
}

/// A section's form as it is first shown, with what the draft says.
pub(super) fn filled(section: Section, terms: &Terms) -> Form {
    let mut form = Form::empty();
    match section {
        Section::Parties => {
            form.put("title", &terms.title);
            terms.parties.iter().for_each(|party| form.put("parties", party.to_string()));
            form.put_date("starts", terms.starts);
            form.put_date("ends", terms.ends);
            form.put_date("review", terms.review);
        }
        Section::Data => {
            for brought in &terms.brings {
                form.put(format!("brings-{}", brought.party), brought.category.to_string());
            }
        }
        Section::Purposes => terms.purposes.iter().for_each(|purpose| form.put("purposes", purpose.code())),
        Section::Fields => {
            for (purpose, names) in &terms.fields {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                form.put(format!("fields-{}", purpose.code()), names.join("\n"));
            }
        }
        Section::Law => {
            terms.gateways.iter().for_each(|gateway| form.put("gateways", gateway.to_string()));
            form.put("confidentiality", terms.confidentiality.as_ref().map(ToString::to_string).unwrap_or_default());
        }
        Section::Conditions => {
            form.put("conditions", terms.conditions.join("\n"));
            form.put("retention", terms.retention_days.map(|days| days.to_string()).unwrap_or_default());
            form.put("assessment", terms.assessment.clone().unwrap_or_default());
        }
    }
    form
}

/// Reads a section into what the draft says; `None` where something is wrong with the form, which then says what.
pub(super) fn read(section: Section, form: &mut Form, terms: &mut Terms) -> Option<()> {
    match section {
        Section::Parties => read_parties(form, terms)?,
        Section::Data => {
            let mut brings = Vec::new();
            for party in &terms.parties {
                for value in form.values(&format!("brings-{party}")) {
                    brings.push(Brought { party: *party, category: value.parse().ok()? });
                }
            }
            terms.brings = brings;
        }
        Section::Purposes => {
            terms.purposes = form.choices("purposes", "Select at least one purpose")?;
            terms.fields.retain(|purpose, _| terms.purposes.contains(purpose));
        }
        Section::Fields => read_fields(form, terms)?,
        Section::Law => {
            terms.gateways = form.choices("gateways", "Select at least one gateway")?;
            let ground = form.value("confidentiality").to_owned();
            terms.confidentiality = if ground.is_empty() { None } else { Some(ground.parse().ok()?) };
        }
        Section::Conditions => read_conditions(form, terms)?,
    }
    form.is_good().then_some(())
}

fn read_parties(form: &mut Form, terms: &mut Terms) -> Option<()> {
    let title = form.required("title", 200, "Enter a title, as it will be signed");
    let parties = form.choices::<Id<kind::Agency>>("parties", "Select at least two parties");
    if parties.as_ref().is_some_and(|parties| parties.len() < 2) {
        form.refuse("parties", "Select at least two parties");
    }
    let starts = form.date("starts", "the first day");
    let ends = form.date("ends", "the last day");
    let review = form.date("review", "the day by which it is reviewed");
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        form.refuse("ends", "The last day must be after the first day");
    }
    if let (Some(starts), Some(ends), Some(review)) = (starts, ends, review)
        && (review < starts || review > ends)
    {
        form.refuse("review", "The review must lie between the first and the last day");
    }
    (terms.title, terms.parties) = (title?, parties?);
    (terms.starts, terms.ends, terms.review) = (starts?, ends?, review?);
    terms.brings.retain(|brought| terms.parties.contains(&brought.party));
    Some(())
}

fn read_fields(form: &mut Form, terms: &mut Terms) -> Option<()> {
    terms.fields.clear();
    for purpose in &terms.purposes {
        let typed = form.optional(&format!("fields-{}", purpose.code()), 2000)?;
        let names: BTreeSet<String> =
            typed.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if !names.is_empty() {
            terms.fields.insert(*purpose, names);
        }
    }
    Some(())
}

fn read_conditions(form: &mut Form, terms: &mut Terms) -> Option<()> {
    let conditions = form.optional("conditions", 2000);
    let days = form.value("retention").trim().to_owned();
    let days = if days.is_empty() {
        Some(None)
    } else {
        let days = days.parse::<u32>().ok().filter(|days| (1..=36_500).contains(days)).map(Some);
        if days.is_none() {
            form.refuse("retention", "Enter a number of days from 1 to 36,500, or leave it empty");
        }
        days
    };
    let assessment = form.optional("assessment", 200);
    terms.conditions = conditions?.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    terms.retention_days = days?;
    terms.assessment = assessment.filter(|text| !text.is_empty());
    Some(())
}
