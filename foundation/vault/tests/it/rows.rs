//! Values go in and come out the same on both engines.

use base::code;
use vault::{FromRow, Row, StoreError, Value, params, store_suite, testing::Bench};

use crate::county::{MIGRATIONS, cause};

store_suite! { MIGRATIONS => [
    values_and_nulls_come_back,
    nul_is_refused,
    many_rows_are_counted,
    a_broken_rule_is_named,
    a_value_that_cannot_be_read_names_its_column,
] }

const INSERT: &str = "INSERT INTO record (id, feed, source_key, controller, category, body, n, share, flag) \
     VALUES ($1, 'f', $2, 'c', 'k', $3, $4, $5, $6)";

async fn values_and_nulls_come_back(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let text = "O’Brien \u{1F600} '; DROP TABLE record; --";
    change.execute(INSERT, params!["1", "a", text, i64::MIN, 0.1_f64 + 0.2, true]).await.unwrap();
    let nothing = params!["2", "b", None::<String>, None::<i64>, None::<f64>, None::<bool>];
    change.execute(INSERT, nothing).await.unwrap();
    change.commit().await.unwrap();
    let rows = t.query("SELECT body, n, share, flag FROM record ORDER BY id", Vec::new()).await;
    assert_eq!(rows[0].text("body").unwrap(), text);
    assert_eq!(rows[0].int("n").unwrap(), i64::MIN);
    assert_eq!(rows[0].real("share").unwrap().to_bits(), (0.1_f64 + 0.2).to_bits());
    assert!(rows[0].bool("flag").unwrap());
    assert_eq!(rows[1].opt_text("body").unwrap(), None);
    assert_eq!(rows[1].opt_int("n").unwrap(), None);
    assert_eq!(rows[1].opt_real("share").unwrap(), None);
    let sums = t.query("SELECT CAST(SUM(n) AS BIGINT) AS n, 1 AS one, COUNT(*) AS rows FROM record", Vec::new()).await;
    assert_eq!(sums[0].int("n").unwrap(), i64::MIN);
    assert_eq!(sums[0].int("one").unwrap(), 1);
    assert_eq!(sums[0].count("rows").unwrap(), 2);
}

async fn nul_is_refused(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let outcome = change.execute("INSERT INTO agency (id, name) VALUES ($1, $2)", params!["1", "a\0b"]).await;
    assert!(matches!(outcome, Err(StoreError::Nul)));
}

async fn many_rows_are_counted(t: Bench) {
    let rows = |count: usize| -> Vec<Vec<Value>> { (0..count).map(|n| params![format!("{n:05}"), "name"]).collect() };
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let columns = &["id", "name"];
    assert_eq!(change.insert_many("agency", columns, Vec::new(), "").await.unwrap(), 0);
    assert_eq!(change.insert_many("agency", columns, rows(1), "").await.unwrap(), 1);
    let again = "ON CONFLICT (id) DO NOTHING";
    assert_eq!(change.insert_many("agency", columns, rows(777), again).await.unwrap(), 776);
    change.commit().await.unwrap();
    assert_eq!(t.rows_in_table("agency").await, 777);
    let keys: Vec<Value> = (0..1000).map(|n| Value::Text(Some(format!("{n:05}")))).collect();
    struct Name;
    impl FromRow for Name {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            row.text("name").map(|_| Self)
        }
    }
    let sql = "SELECT name FROM agency WHERE name = $1 AND id IN ({in})";
    assert_eq!(t.vault.plain().rows_in::<Name>(sql, params!["name"], &keys).await.unwrap().len(), 777);
}

async fn a_broken_rule_is_named(t: Bench) {
    let insert = "INSERT INTO agency (id, name) VALUES ('1', 'one')";
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    change.execute(insert, params![]).await.unwrap();
    let twice = change.execute(insert, params![]).await;
    assert!(matches!(twice, Err(StoreError::Constraint(_))), "{twice:?}");
    drop(change);
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let orphan = "INSERT INTO remark (id, record, controller, category, body) VALUES ('1', 'none', 'c', 'k', '')";
    let outcome = change.execute(orphan, params![]).await;
    assert!(matches!(outcome, Err(StoreError::Constraint(_))), "{outcome:?}");
}

async fn a_value_that_cannot_be_read_names_its_column(t: Bench) {
    t.tamper("INSERT INTO agency (id, name) VALUES ('not an id', 'secret')").await.unwrap();
    let rows = t.query("SELECT id, name FROM agency", Vec::new()).await;
    let error = rows[0].id::<base::kind::Agency>("id").unwrap_err().to_string();
    assert!(error.contains("`id`") && !error.contains("not an id"), "{error}");
    assert!(rows[0].int("name").unwrap_err().to_string().contains("`name`"));
    assert!(rows[0].text("nowhere").unwrap_err().to_string().contains("`nowhere`"));
}
