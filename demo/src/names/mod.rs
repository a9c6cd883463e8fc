//! Names as people in England have them: a few that thousands share, and a long tail that only one family has.
//! A name of rank r in its community's list comes with probability proportional to 1 / (r + 2.7)^s (Zipf-Mandelbrot);
//! a part of the family names is composed from syllables instead, so that the tail never ends.

use std::collections::HashMap;

use serde::Deserialize;

use crate::dice::Dice;

const SOURCE: &str = include_str!("names.toml");
const NICKNAMES: &str = include_str!("nicknames.txt");

/// How fast given names and family names thin out with rank.
const GIVEN_STEEPNESS: f64 = 0.85;
const FAMILY_STEEPNESS: f64 = 0.95;

/// Share of families with a composed name, where the list does not say.
fn usual_composed_share() -> f64 {
    0.22
}

/// Whether a person is recorded as female or male. What a partner writes down is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Gender {
    /// female
    #[default]
    Female,
    /// male
    Male,
}

/// A community's names and habits.
pub struct Community {
    /// Its short name in `truth/people.csv`.
    pub id: String,
    /// Share of the county's households, before a district's own mix.
    pub share: f64,
    /// Self-defined ethnicity codes (16+1) with weights.
    pub ethnic: Vec<(String, u32)>,
    /// Share of people with a middle name.
    pub middle: f64,
    /// Share of couples' children with both parents' family names.
    pub double_barrelled: f64,
    composed: f64,
    gendered: bool,
    young: [Ranked; 2],
    older: [Ranked; 2],
    family: Ranked,
    starts: Vec<String>,
    ends: Vec<String>,
}

/// All communities and the nicknames.
pub struct Names {
    /// In the order of the file.
    pub communities: Vec<Community>,
    nicknames: HashMap<String, Vec<String>>,
}

/// A list whose earlier entries are commoner.
struct Ranked {
    names: Vec<String>,
    cumulative: Vec<f64>,
}

#[derive(Deserialize)]
struct File {
    community: Vec<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    share: f64,
    middle: f64,
    double_barrelled: f64,
    #[serde(default = "usual_composed_share")]
    composed: f64,
    #[serde(default)]
    gendered: bool,
    ethnic: String,
    girls: String,
    boys: String,
    women: Option<String>,
    men: Option<String>,
    family: String,
    starts: String,
    ends: String,
}

impl Names {
    /// Reads the embedded lists.
    ///
    /// # Errors
    /// When the embedded file is not well-formed; a unit test reads it, so a released program cannot fail here.
    pub fn read() -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(SOURCE)?;
        Ok(Self { communities: file.community.into_iter().map(Community::from_raw).collect(), nicknames: nicknames() })
    }

    /// One of the names by which people also call somebody with this given name.
    #[must_use]
    pub fn nickname(&self, given: &str, dice: &mut Dice) -> Option<&str> {
        let known = self.nicknames.get(given)?;
        known.get(dice.index(known.len())).map(String::as_str)
    }

    /// A community by its position.
    #[must_use]
    pub fn community(&self, position: usize) -> Option<&Community> {
        self.communities.get(position)
    }
}

impl Community {
    fn from_raw(raw: Raw) -> Self {
        let young = [words(&raw.girls), words(&raw.boys)].map(|names| Ranked::of(names, GIVEN_STEEPNESS));
        let older = [raw.women.unwrap_or(raw.girls), raw.men.unwrap_or(raw.boys)]
            .map(|names| Ranked::of(words(&names), GIVEN_STEEPNESS));
        Self {
            id: raw.id,
            share: raw.share,
            middle: raw.middle,
            double_barrelled: raw.double_barrelled,
            composed: raw.composed,
            gendered: raw.gendered,
            ethnic: raw
                .ethnic
                .split_whitespace()
                .filter_map(|part| part.split_once(':'))
                .filter_map(|(code, weight)| Some((code.to_owned(), weight.parse().ok()?)))
                .collect(),
            young,
            older,
            family: Ranked::of(words(&raw.family), FAMILY_STEEPNESS),
            starts: words(&raw.starts),
            ends: words(&raw.ends),
        }
    }

