//! The ten findings of the regulator's notice on the Gangs Violence Matrix (2018), tried from below: by another account of the same
//! database server, by another account of the same machine, and with the program's own right to the database where the database itself
//! must refuse. `e2e/tests/findings.spec.js` tries the same ten through page, API and command line.

use std::os::unix::fs::PermissionsExt as _;

use vault::{Location, testing::Bench};

/// The finding, and what somebody with an account of the database server would do to bring it back.
const ATTEMPTS: [(&str, &str); 10] = [
    ("victims mixed with perpetrators", "UPDATE moment SET role = 'suspect'"),
    ("each borough by its own rules", "UPDATE rule_version SET texts = '[]'"),
    ("shadow lists of those who were removed", "CREATE TABLE removed_people AS SELECT * FROM record"),
    ("the whole list shared without an agreement", "SELECT body FROM record"),
    ("sent unencrypted", "SELECT wrapped_key FROM blob"),
    ("low risk treated as high", "UPDATE moment SET state = 'open'"),
    ("no assessment of the impact", "UPDATE agreement SET assessment = 'DPIA 1'"),
    ("no governance and no audit", "DELETE FROM audit_entry"),
    ("a vague label", "UPDATE record SET body = '{\"label\": \"a label\"}'"),
    ("no way to challenge it", "DELETE FROM catalogue WHERE table_name = 'record'"),
];

fn migrations() -> Vec<vault::Migration> {
    let all = [
        web::MIGRATIONS,
        share::MIGRATIONS,
        ingest::MIGRATIONS,
        link::MIGRATIONS,
        picture::MIGRATIONS,
        act::MIGRATIONS,
        learn::MIGRATIONS,
    ];
    all.concat()
}

#[tokio::test]
async fn another_account_of_the_server_or_the_machine_gets_nothing() {
    vault::testing::both(&migrations(), |t| async move {
        match &t.location {
            Location::Postgres(_) => another_role(&t).await,
            Location::Sqlite(path) => {
                for path in [path.clone(), path.with_extension("db-wal"), path.with_extension("db-shm")] {
                    only_the_owners(&path);
                }
            }
        }
        for kept in ["keys", "keys/master.key", "keys/audit-signing.key"] {
            only_the_owners(&t.directory.join(kept));
        }
    })
    .await;
}

fn only_the_owners(path: &std::path::Path) {
    let mode =
        std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} can be opened by others: {mode:o}", path.display());
}

/// A role that may see the schema, as any account of a council's server may, and was granted nothing else.
async fn another_role(t: &Bench) {
    let schema = t.query("SELECT current_schema()::text AS name", vec![]).await[0].text("name").unwrap();
    let role = format!("other_{schema}");
    t.tamper(&format!("CREATE ROLE {role} NOLOGIN; GRANT USAGE ON SCHEMA {schema} TO {role}")).await.unwrap();
    for (finding, statement) in ATTEMPTS {
        let quoted = statement.replace('\'', "''");
        let denied = format!("DO $$ BEGIN SET LOCAL ROLE {role}; EXECUTE '{quoted}'; END $$");
        let error = t.tamper(&denied).await.expect_err(finding).to_string();
        assert!(error.contains("permission denied"), "{finding}: {error}");
    }
    t.tamper(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}

#[tokio::test]
async fn the_programs_own_role_cannot_rewrite_what_was_logged() {
    vault::testing::both(&migrations(), |t| async move {
        t.vault.staff(&vault::Actor::System, vault::Purpose::Oversight, base::code!("looked")).await.unwrap();
        for statement in [
            "UPDATE audit_entry SET purpose = 'support'",
            "DELETE FROM audit_entry",
            "UPDATE tree_head SET root = 'x'",
            "DELETE FROM tree_head",
        ] {
            t.vault.sign_head_now().await.unwrap();
            assert!(t.tamper(statement).await.is_err(), "{:?}: {statement}", t.engine);
        }
        // A delivery whose rows don't add up can't be written: no row is lost unseen.
        let lost = "INSERT INTO delivery (id, feed, agency, category, source, state, rows_read, received_at, actor_kind, actor) \
                    VALUES ('d', 'f', 'a', 'c', 'file', 'done', 5, 0, 'system', 'system')";
        assert!(t.tamper(lost).await.is_err());
        // Nor a moment that is in no state, nor an emergency that was judged in no way.
        assert!(t.tamper("INSERT INTO moment (id, moment_type, record, origin, controller, category, event_at, due_at, state, waiting, \
             age_band, sex, ethnicity, raised_at) VALUES ('m', 't', 'r', 'o', 'c', 'k', 0, 0, 'high_risk', TRUE, 'a', 's', 'e', 0)").await.is_err());
    })
    .await;
}
