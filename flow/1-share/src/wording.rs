//! Words for pages: a code as the beginning of a sentence.

use base::first_large;

/// `emergency_access` as `Emergency access`; a colon is a space too.
pub(crate) fn sentence(code: &str) -> String {
    first_large(&code.replace(['_', ':'], " "))
}
