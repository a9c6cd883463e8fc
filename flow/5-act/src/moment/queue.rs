//! The queue: the moments whose clock runs, the most urgent first, filtered for whoever asks. One indexed query brings
//! them; the counts and the filters are of the same rows.

use std::{collections::BTreeMap, fmt, str::FromStr};

use base::{Age, Code, Id, Timestamp, kind};
use vault::{Ask, Facet, Purpose, Reader, Scope, Verb};
use web::{Caller, ChildFlag, Fault, Site};

use super::{Moment, store, store::Listed, words};
use crate::{
    moment_type::{Happening, MomentType, types},
    neighbours,
    rota::{self, Shift},
};

/// The most moments that a queue reads; a unit has some hundreds.
const MOST: u32 = 3000;

/// Which moments are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Those that I took, and those that nobody took and that are offered to me now.
    Mine,
    /// Those of my duty in the districts of my shifts.
    Area,
    /// All.
    All,
    /// Those whose time is up, though they could have been met.
    Breached,
    /// Those that nobody took.
    Unassigned,
    /// Those whose time ran out before they reached us.
    CameLate,
}

impl Show {
    /// Every one, in the order in which the page offers them.
    pub const ALL: [Self; 6] = [Self::Mine, Self::Area, Self::All, Self::Breached, Self::Unassigned, Self::CameLate];

    /// The code in the address.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Area => "area",
            Self::All => "all",
            Self::Breached => "breached",
            Self::Unassigned => "unassigned",
            Self::CameLate => "late",
        }
    }

    /// Its name, the only one that it has on pages.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mine => "Mine",
            Self::Area => "My area",
            Self::All => "All",
            Self::Breached => "Breached",
            Self::Unassigned => "Nobody’s yet",
            Self::CameLate => "Reached us too late",
        }
    }
}

impl fmt::Display for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Show {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|show| show.code() == text).ok_or("not a list of moments")
    }
}

/// Who asks for the queue, as far as what is offered to them depends on it.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub member: Id<kind::Member>,
    /// Their agency's code.
    pub agency: Option<Code>,
    /// Their duties.
    pub duties: std::collections::BTreeSet<Code>,
    /// The shifts of the next days, everyone's.
    pub shifts: Vec<Shift>,
}

impl Viewer {
    fn suits(&self, rules: &MomentType) -> bool {
        self.duties.contains(&rules.duty)
            && rules.agency.as_ref().is_none_or(|wanted| self.agency.as_ref() == Some(wanted))
    }

    /// Whether a moment is offered to them now: their duty, their agency, and they are on shift for its district.
    #[must_use]
    pub fn is_offered(&self, moment: &Listed, rules: &MomentType, now: Timestamp) -> bool {
        let on_shift =
            |shift: &Shift| shift.member == self.member && shift.answers(&rules.duty, moment.district.as_deref(), now);
        self.suits(rules) && self.shifts.iter().any(on_shift)
    }

    fn is_in_area(&self, moment: &Listed, rules: &MomentType) -> bool {
        let district = moment.district.as_deref();
        self.suits(rules)
            && self.shifts.iter().any(|shift| shift.member == self.member && shift.districts.hold(district))
    }

    /// Whether a moment is in a list of theirs.
    #[must_use]
    pub fn shows(&self, show: Show, moment: &Listed, now: Timestamp) -> bool {
        let rules = types().get(&moment.moment_type);
        match show {
            Show::Mine => match moment.assigned_to {
                Some(member) => member == self.member,
                None => rules.is_some_and(|rules| self.is_offered(moment, rules, now)),
            },
            Show::Area => rules.is_some_and(|rules| self.is_in_area(moment, rules)),
            Show::All => moment.is_waiting,
            Show::Breached => moment.is_breached(now),
            Show::CameLate => moment.came_late(now),
            Show::Unassigned => moment.is_waiting && moment.assigned_to.is_none(),
        }
    }
}

