//! E-mail addresses as `user@domain`, lower case.

/// The part before the first `@`, the whole where there is none, without a tag: many providers deliver `ann+school@…` to `ann@…` (RFC 5233 calls it subaddressing).
pub(crate) fn user(address: &str) -> Option<&str> {
    let user = address.split('@').next()?;
    Some(user.split_once('+').map_or(user, |(user, _)| user)).filter(|user| !user.is_empty())
}

/// The part after the `@`.
pub(crate) fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}
