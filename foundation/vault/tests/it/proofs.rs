//! Proofs that a partner checks without the vault: they hold for a true log, whatever its length, and there is none for another.

use base::{Id, code};
use vault::{
    Actor, Ask, Purpose, Scope, Vault, Verb,
    audit::{self, Document, Filter, Head, ProofError},
    store_suite,
    testing::{Bench, facet},
};
use witness::{Wrong, check_consistency, check_inclusion};

use crate::{
    audit::{lift_guard, mend_hashes, write},
    county::{HOSPITAL, MIGRATIONS, POLICE, ask, cause},
};

store_suite! { MIGRATIONS => [
    every_entry_and_every_growth_of_a_short_log_is_proven,
    a_long_log_is_proven_from_what_its_heads_know,
    a_wrong_frontier_is_no_hindrance,
    a_rewritten_log_has_no_proof,
    a_changed_or_missing_entry_has_no_proof,
    what_is_not_there_is_said,
    an_entry_is_shown_to_those_whom_it_concerns,
    a_partner_is_given_heads_and_that_is_written_down,
    entries_that_come_together_are_all_kept,
    entries_ride_with_a_change_and_stand_or_fall_with_it,
    an_asker_who_goes_away_harms_nobody,
] }

/// Many entries at once.
async fn many(vault: &Vault, count: usize) {
    let all: Vec<_> = (0..count)
        .map(|_| {
            let vault = vault.clone();
            tokio::spawn(
                async move { vault.staff(&Actor::System, Purpose::Oversight, code!("look")).await.map(|_| ()) },
            )
        })
        .collect();
    for one in all {
        one.await.unwrap().unwrap();
    }
}

async fn every_entry_and_every_growth_of_a_short_log_is_proven(t: Bench) {
    let mut heads = Vec::new();
    for count in [1, 1, 3, 2, 6, 8, 5] {
        write(&t, count).await;
        heads.push(t.vault.sign_head_now().await.unwrap().unwrap());
    }
    let key = t.vault.audit_public_key();
    for (at, from) in heads.iter().enumerate() {
        for to in &heads[at..] {
            let proof = t.vault.prove_growth(from, Some(to.size)).await.unwrap();
            assert_eq!(check_consistency(&proof, &key), Ok(()));
            assert!(proof.from == *from && proof.to == *to);
            assert_eq!(
                Document::read(&Document::Consistency(proof.clone()).to_text()),
                Ok(Document::Consistency(proof))
            );
        }
    }
    for position in 0..26 {
        let proof = t.vault.prove_entry(&Actor::System, position, None).await.unwrap();
        assert_eq!(check_inclusion(&proof, &key), Ok(()));
        assert!(proof.head.size > position && proof.entry.is_none());
        let text = Document::Inclusion(proof).to_text();
        assert!(!text.contains("try") && !text.contains("system"), "only its hash: {text}");
    }
    // The newest entry is younger than every head: one is signed for it.
    write(&t, 1).await;
    let last = t.vault.audit_size().await.unwrap() - 1;
    let proof = t.vault.prove_entry(&Actor::System, last, None).await.unwrap();
    assert!(proof.head.size > last && check_inclusion(&proof, &key).is_ok());
}

async fn a_long_log_is_proven_from_what_its_heads_know(t: Bench) {
    let mut heads: Vec<Head> = Vec::new();
    for count in [700, 900, 1000, 30, 1000, 900, 70] {
        many(&t.vault, count).await;
        t.vault.sign_head_now().await.unwrap();
        heads.push(t.vault.newest_head().await.unwrap().unwrap());
    }
    let key = t.vault.audit_public_key();
    let size = heads.last().unwrap().size;
    assert_eq!(size, 4600);
    for from in &heads {
        let proof = t.vault.prove_growth(from, None).await.unwrap();
        assert!(check_consistency(&proof, &key).is_ok());
    }
    for position in [0, 1023, 1024, 2047, 2048, 3071, 4095, 4096, 4599] {
        let proof = t.vault.prove_entry(&Actor::System, position, None).await.unwrap();
        assert!(check_inclusion(&proof, &key).is_ok());
    }
    // What the heads know is used: leaves that are under a kept frontier alone are not read.
    lift_guard(&t).await;
    t.tamper("UPDATE audit_entry SET leaf_hash = 'none' WHERE position = 17").await.unwrap();
    let proof = t.vault.prove_entry(&Actor::System, 4500, None).await.unwrap();
    assert!(check_inclusion(&proof, &key).is_ok());
}

