//! Serves the pages of sharing on a small unit, to look at them: `cargo run -p share --example pages`, then
//! <http://localhost:8081/sign-in/demo>. Everything is in a temporary directory and gone afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "an example on the tests' own house"
)]

#[path = "../tests/it/browser.rs"]
mod browser;
#[path = "../tests/it/house.rs"]
mod house;

use std::{collections::BTreeMap, net::SocketAddr};

use base::code;
use vault::{Actor, Ask, Facet, Purpose, Scope, Verb, testing::Engine};

#[tokio::main]
async fn main() {
    house::plan()
        .on(Engine::Sqlite, |t| async move {
            house::make_demo(&t.vault).await;
            let set = house::set_up(&t.vault).await;
            for category in [code!("custody"), code!("police_event")] {
                let ask = Ask {
                    actor: Actor::Member { id: set.navigator, agency: set.navigators },
                    verb: Verb::View,
                    scope: Scope::person(t.id()),
                    purpose: Purpose::Support,
                    facets: vec![Facet { controller: set.police, category }],
                    facts: BTreeMap::new(),
                };
                let outcome = t.vault.permit(ask).await;
                println!("{:?}", outcome.map(|permit| permit.grants().len()));
            }
            let app = house::router(&house::site(&t.vault, &t.clock, true));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:8081").await.unwrap();
            println!("http://localhost:8081/sign-in/demo");
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
        })
        .await;
}
