//! Categories of data, read once from `categories.toml`.

use std::sync::LazyLock;

use base::Code;
use serde::Deserialize;
use vault::Marks;

/// A category of data, as the law looks at it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of law of its own")]
pub struct Category {
    /// Its code.
    pub code: Code,
    /// Its name in plain words.
    pub name: String,
    /// Information about health or care that an NHS body or its contractor holds.
    #[serde(default)]
    pub patient_information: bool,
    /// Given in confidence.
    #[serde(default)]
    pub in_confidence: bool,
    /// Nobody can be identified in it.
    #[serde(default)]
    pub anonymous: bool,
    /// Published for everyone.
    #[serde(default)]
    pub open: bool,
    /// Of a special category (UK GDPR article 9), or likely to show it.
    #[serde(default)]
    pub special_category: bool,
    /// About offences or suspicions (UK GDPR article 10).
    #[serde(default)]
    pub criminal_offence: bool,
    /// What of it is sealed: for those who are named.
    #[serde(skip)]
    pub sealed: bool,
    /// What of it is restricted (UK GDPR article 18): kept, and not used.
    #[serde(skip)]
    pub restricted: bool,
}

impl Category {
    /// Whether data protection law asks for a further condition (UK GDPR articles 9 and 10).
    #[must_use]
    pub fn needs_condition(&self) -> bool {
        !self.anonymous && (self.special_category || self.criminal_offence)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    category: Vec<Category>,
}

static CATEGORIES: LazyLock<Vec<Category>> =
    LazyLock::new(|| read(include_str!("categories.toml")).unwrap_or_default());

fn read(text: &str) -> Result<Vec<Category>, toml::de::Error> {
    Ok(toml::from_str::<File>(text)?.category)
}

pub(super) fn all() -> &'static [Category] {
    &CATEGORIES
}

/// What is marked of a category is that category to the law, but for the mark.
pub(super) fn by_code(code: &Code) -> Category {
    let (code, Marks { sealed, restricted }) = Marks::split(code);
    Category { sealed, restricted, ..plain(&code) }
}

fn plain(code: &Code) -> Category {
    all().iter().find(|category| category.code == *code).cloned().unwrap_or_else(|| Category {
        code: code.clone(),
        name: code.to_string(),
        patient_information: true,
        in_confidence: true,
        anonymous: false,
        open: false,
        special_category: true,
        criminal_offence: true,
        sealed: false,
        restricted: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_whole() {
        let text = include_str!("categories.toml");
        assert_eq!(read(text).unwrap().len(), text.matches("[[category]]").count());
        assert!(all().len() >= 12);
    }

    #[test]
    fn what_is_not_listed_is_the_most_protected() {
        let unknown = by_code(&base::code!("never_heard_of"));
        assert!(unknown.patient_information && unknown.in_confidence && unknown.needs_condition());
        assert!(!unknown.anonymous && !unknown.open);
    }
}
