//! What remains of a risk, and what changed since it was signed.

use super::{Measure, Residual, pages::changed};

fn measure(holds: bool) -> Measure {
    Measure { what: "Something", now: "so".to_owned(), holds, href: "" }
}

#[test]
fn what_remains_is_counted_and_not_judged() {
    assert_eq!(Residual::of(&[]), Residual::Low);
    assert_eq!(Residual::of(&[measure(true), measure(true)]), Residual::Low);
    assert_eq!(Residual::of(&[measure(true), measure(false)]), Residual::Raised);
    assert_eq!(Residual::of(&[measure(false), measure(true), measure(false)]), Residual::High);
}

#[test]
fn what_changed_is_said_line_by_line() {
    let lines = |all: &[&str]| all.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let (added, gone) = changed(&lines(&["one", "two", "three"]), &lines(&["three", "four", "one"]));
    assert_eq!((added, gone), (lines(&["four"]), lines(&["two"])));
    assert_eq!(changed(&lines(&["one"]), &lines(&["one"])), (Vec::new(), Vec::new()));
}
