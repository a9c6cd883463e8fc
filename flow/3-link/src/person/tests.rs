//! What is shown of a person, from the records that may be seen.

use base::{Id, code};
use ingest::api::Record;

use super::*;

fn record(number: u128, given: &str, family: &str, dob: &str) -> Record {
    let body = [("given", given), ("family", family), ("dob", dob)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (key.to_owned(), text.into()))
        .collect();
    Record {
        id: Id::from_u128(number),
        feed: code!("custody"),
        controller: Id::from_u128(1),
        category: code!("custody"),
        source_key: number.to_string(),
        version: 1,
        is_current: true,
        delivery: Id::from_u128(1),
        line: 2,
        event_at: None,
        body,
        received_at: base::Timestamp::EPOCH,
        expires_on: None,
        withdrawn_at: None,
    }
}

#[test]
fn the_name_that_most_records_have_is_shown() {
    let records = [
        record(1, "CALLUM", "BARKER", "2008-11-02"),
        record(2, "Callum", "Barker", "2008-02-11"),
        record(3, "Cal", "Barker", "2008-11-02"),
    ];
    let shown = shown(&records);
    assert_eq!(shown.name, "Callum Barker");
    assert_eq!(shown.born, "2008-11-02".parse().ok());
}

#[test]
fn a_full_name_goes_before_half_a_name() {
    let records = [record(1, "", "Barker", ""), record(2, "", "Barker", ""), record(3, "Callum", "Barker", "")];
    assert_eq!(shown(&records).name, "Callum Barker");
    assert_eq!(shown(&[]).name_or_words(), "Name not recorded");
}
