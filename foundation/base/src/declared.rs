//! Where in a declaration (a TOML file that an analyst wrote) a problem lies.

/// The line, counted from 1, that a sentence is about: the first that holds one of the words which the sentence puts in
/// backticks, as the value of `name`, else as a key, else anywhere. None where no line holds any.
#[must_use]
pub fn line_about(text: &str, sentence: &str) -> Option<usize> {
    let named =
        sentence.split('`').skip(1).step_by(2).flat_map(|word| [Some(word), word.rsplit_once('.').map(|it| it.1)]);
    named.flatten().find_map(|word| line_with(text, word))
}

fn line_with(text: &str, word: &str) -> Option<usize> {
    let found = |fits: &dyn Fn(&str) -> bool| text.lines().position(|line| fits(line.trim())).map(|at| at + 1);
    let quoted = format!("\"{word}\"");
    let value_of = |key: &str, line: &str| {
        line.split_once('=').is_some_and(|(left, right)| left.trim() == key && right.trim() == quoted)
    };
    found(&|line| value_of("name", line) || value_of("field", line))
        .or_else(|| found(&|line| line.split_once('=').is_some_and(|(left, _)| left.trim() == word)))
        .or_else(|| found(&|line| line.contains(&quoted) || line == format!("[{word}]")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "source_id = [\"ref\"]\n[clock]\nstarts = []\n[[column]]\nname = \"ref\"\ntype = \"number\"\n";

    #[test]
    fn a_sentence_is_about_the_line_of_its_first_word_that_is_there() {
        assert_eq!(line_about(TEXT, "column `ref`: `type` is one of text, date"), Some(5));
        assert_eq!(line_about(TEXT, "`clock.starts` is empty"), Some(3));
        assert_eq!(line_about(TEXT, "`clock` needs `hours`"), Some(2));
        assert_eq!(line_about(TEXT, "`type` is `number`"), Some(6));
        assert_eq!(line_about(TEXT, "there is no column `reff`"), None);
        assert_eq!(line_about(TEXT, "list at least one [[column]]"), None);
    }
}
