//! Households: who lives together, their ages and their names.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Census, Person, day_within, former_home, identity};
use crate::dice::Dice;
use crate::geography::Place;
use crate::names::{Community, Gender};

/// A kind of household.
#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Single,
    OlderSingle,
    Couple,
    OlderCouple,
    Family,
    LoneParent,
    GrownFamily,
    ThreeGenerations,
    Shared,
    Young,
    ChildrensHome,
}

/// Weights of the kinds, per thousand households.
const KINDS: &[(Kind, u32)] = &[
    (Kind::Single, 165),
    (Kind::OlderSingle, 120),
    (Kind::Couple, 165),
    (Kind::OlderCouple, 110),
    (Kind::Family, 205),
    (Kind::LoneParent, 85),
    (Kind::GrownFamily, 70),
    (Kind::ThreeGenerations, 25),
    (Kind::Shared, 35),
    (Kind::Young, 38),
    (Kind::ChildrensHome, 1),
];

/// A member before they have a name.
#[derive(Clone, Copy)]
struct Seat {
    age: i32,
    gender: Gender,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    First,
    Partner,
    Child,
    Twin,
    Grandparent,
    Stranger,
}

/// What a household's members have in common.
struct Roof<'a> {
    household: u64,
    mix: &'a [f64],
    community: usize,
    other: usize,
    family: String,
    partner_family: String,
    shares_name: bool,
    home: &'a Place,
    former: Option<(Place, Date)>,
    landline: Option<String>,
}

/// Adds one household's people.
pub fn add(census: &Census<'_>, mix: &[f64], dice: &mut Dice, number: u64, home: &Place, people: &mut Vec<Person>) {
    let seats = seats(dice);
    let community = draw(mix, dice);
    let other = if dice.chance(0.07) { draw(mix, dice) } else { community };
    let Some(first_names) = census.names.community(community) else { return };
    let Some(other_names) = census.names.community(other) else { return };
    let strangers = seats.iter().any(|seat| seat.part == Part::Stranger);
    let roof = Roof {
        household: number,
        mix,
        community,
        other,
        family: first_names.family(dice),
        partner_family: other_names.family(dice),
        shares_name: dice.chance(0.76),
        home,
        former: if strangers { None } else { former_home(census, dice, home) },
        landline: dice.chance(0.45).then(|| identity::landline(number)),
    };
    let double = dice.chance(first_names.double_barrelled);
    let mut parent_given = String::new();
    let mut twin_born = None;
    for (at, seat) in seats.into_iter().enumerate() {
        let mut own = Dice::of(census.county.seed, "person", number + at as u64);
        let mut person = member(census, &mut own, &roof, seat, number + at as u64, double);
        match seat.part {
            Part::First => parent_given.clone_from(&person.given),
            Part::Child => {
                if person.gender == Gender::Male && own.chance(0.03) && !parent_given.is_empty() {
                    person.given.clone_from(&parent_given); // a junior
                }
                twin_born = Some(person.born);
            }
            Part::Twin => {
                person.born = twin_born.unwrap_or(person.born);
                person.twin = true;
                if let Some(sibling) = people.last_mut() {
                    sibling.twin = true;
                    person.age = sibling.age;
                    person.ethnicity.clone_from(&sibling.ethnicity);
                }
            }
            _ => {}
        }
        people.push(person);
    }
}

