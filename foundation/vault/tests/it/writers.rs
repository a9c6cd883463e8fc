//! Many writers at once, in one process and in two: positions of the log have no gap and no double.

use base::code;
use vault::{Vault, params, store_suite, testing::Bench};

use crate::county::{MIGRATIONS, cause};

store_suite! { MIGRATIONS => [many_writers_of_one_process, writers_of_two_processes] }

async fn write(vault: Vault, writer: usize, changes: usize) {
    for n in 0..changes {
        let mut change = vault.change(cause(code!("try"))).await.unwrap();
        let id = format!("{writer}-{n}");
        change.execute("INSERT INTO agency (id, name) VALUES ($1, $2)", params![id, "x"]).await.unwrap();
        change.commit().await.unwrap();
    }
}

async fn gapless(t: &Bench, expected: u64) {
    assert_eq!(t.rows_in_table("agency").await, expected);
    let rows = t.query("SELECT position FROM audit_entry ORDER BY position", vec![]).await;
    let positions: Vec<u64> = rows.iter().map(|row| row.count("position").unwrap()).collect();
    assert_eq!(positions, (0..expected).collect::<Vec<u64>>());
}

async fn many_writers_of_one_process(t: Bench) {
    let writers: Vec<_> = (0..16).map(|writer| tokio::spawn(write(t.vault.clone(), writer, 50))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    gapless(&t, 800).await;
}

async fn writers_of_two_processes(t: Bench) {
    let other = Vault::open(t.opening()).await.unwrap();
    let vaults = [t.vault.clone(), other.clone()];
    let writers: Vec<_> = (0..8).map(|n| tokio::spawn(write(vaults[n % 2].clone(), n, 25))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    gapless(&t, 200).await;
    other.close().await;
}
