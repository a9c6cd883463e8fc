//! The model by which records are found to be the same person: `people.toml` and `nicknames.txt`, as the analyst reads them,
//! and which of a record's fields it sees. Linking sees these fields and no others.

use linkage::{Error, Spec};
use sha2::{Digest, Sha256};

const MODEL: &str = include_str!("people.toml");
const NICKNAMES: &str = include_str!("nicknames.txt");

/// The fields of a record that linking sees, by their standard names.
pub const FIELDS: [&str; 8] = ["given", "family", "dob", "sex", "postcode", "phone", "nhs_number", "upn"];

/// A model and the name under which its scores are kept.
#[derive(Debug, Clone)]
pub struct Model {
    /// A digest of its text: another text is another version.
    pub version: String,
    /// Its text with everything in it, from which every score can be explained later.
    pub toml: String,
    /// The model itself.
    pub spec: Spec,
}

impl Model {
    /// The model that is built in.
    ///
    /// # Errors
    /// Where it can't be read, which a test rules out.
    pub fn built_in() -> Result<Self, Error> {
        Self::of(Spec::from_toml_with(MODEL, NICKNAMES)?)
    }

    /// Another model, for trials and tests. It may use fewer fields than [`FIELDS`], but no others.
    ///
    /// # Errors
    /// Where it has no form as text.
    pub fn of(spec: Spec) -> Result<Self, Error> {
        let toml = spec.to_toml()?;
        let digest = Sha256::digest(toml.as_bytes());
        let version = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { version, toml, spec })
    }
}

/// A field of a record as linking sees it. Of the given names only the first: partners differ in whether they ask for more.
#[must_use]
pub fn seen<'a>(field: &str, text: &'a str) -> Option<&'a str> {
    let text = text.trim();
    let text = if field == "given" { text.split_whitespace().next().unwrap_or_default() } else { text };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_that_is_built_in_reads_and_sees_only_the_named_fields() {
        let model = Model::built_in().unwrap();
        assert!(model.spec.fields.iter().all(|field| FIELDS.contains(&field.name.as_str())));
        assert!(model.spec.nicknames.len() > 80);
        let again = Spec::from_toml(&model.toml).unwrap();
        assert_eq!(again, model.spec);
        assert_eq!(model.version.len(), 12);
    }

    #[test]
    fn only_the_first_given_name_is_seen() {
        assert_eq!(seen("given", " Daniel Chidi "), Some("Daniel"));
        assert_eq!(seen("family", "van der Berg"), Some("van der Berg"));
        assert_eq!(seen("given", "  "), None);
    }
}
