//! `alongside-witness`: checks heads and proofs of a unit's audit log, with nothing of the unit but its public key.
//!
//! Ends with 0 where what was asked holds, 1 where it doesn't, 2 where it can't be said: a file that can't be read, a command that
//! isn't one.

use std::{path::Path, process::ExitCode};

use witness::{
    Consistency, Document, Head, Inclusion, Kept, KeptError, Outcome, VerifyingKey, check_consistency, check_inclusion,
    fingerprint, read_key,
};

const HELP: &str = "\
Checks the audit log of a unit that runs Alongside, with nothing of the unit but its public key.

  alongside-witness check FILE --key KEY        does this proof, or this signed head, hold?
  alongside-witness check FILE --kept FOLDER    … and does it agree with the heads that we kept?
  alongside-witness keep FOLDER FILE [--key KEY]
                                                checks the newest head and keeps it if it extends those before; the key is needed
                                                the first time
  alongside-witness newest FOLDER               how many entries the newest kept head is over: what to ask the unit from
  alongside-witness review FOLDER               do all kept heads follow from each other?
  alongside-witness fingerprint KEY             the key as two people read it to each other

KEY is 64 hexadecimal digits or a file that holds them (the unit's keys/audit-signing.pub). Get it once, in person or by another
way than the heads. FILE is a head, or what `alongside audit prove` or the unit's page “Check the log” gave.

Once a day, say:
  curl --fail --silent --show-error -H \"Authorization: Bearer $TOKEN\" --output newest.json \\
    \"https://UNIT/api/v1/audit/head?since=$(alongside-witness newest heads)\" && alongside-witness keep heads newest.json

Ends with 0 where it holds, 1 where it doesn't (ask the unit why, and keep the files), 2 where it can't be said.
";

/// What a command came to.
enum Answer {
    Holds(String),
    DoesNot(String),
    CantSay(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match run(&arguments) {
        Answer::Holds(words) => {
            println!("{}", words.trim_end());
            ExitCode::SUCCESS
        }
        Answer::DoesNot(words) => {
            println!("DOES NOT HOLD: {words}.");
            ExitCode::from(1)
        }
        Answer::CantSay(words) => {
            eprintln!("alongside-witness: {words}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Answer {
    let (words, options) = match parted(arguments) {
        Ok(parts) => parts,
        Err(problem) => return Answer::CantSay(problem),
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        ["check", file] => check(Path::new(file), &options),
        ["keep", folder, file] => keep(Path::new(folder), Path::new(file), &options),
        ["newest", folder] => newest(Path::new(folder), &options),
        ["review", folder] => review(Path::new(folder), &options),
        ["fingerprint", key] => {
            read_key(key).map(|key| Answer::Holds(fingerprint(&key))).map_err(|error| error.to_string())
        }
        [] | ["help"] => Ok(Answer::Holds(HELP.to_owned())),
        _ => Err("there is no such command; `alongside-witness help` lists them".to_owned()),
    };
    answer.unwrap_or_else(Answer::CantSay)
}

/// The options that stand anywhere among the words.
#[derive(Default)]
struct Options {
    key: Option<VerifyingKey>,
    kept: Option<String>,
}

fn parted(arguments: &[String]) -> Result<(Vec<String>, Options), String> {
    let (mut words, mut options) = (Vec::new(), Options::default());
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let (name, joined) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let mut value = || joined.or_else(|| rest.next().map(String::as_str)).ok_or(format!("{name} needs a value"));
        match name {
            "--key" => options.key = Some(read_key(value()?).map_err(|error| error.to_string())?),
            "--kept" => options.kept = Some(value()?.to_owned()),
            "--help" | "-h" => words.push("help".to_owned()),
            _ if word.starts_with("--") => {
                return Err(format!("there is no option {name}; there are --key and --kept"));
            }
            _ => words.push(word.clone()),
        }
    }
    if words.iter().any(|word| word == "help") {
        words = vec!["help".to_owned()];
    }
    Ok((words, options))
}

fn check(file: &Path, options: &Options) -> Result<Answer, String> {
    let kept = match &options.kept {
        Some(folder) => Some(Kept::open(Path::new(folder), options.key).map_err(|error| error.to_string())?),
        None => None,
    };
    let key = match (&kept, options.key) {
        (Some(kept), _) => *kept.key(),
        (None, Some(key)) => key,
        (None, None) => return Err("give the unit's key with --key, or a folder of kept heads with --kept".to_owned()),
    };
    let document = Document::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let checked = match &document {
        Document::Head(head) if head.is_signed_by(&key) => Ok(()),
        Document::Head(head) => Err(witness::Wrong::Signature(head.size)),
        Document::Inclusion(proof) => check_inclusion(proof, &key),
        Document::Consistency(proof) => check_consistency(proof, &key),
    };
    let against = |head: &Head| kept.as_ref().map_or(Ok(()), |kept| kept.hold_against(head));
    let agrees = match &document {
        Document::Head(head) => against(head),
        Document::Inclusion(proof) => against(&proof.head),
        // What was kept speaks first: an older head that the unit now gives otherwise than then is the finding.
        Document::Consistency(proof) => against(&proof.from).and_then(|()| against(&proof.to)),
    };
    if let Err(wrong) = agrees.and(checked) {
        return Ok(Answer::DoesNot(wrong.to_string()));
    }
    let is_kept = |head: &Head| kept.as_ref().is_some_and(|kept| kept.head(head.size).is_some());
    Ok(Answer::Holds(match &document {
        Document::Head(head) => format!("HOLDS. {}.\n{}", signed(head), compared(head, is_kept(head))),
        Document::Inclusion(proof) => included(proof, is_kept(&proof.head)),
        Document::Consistency(proof) => grew(proof, is_kept(&proof.from)),
    }))
}

fn signed(head: &Head) -> String {
    format!("The unit signed a head over {} entries at {}", head.size, head.at)
}

fn included(proof: &Inclusion, is_kept: bool) -> String {
    let mut text = format!("HOLDS. Entry {} is in the log. {}.\n", proof.position, signed(&proof.head));
    match &proof.entry {
        Some(entry) => {
            let or_none = |field: &Option<std::borrow::Cow<'_, str>>| field.as_deref().unwrap_or("-").to_owned();
            text += &format!(
                "Entry {}, as it was logged:\n  when     {}\n  who      {} {}\n  agency   {}\n  did      {} ({})\n  about    {} {}\n  \
                 purpose  {}\n  outcome  {}\n  permit   {}\n  inputs   {}\n",
                entry.position,
                entry.at,
                entry.actor_kind,
                entry.actor,
                or_none(&entry.agency),
                entry.verb,
                entry.operation,
                entry.scope_kind,
                or_none(&entry.scope),
                entry.purpose,
                if entry.allowed { "allowed" } else { "refused" },
                or_none(&entry.permit),
                entry.inputs
            );
        }
        None => text += &format!("The file shows only the entry's hash, {}.\n", proof.leaf_hash),
    }
    text + &compared(&proof.head, is_kept)
}

fn grew(proof: &Consistency, is_kept: bool) -> String {
    format!(
        "HOLDS. The log of {} entries begins with the log of {} entries, unchanged. {}.\n{}",
        proof.to.size,
        proof.from.size,
        signed(&proof.to),
        compared(&proof.from, is_kept)
    )
}

fn compared(head: &Head, is_kept: bool) -> String {
    if is_kept {
        return format!("The head over {} entries is the one that was kept.", head.size);
    }
    format!(
        "The head over {} entries is not among kept ones here: compare its root with what you or another partner were given:\n  {}",
        head.size, head.root
    )
}

fn keep(folder: &Path, file: &Path, options: &Options) -> Result<Answer, String> {
    let mut kept = Kept::open(folder, options.key).map_err(|error| error.to_string())?;
    let document = Document::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(match kept.keep(&document) {
        Ok(Outcome::First(size)) => Answer::Holds(format!(
            "KEPT the first head, over {size} entries. The key's fingerprint is {}: have the unit read theirs to you.",
            fingerprint(kept.key())
        )),
        Ok(Outcome::Grew { from, to }) => {
            Answer::Holds(format!("KEPT. The log grew from {from} entries to {to}, and nothing before was changed."))
        }
        Ok(Outcome::Known(size)) => {
            Answer::Holds(format!("KNOWN. The head over {size} entries agrees with the one that was kept."))
        }
        Err(KeptError::Wrong(wrong)) => Answer::DoesNot(format!(
            "{wrong}. Nothing was kept; {} stays where it is: show it to the unit",
            file.display()
        )),
        Err(problem) => return Err(format!("{}: {problem}; nothing was kept", file.display())),
    })
}

fn newest(folder: &Path, options: &Options) -> Result<Answer, String> {
    match Kept::open(folder, options.key) {
        Ok(kept) => Ok(Answer::Holds(kept.newest().map_or(0, |head| head.size).to_string())),
        // A folder that is still to be begun.
        Err(KeptError::NoKey(_)) => Ok(Answer::Holds("0".to_owned())),
        Err(problem) => Err(problem.to_string()),
    }
}

fn review(folder: &Path, options: &Options) -> Result<Answer, String> {
    let kept = Kept::open(folder, options.key).map_err(|error| error.to_string())?;
    let found = kept.review().map_err(|error| error.to_string())?;
    if let Some(first) = found.wrong.first() {
        return Ok(Answer::DoesNot(format!("{first} ({} things wrong in {})", found.wrong.len(), folder.display())));
    }
    if let Some((from, to)) = found.unproven.first() {
        return Err(format!(
            "no proof is kept that the head over {to} entries extends the one over {from}: ask the unit for it"
        ));
    }
    let newest = kept.newest().map_or(0, |head| head.size);
    Ok(Answer::Holds(format!(
        "HOLDS. {} heads are kept, and each extends the one before; the newest is over {newest} entries.",
        found.heads
    )))
}
