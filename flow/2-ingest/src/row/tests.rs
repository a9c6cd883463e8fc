//! Rows: what each cell may hold, and every reason at once.

use base::Date;
use proptest::prelude::*;

use super::{Checked, Checker, header::plan};
use crate::{
    feed::{feed, feeds},
    table::{Limits, Next, Refused, look, rows},
};

/// Checks every row of a text against a feed.
fn check(name: &str, text: &str) -> Vec<Checked> {
    let feed = feed(name).unwrap();
    let bytes = text.as_bytes().to_vec();
    let found = look(&bytes, None, &Limits::default()).unwrap();
    let mut checker: Option<Checker<'_>> = None;
    let mut all = Vec::new();
    rows(&bytes, &found, &Limits::default(), &mut |row| -> Result<Next, Refused> {
        match checker.as_mut() {
            None => {
                checker = Some(Checker::new(feed, plan(feed, feeds(), row)?, "2026-11-22".parse::<Date>().unwrap()))
            }
            Some(checker) => all.push(checker.check(row)),
        }
        Ok(Next::Row)
    })
    .unwrap();
    all
}

fn reasons(name: &str, text: &str) -> Vec<String> {
    match check(name, text).remove(0) {
        Checked::Draft(_) => Vec::new(),
        Checked::Bad(bad) => {
            let said =
                |reason: &super::Reason| format!("{}: {}", reason.column.as_deref().unwrap_or("row"), reason.problem);
            bad.reasons.iter().map(said).collect()
        }
    }
}

const POLICE: &str = "row_ref,crime_ref,event_date_time,offence,role,surname,dob,sex,phone,place_lsoa\n";

#[test]
fn a_police_row_becomes_a_compact_body() {
    let text = format!(
        "{POLICE}73/1-01,73/1,03/10/2026 21:45,Robbery, Person at Risk ,O\"Neil\\,14/02/2010,f,+44 7100 284417,e01090031\n"
    );
    let Checked::Draft(draft) = check("police_events", &text).remove(0) else {
        panic!("{:?}", reasons("police_events", &text))
    };
    assert_eq!(draft.key, "73/1-01");
    assert_eq!(draft.event_at, Some(1_791_060_300_000_000)); // British summer time: 20:45 UTC
    assert_eq!(draft.expires_on.unwrap().to_string(), "2032-10-03");
    assert_eq!(
        draft.body,
        r#"{"row_ref":"73/1-01","crime_ref":"73/1","event_date_time":"2026-10-03T21:45:00","kind":"Robbery","role":"person_at_risk","family":"O\"Neil\\","dob":"2010-02-14","sex":"female","phone":"07100284417","place_lsoa":"E01090031"}"#
    );
    serde_json::from_str::<serde_json::Value>(&draft.body).unwrap();
}

#[test]
fn reasons_are_plain_and_quote_no_cell() {
    let row = |cells: &str| reasons("police_events", &format!("{POLICE}{cells}\n"));
    assert_eq!(row("1,1,03/10/2026 21:45,Robbery,,Lee,,,,"), ["role: The role is blank."]);
    assert_eq!(
        row("1,1,29/03/2026 01:30,Robbery,victim,Lee,,,,"),
        ["event_date_time: This time did not exist: the clocks in the United Kingdom went forward over it."]
    );
    assert_eq!(
        row("1,1,03/10/2026 21:45,Robbery,victim,Lee,14/02/2027,,,"),
        ["dob: The date of birth lies in the future."]
    );
    assert_eq!(
        row("1,1,03/10/2026 21:45,Robbery,victim,Lee,,,,,,extra"),
        ["row: The row has 12 cells, the header has 10."]
    );
    assert_eq!(
        row(",1,3.10.2026,Robbery,gang member,,40/40/2010,Q,12,E01"),
        [
            "row_ref: The cell is blank and must not be.",
            "event_date_time: This is not a date as agreed.",
            "role: This is not one of the list.",
            "surname: The cell is blank and must not be.",
            "dob: There is no such day or time.",
            "sex: This is not one of the list.",
            "phone: A telephone number has 6 to 15 digits.",
            "place_lsoa: A small area's code is E01 or W01 and six digits, such as E01021321.",
        ]
    );
}

#[test]
fn equal_rows_are_numbered_and_spelling_of_a_code_is_not_content() {
    let text = "UPN,Surname,School,Start Date,Type,Reason 1\n,Lee,S,01/09/2026,SUSP,DB\n,Lee,S,01/09/2026,fixd,DB\n,Roe,S,01/09/2026,PERM,DB\n";
    let keys: Vec<String> = check("exclusions", text)
        .into_iter()
        .map(|checked| match checked {
            Checked::Draft(draft) => draft.key,
            Checked::Bad(bad) => panic!("{bad:?}"),
        })
        .collect();
    assert_eq!(keys[1], format!("{}#2", keys[0]));
    assert_eq!(keys[2].len(), 23);
}

proptest! {
    #[test]
    fn a_body_is_always_json(cells in prop::collection::vec("[^\u{0}\n\r,\"]{0,8}", 12)) {
        let header = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context";
        let text = format!("{header}\nx{}\n", cells.join(","));
        for checked in check("police_uk", &text) {
            if let Checked::Draft(draft) = checked {
                let body: serde_json::Value = serde_json::from_str(&draft.body).unwrap();
                prop_assert!(body.is_object());
            }
        }
    }
}
