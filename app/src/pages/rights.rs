//! Who a person is in the unit, for answering them: linking knows it, and sharing answers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use base::{Id, kind};
use link::api::Wanted;
use share::api::{Everyone, Sought};
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

    async fn like(&self, reader: &Reader, sought: &Sought) -> Result<Vec<Vec<String>>, StoreError> {
        let name = sought.name.clone().map(|(given, family, born)| Wanted::Name { given, family, born });
        let numbers = [sought.nhs_number.map(Wanted::Nhs), sought.upn.map(Wanted::Upn)];
        let mut people = BTreeSet::new();
        for wanted in numbers.into_iter().chain([name]).flatten() {
            people.extend(link::api::people_like(reader, &wanted).await?);
        }
        let mut ids = Vec::new();
        for person in people {
            ids.push(link::api::everyone_of(reader, person).await?);
        }
        Ok(ids)
    }
}
