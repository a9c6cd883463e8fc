//! Words for pages: a text or a code as the beginning of a sentence.

/// The text with its first letter large.
pub(crate) fn first_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `emergency_access` as `Emergency access`; a colon is a space too.
pub(crate) fn sentence(code: &str) -> String {
    first_large(&code.replace(['_', ':'], " "))
}
