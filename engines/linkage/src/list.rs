//! Fields whose cells hold several values. A list is one text, its cleaned values sorted and parted by [`MARK`], so that columns
//! intern lists as they intern everything else.

/// Parts the values of a list: the control character "unit separator", which no cleaned value holds.
pub(crate) const MARK: char = '\u{1f}';
/// Most values of one list that are kept: two lists are compared value by value.
pub(crate) const MOST: usize = 64;

/// A list's values.
pub(crate) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(MARK)
}

/// The list of these cleaned values, each once; `None` where there are none.
pub(crate) fn join(mut values: Vec<String>) -> Option<String> {
    values.sort_unstable();
    values.dedup();
    values.truncate(MOST);
    (!values.is_empty()).then(|| values.join(&MARK.to_string()))
}
