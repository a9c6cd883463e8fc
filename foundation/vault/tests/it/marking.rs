//! Marks: what is sealed is in no permit for its category, what comes later is born sealed, and lifting leaves every row as it was.

use base::{Id, code, kind};
use vault::{Change, Mark, Marks, Verb, params, store_suite, testing::Bench};

use crate::county::{self, HOSPITAL, MIGRATIONS, POLICE, RECORDS, Record, add, cause, may_view};

store_suite! { MIGRATIONS => [
    a_sealed_record_is_hidden_with_all_that_hangs_on_it,
    what_comes_later_is_born_sealed,
    nobody_unseals_by_writing,
    a_source_is_sealed_before_it_sends,
    two_causes_hold_until_both_are_gone,
    marking_and_unmarking_restores_every_row,
    triggers_are_made_once_and_again_where_they_are_gone,
] }

async fn remark(change: &mut Change, id: u32, on: Id<kind::Record>) {
    let sql = "INSERT INTO remark (id, record, controller, category, body) VALUES ($1, $2, $3, 'custody', 'x')";
    change.execute(sql, params![format!("{id:026}"), on, POLICE]).await.unwrap();
}

async fn change(t: &Bench) -> Change {
    t.vault.change(cause(code!("marked"))).await.unwrap()
}

/// Every row that can be marked, as text, in order.
async fn all(t: &Bench) -> Vec<String> {
    let mut found = Vec::new();
    for sql in ["SELECT id, category FROM record ORDER BY id", "SELECT id, category FROM remark ORDER BY id"] {
        for row in t.query(sql, Vec::new()).await {
            found.push(format!("{} {}", row.text("id").unwrap(), row.text("category").unwrap()));
        }
    }
    found
}

async fn category(t: &Bench, table: &str, id: &str) -> String {
    let sql = format!("SELECT category FROM {table} WHERE id = '{id}'");
    t.query(&sql, Vec::new()).await[0].text("category").unwrap()
}

async fn mark(t: &Bench, ids: &[String], mark: Mark, why: &str) -> u64 {
    let mut change = change(t).await;
    let rows = change.mark(ids, mark, why).await.unwrap();
    change.commit().await.unwrap();
    rows
}

async fn unmark(t: &Bench, mark: Mark, why: &str) -> u64 {
    let mut change = change(t).await;
    let rows = change.unmark(mark, why).await.unwrap();
    change.commit().await.unwrap();
    rows
}

async fn a_sealed_record_is_hidden_with_all_that_hangs_on_it(t: Bench) {
    let (one, other) = (add(&t, POLICE, "custody", "one").await, add(&t, HOSPITAL, "ae_navigator", "other").await);
    let mut change = change(&t).await;
    remark(&mut change, 1, one).await;
    change.commit().await.unwrap();
    assert_eq!(mark(&t, &[one.to_string()], Mark::Sealed, "s1").await, 2);
    let permit = may_view(&t).await;
    let rows: Vec<Record> = t.vault.read(&permit).unwrap().rows(RECORDS, params![]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [other]);
    assert_eq!(category(&t, "remark", &format!("{:026}", 1)).await, "custody_sealed");
    // Whoever is granted the sealed part sees it, and only where the category itself was asked for.
    let mut ask = county::ask(Verb::View);
    ask.facets.push(vault::testing::facet(POLICE, "custody_sealed"));
    let permit = t.vault.permit(ask).await.unwrap();
    let rows: Vec<Record> = t.vault.read(&permit).unwrap().rows(RECORDS, params![]).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(unmark(&t, Mark::Sealed, "s1").await, 2);
    assert_eq!(category(&t, "record", &one.to_string()).await, "custody");
}

async fn what_comes_later_is_born_sealed(t: Bench) {
    let one = add(&t, POLICE, "custody", "one").await;
    mark(&t, &[one.to_string()], Mark::Sealed, "s1").await;
    let mut change = change(&t).await;
    remark(&mut change, 1, one).await;
    change.commit().await.unwrap();
    assert_eq!(category(&t, "remark", &format!("{:026}", 1)).await, "custody_sealed");
    // A remark that is moved to a sealed record is sealed with it.
    let other = add(&t, POLICE, "custody", "other").await;
    let mut change = self::change(&t).await;
    remark(&mut change, 2, other).await;
    change.execute("UPDATE remark SET record = $2 WHERE id = $1", params![format!("{:026}", 2), one]).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(category(&t, "remark", &format!("{:026}", 2)).await, "custody_sealed");
    assert_eq!(unmark(&t, Mark::Sealed, "s1").await, 3, "the record, and both remarks");
    assert!(all(&t).await.iter().all(|row| row.ends_with(" custody")));
}

