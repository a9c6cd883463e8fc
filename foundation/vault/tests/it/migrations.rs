//! Migrations run once, in order, and a database is never opened by a program that is too old for it.

use vault::{
    Migration, StoreError, Vault, store_suite,
    testing::{Bench, check_catalogue},
};

use crate::county::MIGRATIONS;

store_suite! { MIGRATIONS => [
    a_second_opening_changes_nothing,
    a_newer_database_is_refused,
    two_of_one_number_are_refused,
    a_broken_migration_leaves_nothing,
    two_openings_at_once_both_succeed,
    the_catalogue_is_held_against_the_tables,
    text_sorts_by_code_point,
] }

async fn migrations_run(t: &Bench) -> Vec<(i64, i64)> {
    let rows = t.query("SELECT number, run_at FROM migration ORDER BY number", Vec::new()).await;
    rows.iter().map(|row| (row.int("number").unwrap(), row.int("run_at").unwrap())).collect()
}

async fn a_second_opening_changes_nothing(mut t: Bench) {
    let before = migrations_run(&t).await;
    t.clock.advance(base::SignedDuration::from_hours(1));
    t.reopen().await.unwrap();
    assert_eq!(migrations_run(&t).await, before);
    assert!(before.iter().any(|(number, _)| *number == 900));
}

async fn a_newer_database_is_refused(t: Bench) {
    t.tamper("INSERT INTO migration (number, name, run_at) VALUES (950, 'later', 0)").await.unwrap();
    let error = Vault::open(t.opening()).await.err().unwrap();
    assert!(error.to_string().contains("newer program"), "{error}");
}

async fn two_of_one_number_are_refused(t: Bench) {
    let mut opening = t.opening();
    opening.migrations.push(Migration { number: 900, name: "other", sql: "" });
    let error = Vault::open(opening).await.err().unwrap();
    assert!(matches!(error, StoreError::Migration { number: 900, .. }), "{error}");
}

async fn a_broken_migration_leaves_nothing(t: Bench) {
    let mut opening = t.opening();
    let sql = "CREATE TABLE half (id TEXT PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);";
    opening.migrations.push(Migration { number: 901, name: "broken", sql });
    assert!(matches!(Vault::open(opening).await, Err(StoreError::Migration { number: 901, .. })));
    assert!(t.tamper("SELECT id FROM half").await.is_err());
    assert!(migrations_run(&t).await.iter().all(|(number, _)| *number != 901));
}

async fn two_openings_at_once_both_succeed(t: Bench) {
    let (location, directory) = t.elsewhere(t.engine).await;
    let make = || {
        let mut opening = t.opening();
        (opening.location, opening.directory) = (location.clone(), directory.clone());
        Vault::open(opening)
    };
    let (one, two) = tokio::join!(tokio::spawn(make()), tokio::spawn(make()));
    one.unwrap().unwrap().close().await;
    two.unwrap().unwrap().close().await;
}

async fn the_catalogue_is_held_against_the_tables(t: Bench) {
    assert_eq!(check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
    t.tamper("CREATE TABLE shadow_list (id TEXT)").await.unwrap();
    t.tamper("INSERT INTO catalogue (table_name, kind, retention) VALUES ('gone', 'plain', 'a while')").await.unwrap();
    t.tamper("UPDATE catalogue SET erasure = '', person_column = 'whom' WHERE table_name = 'remark'").await.unwrap();
    t.tamper("UPDATE catalogue SET kind = 'subject' WHERE table_name = 'colleague'").await.unwrap();
    let wrong = check_catalogue(&t.vault).await.unwrap().join("\n");
    for part in [
        "`shadow_list` is not in",
        "names `gone`",
        "`a while`",
        "nothing on erasure",
        "`whom`",
        "a column `controller`",
    ] {
        assert!(wrong.contains(part), "{part} is missing in:\n{wrong}");
    }
}

async fn text_sorts_by_code_point(t: Bench) {
    for name in ["b", "B", "a", "é", "Z", "_"] {
        let sql = format!("INSERT INTO agency (id, name) VALUES ('{name}', '{name}')");
        t.tamper(&sql).await.unwrap();
    }
    let rows = t.query("SELECT name FROM agency ORDER BY name", Vec::new()).await;
    let names: Vec<String> = rows.iter().map(|row| row.text("name").unwrap()).collect();
    assert_eq!(names.concat(), "BZ_abé");
}
