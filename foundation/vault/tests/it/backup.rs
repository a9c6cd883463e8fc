//! A backup restores on both engines, and what was erased after it stays erased.

use std::{fs::File, io::Write as _};

use base::code;
use vault::{
    Actor, BackupKey, Opening, StoreError, Vault, WithKeys, audit, params, restore, store_suite,
    testing::{Bench, Engine},
};

use crate::county::{HOSPITAL, MIGRATIONS, POLICE, add, cause};

store_suite! { MIGRATIONS => [
    everything_comes_back,
    the_other_engine_takes_it_too,
    what_was_erased_since_stays_erased,
    without_the_keys_nothing_opens,
    bad_backups_are_refused_and_change_nothing,
] }

const DUMP: &str = "SELECT id, source_key, body, n, share, flag, expires_on FROM record ORDER BY id";

async fn dump(t: &Bench) -> Vec<String> {
    let rows = t.query(DUMP, vec![]).await;
    let line = |row: &vault::Row| {
        let real = row.opt_real("share").unwrap().map(f64::to_bits);
        let flag = row.opt_bool("flag").unwrap();
        format!("{:?} {:?} {:?} {real:?} {flag:?}", row.text("id"), row.opt_text("body"), row.opt_int("n"))
    };
    rows.iter().map(line).collect()
}

/// Rows of every kind, a blob and a signed head.
async fn furnish(t: &Bench) -> base::Id<base::kind::Blob> {
    for n in 0..30 {
        add(t, if n % 2 == 0 { POLICE } else { HOSPITAL }, "custody", &format!("{n}")).await;
    }
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let sql = "UPDATE record SET n = $1, share = $2, flag = $3, body = $4 WHERE source_key = '7'";
    change.execute(sql, params![i64::MAX, 0.1_f64 + 0.2, true, "line\nbreak \"quoted\" é"]).await.unwrap();
    let mut blob = t.vault.new_blob().unwrap();
    blob.write_all(&b"a delivery ".repeat(20_000)).unwrap();
    let blob = blob.finish().unwrap();
    change.keep_blob(&blob, &code!("delivery"), None).await.unwrap();
    change.commit().await.unwrap();
    t.vault.sign_head_now().await.unwrap();
    blob.id
}

async fn back_up(t: &Bench, keys: WithKeys) -> (std::path::PathBuf, BackupKey) {
    let key = BackupKey::File(t.directory.with_extension("backup-key"));
    let path = t.directory.with_extension("backup");
    let report = t.vault.backup(&Actor::System, &path, &key, keys).await.unwrap();
    assert_eq!((report.blobs, report.rows > 60), (1, true));
    (path, key)
}

async fn place(t: &Bench, engine: Engine) -> Opening {
    let (location, directory) = t.elsewhere(engine).await;
    Opening { location, directory, ..t.opening() }
}

/// The bench, looking at what was restored.
async fn open_restored(t: &Bench, opening: Opening) -> Bench {
    t.at(opening.location, opening.directory).await.unwrap()
}

async fn everything_comes_back(t: Bench) {
    let blob = furnish(&t).await;
    let (path, key) = back_up(&t, WithKeys::Yes).await;
    let raw = std::fs::read(&path).unwrap();
    assert!(!raw.windows(7).any(|window| window == b"body of"), "the backup is in clear");
    let entries = t.vault.audit_size().await.unwrap();
    let opening = place(&t, t.engine).await;
    let report = restore(&opening, File::open(&path).unwrap(), &key).await.unwrap();
    assert!(report.keys && report.blobs == 1);
    std::fs::write(opening.directory.join("tombstones.log"), "").unwrap();
    let back = open_restored(&t, opening).await;
    assert_eq!(dump(&back).await, dump(&t).await);
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut back.vault.open_blob(blob).await.unwrap().unwrap(), &mut plain).unwrap();
    assert_eq!(plain, b"a delivery ".repeat(20_000));
    assert!(back.vault.audit_size().await.unwrap() >= entries);
    let verdict = audit::verify(&back.vault, &[]).await.unwrap();
    assert!(verdict.holds() && verdict.heads == 1, "{verdict:?}");
    add(&back, POLICE, "custody", "new").await;
    back.vault.sign_head_now().await.unwrap();
    assert!(audit::verify(&back.vault, &[]).await.unwrap().holds());
    let again = restore(&back.opening(), File::open(&path).unwrap(), &key).await;
    assert!(again.unwrap_err().to_string().contains("empty place"));
    back.vault.close().await;
}

