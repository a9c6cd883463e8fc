//! Every proof of a true log holds; whatever is changed of one, or of the log, does not.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::{collection::vec, prelude::*};
use sha2::Sha256;
use witness::{
    Document, Inclusion, Wrong, check_consistency, check_inclusion,
    tree::{Frontier, consistency_path, extends, includes, inclusion_path},
};

use crate::log::{consistency, entry, head, inclusion, key, leaves, roots, tree};

#[test]
fn roots_and_paths_are_those_of_an_independent_implementation() {
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let all = leaves(70);
    let mut roots_so_far = vec![tree(&[]).root()];
    for size in 1..=70_u64 {
        oracle.push(entry(size - 1).canonical());
        let here = tree(&all[..size as usize]);
        assert_eq!(here.root()[..], oracle.root().as_bytes()[..], "at {size}");
        assert_eq!(Frontier::from_text(here.size(), &here.to_text()), Some(here.clone()));
        roots_so_far.push(here.root());
        for index in 0..size {
            let path = roots(&all, &inclusion_path(index, size));
            let theirs = oracle.prove_inclusion(index as usize);
            assert_eq!(path.concat(), theirs.as_bytes(), "{index} in {size}");
            assert!(includes(all[index as usize], index, size, &path, &here.root()));
        }
        for from in 1..size {
            let path = roots(&all, &consistency_path(from, size));
            let theirs = oracle.prove_consistency((size - from) as usize);
            assert_eq!(path.concat(), theirs.as_bytes(), "{from} to {size}");
            assert!(extends((from, &roots_so_far[from as usize]), (size, &here.root()), &path));
        }
    }
    assert_eq!(Frontier::from_text(15, &tree(&all).to_text()), None);
}

#[test]
fn a_frontier_knows_its_own_full_subtrees_and_no_others() {
    let all = leaves(45);
    let whole = tree(&all);
    for start in 0..45_usize {
        for end in start + 1..=45 {
            let own = [(0, 32), (32, 40), (40, 44), (44, 45)].contains(&(start, end));
            let known = whole.peak(&(start as u64..end as u64));
            assert_eq!(known, own.then(|| tree(&all[start..end]).root()), "{start} to {end}");
        }
    }
}

#[test]
fn degenerate_proofs_do_not_hold() {
    let (one, all) = (tree(&leaves(1)).root(), leaves(8));
    let root = tree(&all).root();
    assert!(!includes(one, 0, 0, &[], &one) && !includes(one, 1, 1, &[], &one));
    assert!(!includes(one, u64::MAX, u64::MAX, &[one; 64], &one));
    assert!(!includes(one, u64::MAX - 1, u64::MAX, &[one; 64], &one) && !includes(one, 0, 1, &[one], &one));
    assert!(extends((0, &tree(&[]).root()), (8, &root), &[]), "every log begins with the empty one");
    assert!(!extends((0, &one), (8, &root), &[]) && !extends((0, &tree(&[]).root()), (0, &root), &[]));
    assert!(!extends((8, &root), (1, &one), &[]) && !extends((1, &one), (8, &root), &[]));
    assert!(!extends((3, &one), (8, &root), &[]) && !extends((8, &root), (8, &one), &[]));
    assert!(!extends((8, &root), (8, &root), &[one]) && !extends((1, &one), (u64::MAX, &root), &[one; 70]));
}

/// What may be changed of a file that holds: any digit of any of its texts of digits, or any number.
fn altered(text: &str, at: usize) -> String {
    let digits: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()).map(|(at, _)| at).collect();
    let at = digits[at % digits.len()];
    let was = text.as_bytes()[at];
    let now = match was {
        b'9' => b'8',
        b'0'..=b'8' => was + 1,
        b'f' | b'F' => b'0',
        other => other + 1,
    };
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = now;
    String::from_utf8(bytes).unwrap()
}

