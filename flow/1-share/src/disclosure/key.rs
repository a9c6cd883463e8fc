//! The public key to which files for a member are encrypted (age, X25519), on `/account/key`. The private key is made and kept by its member, and
//! never comes here; whoever pastes one by mistake is told so, and it is not kept.

use askama::Template;
use axum::{Router, routing::get};
use base::{Id, Timestamp, code, kind};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, Staff, StoreError, Vault, params};
use web::{Caller, Fault, Form, Page, Site, time};

use crate::{ask::make::member_of, member, sign_in::present_password};

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/account/key", get(show).post(save))
}

/// A member's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub member: Id<kind::Member>,
    pub public_key: String,
    pub registered_at: Timestamp,
}

impl FromRow for Key {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            member: row.id("member")?,
            public_key: row.text("public_key")?,
            registered_at: row.time("registered_at")?,
        })
    }
}

/// Why a key can't be registered.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is a private one.
    #[error(
        "This is a private key. It was not kept. Keep it to yourself; because it was sent, make a new pair, and enter the public key, which begins with age1"
    )]
    Private,
    /// It is none.
    #[error("Enter a public key of age: it begins with age1 and has 62 characters")]
    NotOne,
    /// Not a member.
    #[error("Only a member registers a key")]
    NotFound,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A member's key; none where they have registered none.
pub(crate) async fn key_of(staff: &Staff, member: Id<kind::Member>) -> Result<Option<Key>, StoreError> {
    staff.first("SELECT member, public_key, registered_at FROM recipient_key WHERE member = $1", params![member]).await
}

/// Everybody's keys.
pub(crate) async fn keys(staff: &Staff) -> Result<Vec<Key>, StoreError> {
    staff.rows("SELECT member, public_key, registered_at FROM recipient_key ORDER BY member", params![]).await
}

/// Registers a member's own public key in place of the one before.
///
/// # Errors
/// [`KeyError`]; nothing is kept then.
pub async fn register_key(vault: &Vault, actor: &Actor, text: &str) -> Result<(), KeyError> {
    const SQL: &str = "INSERT INTO recipient_key (member, public_key, registered_at) VALUES ($1, $2, $3) \
         ON CONFLICT (member) DO UPDATE SET public_key = excluded.public_key, registered_at = excluded.registered_at";
    let (member, _) = member_of(actor).map_err(|_| KeyError::NotFound)?;
    let text = text.trim();
    if text.to_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err(KeyError::Private);
    }
    let key: age::x25519::Recipient = text.parse().map_err(|_| KeyError::NotOne)?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("recipient_key_registered"),
        scope: Scope::of("member", member),
    };
    let mut change = vault.change(cause).await?;
    let now = change.now();
    change.execute(SQL, params![member, key.to_string(), now]).await?;
    Ok(change.commit().await?)
}

#[derive(Template)]
#[template(path = "disclosure/key.html")]
struct KeyPage {
    page: Page,
    form: Form,
    registered: String,
    public_key: String,
    asks_password: bool,
}

/// Nobody has a password in the demonstration.
fn asks_password(site: &Site) -> bool {
    !site.is_demo()
}

async fn page_of(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let known = key_of(&site.vault().book(), caller.id).await?;
    let good = form.is_good();
    let shown = KeyPage {
        page: page.title("Key for files").with(&form),
        form,
        registered: known.as_ref().map_or_else(String::new, |key| time::full(key.registered_at)),
        public_key: known.map_or_else(String::new, |key| key.public_key),
        asks_password: asks_password(site),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    page_of(&site, &caller, page, Form::empty()).await
}

/// Whoever finds a computer unlocked must not turn the member's files to a key of their own: so the password is asked for, as it is to
/// change the password.
async fn save(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let text = form.value("key").to_owned();
    form = Form::of([("present", form.value("present"))]); // the key is never shown again, in case it was a private one
    if asks_password(&site) {
        let who = member::secrets_by_id(&site.vault().book(), caller.id).await?.ok_or(Fault::NotFound)?;
        if !present_password(&site, &who, &mut form).await? {
            return page_of(&site, &caller, page, form).await;
        }
    }
    match register_key(site.vault(), &caller.actor(), &text).await {
        Ok(()) => Ok(web::done(&site, "/account/key", "Your public key is registered")),
        Err(KeyError::Store(error)) => Err(error.into()),
        Err(KeyError::NotFound) => Err(Fault::NotFound),
        Err(error) => {
            form.refuse("key", error.to_string());
            page_of(&site, &caller, page, form).await
        }
    }
}