    /// A given name for somebody of this gender and age in years.
    pub fn given<'a>(&'a self, gender: Gender, age: i32, dice: &mut Dice) -> &'a str {
        let [girls, boys] = if age < 34 { &self.young } else { &self.older };
        match gender {
            Gender::Female => girls.draw(dice),
            Gender::Male => boys.draw(dice),
        }
    }

    /// A family name, as a man bears it.
    pub fn family(&self, dice: &mut Dice) -> String {
        if dice.chance(self.composed) {
            // The lesser of two draws: the tail too has commoner and rarer names.
            let mut part = |list: &[String]| {
                let at = dice.index(list.len()).min(dice.index(list.len()));
                list.get(at).cloned().unwrap_or_default()
            };
            let start = part(&self.starts);
            start + &part(&self.ends)
        } else {
            self.family.draw(dice).to_owned()
        }
    }

    /// The family name as this person bears it: in Polish an adjective follows its bearer (Kowalski, Kowalska).
    #[must_use]
    pub fn borne(&self, family: &str, gender: Gender) -> String {
        match (self.gendered, gender, family.strip_suffix("ki")) {
            (true, Gender::Female, Some(stem)) => format!("{stem}ka"),
            _ => family.to_owned(),
        }
    }

    /// A self-defined ethnicity code.
    pub fn ethnicity(&self, dice: &mut Dice) -> String {
        let total: u64 = self.ethnic.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = dice.below(total);
        for (code, weight) in &self.ethnic {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return code.clone(),
            }
        }
        "NS".to_owned()
    }
}

impl Ranked {
    fn of(names: Vec<String>, steepness: f64) -> Self {
        let mut total = 0.0;
        let mut rank = 0.0;
        let cumulative = names
            .iter()
            .map(|_| {
                rank += 1.0;
                total += 1.0 / f64::powf(rank + 2.7, steepness);
                total
            })
            .collect();
        Self { names, cumulative }
    }

    fn draw(&self, dice: &mut Dice) -> &str {
        let total = self.cumulative.last().copied().unwrap_or(0.0);
        let at = dice.unit() * total;
        let position = self.cumulative.partition_point(|&upto| upto <= at);
        self.names.get(position).map_or("", String::as_str)
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| word.replace('_', " ").trim().to_owned()).collect()
}

fn nicknames() -> HashMap<String, Vec<String>> {
    NICKNAMES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(given, rest)| (given.to_owned(), words(rest)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Gender, Names};
    use crate::dice::Dice;

    #[test]
    fn the_lists_are_well_formed() {
        let names = Names::read().unwrap();
        assert!(names.communities.len() >= 15);
        let shares: f64 = names.communities.iter().map(|community| community.share).sum();
        assert!((shares - 1.0).abs() < 0.02, "{shares}");
        for community in &names.communities {
            assert!(!community.ethnic.is_empty(), "{}", community.id);
            assert!(!community.starts.is_empty() && !community.ends.is_empty(), "{}", community.id);
        }
    }

    #[test]
    fn family_names_have_a_head_and_a_long_tail() {
        let names = Names::read().unwrap();
        let english = names.community(0).unwrap();
        let mut dice = Dice::of(1, "test", 0);
        let mut counts = std::collections::HashMap::new();
        for _ in 0..20_000 {
            *counts.entry(english.family(&mut dice)).or_insert(0) += 1;
        }
        assert!((300..700).contains(&counts["Smith"]), "{}", counts["Smith"]);
        assert!(counts.len() > 2_500, "{}", counts.len());
    }

    #[test]
    fn polish_names_follow_their_bearer() {
        let names = Names::read().unwrap();
        let polish = names.communities.iter().find(|community| community.id == "polish").unwrap();
        assert_eq!(polish.borne("Kowalski", Gender::Female), "Kowalska");
        assert_eq!(polish.borne("Nowak", Gender::Female), "Nowak");
        assert_eq!(polish.borne("Kowalski", Gender::Male), "Kowalski");
    }
}
