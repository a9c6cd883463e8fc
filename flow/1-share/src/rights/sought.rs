//! Whom a request is about where nobody was found: the name and date of birth, or the number, that whoever asks gave to be found by. It is kept
//! sealed with the request. The officer who answers found nobody by it; the job that puts by what is sealed looks by it among what she doesn't see,
//! for every such request alike, and tells her nothing.

use base::{Date, NhsNumber, Upn};
use serde_json::{Value as Json, json};
use vault::{StoreError, Vault};
use web::Form;

/// What they gave: a full name with a date of birth, an exact number, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Given name, family name and date of birth.
    pub name: Option<(String, String, Date)>,
    /// An NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// A unique pupil number.
    pub upn: Option<Upn>,
}

/// The longest name, in characters.
const NAME: usize = 100;

impl Sought {
    /// What was typed; none where it is not enough to find anybody, and the form says why.
    pub(crate) fn typed(form: &mut Form) -> Option<Self> {
        let typed = form.optional("identifier", 40)?;
        let (nhs_number, upn) = (typed.parse::<NhsNumber>().ok(), typed.parse::<Upn>().ok());
        if !typed.is_empty() && nhs_number.is_none() && upn.is_none() {
            form.refuse(
                "identifier",
                "This is neither an NHS number (10 digits) nor a unique pupil number (a letter and 12 more characters): one character may be wrong",
            );
        }
        let (given, family) = (form.optional("given", NAME)?, form.optional("family", NAME)?);
        let any_date = ["born-day", "born-month", "born-year"].iter().any(|part| !form.value(part).trim().is_empty());
        if given.is_empty() && family.is_empty() && !any_date {
            if typed.is_empty() {
                form.refuse("identifier", "Enter the full name and date of birth that they gave, or a number");
            }
            return form.is_good().then_some(Self { name: None, nhs_number, upn });
        }
        if given.is_empty() {
            form.refuse("given", "Enter the given name that they gave");
        }
        if family.is_empty() {
            form.refuse("family", "Enter the family name that they gave");
        }
        let born = form.date("born", "the date of birth");
        form.is_good().then_some(Self { name: Some((given, family, born?)), nhs_number, upn })
    }

    /// The name that they gave; empty where they gave a number alone.
    pub(crate) fn full_name(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |(given, family, _)| format!("{given} {family}"))
    }

    /// In words.
    pub(crate) fn words(&self) -> String {
        let name = self
            .name
            .as_ref()
            .map(|(given, family, born)| format!("{given} {family}, born {}", web::time::date(*born)));
        let nhs = self.nhs_number.map(|number| format!("NHS number {}", number.digits()));
        let upn = self.upn.map(|number| format!("unique pupil number {}", number.as_str()));
        [name, nhs, upn].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// As it is kept.
    pub(super) fn sealed(&self, vault: &Vault) -> Result<String, StoreError> {
        let (given, family, born) = self.name.clone().map_or_else(
            || (String::new(), String::new(), String::new()),
            |(given, family, born)| (given, family, born.to_string()),
        );
        let text = json!({
            "given": given,
            "family": family,
            "dob": born,
            "nhs_number": self.nhs_number.map_or_else(String::new, NhsNumber::digits),
            "upn": self.upn.map_or_else(String::new, |number| number.as_str().to_owned()),
        });
        vault.seal(text.to_string().as_bytes())
    }

    /// What [`Sought::sealed`] made.
    pub(super) fn opened(vault: &Vault, kept: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::BadValue { column: "sought".to_owned(), problem: "it can’t be read".to_owned() };
        let text: Json = serde_json::from_slice(&vault.unseal(kept)?).map_err(|_| bad())?;
        let field = |name: &str| text.get(name).and_then(Json::as_str).unwrap_or_default();
        let born = field("dob").parse::<Date>().ok();
        Ok(Self {
            name: born.map(|born| (field("given").to_owned(), field("family").to_owned(), born)),
            nhs_number: field("nhs_number").parse().ok(),
            upn: field("upn").parse().ok(),
        })
    }
}
