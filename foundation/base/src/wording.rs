//! Words for pages: a text as the beginning of a sentence.

/// The text with its first letter large: `home area` is `Home area`. The rest stays as it is.
#[must_use]
pub fn first_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_letter_changes() {
        assert_eq!(first_large("home area of a CHILD"), "Home area of a CHILD");
        assert_eq!(first_large("équipe"), "Équipe");
        assert_eq!(first_large("ßa"), "SSa");
        assert_eq!(first_large("3 months"), "3 months");
        assert_eq!(first_large(""), "");
    }
}