async fn a_wrong_frontier_is_no_hindrance(t: Bench) {
    many(&t.vault, 1500).await;
    let first = t.vault.sign_head_now().await.unwrap().or(t.vault.newest_head().await.unwrap()).unwrap();
    many(&t.vault, 2600).await;
    t.vault.sign_head_now().await.unwrap();
    lift_guard(&t).await;
    for frontier in ["", "00", &["ab"; 32].concat(), "ß"] {
        t.tamper(&format!("UPDATE tree_head SET frontier = '{frontier}'")).await.unwrap();
        let proof = t.vault.prove_entry(&Actor::System, 3, None).await.unwrap();
        assert!(check_inclusion(&proof, &t.vault.audit_public_key()).is_ok());
        t.vault.prove_growth(&first, None).await.unwrap();
    }
}

/// Somebody with the database's password and the signing key changes an entry and signs all of it again.
async fn rewrite(t: &mut Bench, statement: &str) {
    lift_guard(t).await;
    t.tamper(statement).await.unwrap();
    mend_hashes(t).await;
    t.tamper("DELETE FROM tree_head").await.unwrap();
    t.reopen().await.unwrap();
    write(t, 3).await;
    t.vault.sign_head_now().await.unwrap();
    let verdict = audit::verify(&t.vault, &[]).await.unwrap();
    assert!(verdict.holds(), "without what others kept, the forgery looks well: {verdict:?}");
}

async fn a_rewritten_log_has_no_proof(mut t: Bench) {
    write(&t, 12).await;
    let kept = t.vault.sign_head_now().await.unwrap().unwrap();
    write(&t, 9).await;
    rewrite(&mut t, "UPDATE audit_entry SET purpose = 'other' WHERE position = 5").await;
    assert!(matches!(t.vault.prove_growth(&kept, None).await, Err(ProofError::Broken(_))));
    assert!(matches!(t.vault.head_of(12).await, Err(ProofError::NoHead { size: 12, below: None, above: Some(24) })));
    // Nor is there one by hand: every hash of the forged tree leads to another older root.
    let key = t.vault.audit_public_key();
    let forged = t.vault.newest_head().await.unwrap().unwrap();
    for size in 1..forged.size {
        write(&t, 1).await;
        let own = t.vault.sign_head_now().await.unwrap().unwrap();
        let mut proof = t.vault.prove_growth(&forged, Some(own.size)).await.unwrap();
        proof.from = kept.clone();
        assert_eq!(check_consistency(&proof, &key), Err(Wrong::Rewritten { from: 12, to: own.size }), "{size}");
    }
}

async fn a_changed_or_missing_entry_has_no_proof(t: Bench) {
    write(&t, 30).await;
    let kept = t.vault.sign_head_now().await.unwrap().unwrap();
    lift_guard(&t).await;
    t.tamper("UPDATE audit_entry SET purpose = 'other' WHERE position = 5").await.unwrap();
    assert!(matches!(t.vault.prove_entry(&Actor::System, 5, None).await, Err(ProofError::Changed(5))));
    assert!(t.vault.prove_entry(&Actor::System, 6, None).await.is_ok(), "the others' hashes still lead to the root");
    mend_hashes(&t).await;
    // It fits its own hash now, and not what was signed.
    assert!(matches!(t.vault.prove_entry(&Actor::System, 5, None).await, Err(ProofError::Broken(_))));
    t.tamper("DELETE FROM audit_entry WHERE position IN (5, 6)").await.unwrap();
    assert!(matches!(t.vault.prove_entry(&Actor::System, 6, None).await, Err(ProofError::Changed(6))));
    assert!(matches!(t.vault.prove_entry(&Actor::System, 7, None).await, Err(ProofError::Broken(_))));
    let mut other = kept.clone();
    other.at = other.at.plus_hours(1);
    assert!(matches!(t.vault.prove_growth(&other, None).await, Err(ProofError::NotOurs(30))));
}

