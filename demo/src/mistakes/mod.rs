//! How partners get people wrong. [`tell`] turns a person into what one partner wrote down on one day; the makers of single
//! mistakes are in `slips.rs`. Every mistake is named, so that the truth file says what was done to each record.

mod slips;

use jiff::civil::Date;

use crate::dice::Dice;
use crate::names::Gender;
use crate::people::Person;

pub use slips::{another_check_digit, plain, swapped, typo};

/// How often, out of 1, a partner makes each mistake.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// A letter missed, doubled, swapped or mistaken, in either name.
    pub typo: f64,
    /// The nickname in place of the given name.
    pub nickname: f64,
    /// An initial in place of the given name.
    pub initial: f64,
    /// Given and family name in each other's place.
    pub names_swapped: f64,
    /// One half of a double name, or the earlier family name.
    pub other_family: f64,
    /// Accents dropped (where the encoding would have kept them).
    pub unaccented: f64,
    /// THE NAME IN CAPITALS.
    pub capitals: f64,
    /// Day and month of birth in each other's place.
    pub dob_swapped: f64,
    /// One wrong digit in the date of birth.
    pub dob_wrong: f64,
    /// 1 January of the right year, where only the age was known.
    pub dob_first_of_january: f64,
    /// No date of birth.
    pub dob_missing: f64,
    /// An address left after a move, for those who moved.
    pub old_address: f64,
    /// No address and postcode.
    pub address_missing: f64,
    /// No telephone.
    pub phone_missing: f64,
    /// No ethnicity.
    pub ethnicity_missing: f64,
    /// No NHS number or UPN.
    pub id_missing: f64,
    /// An NHS number or UPN that is not right.
    pub id_wrong: f64,
}

impl Habits {
    /// Names heard at a roadside or in a cell.
    pub const POLICE: Self = Self {
        typo: 0.035,
        nickname: 0.05,
        initial: 0.004,
        names_swapped: 0.006,
        other_family: 0.05,
        unaccented: 0.6,
        capitals: 0.12,
        dob_swapped: 0.012,
        dob_wrong: 0.02,
        dob_first_of_january: 0.008,
        dob_missing: 0.06,
        old_address: 0.3,
        address_missing: 0.05,
        phone_missing: 0.35,
        ethnicity_missing: 0.12,
        id_missing: 1.0,
        id_wrong: 0.0,
    };
    /// A school's or council's register: checked by parents.
    pub const REGISTER: Self = Self {
        typo: 0.012,
        nickname: 0.02,
        initial: 0.0,
        names_swapped: 0.003,
        other_family: 0.04,
        unaccented: 0.3,
        capitals: 0.02,
        dob_swapped: 0.006,
        dob_wrong: 0.006,
        dob_first_of_january: 0.001,
        dob_missing: 0.004,
        old_address: 0.2,
        address_missing: 0.01,
        phone_missing: 0.25,
        ethnicity_missing: 0.05,
        id_missing: 0.08,
        id_wrong: 0.006,
    };
    /// Case notes of a social work or youth justice team.
    pub const CASEWORK: Self = Self {
        typo: 0.025,
        nickname: 0.04,
        initial: 0.002,
        names_swapped: 0.004,
        other_family: 0.06,
        unaccented: 0.4,
        capitals: 0.04,
        dob_swapped: 0.01,
        dob_wrong: 0.012,
        dob_first_of_january: 0.006,
        dob_missing: 0.02,
        old_address: 0.25,
        address_missing: 0.04,
        phone_missing: 0.3,
        ethnicity_missing: 0.06,
        id_missing: 0.35,
        id_wrong: 0.01,
    };
    /// A busy reception desk at night.
    pub const HOSPITAL: Self = Self {
        typo: 0.03,
        nickname: 0.04,
        initial: 0.003,
        names_swapped: 0.008,
        other_family: 0.04,
        unaccented: 0.5,
        capitals: 0.08,
        dob_swapped: 0.01,
        dob_wrong: 0.012,
        dob_first_of_january: 0.01,
        dob_missing: 0.015,
        old_address: 0.3,
        address_missing: 0.06,
        phone_missing: 0.2,
        ethnicity_missing: 0.15,
        id_missing: 0.12,
        id_wrong: 0.008,
    };
    /// Sign-up sheets of charities and housing lists.
    pub const VOLUNTARY: Self = Self {
        typo: 0.045,
        nickname: 0.12,
        initial: 0.012,
        names_swapped: 0.01,
        other_family: 0.06,
        unaccented: 0.7,
        capitals: 0.05,
        dob_swapped: 0.015,
        dob_wrong: 0.02,
        dob_first_of_january: 0.015,
        dob_missing: 0.1,
        old_address: 0.3,
        address_missing: 0.12,
        phone_missing: 0.15,
        ethnicity_missing: 0.25,
        id_missing: 1.0,
        id_wrong: 0.0,
    };
}

/// A person as one partner wrote them down.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// First name.
    pub given: String,
    /// Middle name, where the partner asks.
    pub middle: String,
    /// Family name.
    pub family: String,
    /// What else they are called, where the partner asks.
    pub known_as: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// `F` or `M`.
    pub sex: &'static str,
    /// 16+1 code, or empty.
    pub ethnicity: String,
    /// House and street.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Telephone.
    pub phone: String,
    /// Email.
    pub email: String,
    /// NHS number, unspaced.
    pub nhs_number: String,
    /// Unique pupil number.
    pub upn: String,
    /// The mistakes made, by name.
    pub mistakes: Vec<&'static str>,
}

