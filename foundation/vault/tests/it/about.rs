//! Everything about somebody: found under a permit, erased whole or not at all, and nothing left to find.

use std::collections::BTreeSet;

use base::{Code, Id, code, kind};
use vault::{About, Ask, Facet, Permit, StoreError, Verb, store_suite, testing::Bench};

use crate::county::{self, HOSPITAL, MIGRATIONS, POLICE, add, cause};

store_suite! { MIGRATIONS => [
    all_that_hangs_on_a_record_is_found,
    rows_outside_the_permit_stay_inside,
    many_rows_come_each_once,
    erasing_takes_everything_and_says_so,
    erasing_needs_a_permit_that_covers_it_all,
    what_a_controller_keeps_stays,
    every_id_is_looked_for_in_every_text,
] }

/// A remark on a record, in the record's own category unless another is named.
async fn remark(t: &Bench, id: u32, on: Id<kind::Record>, category: &str) {
    let sql = format!(
        "INSERT INTO remark (id, record, controller, category, body) VALUES ('{id:026}', '{on}', '{POLICE}', '{category}', 'x')"
    );
    t.tamper(&sql).await.unwrap();
}

async fn permit(t: &Bench, verb: Verb) -> Permit {
    t.vault.permit(county::ask(verb)).await.unwrap()
}

async fn about(t: &Bench, ids: &[Id<kind::Record>]) -> Vec<About> {
    let permit = permit(t, Verb::View).await;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    t.vault.read(&permit).unwrap().about(&t.vault, &ids).await.unwrap()
}

async fn all_that_hangs_on_a_record_is_found(t: Bench) {
    let mine = add(&t, POLICE, "custody", "mine").await;
    let other = add(&t, HOSPITAL, "ae_navigator", "other").await;
    remark(&t, 1, mine, "custody").await;
    remark(&t, 2, other, "custody").await;
    t.tamper(&format!("UPDATE record SET flag = TRUE, n = -5 WHERE id = '{mine}'")).await.unwrap();
    let rows = about(&t, &[mine]).await;
    let tables: Vec<&str> = rows.iter().map(|row| row.table.as_str()).collect();
    assert_eq!(tables, ["remark", "record"]);
    let row = &rows[1];
    assert_eq!((row.id.clone(), row.controller, row.sees.as_str()), (Some(mine.to_string()), POLICE, "shown"));
    let column = |name: &str| row.columns.get(name).map(String::as_str);
    assert_eq!((column("body"), column("flag"), column("n")), (Some("body of mine"), Some("1"), Some("-5")));
    assert_eq!(column("share"), None, "what is empty is left out");
    assert_eq!(about(&t, &[]).await, []);
}

async fn rows_outside_the_permit_stay_inside(t: Bench) {
    let mine = add(&t, POLICE, "custody", "mine").await;
    remark(&t, 1, mine, "something_else").await;
    let rows = about(&t, &[mine]).await;
    assert_eq!(rows.len(), 1, "a remark of a category that isn't granted was released");
}

async fn many_rows_come_each_once(t: Bench) {
    let mut ids = Vec::new();
    for n in 0..230 {
        ids.push(add(&t, POLICE, "custody", &n.to_string()).await);
    }
    remark(&t, 1, ids[0], "custody").await;
    remark(&t, 2, ids[229], "custody").await;
    assert_eq!(about(&t, &ids).await.len(), 232);
}

async fn erase(t: &Bench, permit: &Permit, id: Id<kind::Record>) -> Result<Vec<(String, u64)>, StoreError> {
    let mut change = t.vault.change_under(permit, cause(code!("erased"))).await?;
    let gone = change.erase_about(&[id.to_string()], &code!("right_to_erasure")).await?;
    change.commit().await?;
    Ok(gone.into_iter().collect())
}

