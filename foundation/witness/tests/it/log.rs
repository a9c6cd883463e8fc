//! A log in memory, and a unit that signs it and makes its proofs.

use std::ops::Range;

use base::Timestamp;
use witness::{
    Consistency, Entry, Head, Inclusion, SigningKey,
    tree::{Frontier, Hash, consistency_path, inclusion_path},
};

pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub fn public() -> String {
    hex::encode(key().verifying_key().to_bytes())
}

pub fn entry(position: u64) -> Entry<'static> {
    Entry {
        position,
        at: Timestamp::from_micros(1_772_442_000_000_000 + 7 * i64::try_from(position).unwrap()).unwrap(),
        actor_kind: "member".into(),
        actor: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        agency: None,
        operation: "consultation".into(),
        verb: "view".into(),
        scope_kind: "person".into(),
        scope: Some("01ARZ3NDEKTSV4RRFFQ69G5FAW".into()),
        purpose: "support".into(),
        allowed: !position.is_multiple_of(3),
        permit: None,
        inputs: format!("{{\"n\":{position}}}").into(),
    }
}

pub fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| entry(n).leaf()).collect()
}

pub fn tree(leaves: &[Hash]) -> Frontier {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree
}

pub fn head(leaves: &[Hash]) -> Head {
    let minute = i64::try_from(leaves.len()).unwrap() * 60_000_000;
    Head::sign(&key(), &tree(leaves), Timestamp::from_micros(1_772_442_000_000_000 + minute).unwrap())
}

/// The roots of these subtrees.
pub fn roots(leaves: &[Hash], parts: &[Range<u64>]) -> Vec<Hash> {
    parts.iter().map(|part| tree(&leaves[part.start as usize..part.end as usize]).root()).collect()
}

fn texts(hashes: Vec<Hash>) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

pub fn inclusion(leaves: &[Hash], position: u64) -> Inclusion {
    let path = texts(roots(leaves, &inclusion_path(position, leaves.len() as u64)));
    Inclusion {
        position,
        leaf_hash: hex::encode(leaves[position as usize]),
        entry: Some(entry(position)),
        path,
        head: head(leaves),
    }
}

pub fn consistency(leaves: &[Hash], from: u64) -> Consistency {
    let path = texts(roots(leaves, &consistency_path(from, leaves.len() as u64)));
    Consistency { from: head(&leaves[..from as usize]), to: head(leaves), path }
}