async fn the_other_engine_takes_it_too(t: Bench) {
    furnish(&t).await;
    let (path, key) = back_up(&t, WithKeys::Yes).await;
    let other = if t.engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
    let opening = place(&t, other).await;
    restore(&opening, File::open(&path).unwrap(), &key).await.unwrap();
    std::fs::write(opening.directory.join("tombstones.log"), "").unwrap();
    let back = open_restored(&t, opening).await;
    assert_eq!(dump(&back).await, dump(&t).await);
    assert!(audit::verify(&back.vault, &[]).await.unwrap().holds());
    back.vault.close().await;
}

async fn what_was_erased_since_stays_erased(t: Bench) {
    let blob = furnish(&t).await;
    let remark = "INSERT INTO remark (id, record, controller, category, body) SELECT 'r', id, 'c', 'custody', 'x' FROM record \
                  WHERE source_key = '3'";
    t.tamper(remark).await.unwrap();
    let (path, key) = back_up(&t, WithKeys::Yes).await;
    t.tamper("UPDATE record SET expires_on = '2026-01-01' WHERE source_key IN ('3', '4')").await.unwrap();
    assert_eq!(t.vault.expire_due(&Actor::System, "2026-03-02".parse().unwrap()).await.unwrap(), 2);
    let mut change = t.vault.change(cause(code!("blob_erased"))).await.unwrap();
    change.erase_blob(blob).await.unwrap();
    change.commit().await.unwrap();
    let opening = place(&t, t.engine).await;
    restore(&opening, File::open(&path).unwrap(), &key).await.unwrap();
    let again = || Opening { location: opening.location.clone(), directory: opening.directory.clone(), ..t.opening() };
    let error = Vault::open(again()).await.err().unwrap().to_string();
    assert!(error.contains("tombstones.log"), "{error}");
    std::fs::copy(t.directory.join("tombstones.log"), opening.directory.join("tombstones.log")).unwrap();
    let back = open_restored(&t, opening).await;
    assert_eq!(dump(&back).await, dump(&t).await);
    assert_eq!((back.rows_in_table("record").await, back.rows_in_table("remark").await), (28, 0));
    assert_eq!(back.rows_in_table("tombstone").await, 3);
    assert!(back.vault.open_blob(blob).await.unwrap().is_none());
    let digest = t.vault.source_digest("f", "3");
    assert_eq!(back.vault.tombstoned(&[digest]).await.unwrap().len(), 1);
    assert!(audit::verify(&back.vault, &[]).await.unwrap().holds());
    back.vault.close().await;
}

async fn without_the_keys_nothing_opens(t: Bench) {
    furnish(&t).await;
    let (path, key) = back_up(&t, WithKeys::No).await;
    let opening = place(&t, t.engine).await;
    assert!(!restore(&opening, File::open(&path).unwrap(), &key).await.unwrap().keys);
    std::fs::write(opening.directory.join("tombstones.log"), "").unwrap();
    let again = || Opening { location: opening.location.clone(), directory: opening.directory.clone(), ..t.opening() };
    let error = Vault::open(again()).await.err().unwrap().to_string();
    assert!(error.contains("the key is missing"), "{error}");
    for name in ["master.key", "audit-signing.key"] {
        std::fs::copy(t.directory.join("keys").join(name), opening.directory.join("keys").join(name)).unwrap();
    }
    Vault::open(again()).await.unwrap().close().await;
}

async fn bad_backups_are_refused_and_change_nothing(t: Bench) {
    furnish(&t).await;
    let (path, key) = back_up(&t, WithKeys::No).await;
    let good = std::fs::read(&path).unwrap();
    let mut changed = good.clone();
    changed[good.len() / 2] ^= 1;
    let passphrase = BackupKey::Passphrase("correct horse".to_owned());
    let opening = place(&t, t.engine).await;
    let wrong: [(&[u8], &BackupKey); 5] = [
        (&changed, &key),
        (&good[..good.len() - 40], &key),
        (b"PK\x03\x04 a Word document that is no backup at all", &key),
        (b"", &key),
        (&good, &passphrase),
    ];
    for (bytes, key) in wrong {
        let outcome = restore(&opening, bytes, key).await;
        assert!(matches!(outcome, Err(StoreError::File { .. })), "{outcome:?}");
    }
    restore(&opening, &good[..], &key).await.unwrap();
    let path = t.directory.with_extension("backup2");
    t.vault.backup(&Actor::System, &path, &passphrase, WithKeys::No).await.unwrap();
    restore(&place(&t, t.engine).await, File::open(&path).unwrap(), &passphrase).await.unwrap();
}