async fn nobody_unseals_by_writing(t: Bench) {
    let one = add(&t, POLICE, "custody", "one").await;
    mark(&t, &[one.to_string()], Mark::Sealed, "s1").await;
    mark(&t, &[one.to_string()], Mark::Restricted, "r1").await;
    let mut change = change(&t).await;
    change.execute("UPDATE record SET category = 'custody' WHERE id = $1", params![one]).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(category(&t, "record", &one.to_string()).await, "custody_sealed_restricted");
}

async fn a_source_is_sealed_before_it_sends(t: Bench) {
    let mut change = change(&t).await;
    change.mark_source(&code!("f"), "later", Mark::Sealed, "s1").await.unwrap();
    change.commit().await.unwrap();
    let (id, other) = (add(&t, POLICE, "custody", "later").await, add(&t, POLICE, "custody", "other").await);
    assert_eq!(category(&t, "record", &id.to_string()).await, "custody_sealed");
    assert_eq!(category(&t, "record", &other.to_string()).await, "custody");
    let mut change = self::change(&t).await;
    remark(&mut change, 1, id).await;
    change.commit().await.unwrap();
    assert_eq!(category(&t, "remark", &format!("{:026}", 1)).await, "custody_sealed", "what hangs on it too");
    unmark(&t, Mark::Sealed, "s1").await;
    assert!(all(&t).await.iter().all(|row| row.ends_with(" custody")));
    assert_eq!(t.rows_in_table("marked").await, 0);
}

async fn two_causes_hold_until_both_are_gone(t: Bench) {
    let one = add(&t, POLICE, "custody", "one").await;
    assert_eq!(mark(&t, &[one.to_string()], Mark::Sealed, "s1").await, 1);
    assert_eq!(mark(&t, &[one.to_string()], Mark::Sealed, "s2").await, 0, "it was sealed already");
    assert_eq!(unmark(&t, Mark::Sealed, "s1").await, 0);
    assert_eq!(category(&t, "record", &one.to_string()).await, "custody_sealed");
    assert_eq!(unmark(&t, Mark::Sealed, "s2").await, 1);
    assert_eq!(category(&t, "record", &one.to_string()).await, "custody");
}

async fn marking_and_unmarking_restores_every_row(t: Bench) {
    let mut ids = Vec::new();
    let mut remarks = 0;
    for n in 0..12_u32 {
        ids.push(add(&t, if n % 3 == 0 { HOSPITAL } else { POLICE }, "custody", &format!("k{n}")).await);
    }
    let any = |below: usize| usize::try_from(t.random.next_u64() % below as u64).unwrap();
    let mut before = all(&t).await;
    for _ in 0..25 {
        let mut causes = Vec::new();
        for n in 0..=any(4) {
            let some: Vec<String> = (0..=any(3)).map(|_| ids[any(ids.len())].to_string()).collect();
            let kind = if any(2) == 0 { Mark::Sealed } else { Mark::Restricted };
            mark(&t, &some, kind, &format!("c{n}")).await;
            causes.push((kind, format!("c{n}")));
        }
        let mut change = change(&t).await;
        for _ in 0..any(3) {
            remarks += 1;
            remark(&mut change, remarks, ids[any(ids.len())]).await;
            before.push(format!("{remarks:026} custody"));
        }
        change.commit().await.unwrap();
        while !causes.is_empty() {
            let (kind, why) = causes.remove(any(causes.len()));
            unmark(&t, kind, &why).await;
        }
        before.sort();
        let mut after = all(&t).await;
        after.sort();
        assert_eq!(after, before);
        assert_eq!(t.rows_in_table("marked").await, 0);
    }
}

async fn triggers_are_made_once_and_again_where_they_are_gone(mut t: Bench) {
    let one = add(&t, POLICE, "custody", "one").await;
    let sqlite = t.engine == vault::testing::Engine::Sqlite;
    let names = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'marked_remark_born*'"
    } else {
        "SELECT t.tgname::text AS name FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid \
         JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = current_schema() \
         AND starts_with(t.tgname::text, 'marked_remark_born')"
    };
    let name = t.query(names, Vec::new()).await[0].text("name").unwrap();
    let on = if sqlite { "" } else { " ON remark" };
    t.tamper(&format!("DROP TRIGGER {name}{on}")).await.unwrap();
    t.reopen().await.unwrap();
    mark(&t, &[one.to_string()], Mark::Sealed, "s1").await;
    let mut change = change(&t).await;
    remark(&mut change, 1, one).await;
    change.commit().await.unwrap();
    assert_eq!(category(&t, "remark", &format!("{:026}", 1)).await, "custody_sealed");
}

#[test]
fn a_category_and_its_marks_are_told_apart() {
    for marks in Marks::EVERY {
        let on = marks.on(&code!("social_care_involvement")).unwrap();
        assert_eq!(Marks::split(&on), (code!("social_care_involvement"), marks));
    }
    assert_eq!(Marks::split(&code!("custody")), (code!("custody"), Marks::default()));
    assert_eq!(Marks { sealed: true, restricted: true }.on(&code!("x")).unwrap(), code!("x_sealed_restricted"));
}
