//! An installation: the vault opened with every stage's migrations, topics and handlers.

use std::sync::Arc;

use anyhow::Context as _;
use base::{Clock, Random};
use share::api::CedarDecider;
use vault::{Migration, Opening, Topics, Vault, jobs::Handlers};

use crate::config::Config;

/// The vault and those who do its jobs.
#[derive(Clone)]
pub struct Installation {
    /// The only door to data.
    pub vault: Vault,
    /// Every stage's handlers.
    pub handlers: Handlers,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<Random>,
    /// As configured.
    pub config: Config,
}

/// Every stage's migrations.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    [
        web::MIGRATIONS,
        share::MIGRATIONS,
        ingest::MIGRATIONS,
        link::MIGRATIONS,
        picture::MIGRATIONS,
        act::MIGRATIONS,
        learn::MIGRATIONS,
    ]
    .concat()
}

/// Who listens to what.
#[must_use]
pub fn topics() -> Topics {
    let topics = Topics::new()
        .with(ingest::RECORDS_ACCEPTED, "link_records")
        // Whoever was told of an earlier version is told that it was corrected.
        .with(ingest::RECORDS_ACCEPTED, "tell_recipients")
        // What was linked under an agreement that is over is parted again.
        .with(share::AGREEMENT_OVER, "link_records")
        // And joined again once it permits again.
        .with(share::AGREEMENT_LIVE, "link_records")
        // What partners' files and the quarantine hold of somebody who was erased goes too.
        .with(share::RECORDS_ERASED, ingest::ForgetErased::KIND);
    act::subscribe(picture::api::subscribe(topics))
}

impl Installation {
    /// Opens it, making what is missing.
    ///
    /// # Errors
    /// Where the database, the policies or a migration fail.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, random: Arc<Random>) -> anyhow::Result<Self> {
        Self::open_as(config, clock, random, None).await
    }

    /// Opens it for the demo, which raises the moments of so many days of history.
    ///
    /// # Errors
    /// As [`Installation::open`].
    pub async fn open_with_history(
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<Random>,
        history_days: u32,
    ) -> anyhow::Result<Self> {
        Self::open_as(config, clock, random, Some(history_days)).await
    }

    /// Whether a setting says yes.
    ///
    /// # Errors
    /// The vault's.
    pub async fn says_yes(&self, setting: &'static str) -> anyhow::Result<bool> {
        struct Yes;
        impl vault::FromRow for Yes {
            fn from_row(_: &vault::Row) -> Result<Self, vault::StoreError> {
                Ok(Self)
            }
        }
        let sql = "SELECT value FROM setting WHERE name = $1 AND value = 'yes'";
        let found: Option<Yes> = self.vault.plain().first(sql, vault::params![setting]).await?;
        Ok(found.is_some())
    }

    async fn open_as(
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<Random>,
        history_days: Option<u32>,
    ) -> anyhow::Result<Self> {
        crate::declarations::put_in_use(&config.unit)?;
        let opening = Opening {
            location: config.location()?,
            directory: config.storage.directory.clone(),
            migrations: migrations(),
            topics: topics(),
            decider: Arc::new(CedarDecider::new().context("the policies can't be read")?),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };
        let vault = Vault::open(opening).await.context("the installation can't be opened")?;
        if share::api::see_to_starting_set(&vault).await? {
            tracing::warn!(
                "this release brings other sharing rules: they wait at /trust/rules for two people's approval"
            );
        }
        share::api::see_to_retention_rules(&vault).await.context("the rules of retention can't be put in")?;
        Ok(Self { vault, handlers: handlers(history_days), clock, random, config })
    }
}

fn handlers(history_days: Option<u32>) -> Handlers {
    let handlers = Handlers::new()
        .with(share::EndAgreement)
        .with(share::WatchAsk)
        .with(share::WatchEmergency)
        .with(share::PlanRetention)
        .with(share::ProveErasure)
        .with(share::WatchNotices)
        .with(ingest::TellRecipients)
        .with(share::WatchRights)
        .with(share::GatherAnswer::new(crate::pages::LinkedPeople))
        .with(share::GatherSealed::new(crate::pages::LinkedPeople))
        .with(share::MakeAnswer)
        .with(share::MakeSealedPart)
        .with(share::WatchUnusual::new(crate::surroundings::Stages))
        .with(share::DraftTransparency::new(learn::People))
        .with(ingest::api::ReadDelivery)
        .with(ingest::ForgetErased)
        .with(link::LinkRecords)
        .with(link::LinkSealed);
    let handlers = picture::api::handlers(handlers);
    act::handlers(handlers, history_days)
}
