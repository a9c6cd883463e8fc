//! Who a person is in the unit: their ids, merged identities and records. Linking knows that, which comes after sharing, so that `app` hands
//! it in.

use async_trait::async_trait;
use base::{Id, kind};
use vault::{Reader, StoreError};

use super::Sought;

/// What linking knows of a person. Everything is read under the permit of whoever answers the request.
#[async_trait]
pub trait Everyone: Send + Sync {
    /// Every id under which rows may name the person: their own, those merged into it or into which it was merged, and of every record
    /// that is theirs, superseded versions too.
    ///
    /// # Errors
    /// The database's.
    async fn ids(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Vec<String>, StoreError>;

    /// Their name as records have it; none where no record says one.
    ///
    /// # Errors
    /// The database's.
    async fn name(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Option<String>, StoreError>;

    /// Those whose records agree exactly with what somebody gave to be found by, each with every id under which rows may name them, as
    /// [`Everyone::ids`] gives them.
    ///
    /// # Errors
    /// The database's.
    async fn like(&self, reader: &Reader, sought: &Sought) -> Result<Vec<Vec<String>>, StoreError>;
}

/// Nobody is linked to anything: the person's own id is all there is. For tests, and for a unit without linking.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unlinked;

#[async_trait]
impl Everyone for Unlinked {
    async fn ids(&self, _: &Reader, person: Id<kind::Person>) -> Result<Vec<String>, StoreError> {
        Ok(vec![person.to_string()])
    }
    async fn name(&self, _: &Reader, _: Id<kind::Person>) -> Result<Option<String>, StoreError> {
        Ok(None)
    }
    async fn like(&self, _: &Reader, _: &Sought) -> Result<Vec<Vec<String>>, StoreError> {
        Ok(Vec::new())
    }
}
