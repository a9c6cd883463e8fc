//! The checks of `make fuzz` on inputs that once broke something (`fuzz/found`), on what fuzzing begins with, and on some made up: quick, so that
//! a fault that was mended stays mended and the checks themselves keep up with the engine.

#[path = "../../fuzz/checks/csv.rs"]
mod csv;
#[path = "../../fuzz/checks/linker.rs"]
mod linker;
#[path = "../../fuzz/checks/spec.rs"]
mod spec;
#[path = "../../fuzz/checks/splink.rs"]
mod splink;

use std::{fs, path::Path};

/// Inputs under these folders and files of the crate.
fn kept(places: &[&str]) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for place in places {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
        if path.is_file() {
            inputs.push(fs::read(&path).unwrap());
        } else if let Ok(folder) = fs::read_dir(&path) {
            inputs.extend(folder.map(|entry| fs::read(entry.unwrap().path()).unwrap()));
        }
    }
    inputs
}

/// The same inputs with a few bytes changed, moved and taken out.
fn changed(inputs: &[Vec<u8>], times: u64) -> Vec<Vec<u8>> {
    let mut dice = 0x9e37_79b9_u64;
    let mut below = |limit: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % limit.max(1)
    };
    let mut all = Vec::new();
    for input in inputs.iter().filter(|input| !input.is_empty()) {
        for _ in 0..times {
            let mut bytes = input.clone();
            for _ in 0..=below(4) {
                let (at, other) = (below(bytes.len()), below(bytes.len()));
                match below(4) {
                    0 => bytes[at] = below(256) as u8,
                    1 => bytes.swap(at, other),
                    2 => drop(bytes.drain(at.min(other)..at.max(other).min(at.min(other) + 30))),
                    _ => {
                        let more: Vec<u8> = input.iter().skip(other).take(20).copied().collect();
                        bytes.splice(at..at, more);
                    }
                }
                if bytes.is_empty() {
                    break;
                }
            }
            all.push(bytes);
        }
    }
    all
}

fn each(check: fn(&[u8]), inputs: Vec<Vec<u8>>, times: u64) {
    let made_up = changed(&inputs, times);
    inputs.iter().chain(&made_up).for_each(|input| check(input));
}

#[test]
fn files() {
    let mut inputs = kept(&["fuzz/found/csv"]);
    inputs.push(b"id,name,born\n1,\"Ann, Lee\",1990\n2,,\n3,Zo\xeb,\n".to_vec());
    inputs.push(b"\xff\xfei\0d\0;\0n\0\n\x001\0;\0\xe9\0\n\0".to_vec());
    each(csv::check, inputs, 200);
}

#[test]
fn specs() {
    each(spec::check, kept(&["fuzz/found/spec", "tests/it/example.toml", "tests/it/febrl.toml"]), 100);
}

#[test]
fn models() {
    each(splink::check, kept(&["fuzz/found/splink", "tests/splink/fake_1000_rarity.json"]), 60);
}

#[test]
fn tables() {
    let mut inputs = kept(&["fuzz/found/linker"]);
    // Packed bytes are as good as random ones.
    let packed = kept(&["tests/splink/febrl3.pairs.gz"]).concat();
    inputs.extend(packed.chunks(300).take(200).map(<[u8]>::to_vec));
    each(linker::check, inputs, 1);
}