async fn erasing_takes_everything_and_says_so(mut t: Bench) {
    let mine = add(&t, POLICE, "custody", "mine").await;
    let other = add(&t, HOSPITAL, "ae_navigator", "other").await;
    remark(&t, 1, mine, "custody").await;
    remark(&t, 2, other, "custody").await;
    let may_erase = permit(&t, Verb::Erase).await;
    let gone = erase(&t, &may_erase, mine).await.unwrap();
    assert_eq!(gone, [("record".to_owned(), 1), ("remark".to_owned(), 1)]);
    assert_eq!((t.rows_in_table("record").await, t.rows_in_table("remark").await), (1, 1), "another's rows stay");
    let left = |id: Id<kind::Record>| vec![id.to_string()];
    assert!(t.vault.left_about(&may_erase, &left(mine)).await.unwrap().is_empty());
    assert_eq!(t.vault.left_about(&may_erase, &left(other)).await.unwrap().len(), 2, "it can tell");
    let stones = t.query("SELECT was, rule, source_digest FROM tombstone ORDER BY source_digest", vec![]).await;
    assert_eq!(stones.len(), 2);
    assert_eq!(stones[1].text("source_digest").unwrap(), t.vault.source_digest("f", "mine"));
    assert_eq!(stones[1].text("rule").unwrap(), "right_to_erasure");
    t.reopen().await.unwrap();
    assert_eq!(t.rows_in_table("record").await, 1);
}

async fn what_a_controller_keeps_stays(t: Bench) {
    let mine = add(&t, POLICE, "custody", "mine").await;
    let other = add(&t, HOSPITAL, "ae_navigator", "other").await;
    remark(&t, 1, mine, "custody").await;
    t.tamper(&format!("INSERT INTO held_back (what, why) VALUES ('{other}', 'a hold')")).await.unwrap();
    let may_erase = permit(&t, Verb::Erase).await;
    let (ids, rule) = ([mine.to_string(), other.to_string()], code!("right_to_erasure"));
    let mut change = t.vault.change_under(&may_erase, cause(code!("erased"))).await.unwrap();
    assert!(matches!(change.erase_about(&ids, &rule).await, Err(StoreError::Held)));
    drop(change);
    let kept = BTreeSet::from([Facet { controller: HOSPITAL, category: code!("ae_navigator") }]);
    let mut change = t.vault.change_under(&may_erase, cause(code!("erased"))).await.unwrap();
    let gone = change.erase_about_but(&ids, &rule, &kept).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(gone.rows.into_iter().collect::<Vec<_>>(), [("record".to_owned(), 1), ("remark".to_owned(), 1)]);
    assert!(gone.needed.is_empty());
    let left = t.query("SELECT id FROM record", vec![]).await;
    assert_eq!((left.len(), left[0].text("id").unwrap()), (1, other.to_string()));
    assert_eq!(t.rows_in_table("tombstone").await, 2, "none of what stays");
    assert_eq!(t.rows_in_table("held_back").await, 1, "and its hold");
}

async fn erasing_needs_a_permit_that_covers_it_all(t: Bench) {
    let mine = add(&t, POLICE, "custody", "mine").await;
    remark(&t, 1, mine, "something_else").await;
    for verb in [Verb::View, Verb::Erase] {
        let permit = permit(&t, verb).await;
        assert!(matches!(erase(&t, &permit, mine).await, Err(StoreError::Permit(_))), "{verb}");
    }
    let mut change = t.vault.change(cause(code!("erased"))).await.unwrap();
    let rule: Code = code!("right_to_erasure");
    assert!(matches!(change.erase_about(&[mine.to_string()], &rule).await, Err(StoreError::Permit(_))));
    drop(change);
    assert_eq!((t.rows_in_table("record").await, t.rows_in_table("tombstone").await), (1, 0));
    let view: Ask = county::ask(Verb::View);
    let permit = t.vault.permit(view).await.unwrap();
    assert!(t.vault.left_about(&permit, &[]).await.is_err(), "counting what is left is for who may erase");
}

async fn every_id_is_looked_for_in_every_text(t: Bench) {
    let mut ids = Vec::new();
    for n in 0..45 {
        ids.push(add(&t, POLICE, "custody", &format!("record {n}")).await.to_string());
    }
    let permit = permit(&t, Verb::Erase).await;
    let (found, read) = t.vault.found_in_texts(&permit, &ids).await.unwrap();
    assert_eq!((found.get("record"), read > 3), (Some(&45), true));
    t.tamper(&format!("DELETE FROM record WHERE id <> '{}'", ids[44])).await.unwrap();
    let (found, _) = t.vault.found_in_texts(&permit, &ids).await.unwrap();
    assert_eq!(found.get("record"), Some(&1), "the last of them too");
}