/// The queue of one viewer.
pub struct Queue {
    /// Its moments; the most urgent first, those that were reached last.
    pub moments: Vec<Listed>,
    /// Under which permit it was read.
    pub reader: Reader,
    /// Who asks.
    pub viewer: Viewer,
    /// As of when.
    pub now: Timestamp,
    /// The names of agencies.
    agencies: BTreeMap<Id<kind::Agency>, String>,
    /// Whether its lines say who else knows somebody.
    is_whole: bool,
}

/// One line of the queue.
pub struct Line {
    /// The moment.
    pub id: Id<kind::Moment>,
    /// The name; none for those who only assign.
    pub name: Option<String>,
    /// Whether it is a child.
    pub flag: ChildFlag,
    /// The type's name.
    pub what: String,
    /// Where.
    pub place: String,
    /// The clock.
    pub clock: web::time::Clock,
    /// Who else knows them; empty where nobody is known to.
    pub known_by: String,
    /// Whose it is, as a sentence.
    pub assigned: String,
    /// Where it stands, once they were reached.
    pub reached: String,
}

impl Queue {
    /// Reads it. One entry in the log.
    ///
    /// # Errors
    /// [`Fault::Denied`] where policy refuses; [`Fault::Refused`] with what they can do where an agreement stopped.
    pub async fn read(site: &Site, caller: &Caller) -> Result<Self, Fault> {
        let facets = neighbours::all_facets(site.vault()).await?;
        Self::of(site, caller, facets, true).await
    }

    /// As [`Self::read`], without who else knows them: home asks for no more than it shows, which is also quicker to decide.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_short(site: &Site, caller: &Caller) -> Result<Self, Fault> {
        let facets = neighbours::moment_facets(site.vault()).await?;
        Self::of(site, caller, facets, false).await
    }

    async fn of(site: &Site, caller: &Caller, facets: Vec<Facet>, is_whole: bool) -> Result<Self, Fault> {
        let vault = site.vault();
        let permit = vault
            .permit(Ask {
                actor: caller.actor(),
                verb: Verb::List,
                scope: Scope::unit(),
                purpose: Purpose::Support,
                facets,
                facts: BTreeMap::new(),
            })
            .await
            .map_err(neighbours::refused)?;
        let reader = vault.read(&permit)?;
        let now = vault.now();
        let mut moments = store::waiting(&reader, MOST).await?;
        moments.extend(store::contacted_of(&reader, caller.id, MOST).await?);
        let agencies = share::api::agencies(&vault.plain()).await?;
        let viewer = Viewer {
            member: caller.id,
            agency: agencies.iter().find(|agency| agency.id == caller.agency).map(|agency| agency.code.clone()),
            duties: caller.duties.clone(),
            shifts: rota::store::between(&vault.book(), now, now.plus_hours(14 * 24)).await?,
        };
        let agencies = agencies.into_iter().map(|agency| (agency.id, agency.name)).collect();
        Ok(Self { moments, reader, viewer, now, agencies, is_whole })
    }

    /// How many are in a list.
    #[must_use]
    pub fn count(&self, show: Show) -> u64 {
        let count = self.moments.iter().filter(|moment| self.viewer.shows(show, moment, self.now)).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The moments of a list.
    #[must_use]
    pub fn list(&self, show: Show) -> Vec<&Listed> {
        self.moments.iter().filter(|moment| self.viewer.shows(show, moment, self.now)).collect()
    }

    /// Some moments as lines of the page. Names only for those who help, not for those who assign.
    ///
    /// # Errors
    /// The database's.
    pub async fn lines(&self, site: &Site, listed: &[&Listed], with_names: bool) -> Result<Vec<Line>, Fault> {
        let ids: Vec<Id<kind::Moment>> = listed.iter().map(|one| one.id).collect();
        let read = store::by_ids(&self.reader, &ids).await?;
        let moments: Vec<&Moment> = ids.iter().filter_map(|id| read.iter().find(|moment| moment.id == *id)).collect();
        let ids: Vec<Id<kind::Record>> = moments.iter().map(|moment| moment.record).collect();
        let records = neighbours::records_by_ids(&self.reader, &ids).await?;
        let others: std::collections::BTreeSet<Id<kind::Member>> = moments
            .iter()
            .filter_map(|moment| moment.assigned_to)
            .filter(|member| *member != self.viewer.member)
            .collect();
        let others: Vec<Id<kind::Member>> = others.into_iter().collect();
        let members = neighbours::member_names(&site.vault().book(), &others).await?;
        let people = moments.iter().filter_map(|moment| moment.person).filter(|_| self.is_whole);
        let people: Vec<Id<kind::Person>> = people.collect();
        let known = neighbours::controllers_of(&self.reader, &people).await?;
        let mut lines = Vec::with_capacity(moments.len());
        for moment in moments {
            let record = records.iter().find(|record| record.id == moment.record);
            let controllers =
                moment.person.and_then(|person| known.get(&person)).map(Vec::as_slice).unwrap_or_default();
            let known_by = known_by(controllers, moment.controller, &self.agencies);
            let age = record.and_then(|record| record.age_on(self.now));
            lines.push(Line {
                id: moment.id,
                name: record.filter(|_| with_names).map(neighbours::SeenRecord::name),
                flag: ChildFlag::from(age),
                what: type_name(moment),
                place: moment.district.clone().unwrap_or_else(|| "Place not known".to_owned()),
                clock: words::clock(moment, self.now),
                known_by: knows_words(&known_by, age),
                assigned: match moment.assigned_to {
                    Some(member) if member == self.viewer.member => "Taken by you.".to_owned(),
                    Some(member) => {
                        let name = members.get(&member).map_or("someone who has left", String::as_str);
                        format!("Taken by {name}.")
                    }
                    None => "Nobody has taken it.".to_owned(),
                },
                reached: moment.reached().map_or_else(String::new, |reached| {
                    format!("Reached. Wants support: {}", words::lower_first(reached.agreed.words()))
                }),
            });
        }
        Ok(lines)
    }
}

