//! Numbers by which people are known. Each is a one-to-one scramble of the person's number: no two people share one, and
//! none is kept in memory. None can be a real person's: NHS numbers from 800 000 000 up are not in use, no mobile number
//! begins 0710 to 0729, 01632 is no town's code, and `.example` is no domain (RFC 2606).

use base::{NhsNumber, Upn};

/// A person's NHS number. A nine-digit stem in eleven has no check digit, so each person has twelve stems to themselves.
#[must_use]
pub fn nhs_number(person: u64) -> String {
    const RANGE: u64 = 190_000_000;
    (0..12)
        .filter_map(|stem| {
            let scrambled = (person * 12 + stem) * 61_803_397 % RANGE;
            NhsNumber::with_check_digit(u32::try_from(800_000_000 + scrambled).ok()?)
        })
        .next()
        .map(NhsNumber::digits)
        .unwrap_or_default()
}

/// A person's unique pupil number, of local authority 990.
#[must_use]
pub fn upn(person: u64) -> String {
    let serial = person * 48_271_013 % 1_000_000_000;
    Upn::with_check_letter(990_000_000_000 + serial).map(|upn| upn.as_str().to_owned()).unwrap_or_default()
}

/// A person's mobile number.
#[must_use]
pub fn mobile(person: u64) -> String {
    let serial = person * 7_368_787 % 20_000_000;
    format!("07{} {:06}", 100 + serial / 100_000, (serial % 100_000) * 10 + serial % 7)
}

/// A household's landline.
#[must_use]
pub fn landline(household: u64) -> String {
    format!("01632 {:06}", household * 611_953 % 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use base::{NhsNumber, Upn};

    #[test]
    fn numbers_are_valid_and_nobody_shares_one() {
        let people = 1..60_000_u64;
        let nhs: HashSet<String> = people.clone().map(super::nhs_number).collect();
        assert_eq!(nhs.len(), 59_999);
        assert!(nhs.iter().all(|number| number.parse::<NhsNumber>().is_ok()));
        let upn: HashSet<String> = people.clone().map(super::upn).collect();
        assert_eq!(upn.len(), 59_999);
        assert!(upn.iter().all(|number| number.parse::<Upn>().is_ok()));
        assert_eq!(people.map(super::mobile).collect::<HashSet<_>>().len(), 59_999);
    }
}