fn seats(dice: &mut Dice) -> Vec<Seat> {
    let kind = dice.weighted(KINDS);
    let seat = |age: i64, gender, part| Seat { age: i32::try_from(age).unwrap_or(40), gender, part };
    let any = |dice: &mut Dice| if dice.chance(0.5) { Gender::Male } else { Gender::Female };
    let mut out = Vec::new();
    let pair = |dice: &mut Dice, low: i64, high: i64, out: &mut Vec<Seat>| {
        let age = dice.between(low, high);
        let (first, second) =
            if dice.chance(0.02) { (Gender::Female, Gender::Female) } else { (Gender::Male, Gender::Female) };
        out.push(seat(age, first, Part::First));
        let partner = (age - 2 + dice.between(-4, 4)).max(18);
        out.push(seat(partner, second, Part::Partner));
        partner
    };
    match kind {
        Kind::Single => out.push(seat(dice.between(27, 66), any(dice), Part::First)),
        Kind::OlderSingle => {
            let gender = if dice.chance(0.66) { Gender::Female } else { Gender::Male };
            out.push(seat(65 + dice.between(0, 30).min(dice.between(0, 33)), gender, Part::First));
        }
        Kind::Couple => drop(pair(dice, 28, 66, &mut out)),
        Kind::OlderCouple => drop(pair(dice, 65, 86, &mut out)),
        Kind::Family => {
            let mother = pair(dice, 27, 56, &mut out);
            children(dice, mother, 0, 17, &mut out);
        }
        Kind::LoneParent => {
            let gender = if dice.chance(0.88) { Gender::Female } else { Gender::Male };
            let age = dice.between(20, 52);
            out.push(seat(age, gender, Part::First));
            children(dice, age, 0, 17, &mut out);
        }
        Kind::GrownFamily => {
            let mother = pair(dice, 44, 64, &mut out);
            children(dice, mother, 14, 27, &mut out);
        }
        Kind::ThreeGenerations => {
            let mother = pair(dice, 28, 50, &mut out);
            children(dice, mother, 0, 17, &mut out);
            out.push(seat(mother + dice.between(20, 34), any(dice), Part::Grandparent));
        }
        Kind::Shared => {
            for _ in 0..dice.between(3, 6) {
                out.push(seat(dice.between(18, 36), any(dice), Part::Stranger));
            }
        }
        Kind::Young => {
            out.push(seat(dice.between(18, 25), any(dice), Part::First));
            if dice.chance(0.4) {
                out.push(seat(dice.between(18, 25), any(dice), Part::Stranger));
            }
        }
        Kind::ChildrensHome => {
            for _ in 0..dice.between(3, 5) {
                out.push(seat(dice.between(11, 17), any(dice), Part::Stranger));
            }
        }
    }
    out
}

/// One to four children of these ages of a mother (or lone parent) of this age; one birth in 65 is of twins.
fn children(dice: &mut Dice, parent: i64, low: i64, high: i64, out: &mut Vec<Seat>) {
    let high = high.min(parent - 17).max(0);
    let count = dice.weighted(&[(1_i64, 42), (2, 39), (3, 14), (4, 5)]);
    let low = low.min(high);
    let mut age = dice.between(low, high);
    if dice.chance(0.6) {
        age = age.max(dice.between(low, high)); // the eldest is mostly older
    }
    for _ in 0..count {
        let gender = if dice.chance(0.51) { Gender::Male } else { Gender::Female };
        let seat = Seat { age: i32::try_from(age).unwrap_or(0), gender, part: Part::Child };
        out.push(seat);
        if dice.chance(1.0 / 65.0) {
            let gender = if dice.chance(0.65) { gender } else { Gender::Female };
            out.push(Seat { gender, part: Part::Twin, ..seat });
        }
        age -= dice.between(1, 4);
        if age < 0 {
            break;
        }
    }
}

/// The communities of an area, as upper bounds of their weights: the county's shares, multiplied by a district's and an area's
/// own factor for each.
pub fn mix(census: &Census<'_>, area: usize) -> Vec<f64> {
    let district = census.county.area(area).map_or(0, |area| area.district) as u64;
    let seed = census.county.seed;
    let mut total = 0.0;
    let factor = |number: u64| {
        if number == 0 {
            return 1.0;
        }
        let district = Dice::of(seed, "community in district", district << 8 | number).normal();
        let area = Dice::of(seed, "community in area", (area as u64) << 8 | number).normal();
        (0.7 * district + 0.5 * area - 0.35).exp()
    };
    let weighed = census.names.communities.iter().zip(0..).map(|(community, number)| {
        total += community.share * factor(number);
        total
    });
    weighed.collect()
}

/// The position of a community drawn from a [`mix`].
fn draw(mix: &[f64], dice: &mut Dice) -> usize {
    let at = dice.unit() * mix.last().copied().unwrap_or(0.0);
    mix.partition_point(|&upto| upto <= at).min(mix.len().saturating_sub(1))
}

