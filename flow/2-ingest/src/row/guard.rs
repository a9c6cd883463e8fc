//! What a spreadsheet would reckon rather than show (a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return) has an apostrophe
//! before it in a quarantine's file, and loses it again when that file comes back mended. So that nothing is lost, a cell that has
//! apostrophes before such a letter of its own gets one more: what was written is always what is read.

/// Put before a cell.
pub(crate) const GUARD: char = '\'';

fn would_be_reckoned(cell: &str) -> bool {
    cell.trim_start_matches(GUARD).starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Whether a cell gets the guard on its way out.
pub(crate) fn needed(cell: &str) -> bool {
    would_be_reckoned(cell)
}

/// Whether a cell that came back has the guard. A cell that somebody wrote anew begins as they wrote it.
pub(crate) fn stands(cell: &str) -> bool {
    cell.starts_with(GUARD) && would_be_reckoned(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guarded_comes_back_as_it_was_and_nothing_else_changes() {
        for cell in ["=1+1", "+44 7100", "-3", "@home", "\tx", "\rx", "'=1", "''-1", "'\t"] {
            assert!(needed(cell), "{cell:?}");
            assert!(stands(&format!("'{cell}")), "{cell:?}");
        }
        for cell in ["", "'", "''", "O'Neil", "'tis", "1-2", " =1", "a=b"] {
            assert!(!needed(cell) && !stands(cell), "{cell:?}");
        }
        assert!(!stands("-3"), "mended by hand, without a guard");
    }
}