fn holds(document: &Document) -> bool {
    let key = key().verifying_key();
    match document {
        Document::Head(head) => head.is_signed_by(&key),
        Document::Inclusion(proof) => check_inclusion(proof, &key).is_ok(),
        Document::Consistency(proof) => check_consistency(proof, &key).is_ok(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_entry_is_proven_and_no_other(size in 1_u64..200, index in any::<u64>(), other in any::<u64>(), bit in 0_usize..256) {
        let all = leaves(size);
        let (index, other) = (index % size, other % size);
        let (root, path) = (tree(&all).root(), roots(&all, &inclusion_path(index, size)));
        prop_assert!(includes(all[index as usize], index, size, &path, &root));
        if other != index {
            prop_assert!(!includes(all[other as usize], index, size, &path, &root));
            prop_assert!(!includes(all[index as usize], other, size, &path, &root));
        }
        let flip = |hash: &[u8; 32]| { let mut hash = *hash; hash[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert!(!includes(flip(&all[index as usize]), index, size, &path, &root));
        prop_assert!(!includes(all[index as usize], index, size, &path, &flip(&root)));
        for at in 0..path.len() {
            let mut wrong = path.clone();
            wrong[at] = flip(&path[at]);
            prop_assert!(!includes(all[index as usize], index, size, &wrong, &root));
            wrong.remove(at);
            prop_assert!(!includes(all[index as usize], index, size, &wrong, &root));
        }
        let more: Vec<_> = path.iter().copied().chain([root]).collect();
        prop_assert!(!includes(all[index as usize], index, size, &more, &root));
    }

    #[test]
    fn growth_is_proven_and_a_rewritten_log_can_not_be(to in 1_u64..200, from in any::<u64>(), at in any::<u64>(), bit in 0_usize..256) {
        let from = from % to + 1;
        let all = leaves(to);
        let (small, large) = (tree(&all[..from as usize]).root(), tree(&all).root());
        let path = roots(&all, &consistency_path(from, to));
        prop_assert!(extends((from, &small), (to, &large), &path));
        // One entry of those that were signed is changed, and the whole tree made again over it.
        let mut forged = all.clone();
        forged[(at % from) as usize][bit / 8] ^= 1 << (bit % 8);
        let forged_root = tree(&forged).root();
        for path in [&path, &roots(&forged, &consistency_path(from, to))] {
            prop_assert!(!extends((from, &small), (to, &forged_root), path));
        }
        for at in 0..path.len() {
            let mut wrong = path.clone();
            wrong[at][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!extends((from, &small), (to, &large), &wrong));
            wrong.remove(at);
            prop_assert!(!extends((from, &small), (to, &large), &wrong));
        }
    }

}

proptest! {
    // Signatures are slow to check in a debug build.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_is_changed_in_a_file_it_no_longer_holds(size in 1_u64..40, index in any::<u64>(), at in any::<usize>()) {
        let all = leaves(size);
        let index = index % size;
        let documents = [
            Document::Head(head(&all)),
            Document::Inclusion(inclusion(&all, index)),
            Document::Consistency(consistency(&all, index + 1)),
        ];
        for document in documents {
            prop_assert!(holds(&document), "{document:?}");
            let text = document.to_text();
            prop_assert_eq!(Document::read(&text), Ok(document.clone()));
            let changed = altered(&text, at);
            // What is read the same, such as another writing of the same second, was not changed.
            if let Ok(read) = Document::read(&changed) && read != document {
                prop_assert!(!holds(&read), "{changed}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in "[\\PC{}\\[\\]\",:0-9a-f]{0,200}", sizes in vec(any::<u64>(), 4), path in vec("[0-9a-f]{64}", 0..70)) {
        let _ = Document::read(&text);
        let all = leaves(3);
        let mut proof = Inclusion { position: sizes[0], path: path.clone(), ..inclusion(&all, 1) };
        proof.head.size = sizes[1];
        let _ = check_inclusion(&proof, &key().verifying_key());
        let hashes: Vec<_> = path.iter().map(|text| witness::tree::hash(text).unwrap()).collect();
        let _ = includes(all[0], sizes[0], sizes[1], &hashes, &all[1]);
        let _ = extends((sizes[2], &all[0]), (sizes[3], &all[1]), &hashes);
    }
}

#[test]
fn what_is_wrong_is_named() {
    let (all, key) = (leaves(20), key().verifying_key());
    let good = inclusion(&all, 5);
    let with = |change: &dyn Fn(&mut Inclusion)| {
        let mut proof = good.clone();
        change(&mut proof);
        check_inclusion(&proof, &key).unwrap_err()
    };
    assert_eq!(with(&|proof| proof.head.signature = "00".repeat(64)), Wrong::Signature(20));
    assert_eq!(with(&|proof| proof.head.size = 21), Wrong::Signature(20 + 1));
    assert_eq!(with(&|proof| proof.leaf_hash = good.leaf_hash.to_uppercase()), Wrong::NotAHash("the entry's hash"));
    assert_eq!(with(&|proof| proof.entry = Some(entry(6))), Wrong::OtherEntry { proven: 5, shown: 6 });
    assert_eq!(with(&|proof| proof.entry.as_mut().unwrap().purpose = "other".into()), Wrong::Content(5));
    let outside = |proof: &mut Inclusion| (proof.position, proof.entry) = (20, None);
    assert_eq!(with(&outside), Wrong::Outside { position: 20, size: 20 });
    let other = |proof: &mut Inclusion| (proof.position, proof.entry) = (4, None);
    assert_eq!(with(&other), Wrong::NotIncluded { position: 4, size: 20 });
    let mut growth = consistency(&all, 7);
    std::mem::swap(&mut growth.from, &mut growth.to);
    assert_eq!(check_consistency(&growth, &key), Err(Wrong::Shrunk { from: 20, to: 7 }));
    let mut two = consistency(&all, 20);
    two.to = head(&[&leaves(19)[..], &[[1; 32]]].concat());
    assert_eq!(check_consistency(&two, &key), Err(Wrong::TwoLogs(20)));
}
