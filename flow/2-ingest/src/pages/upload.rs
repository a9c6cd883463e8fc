//! Sending a file by page: the feed and the file. The file streams into a blob; a job reads it, and the next page shows how
//! far that is.

use askama::Template;
use axum::extract::{Multipart, Path, multipart::Field};
use base::{Id, first_large, kind};
use vault::{StoredBlob, Vault};
use web::{Caller, Choice, Fault, Form, Page, Site};

use super::{SENDERS, sees};
use crate::{
    delivery::{DeliveryFault, admit, receive_blob},
    feed::{Feed, feed, feeds},
    table::{HEAD, Refused, glance},
};

#[derive(Template)]
#[template(path = "pages/deliver.html")]
struct DeliverPage {
    page: Page,
    form: Form,
    feeds: Vec<Choice>,
    blocked: Option<String>,
}

async fn choices(site: &Site, caller: &Caller) -> Result<Vec<Choice>, Fault> {
    let mut choices = Vec::new();
    for feed in feeds() {
        if sees(site, caller, &feed.agency).await? {
            choices.push(Choice::new(&feed.name, feed.title.clone()));
        }
    }
    Ok(choices)
}

/// Feed and file.
pub(super) async fn ask(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(SENDERS)?;
    let feeds = choices(&site, &caller).await?;
    web::render(DeliverPage { page: page.title("Send a file"), form: Form::empty(), feeds, blocked: None })
}

/// The same with the feed chosen. Where no agreement covers it, that is said before a file is.
pub(super) async fn ask_for(site: Site, caller: Caller, page: Page, Path(name): Path<String>) -> web::Result {
    caller.needs(SENDERS)?;
    let feed = feed(&name).ok_or(Fault::NotFound)?;
    if !sees(&site, &caller, &feed.agency).await? {
        return Err(Fault::Denied);
    }
    let blocked = match admit(site.vault(), &caller.actor(), feed, site.vault().new_id()).await {
        Ok(_) => None,
        Err(DeliveryFault::Store(error)) => return Err(error.into()),
        Err(fault) => Some(first_large(&fault.to_string())),
    };
    let feeds = choices(&site, &caller).await?;
    let form = Form::of([("feed", feed.name.to_string())]);
    web::render(DeliverPage { page: page.title("Send a file"), form, feeds, blocked })
}

/// Takes the upload.
pub(super) async fn take(site: Site, caller: Caller, page: Page, mut upload: Multipart) -> web::Result {
    caller.needs(SENDERS)?;
    let mut form = Form::empty();
    let mut sent = None;
    while let Some(field) = upload.next_field().await? {
        match field.name() {
            Some("feed") => form.put("feed", field.text().await?),
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                if feed(form.value("feed")).is_some() && !name.is_empty() {
                    sent = Some((name, stored(site.vault(), field).await?));
                }
            }
            _ => {}
        }
    }
    let chosen = feed(form.value("feed"));
    if chosen.is_none() {
        form.refuse("feed", "Select the feed that the file is of");
    }
    let (Some(feed), Some((name, outcome))) = (chosen, sent) else {
        form.refuse("file", "Select a file");
        return again(&site, &caller, page, form).await;
    };
    match accept(&site, &caller, feed, &name, outcome).await? {
        Ok(delivery) => Ok(web::done(&site, &format!("/data/uploads/{delivery}"), "File received")),
        Err(sentence) => {
            form.refuse("file", sentence);
            again(&site, &caller, page, form).await
        }
    }
}

async fn accept(
    site: &Site,
    caller: &Caller,
    feed: &'static Feed,
    name: &str,
    outcome: Result<StoredBlob, Refused>,
) -> Result<Result<Id<kind::Delivery>, String>, Fault> {
    let blob = match outcome {
        Ok(blob) => blob,
        Err(refused) => return Ok(Err(format!("{refused} Nothing of it was kept."))),
    };
    match receive_blob(site.vault(), &caller.actor(), feed, name, &blob, true).await {
        Ok(delivery) => Ok(Ok(delivery)),
        Err(DeliveryFault::Store(error)) => Err(error.into()),
        Err(fault) => Ok(Err(first_large(&fault.to_string()))),
    }
}

async fn again(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let feeds = choices(site, caller).await?;
    web::render_errors(DeliverPage { page: page.title("Send a file").with(&form), form, feeds, blocked: None })
}

/// Streams a field into a blob. What can't be a table by its first bytes is not stored.
async fn stored(vault: &Vault, mut field: Field<'_>) -> Result<Result<StoredBlob, Refused>, Fault> {
    let mut store = Storing::new(vault)?;
    while let Some(bytes) = field.chunk().await? {
        if let Err(refused) = store.write(&bytes)? {
            return Ok(Err(refused));
        }
    }
    store.finish().await
}

/// A blob that grows by what a request brings.
pub(crate) struct Storing {
    writer: vault::BlobWriter,
    head: Option<Vec<u8>>,
}

impl Storing {
    pub(crate) fn new(vault: &Vault) -> Result<Self, Fault> {
        Ok(Self { writer: vault.new_blob()?, head: Some(Vec::new()) })
    }

    /// Adds bytes; the inner error says that it is no table.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Result<(), Refused>, Fault> {
        use std::io::Write as _;
        if let Some(head) = &mut self.head {
            head.extend_from_slice(bytes);
            if head.len() >= HEAD {
                if let Err(refused) = glance(head) {
                    return Ok(Err(refused));
                }
                self.head = None;
            }
        }
        self.writer.write_all(bytes).map_err(Fault::internal)?;
        if self.writer.bytes() > super::LARGEST as u64 {
            return Err(Fault::TooLarge(
                "The file is larger than 2 GB. Nothing was kept. Split it and send the parts.".into(),
            ));
        }
        Ok(Ok(()))
    }

    pub(crate) async fn finish(self) -> Result<Result<StoredBlob, Refused>, Fault> {
        if let Some(head) = &self.head
            && let Err(refused) = glance(head)
        {
            return Ok(Err(refused));
        }
        let writer = self.writer;
        let stored = tokio::task::spawn_blocking(move || writer.finish()).await.map_err(Fault::internal)?;
        Ok(Ok(stored?))
    }
}
