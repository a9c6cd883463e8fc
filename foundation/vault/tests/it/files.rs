//! Blobs, sealed fields and keys.

use std::io::{Read as _, Write as _};

use base::{Id, code, kind};
use vault::{StoreError, Vault, jobs::Handlers, store_suite, testing::Bench};

use crate::county::{MIGRATIONS, cause};

store_suite! { MIGRATIONS => [
    a_blob_comes_back_and_is_not_in_clear_on_disk,
    a_blob_whose_change_failed_is_swept,
    an_erased_blob_is_gone,
    a_blob_is_erased_when_its_time_has_come,
    a_damaged_blob_does_not_open,
    fields_are_sealed,
    digests_find_again_and_tell_nothing,
    a_lost_or_foreign_key_is_refused,
] }

async fn keep(t: &Bench, plain: &[u8], delete_after: Option<base::Timestamp>) -> Id<kind::Blob> {
    let mut blob = t.vault.new_blob().unwrap();
    blob.write_all(plain).unwrap();
    let blob = blob.finish().unwrap();
    let mut change = t.vault.change(cause(code!("blob_kept"))).await.unwrap();
    change.keep_blob(&blob, &code!("delivery"), delete_after).await.unwrap();
    change.commit().await.unwrap();
    blob.id
}

async fn read(t: &Bench, id: Id<kind::Blob>) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    t.vault.open_blob(id).await.unwrap()?.read_to_end(&mut plain).unwrap();
    Some(plain)
}

fn files(t: &Bench) -> usize {
    std::fs::read_dir(t.directory.join("blobs")).unwrap().count()
}

async fn a_blob_comes_back_and_is_not_in_clear_on_disk(t: Bench) {
    let plain = b"Jordan Example, born 2010-01-01\n".repeat(10_000);
    let id = keep(&t, &plain, None).await;
    assert_eq!(read(&t, id).await.unwrap(), plain);
    let row = &t.query("SELECT bytes, sha256, wrapped_key FROM blob", vec![]).await[0];
    assert_eq!(row.count("bytes").unwrap(), plain.len() as u64);
    let raw = std::fs::read(t.directory.join("blobs").join(id.to_string())).unwrap();
    assert!(!raw.windows(6).any(|window| window == b"Jordan"));
}

async fn a_blob_whose_change_failed_is_swept(mut t: Bench) {
    let kept = keep(&t, b"kept", None).await;
    t.vault.new_blob().unwrap().finish().unwrap();
    t.vault.new_blob().unwrap().write_all(b"half").unwrap();
    assert_eq!(files(&t), 3);
    let beside = Vault::open(t.opening()).await.unwrap();
    assert_eq!(files(&t), 3, "a living process's files were swept");
    beside.close().await;
    drop(beside);
    t.reopen().await.unwrap();
    assert_eq!(files(&t), 1);
    assert_eq!(read(&t, kept).await.unwrap(), b"kept");
}

async fn an_erased_blob_is_gone(t: Bench) {
    let id = keep(&t, b"gone", None).await;
    let mut dropped = t.vault.change(cause(code!("blob_erased"))).await.unwrap();
    dropped.erase_blob(id).await.unwrap();
    drop(dropped);
    assert_eq!(read(&t, id).await.unwrap(), b"gone");
    let mut change = t.vault.change(cause(code!("blob_erased"))).await.unwrap();
    change.erase_blob(id).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(read(&t, id).await, None);
    assert_eq!(files(&t), 0);
}

async fn a_blob_is_erased_when_its_time_has_come(t: Bench) {
    let id = keep(&t, b"for a while", Some(t.vault.now().plus_hours(24))).await;
    assert_eq!(t.drain_jobs(&Handlers::new()).await, 0);
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    change.delete_blob_after(id, Some(t.vault.now().plus_hours(48))).await.unwrap();
    change.commit().await.unwrap();
    t.clock.advance(base::SignedDuration::from_hours(24));
    assert_eq!(t.drain_jobs(&Handlers::new()).await, 1);
    assert!(read(&t, id).await.is_some(), "it was put off");
    t.clock.advance(base::SignedDuration::from_hours(24));
    assert_eq!(t.drain_jobs(&Handlers::new()).await, 1);
    assert_eq!(read(&t, id).await, None);
}

async fn a_damaged_blob_does_not_open(t: Bench) {
    let id = keep(&t, &[5; 200_000], None).await;
    let path = t.directory.join("blobs").join(id.to_string());
    let mut raw = std::fs::read(&path).unwrap();
    raw[150_000] ^= 1;
    std::fs::write(&path, raw).unwrap();
    let mut reader = t.vault.open_blob(id).await.unwrap().unwrap();
    assert!(reader.read_to_end(&mut Vec::new()).is_err());
}

async fn fields_are_sealed(t: Bench) {
    let sealed = t.vault.seal(b"JBSWY3DPEHPK3PXP").unwrap();
    assert_ne!(sealed, t.vault.seal(b"JBSWY3DPEHPK3PXP").unwrap());
    assert_eq!(t.vault.unseal(&sealed).unwrap(), b"JBSWY3DPEHPK3PXP");
    let mut changed = sealed.clone().into_bytes();
    changed[60] = if changed[60] == b'0' { b'1' } else { b'0' };
    for bad in [String::from_utf8(changed).unwrap(), sealed[..40].to_owned(), "é".to_owned(), String::new()] {
        assert!(matches!(t.vault.unseal(&bad), Err(StoreError::Sealed)), "{bad}");
    }
}

async fn digests_find_again_and_tell_nothing(t: Bench) {
    let digest = t.vault.digest("email", b"a@example.org");
    assert_eq!(digest, t.vault.digest("email", b"a@example.org"));
    assert_ne!(digest, t.vault.digest("phone", b"a@example.org"));
    assert_ne!(t.vault.source_digest("ab", "c"), t.vault.source_digest("a", "bc"));
}

async fn a_lost_or_foreign_key_is_refused(t: Bench) {
    t.vault.close().await;
    let key = t.directory.join("keys/master.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let error = Vault::open(t.opening()).await.err().unwrap().to_string();
    assert!(error.contains("master.key") && error.contains("missing"), "{error}");
    std::fs::write(&key, "00".repeat(32)).unwrap();
    let error = Vault::open(t.opening()).await.err().unwrap().to_string();
    assert!(error.contains("another key"), "{error}");
    std::fs::write(&key, kept).unwrap();
    Vault::open(t.opening()).await.unwrap().close().await;
}
