//! A partner checks the log with the proofs that the program wrote and a small program that knows nothing of the unit, on both
//! databases; and finds out where the log was rewritten and signed again.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use vault::{
    Location, audit,
    testing::{Bench, Engine, both},
};

/// The unit's computer, and the partner's own.
struct Two {
    t: Bench,
    partner: tempfile::TempDir,
    witness: PathBuf,
}

/// What a program said, and its exit code.
fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), said)
}

impl Two {
    fn unit(&self, words: &[&str]) -> (i32, String) {
        let database = match &self.t.location {
            Location::Sqlite(path) => path.display().to_string(),
            Location::Postgres(url) => url.clone(),
        };
        run(Command::new(env!("CARGO_BIN_EXE_alongside"))
            .args(words)
            .current_dir(self.partner.path())
            .env("ALONGSIDE_STORAGE__DIRECTORY", &self.t.directory)
            .env("ALONGSIDE_STORAGE__DATABASE", database)
            .env("ALONGSIDE_LOG", "error"))
    }

    fn unit_does(&self, words: &[&str]) -> String {
        let (code, said) = self.unit(words);
        assert_eq!(code, 0, "{words:?}: {said}");
        said
    }

    fn partner(&self, words: &[&str]) -> (i32, String) {
        run(Command::new(&self.witness).args(words).current_dir(self.partner.path()).env_clear())
    }

    fn add_agencies(&self, codes: &[&str]) {
        for code in codes {
            self.unit_does(&["agency", "add", "--code", code, "--name", "An agency", "--kind", "police"]);
        }
    }
}

/// The checker, built beside this program: a run of all tests has built it already.
fn witness() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_alongside"));
    let beside = program.with_file_name("alongside-witness");
    if !beside.exists() {
        let target = program.ancestors().nth(2).unwrap();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--offline", "--quiet", "-p", "witness", "--target-dir"]).arg(target);
        let (code, said) = run(build.current_dir(env!("CARGO_MANIFEST_DIR")));
        assert_eq!(code, 0, "{said}");
    }
    beside
}

#[tokio::test]
async fn a_partner_checks_the_log_and_finds_it_rewritten() {
    both(&[], |t| async move {
        let two = Two { t, partner: tempfile::tempdir().unwrap(), witness: witness() };
        let key = two.t.directory.join("keys/audit-signing.pub").display().to_string();
        // The log begins with the rules that were put in.
        two.add_agencies(&["police", "fire", "health"]);
        let exported = two.unit_does(&["audit", "export-head"]);
        assert!(exported.contains("the head over 5 entries"), "{exported}");
        std::fs::copy(two.t.directory.join("heads/5.head"), two.partner.path().join("kept.head")).unwrap();
        let (code, said) = two.partner(&["keep", "heads", "kept.head", "--key", &key]);
        assert!(code == 0 && said.contains("KEPT the first head, over 5 entries"), "{said}");

        two.add_agencies(&["courts", "probation"]);
        let wrote = two.unit_does(&["audit", "prove", "--from", "kept.head", "--out", "growth.json"]);
        let fingerprint = two.partner(&["fingerprint", &key]).1;
        assert!(wrote.contains("Wrote growth.json") && wrote.contains(fingerprint.trim()), "{wrote}");
        let (code, said) = two.partner(&["keep", "heads", "growth.json"]);
        assert!(code == 0 && said.contains("The log grew from 5 entries to 7"), "{said}");
        assert!(
            two.unit_does(&["audit", "prove", "--from", "5", "--to", "7"]).contains("\"alongside\": \"consistency\"")
        );

        two.unit_does(&["audit", "prove", "--entry", "1", "--out", "entry.json"]);
        let (code, said) = two.partner(&["check", "entry.json", "--kept", "heads"]);
        assert!(
            code == 0 && said.contains("Entry 1 is in the log") && said.contains("only the entry's hash"),
            "{said}"
        );
        for (words, expected) in [
            (&["--entry", "1", "--for", "police"][..], "is not about that agency’s data"),
            (&["--entry", "99"], "there is no entry 99: the log has"),
            (&["--entry", "1", "--for", "nobody"], "there is no agency `nobody`"),
            (&["--from", "6"], "no head over 6 entries was ever signed here; the nearest are over 5 and over 7"),
            (&["--from", "absent.head"], "the head absent.head can't be used"),
        ] {
            let (code, said) = two.unit(&[&["audit", "prove"], words].concat());
            assert!(code == 1 && said.contains(expected), "{words:?}: {said}");
        }
        for words in
            [&["--entry", "-1"][..], &["--entry", "1", "--from", "5"], &[], &["--from", "5", "--for", "police"]]
        {
            assert_eq!(two.unit(&[&["audit", "prove"], words].concat()).0, 2, "{words:?}");
        }

        rewrite(&two.t).await;
        let (code, said) = two.unit(&["audit", "verify"]);
        assert!(code == 0, "without what others kept, the forgery looks well: {said}");
        let (code, said) = two.unit(&["audit", "prove", "--from", "kept.head"]);
        assert!(code == 1 && said.contains("the log is no longer what was signed"), "{said}");
        two.unit_does(&["audit", "export-head"]);
        let size = std::fs::read_dir(two.t.directory.join("heads")).unwrap().next().unwrap().unwrap().path();
        let (code, said) = two.partner(&["check", &size.display().to_string(), "--key", &key]);
        assert!(code == 0, "it is signed with the unit's own key: {said}");
        let forged = std::fs::read_to_string(&size).unwrap();
        let proof = format!(
            "{{\"alongside\":\"consistency\",\"version\":1,\"from\":{},\"to\":{forged},\"path\":[]}}",
            std::fs::read_to_string(two.partner.path().join("kept.head")).unwrap()
        );
        std::fs::write(two.partner.path().join("forged.json"), proof).unwrap();
        let (code, said) = two.partner(&["keep", "heads", "forged.json"]);
        assert!(code == 1 && said.contains("does not begin with the log of 5 entries"), "{said}");
        two.t.vault.close().await;
    })
    .await;
}

/// Somebody with the database's password and the unit's files changes who was added, mends the hashes, and takes every head away.
async fn rewrite(t: &Bench) {
    let lift = match t.engine {
        Engine::Postgres => {
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL; ALTER TABLE tree_head DISABLE TRIGGER ALL".to_owned()
        }
        Engine::Sqlite => ["audit_entry_not_replaced", "audit_entry_not_updated", "audit_entry_not_deleted"]
            .iter()
            .chain(&["tree_head_not_replaced", "tree_head_not_updated", "tree_head_not_deleted"])
            .map(|name| format!("DROP TRIGGER {name};"))
            .collect(),
    };
    t.tamper(&lift).await.unwrap();
    t.tamper("UPDATE audit_entry SET purpose = 'other' WHERE position = 1").await.unwrap();
    for entry in audit::entries(&t.vault.book(), &audit::Filter::default(), 500).await.unwrap() {
        let hash = entry.computed_leaf_hash();
        t.tamper(&format!("UPDATE audit_entry SET leaf_hash = '{hash}' WHERE position = {}", entry.position))
            .await
            .unwrap();
    }
    t.tamper("DELETE FROM tree_head").await.unwrap();
    std::fs::remove_dir_all(t.directory.join("heads")).unwrap();
}