async fn what_is_not_there_is_said(t: Bench) {
    let none = t.vault.prove_entry(&Actor::System, 0, None).await.unwrap_err();
    assert_eq!(none.to_string(), "there is no entry 0: the log has 0 entries, the first of which is entry 0");
    assert!(matches!(t.vault.give_head(&Actor::System, 0).await, Err(ProofError::Empty)));
    assert_eq!(
        t.vault.head_of(4).await.unwrap_err().to_string(),
        "no head over 4 entries was ever signed here; none was"
    );
    write(&t, 4).await;
    let first = t.vault.sign_head_now().await.unwrap().unwrap();
    write(&t, 6).await;
    let second = t.vault.sign_head_now().await.unwrap().unwrap();
    let missing = t.vault.head_of(7).await.unwrap_err().to_string();
    assert!(missing.ends_with("the nearest are over 4 and over 10"), "{missing}");
    assert!(matches!(
        t.vault.prove_growth(&second, Some(first.size)).await,
        Err(ProofError::Shrunk { from: 10, to: 4 })
    ));
    for position in [10, u64::MAX] {
        let beyond = t.vault.prove_entry(&Actor::System, position, None).await;
        assert!(matches!(beyond, Err(ProofError::NoEntry { size: 10, .. })), "{beyond:?}");
    }
    assert_eq!(t.vault.audit_size().await.unwrap(), 10, "what can't be proven is not read, so not logged");
}

async fn an_entry_is_shown_to_those_whom_it_concerns(t: Bench) {
    let fire = Id::from_u128(3);
    t.vault.permit(ask(Verb::View)).await.unwrap();
    let fires = Actor::Member { id: Id::from_u128(30), agency: fire };
    let own =
        Ask { actor: fires.clone(), facets: vec![facet(POLICE, "custody")], scope: Scope::unit(), ..ask(Verb::View) };
    t.vault.permit(own).await.unwrap();
    let key = t.vault.audit_public_key();
    for (position, reader) in [(0, POLICE), (0, HOSPITAL), (1, POLICE), (1, fire)] {
        let proof = t.vault.prove_entry(&Actor::System, position, Some(reader)).await.unwrap();
        assert_eq!(check_inclusion(&proof, &key), Ok(()));
        let entry = proof.entry.unwrap();
        assert!(entry.verb == "view" && entry.inputs.contains("custody"));
    }
    for (position, reader) in [(0, fire), (1, HOSPITAL)] {
        let refused = t.vault.prove_entry(&Actor::System, position, Some(reader)).await;
        assert!(matches!(refused, Err(ProofError::NotTheirs(at)) if at == position), "{refused:?}");
    }
    let staff = t.vault.book();
    let logged =
        audit::entries(&staff, &Filter { scope: Some("1".to_owned()), ..Filter::default() }, 10).await.unwrap();
    assert!(logged.len() == 3 && logged.iter().all(|entry| entry.verb == "log_entry_proven"));
    assert!(logged[0].inputs.contains(&HOSPITAL.to_string()), "to whom it would have gone is in the log");
}

