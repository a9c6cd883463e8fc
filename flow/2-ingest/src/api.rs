//! What later stages and `app` may use of ingest.
//!
//! ```ignore
//! let feed = feed("police_uk").ok_or(...)?;
//! let report = deliver_file(&vault, &Actor::System, feed, &path, &|progress| bar.set(progress.read)).await?;
//! assert!(report.counts.add_up());
//! ```

pub use crate::{
    RECORDS_ACCEPTED,
    delivery::{
        Counts, DeliveryFault, DeliveryReport, Progress, ReadDelivery, State, Watch, deliver_file, delivery,
        last_deliveries, read_delivery, receive_blob, resume_unfinished, unwatched,
    },
    feed::{
        Cadence, Column, Delivers, Feed, FeedFault, Kind, Retention, RetentionStart, Role, Sealing,
        check_file as check_feed_file, feed, feeds, load_folder, use_folder,
    },
    http::openapi,
    notify::{NotificationOutcome, NotifyFault, notify},
    quarantine::{Quarantined, as_csv, waiting},
    record::{
        Record, covered_categories, current_records, records_between, records_by_ids, records_by_source, versions_of,
    },
    row::Reason,
    table::Refused,
};
