//! The end of retention: a moment goes with its record, and all that hangs on it goes with the moment.

use base::SignedDuration;
use vault::{Actor, testing::Bench};

use crate::setting::{House, plan};

vault::store_suite! { plan: plan() => [
    everything_goes_with_the_record,
    what_was_done_goes_after_six_years,
    every_rule_of_every_stage_leads_to_an_end,
] }

/// A moment with a contact, a referral, a step of escalation, a shift and an opening.
async fn with_everything(t: Bench) -> House {
    let house = House::of(t).await;
    house.on_shift("amira", "navigator").await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let moment = house.rows("SELECT id AS x FROM moment").await.remove(0);
    let unit = house.agencies["unit"].to_string();
    let now = house.now().as_micros();
    for sql in [
        format!(
            "INSERT INTO contact (id, moment, controller, attempted_at, how, reached, made_by, written_at, form_key) \
             VALUES ('c', '{moment}', '{unit}', {now}, 'phone', FALSE, 'm', {now}, 'k')"
        ),
        format!(
            "INSERT INTO referral (id, moment, controller, from_agency, to_agency, needs, agreed, given, made_by, made_at, \
             answer_by, state, form_key) VALUES ('r', '{moment}', '{unit}', 'a', 'b', 'safety', TRUE, '{{}}', 'm', {now}, {now}, \
             'sent', 'k')"
        ),
        format!(
            "INSERT INTO moment_escalation (moment, step, controller, category, to_duty, marked_at) \
             VALUES ('{moment}', 'breached', '{unit}', 'custody', 'rota_lead', {now})"
        ),
        format!(
            "INSERT INTO moment_opening (sign_in, opened, member, purpose, until) \
             VALUES ('s', '{moment}', 'm', 'support', {now})"
        ),
    ] {
        // Ids of 26 letters and digits, as tombstones need them.
        let sql = sql.replace("('c'", &format!("('{:0>26}'", 1)).replace("('r'", &format!("('{:0>26}'", 2));
        house.t.tamper(&sql).await.unwrap();
    }
    house
}

async fn left(house: &House) -> Vec<u64> {
    let mut counts = Vec::new();
    for table in ["record", "moment", "moment_escalation", "contact", "referral", "rota_shift", "moment_opening"] {
        counts.push(house.t.rows_in_table(table).await);
    }
    counts
}

async fn everything_goes_with_the_record(t: Bench) {
    let house = with_everything(t).await;
    assert_eq!(left(&house).await, [1; 7]);
    let today = house.now().date_in_london();
    house.t.vault.expire_due(&Actor::System, today).await.unwrap();
    assert_eq!(left(&house).await, [1; 7], "nothing is due");
    house.t.tamper("UPDATE record SET expires_on = '2020-01-01'").await.unwrap();
    house.t.vault.expire_due(&Actor::System, today).await.unwrap();
    assert_eq!(left(&house).await, [0, 0, 0, 0, 0, 1, 1]);
}

async fn what_was_done_goes_after_six_years(t: Bench) {
    let house = with_everything(t).await;
    let after = |days: i64| house.now().date_in_london().saturating_add(SignedDuration::from_hours(24 * days));
    house.t.tamper("UPDATE record SET expires_on = '2099-01-01'").await.unwrap();
    house.t.vault.expire_due(&Actor::System, after(3)).await.unwrap();
    assert_eq!(left(&house).await, [1, 1, 1, 1, 1, 1, 0], "an opening is forgotten after a day");
    house.t.vault.expire_due(&Actor::System, after(732)).await.unwrap();
    assert_eq!(left(&house).await, [1, 1, 1, 1, 1, 0, 0], "a shift is kept for two years");
    house.t.vault.expire_due(&Actor::System, after(2190)).await.unwrap();
    assert_eq!(left(&house).await, [1, 1, 1, 1, 1, 0, 0]);
    house.t.vault.expire_due(&Actor::System, after(2191)).await.unwrap();
    assert_eq!(left(&house).await, [1, 1, 1, 0, 0, 0, 0]);
}

async fn every_rule_of_every_stage_leads_to_an_end(t: Bench) {
    assert_eq!(vault::testing::check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
    let entries = t.vault.catalogue().await.unwrap();
    for entry in &entries {
        let parent = entry.retention.strip_prefix("with:").or_else(|| entry.retention.strip_prefix("while:"));
        let Some(parent) = parent else { continue };
        assert!(
            entries.iter().any(|other| other.table == parent),
            "`{}` goes with `{parent}`, which is nowhere",
            entry.table
        );
    }
    let for_ever: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.kind == vault::TableKind::Subject && entry.retention.starts_with("for_ever"))
        .map(|entry| entry.table.as_str())
        .collect();
    assert_eq!(for_ever, Vec::<&str>::new(), "nothing about somebody is kept for ever");
}
