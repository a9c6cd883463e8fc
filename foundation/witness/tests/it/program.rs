//! `alongside-witness` at the command line: what a partner's staff see.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;
use witness::{Document, tree::Hash};

use crate::log::{consistency, head, inclusion, leaves, public};

struct Partner {
    folder: TempDir,
}

impl Partner {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    fn given(&self, name: &str, document: Document) -> String {
        self.write(name, &document.to_text())
    }

    /// Its exit code and all that it said.
    fn says(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_alongside-witness"))
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    fn kept(&self) -> Vec<String> {
        let files =
            |path: &Path| fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = files(&self.path("heads")).collect();
        names.sort();
        names
    }
}

fn growth(log: &[Hash], from: u64) -> Document {
    Document::Consistency(consistency(log, from))
}

#[test]
fn a_proof_of_an_entry_is_checked_with_nothing_but_the_key() {
    let (partner, log) = (Partner::new(), leaves(21));
    let file = partner.given("entry.json", Document::Inclusion(inclusion(&log, 4)));
    let key = partner.write("unit.pub", &format!("{}\n", public()));
    for key in [key.as_str(), &public()] {
        let (code, said) = partner.says(&["check", &file, "--key", key]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("HOLDS. Entry 4 is in the log") && said.contains("view (consultation)"), "{said}");
        assert!(said.contains("not among kept ones"), "{said}");
    }
    let mut bare = inclusion(&log, 4);
    bare.entry = None;
    let bare = partner.given("bare.json", Document::Inclusion(bare));
    let (code, said) = partner.says(&["check", &bare, &format!("--key={}", public())]);
    assert!(code == 0 && said.contains("shows only the entry's hash"), "{said}");
    let (code, said) = partner.says(&["check", &file, "--key", &hex::encode([3; 32])]);
    assert!(code != 0 && !said.contains("HOLDS."), "{said}");
}

#[test]
fn heads_are_kept_as_long_as_the_log_only_grows() {
    let (partner, log) = (Partner::new(), leaves(60));
    assert_eq!(partner.says(&["newest", "heads"]), (0, "0\n".to_owned()));
    let first = partner.given("first.json", Document::Head(head(&log[..10])));
    let (code, said) = partner.says(&["keep", "heads", &first]);
    assert!(code == 2 && said.contains("give the unit's with --key"), "{said}");
    let (code, said) = partner.says(&["keep", "heads", &first, "--key", &public()]);
    assert!(
        code == 0 && said.contains("KEPT the first head, over 10 entries") && said.contains("fingerprint"),
        "{said}"
    );
    let (code, said) = partner.says(&["keep", "heads", &first]);
    assert!(code == 0 && said.starts_with("KNOWN"), "{said}");
    assert_eq!(partner.says(&["newest", "heads"]), (0, "10\n".to_owned()));
    let later = partner.given("later.json", Document::Head(head(&log[..25])));
    let (code, said) = partner.says(&["keep", "heads", &later]);
    assert!(code == 2 && said.contains("ask for the newest head since 10"), "{said}");
    for (from, to) in [(10, 25), (25, 60)] {
        let file = partner.given("newest.json", growth(&log[..to], from));
        let (code, said) = partner.says(&["keep", "heads", &file]);
        assert!(code == 0 && said.contains(&format!("grew from {from} entries to {to}")), "{said}");
    }
    assert_eq!(partner.kept(), ["10-25.proof", "10.head", "25-60.proof", "25.head", "60.head", "unit.key"]);
    let (code, said) = partner.says(&["review", "heads"]);
    assert!(code == 0 && said.contains("3 heads are kept, and each extends the one before"), "{said}");
    let entry = partner.given("entry.json", Document::Inclusion(inclusion(&log, 3)));
    let (code, said) = partner.says(&["check", &entry, "--kept", "heads"]);
    assert!(code == 0 && said.contains("is the one that was kept"), "{said}");
    let elsewhere = partner.given("elsewhere.json", growth(&log, 31));
    let (code, said) = partner.says(&["keep", "heads", &elsewhere]);
    assert!(code == 2 && said.contains("begins at a head over 31 entries, which is not kept here"), "{said}");
    fs::remove_file(partner.path("heads/25-60.proof")).unwrap();
    let (code, said) = partner.says(&["review", "heads"]);
    assert!(code == 2 && said.contains("no proof is kept that the head over 60 entries extends"), "{said}");
}

#[test]
fn a_log_that_was_rewritten_and_signed_again_is_caught() {
    let (partner, log) = (Partner::new(), leaves(60));
    let first = partner.given("first.json", Document::Head(head(&log[..10])));
    assert_eq!(partner.says(&["keep", "heads", &first, "--key", &public()]).0, 0);
    // The holder of the key changes entry 3 and signs everything again.
    let mut forged = log.clone();
    forged[3][0] ^= 1;
    // It gives its new log's own proof, whose older head is not the one that was kept …
    let consistent_with_itself = partner.given("self.json", growth(&forged, 10));
    assert_eq!(
        partner.says(&["check", &consistent_with_itself, "--key", &public()]).0,
        0,
        "it is a proof of the forged log"
    );
    for arguments in [&["keep", "heads", "self.json"][..], &["check", "self.json", "--kept", "heads"]] {
        let (code, said) = partner.says(arguments);
        assert!(
            code == 1 && said.contains("DOES NOT HOLD: the unit signed two different logs of 10 entries"),
            "{said}"
        );
    }
    // … or the kept head with whatever path.
    let mut mixed = consistency(&forged, 10);
    mixed.from = head(&log[..10]);
    let mixed = partner.given("mixed.json", Document::Consistency(mixed));
    let (code, said) = partner.says(&["keep", "heads", &mixed]);
    assert!(code == 1 && said.contains("does not begin with the log of 10 entries"), "{said}");
    let two = partner.given("two.json", Document::Head(head(&forged[..10])));
    let (code, said) = partner.says(&["keep", "heads", &two]);
    assert!(code == 1 && said.contains("two different logs") && said.contains("two.json stays where it is"), "{said}");
    assert_eq!(partner.kept(), ["10.head", "unit.key"], "nothing of it was kept");
    // What somebody changes in the partner's own folder is noticed too.
    partner.given("heads/12.head", Document::Head(head(&forged[..12])));
    partner.given("heads/10-12.proof", growth(&forged[..12], 10));
    let (code, said) = partner.says(&["review", "heads"]);
    assert!(code == 1 && said.contains("does not begin with"), "{said}");
}

#[test]
fn what_can_not_be_read_is_said_in_plain_words() {
    let (partner, log) = (Partner::new(), leaves(21));
    let whole = Document::Inclusion(inclusion(&log, 4)).to_text();
    let key = public();
    let other_kind = |from: &str, to: &str| whole.replacen(from, to, 1);
    let cases = [
        (whole[..whole.len() / 2].to_owned(), "not whole JSON"),
        (String::new(), "not whole JSON"),
        ("[1, 2]".to_owned(), "neither a signed head nor a proof"),
        ("{\"size\": 3}".to_owned(), "neither a signed head nor a proof"),
        (other_kind("\"version\": 1", "\"version\": 2"), "of version 2"),
        (other_kind("\"version\": 1", "\"version\": \"one\""), "of version \"one\""),
        (other_kind("\"inclusion\"", "\"wish\""), "neither a signed head nor a proof"),
        (other_kind("\"position\": 4", "\"position\": -4"), "not a proof of an entry as this program knows it"),
        (other_kind("\"position\": 4", "\"position\": 99999999999999999999"), "not a proof of an entry"),
        (other_kind("\"position\": 4", "\"position\": 4, \"name\": \"x\""), "unknown field"),
        (other_kind("\"at\": \"2026", "\"at\": \"never"), "a time is written with its date"),
        (format!("\"{}\"", "x".repeat(2_000_000)), "larger than a megabyte"),
    ];
    for (text, expected) in cases {
        let file = partner.write("file.json", &text);
        let (code, said) = partner.says(&["check", &file, "--key", &key]);
        assert!(code == 2 && said.contains(expected), "{expected}: {code} {said}");
    }
    partner.write("good.json", &whole);
    let cases: [(&[&str], &str); 8] = [
        (&["check", "absent.json", "--key", &key], "can't be read"),
        (&["check", "good.json"], "give the unit's key"),
        (&["check", "good.json", "--key", "deadbeef"], "neither a file nor 64 hexadecimal digits"),
        (&["check", "good.json", "--key", "good.json"], "neither a file nor 64"),
        (&["check", "good.json", "--key"], "--key needs a value"),
        (&["check", "good.json", "--all"], "there is no option --all"),
        (&["keep", "heads", "good.json", "--key", &key], "use `check` for it"),
        (&["praise"], "there is no such command"),
    ];
    for (arguments, expected) in cases {
        let (code, said) = partner.says(arguments);
        assert!(code == 2 && said.contains(expected), "{arguments:?}: {code} {said}");
    }
    let (code, said) = partner.says(&[]);
    assert!(code == 0 && said.contains("alongside-witness check FILE --key KEY"));
    let (code, said) = partner.says(&["check", "good.json", "--key", &"00".repeat(32)]);
    assert!(code == 2 && said.contains("64 hexadecimal digits"), "a weak key is none: {said}");
}

#[test]
fn a_folder_is_of_one_key() {
    let (partner, log) = (Partner::new(), leaves(8));
    let first = partner.given("first.json", Document::Head(head(&log)));
    assert_eq!(partner.says(&["keep", "heads", &first, "--key", &public()]).0, 0);
    let other = hex::encode(witness::SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes());
    let (code, said) = partner.says(&["keep", "heads", &first, "--key", &other]);
    assert!(code == 2 && said.contains("was begun with another key"), "{said}");
    let (code, said) = partner.says(&["check", &first, "--key", &other]);
    assert!(code == 1 && said.contains("not signed with the unit's key"), "{said}");
    let (_, said) = partner.says(&["fingerprint", &public()]);
    assert_eq!(said.trim().len(), 49, "ten groups of four: {said}");
}