fn member(census: &Census<'_>, dice: &mut Dice, roof: &Roof<'_>, seat: Seat, number: u64, double: bool) -> Person {
    let own = match seat.part {
        Part::Stranger => draw(roof.mix, dice),
        Part::Partner => roof.other,
        _ => roof.community,
    };
    // A position that was drawn is always there; the first stands in for the compiler's sake.
    let fallback = &census.names.communities;
    let Some(names) = census.names.community(own).or(fallback.first()) else { return nobody(census, number, roof) };
    let given = names.given(seat.gender, seat.age, dice).to_owned();
    let middle = dice.chance(names.middle).then(|| names.given(seat.gender, seat.age, dice).to_owned());
    let (family, former_family) = family_names(census, dice, roof, seat, names, double);
    let born = born(census.today, seat.age, dice);
    let nickname = census.names.nickname(&given, dice).map(str::to_owned);
    let phone = phone(dice, roof, seat.age, number);
    let email = (seat.age >= 13 && dice.chance(0.7)).then(|| email(&given, &family, number, dice));
    Person {
        number,
        household: roof.household,
        area: roof.home.area,
        community: own,
        ethnicity: ethnicity(names, roof, seat, dice),
        gender: seat.gender,
        born,
        age: seat.age,
        given,
        middle: middle.filter(|_| dice.chance(0.98)),
        family,
        former_family,
        nickname,
        nhs_number: identity::nhs_number(number),
        upn: (4..26).contains(&seat.age).then(|| identity::upn(number)),
        phone,
        email,
        home: roof.home.clone(),
        former_home: if seat.part == Part::Stranger {
            former_home(census, dice, roof.home)
        } else {
            roof.former.clone()
        },
        twin: false,
        hazard: (dice.normal() * 0.9 - 0.405).exp(),
    }
}

fn family_names(
    census: &Census<'_>,
    dice: &mut Dice,
    roof: &Roof<'_>,
    seat: Seat,
    names: &Community,
    double: bool,
) -> (String, Option<(String, Option<Date>)>) {
    let borne = |name: &str| names.borne(name, seat.gender);
    match seat.part {
        Part::Stranger => (borne(&names.family(dice)), None),
        Part::Partner if roof.shares_name => {
            // Some married within the window, and partners' files hold both names.
            let changed = (seat.age < 45 && dice.chance(0.06)).then(|| day_within(census, dice));
            (borne(&roof.family), Some((borne(&roof.partner_family), changed)))
        }
        Part::Partner => (borne(&roof.partner_family), None),
        Part::Child | Part::Twin if double => {
            (format!("{}-{}", borne(&roof.family), borne(&roof.partner_family)), None)
        }
        // Some children bear the other parent's name.
        Part::Child | Part::Twin if !roof.shares_name && roof.household.is_multiple_of(3) => {
            (borne(&roof.partner_family), None)
        }
        Part::First if seat.gender == Gender::Female && dice.chance(0.03) => {
            (borne(&roof.family), Some((borne(&names.family(dice)), Some(day_within(census, dice)))))
        }
        _ => (borne(&roof.family), None),
    }
}

/// Children of parents from two communities are often, not always, recorded as mixed.
fn ethnicity(names: &Community, roof: &Roof<'_>, seat: Seat, dice: &mut Dice) -> String {
    let mixed = roof.community != roof.other && matches!(seat.part, Part::Child | Part::Twin);
    if mixed && dice.chance(0.6) {
        return dice.weighted(&[("M1", 30), ("M2", 15), ("M3", 25), ("M9", 30)]).to_owned();
    }
    names.ethnicity(dice)
}

fn born(today: Date, age: i32, dice: &mut Dice) -> Date {
    let days = dice.between(0, 364);
    today.saturating_sub(i64::from(age).years()).saturating_sub(days.days())
}

fn phone(dice: &mut Dice, roof: &Roof<'_>, age: i32, number: u64) -> Option<String> {
    if age >= 12 && dice.chance(0.86) {
        Some(identity::mobile(number))
    } else if age < 16 && dice.chance(0.6) {
        Some(identity::mobile(roof.household)) // a parent's
    } else {
        roof.landline.clone()
    }
}

fn email(given: &str, family: &str, number: u64, dice: &mut Dice) -> String {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let host = dice.pick(&["post.example", "mail.example", "letters.example", "box.example"]);
    let (given, family) = (plain(given), plain(family));
    match dice.below(3) {
        0 => format!("{given}.{family}{}@{host}", number % 100),
        1 => format!("{given}{}@{host}", number % 10_000),
        _ => format!("{}{family}{}@{host}", given.chars().take(1).collect::<String>(), number % 1_000),
    }
}

/// Only if the embedded list of communities were empty, which a test rules out.
fn nobody(census: &Census<'_>, number: u64, roof: &Roof<'_>) -> Person {
    Person {
        number,
        household: roof.household,
        area: roof.home.area,
        community: 0,
        ethnicity: "NS".to_owned(),
        gender: Gender::Female,
        born: census.today,
        age: 0,
        given: String::new(),
        middle: None,
        family: String::new(),
        former_family: None,
        nickname: None,
        nhs_number: identity::nhs_number(number),
        upn: None,
        phone: None,
        email: None,
        home: roof.home.clone(),
        former_home: None,
        twin: false,
        hazard: 0.0,
    }
}
