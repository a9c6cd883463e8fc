//! What `make fuzz` checks of two texts, on those that once broke something (`fuzz/found/kernels`) and on random ones.

#[path = "../../../fuzz/checks/kernels.rs"]
mod check;

use std::{fs, path::Path};

use super::{plain, texts};

#[test]
fn texts_that_broke_something_and_others() {
    if let Ok(folder) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found/kernels")) {
        folder.for_each(|entry| check::check(&fs::read(entry.unwrap().path()).unwrap()));
    }
    let mut dice = texts::Dice::new(1);
    for _ in 0..1_000 {
        let (a, b) = texts::pair(&mut dice);
        check::check(format!("{}{a}\0{b}", dice.below(64) as u8 as char).as_bytes());
    }
}