async fn a_partner_is_given_heads_and_that_is_written_down(t: Bench) {
    let police = Actor::Token { id: Id::from_u128(5), agency: POLICE };
    write(&t, 3).await;
    let Document::Head(first) = t.vault.give_head(&police, 0).await.unwrap() else { panic!("no head") };
    assert!(first.size == 3 && first.is_signed_by(&t.vault.audit_public_key()));
    assert!(matches!(t.vault.give_head(&police, 3).await.unwrap(), Document::Head(again) if again == first));
    t.clock.advance(base::SignedDuration::from_secs(61));
    let Document::Consistency(growth) = t.vault.give_head(&police, 3).await.unwrap() else { panic!("no proof") };
    assert!(growth.from == first && growth.to.size == 4, "what was given is itself an entry, once");
    assert!(check_consistency(&growth, &t.vault.audit_public_key()).is_ok());
    let given = t.vault.heads_given().await.unwrap();
    assert_eq!(given.iter().map(|given| (given.agency, given.size)).collect::<Vec<_>>(), [(POLICE, 4)]);
    t.vault.give_head(&Actor::System, 0).await.unwrap();
    assert_eq!(t.vault.heads_given().await.unwrap().len(), 1);
    assert!(matches!(t.vault.give_head(&police, 99).await, Err(ProofError::NoHead { size: 99, .. })));
}

async fn entries_that_come_together_are_all_kept(t: Bench) {
    many(&t.vault, 450).await;
    let other = Vault::open(t.opening()).await.unwrap();
    let writers = [t.vault.clone(), other.clone()].map(|vault| tokio::spawn(async move { many(&vault, 300).await }));
    for writer in writers {
        writer.await.unwrap();
    }
    let rows = t.query("SELECT position FROM audit_entry ORDER BY position", vec![]).await;
    let positions: Vec<u64> = rows.iter().map(|row| row.count("position").unwrap()).collect();
    assert_eq!(positions, (0..1050).collect::<Vec<u64>>());
    other.close().await;
    assert!(audit::verify(&t.vault, &[]).await.unwrap().holds());
}

async fn entries_ride_with_a_change_and_stand_or_fall_with_it(t: Bench) {
    let ask_while_busy = async || {
        let change = t.vault.change(cause(code!("try"))).await.unwrap();
        let vault = t.vault.clone();
        let asked = tokio::spawn(async move { vault.permit(ask(Verb::View)).await.map(|_| ()) });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        (change, asked)
    };
    let (change, asked) = ask_while_busy().await;
    change.commit().await.unwrap();
    asked.await.unwrap().unwrap();
    let newest = audit::entries(&t.vault.book(), &Filter::default(), 10).await.unwrap();
    assert_eq!(newest.iter().map(|entry| entry.verb.as_str()).collect::<Vec<_>>(), ["view", "try"]);
    // A change that is undone keeps nobody waiting, and nobody's entry is lost with it.
    let (change, asked) = ask_while_busy().await;
    drop(change);
    asked.await.unwrap().unwrap();
    assert_eq!(t.vault.audit_size().await.unwrap(), 3);
    // An entry that can't be kept fails alone.
    let change = t.vault.change(cause(code!("try"))).await.unwrap();
    let bad = Ask { scope: Scope { kind: "person", id: Some("a\0b".to_owned()) }, ..ask(Verb::View) };
    assert!(t.vault.permit(bad).await.is_err());
    change.commit().await.unwrap();
    assert!(audit::verify(&t.vault, &[]).await.unwrap().holds());
}

async fn an_asker_who_goes_away_harms_nobody(t: Bench) {
    // The writer's turn is taken, so that all of these wait; half of the askers go away.
    let change = t.vault.change(cause(code!("try"))).await.unwrap();
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let vault = t.vault.clone();
            tokio::spawn(async move { vault.permit(ask(Verb::View)).await.map(|_| ()) })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    asked.iter().step_by(2).for_each(tokio::task::JoinHandle::abort);
    change.commit().await.unwrap();
    let mut answered = 0;
    for one in asked {
        if let Ok(outcome) = one.await {
            outcome.unwrap();
            answered += 1;
        }
    }
    assert_eq!(answered, 10);
    many(&t.vault, 5).await;
    assert!(audit::verify(&t.vault, &[]).await.unwrap().holds());
}
