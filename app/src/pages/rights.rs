//! Who a person is in the unit, for answering them: linking knows it, and sharing answers.

use async_trait::async_trait;
use base::{Id, kind};
use share::api::Everyone;
use vault::{Reader, StoreError};

/// People as linking knows them.
pub struct LinkedPeople;

#[async_trait]
impl Everyone for LinkedPeople {
    async fn ids(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Vec<String>, StoreError> {
        link::api::everyone_of(reader, person).await
    }

    async fn name(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Option<String>, StoreError> {
        let person = link::api::current_person(reader, person).await?;
        let shown = link::api::shown_of(reader, &[person]).await?.remove(&person);
        Ok(shown.map(|shown| shown.name).filter(|name| !name.is_empty()))
    }
}
