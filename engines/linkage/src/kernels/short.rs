//! Jaro similarity of texts of up to 31 plain letters, all places of a letter in the other text found at once.

/// Most letters: one bit of a number for each, and one to spare.
const MOST: usize = 31;

/// Jaro similarity (Jaro 1989) where both texts are of 1 to 31 ASCII characters; `None` for others. The first text's characters each
/// take the first free match within half the longer text's length.
pub(super) fn jaro(a: &str, b: &str) -> Option<f64> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.is_empty() || b.is_empty() || a.len() > MOST || b.len() > MOST || !a.is_ascii() || !b.is_ascii() {
        return None;
    }
    // For each character its places in the second text, a bit each.
    let mut places = [0_u32; 128];
    for (at, letter) in b.iter().enumerate() {
        if let Some(places) = places.get_mut(usize::from(*letter)) {
            *places |= 1 << at;
        }
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut window = (1_u32 << (reach + 1)) - 1;
    let mut taken = 0_u32;
    let mut matched = [0_u8; MOST];
    let mut matches = 0;
    for (place, letter) in a.iter().enumerate() {
        // No branch on whether there is a match, which no processor could foretell.
        let found = places.get(usize::from(*letter)).copied().unwrap_or_default() & window & !taken;
        taken |= found & found.wrapping_neg();
        if let Some(slot) = matched.get_mut(matches) {
            *slot = *letter;
        }
        matches += usize::from(found != 0);
        // The window grows until it reaches as far back as ahead, and then moves on.
        window = window << 1 | u32::from(place < reach);
    }
    if matches == 0 {
        return Some(0.0);
    }
    let mut unlike = 0;
    let mut rest = taken;
    for letter in matched.iter().take(matches) {
        let place = rest.trailing_zeros() as usize;
        unlike += usize::from(b.get(place) != Some(letter));
        rest &= rest.wrapping_sub(1);
    }
    let (matches, in_order) = (matches as f64, (matches - unlike / 2) as f64);
    Some((matches / a.len() as f64 + matches / b.len() as f64 + in_order / matches) / 3.0)
}