/// What a partner with these habits writes of a person on a day.
#[must_use]
pub fn tell(person: &Person, day: Date, habits: &Habits, dice: &mut Dice) -> Told {
    let mut told = Told {
        given: person.given.clone(),
        middle: person.middle.clone().unwrap_or_default(),
        family: person.family_on(day).to_owned(),
        known_as: person.nickname.clone().filter(|_| dice.chance(0.4)).unwrap_or_default(),
        sex: match person.gender {
            Gender::Female => "F",
            Gender::Male => "M",
        },
        ..Told::default()
    };
    names(&mut told, person, habits, dice);
    birth(&mut told, person, habits, dice);
    home(&mut told, person, day, habits, dice);
    numbers(&mut told, person, habits, dice);
    told
}

impl Told {
    fn note(&mut self, mistake: &'static str) {
        self.mistakes.push(mistake);
    }
}

fn names(told: &mut Told, person: &Person, habits: &Habits, dice: &mut Dice) {
    if let Some(nickname) = person.nickname.as_ref().filter(|_| dice.chance(habits.nickname * 2.0)) {
        told.given.clone_from(nickname);
        told.note("nickname");
    } else if dice.chance(habits.initial) {
        told.given = told.given.chars().take(1).collect();
        told.note("initial");
    }
    if let Some((former, changed)) = &person.former_family {
        // A name given up long ago is rarer in files than one just given up.
        if dice.chance(if changed.is_some() { habits.other_family * 6.0 } else { habits.other_family * 0.6 }) {
            told.family.clone_from(former);
            told.note("other_family_name");
        }
    }
    if told.family.contains('-') && dice.chance(habits.other_family * 4.0) {
        let halves: Vec<&str> = told.family.split('-').collect();
        told.family = dice.pick(&halves).to_owned();
        told.note("half_of_double_name");
    }
    if dice.chance(habits.typo) {
        told.family = typo(&told.family, dice);
        told.note("typo_family");
    }
    if dice.chance(habits.typo) {
        told.given = typo(&told.given, dice);
        told.note("typo_given");
    }
    if !told.family.is_ascii() || !told.given.is_ascii() {
        if dice.chance(habits.unaccented) {
            told.family = slips::unaccented(&told.family);
            told.given = slips::unaccented(&told.given);
            told.note("unaccented");
        }
        told.middle = slips::unaccented(&told.middle);
    }
    if dice.chance(habits.names_swapped) {
        std::mem::swap(&mut told.given, &mut told.family);
        told.note("names_swapped");
    }
    if dice.chance(habits.capitals) {
        told.family = told.family.to_uppercase();
        if dice.chance(0.5) {
            told.given = told.given.to_uppercase();
        }
    } else if dice.chance(habits.capitals / 8.0) {
        told.family = told.family.to_lowercase();
        told.given = told.given.to_lowercase();
    }
}

fn birth(told: &mut Told, person: &Person, habits: &Habits, dice: &mut Dice) {
    told.born = Some(person.born);
    let at = dice.unit();
    let mut upto = habits.dob_missing;
    if at < upto {
        told.born = None;
        return told.note("dob_missing");
    }
    upto += habits.dob_swapped * 2.6; // day above 12 cannot be swapped: make up for it
    if at < upto {
        if let Some(other) = swapped(person.born) {
            told.born = Some(other);
            told.note("dob_swapped");
        }
        return;
    }
    upto += habits.dob_wrong;
    if at < upto {
        told.born = Some(slips::wrong_digit(person.born, dice));
        return told.note("dob_wrong");
    }
    upto += habits.dob_first_of_january;
    if at < upto {
        told.born = Some(slips::first_of_january(person.born));
        told.note("dob_first_of_january");
    }
}

fn home(told: &mut Told, person: &Person, day: Date, habits: &Habits, dice: &mut Dice) {
    let mut place = person.home_on(day);
    if let Some((former, moved)) = &person.former_home
        && day >= *moved
        && dice.chance(habits.old_address)
    {
        place = former;
        told.note("old_address");
    }
    if dice.chance(habits.address_missing) {
        return told.note("address_missing");
    }
    told.address.clone_from(&place.line);
    told.postcode.clone_from(&place.postcode);
    match dice.below(40) {
        0 => told.postcode = told.postcode.replace(' ', ""),
        1 => told.postcode = told.postcode.to_lowercase(),
        2 => told.address = told.address.to_uppercase(),
        3 => told.address = abbreviated(&told.address),
        _ => {}
    }
}

fn numbers(told: &mut Told, person: &Person, habits: &Habits, dice: &mut Dice) {
    if !dice.chance(habits.phone_missing) {
        told.phone = person.phone.clone().unwrap_or_default();
        match dice.below(12) {
            0 => told.phone = told.phone.replace(' ', ""),
            1 => told.phone = told.phone.replacen('0', "+44 ", 1),
            _ => {}
        }
    }
    told.email = person.email.clone().filter(|_| !dice.chance(0.3)).unwrap_or_default();
    if !dice.chance(habits.ethnicity_missing) {
        told.ethnicity.clone_from(&person.ethnicity);
    }
    if !dice.chance(habits.id_missing) {
        told.nhs_number.clone_from(&person.nhs_number);
        if dice.chance(habits.id_wrong) {
            told.nhs_number = another_check_digit(&told.nhs_number);
            told.note("nhs_number_wrong");
        }
    }
    if !dice.chance(habits.id_missing) {
        told.upn = person.upn.clone().unwrap_or_default();
        if !told.upn.is_empty() && dice.chance(habits.id_wrong) {
            told.upn = typo(&told.upn, dice);
            told.note("upn_wrong");
        }
    }
}

fn abbreviated(address: &str) -> String {
    [("Street", "St"), ("Road", "Rd"), ("Avenue", "Ave"), ("Close", "Cl"), ("Lane", "Ln"), ("Flat ", "Flt ")]
        .into_iter()
        .fold(address.to_owned(), |text, (long, short)| text.replace(long, short))
}