/// The name of a moment's type.
pub(crate) fn type_name(moment: &Moment) -> String {
    types().get(&moment.moment_type).map_or_else(|| moment.moment_type.to_string(), |rules| rules.name.clone())
}

/// The names of those who have a record of somebody, but for the agency whose record raised the moment.
pub(crate) fn known_by(
    controllers: &[Id<kind::Agency>],
    but: Id<kind::Agency>,
    agencies: &BTreeMap<Id<kind::Agency>, String>,
) -> Vec<String> {
    let others = controllers.iter().filter(|controller| **controller != but);
    let mut names: Vec<String> = others.filter_map(|controller| agencies.get(controller).cloned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// "Youth justice and Social care know this child".
pub(crate) fn knows_words(names: &[String], age: Option<Age>) -> String {
    let whom = if age.is_none_or(Age::is_child) { "this child" } else { "this person" };
    match names {
        [] => String::new(),
        [one] => format!("{one} knows {whom}"),
        [all @ .., last] => format!("{} and {last} know {whom}", all.join(", ")),
    }
}

impl neighbours::SeenRecord {
    pub(crate) fn happening(&self) -> Happening<'_> {
        Happening { category: &self.category, event_at: self.event_at, body: &self.body }
    }

    /// The age on the day of an instant.
    pub(crate) fn age_on(&self, at: Timestamp) -> Option<Age> {
        self.happening().age_on(at.date_in_london())
    }

    /// The name as a page shows it.
    pub(crate) fn name(&self) -> String {
        let happening = self.happening();
        let one = base::names::title_case(happening.text("name"));
        match base::PersonName::parse(happening.text("given"), happening.text("family")) {
            Ok(name) => name.shown(),
            Err(_) if !one.is_empty() => one,
            Err(_) => "Name not known".to_owned(),
        }
    }
}
