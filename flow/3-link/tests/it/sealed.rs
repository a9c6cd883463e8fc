//! What is sealed is linked apart and joined by nobody but whoever is named; an adopted child's identities are joined by nobody.

use std::collections::BTreeSet;

use base::{Id, kind};
use link::api::{NewAdoption, Wanted, adoptions_of, agree_to_lift, keep_apart, link_sealed, search};
use share::api::{Duty, NewMember, add_member};
use vault::{Actor, Mark, Purpose};
use web::Proof;

use crate::{
    house::{ANALYST, House, both},
    pages::Browser,
    runs::small,
};

impl House {
    async fn seal(&self, record: Id<kind::Record>) {
        let mut change = self.t.vault.change(self.cause()).await.unwrap();
        change.mark(&[record.to_string()], Mark::Sealed, "seal").await.unwrap();
        change.commit().await.unwrap();
    }

    async fn lift(&self) {
        let mut change = self.t.vault.change(self.cause()).await.unwrap();
        change.unmark(Mark::Sealed, "seal").await.unwrap();
        change.commit().await.unwrap();
    }

    fn name(&self, named: bool) {
        let mut all = self.agreements.named.lock().unwrap();
        if named {
            all.insert(ANALYST)
        } else {
            all.remove(&ANALYST)
        };
    }

    /// The person of a record, past every door.
    async fn raw_person(&self, record: Id<kind::Record>) -> Option<String> {
        let rows = self.t.query("SELECT person FROM person_record WHERE record = $1", vault::params![record]).await;
        rows.first().map(|row| row.text("person").unwrap())
    }

    async fn queue(&self) -> String {
        Browser::signed_in(self, ANALYST, Proof::SecondFactor).await.get("/links/review").await.body
    }

    async fn settles(&self, one: Id<kind::Record>, other: Id<kind::Record>, answer: &str) -> (u16, String) {
        let mut browser = Browser::signed_in(self, ANALYST, Proof::SecondFactor).await;
        let path = format!("/links/pairs/{}", link::pair::PairKey::of(one, other));
        browser.get("/links/review").await;
        let answered = browser.post(&path, &[("answer", answer), ("reason", "Twins")]).await;
        (answered.status, answered.body)
    }

    async fn finds(&self, given: &str, family: &str) -> usize {
        let wanted = Wanted::Name { given: given.into(), family: family.into(), born: "2008-11-02".parse().unwrap() };
        search(&self.t.vault, &self.actor(), Purpose::Safeguarding, &wanted).await.unwrap().len()
    }
}

/// Without what differs from one answer to the next: the random ids of forms and of what was found.
fn plain(body: &str) -> String {
    let mut text = body.to_owned();
    for mark in ["name=\"_csrf\" value=\"", "/people/found/", "nonce=\"", "nonce-"] {
        text = text.split(mark).map(|part| part.trim_start_matches(|c: char| c.is_ascii_alphanumeric())).collect();
    }
    text
}

#[tokio::test]
async fn the_ordinary_run_never_sees_what_is_sealed_and_the_sealed_run_joins_nothing() {
    both(|house| async move {
        let small = small(&house).await;
        house.seal(small.unsure).await;
        let report = house.run().await;
        assert_eq!(house.raw_person(small.unsure).await, None);
        let before = house.groups().await;
        let sealed = link_sealed(&house.t.vault, &Actor::System).await.unwrap();
        assert_eq!((sealed.records, sealed.review >= 1), (1, true), "{sealed:?}");
        let own = house.raw_person(small.unsure).await.expect("a person of its own");
        assert_ne!(Some(&own), house.raw_person(small.callum).await.as_ref());
        assert_eq!(house.groups().await.len(), before.len() + 1);
        assert!(!house.queue().await.contains("Callum Hart"), "for nobody who isn't named");
        assert_eq!(house.finds("Callum", "Hart").await, 0);
        assert_eq!(link_sealed(&house.t.vault, &Actor::System).await.unwrap().changes, sealed.review, "the same again");
        let again = house.run().await;
        assert_eq!((again.records, again.changes), (report.records, 0), "nor does it unmake what it doesn't see");

        // Whoever guesses the pair's address finds what they find of a pair that there isn't.
        let path = format!("/links/pairs/{}", link::pair::PairKey::of(small.callum, small.unsure));
        let none = format!("/links/pairs/{}", link::pair::PairKey::of(small.callum, house.t.id()));
        let mut analyst = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let (one, other) = (analyst.get(&path).await, analyst.get(&none).await);
        assert_eq!((one.status, plain(&one.body)), (other.status, plain(&other.body)));
        let sought = |family: &'static str| {
            [("given", "Callum"), ("family", family), ("born-day", "2"), ("born-month", "11"), ("born-year", "2008")]
        };
        let mut fields = sought("Hart").to_vec();
        fields.extend([("by", "name"), ("purpose", "linking")]);
        let mut nobody = sought("Hurt").to_vec();
        nobody.extend([("by", "name"), ("purpose", "linking")]);
        let (one, other) = (analyst.post("/people", &fields).await, analyst.post("/people", &nobody).await);
        assert_eq!(one.status, other.status);
        let (one, other) = (analyst.get(&one.location).await, analyst.get(&other.location).await);
        assert_eq!((one.status, plain(&one.body)), (other.status, plain(&other.body)));

        house.name(true);
        assert!(house.queue().await.contains("Callum Hart"));
        assert_eq!(house.finds("Callum", "Hart").await, 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_named_joins_it_and_to_others_nothing_changed() {
    both(|house| async move {
        let small = small(&house).await;
        house.seal(small.unsure).await;
        house.run().await;
        link_sealed(&house.t.vault, &Actor::System).await.unwrap();
        assert_eq!(house.settles(small.callum, small.unsure, "same").await.0, 404);
        house.name(true);
        let (status, body) = house.settles(small.callum, small.unsure, "same").await;
        assert_eq!(status, 303, "{body}");
        let callum = house.person(small.callum).await.unwrap();
        assert_eq!(house.raw_person(small.unsure).await, Some(callum.to_string()), "the sealed goes to the seen");
        assert_eq!(link::api::records_of(&house.reader().await, callum).await.unwrap().len(), 4);
        house.name(false);
        assert_eq!(link::api::records_of(&house.reader().await, callum).await.unwrap().len(), 3, "not even a gap");
        assert_eq!(house.finds("Callum", "Hart").await, 0);
        house.drain().await;
        assert_eq!(house.raw_person(small.unsure).await, Some(callum.to_string()), "after both runs");

        // A new version is born sealed and stays where the one before was.
        let newer =
            house.accept_version("exclusion", "e3", 2, "given=Callum;family=Hart-Lee;dob=2008-11-02;sex=male").await;
        house.drain().await;
        assert_eq!(house.raw_person(newer).await, Some(callum.to_string()));
        assert_eq!(house.finds("Callum", "Hart-Lee").await, 0);
        assert_eq!(link::api::records_of(&house.reader().await, callum).await.unwrap().len(), 3);

        house.lift().await;
        house.drain().await;
        house.run().await;
        assert_eq!(house.finds("Callum", "Hart-Lee").await, 1, "lifted, it is there for everyone");
        assert_eq!(house.person(newer).await, Some(callum));
    })
    .await;
}

/// A social worker, as the register knows them.
async fn social_worker(house: &House, name: &str) -> Actor {
    let mut change = house.t.vault.change(house.cause()).await.unwrap();
    let new = NewMember {
        email: format!("{name}@care.example"),
        name: name.to_owned(),
        agency: house.unit,
        duties: BTreeSet::from([Duty::SocialWorker]),
        password: None,
    };
    let id = add_member(&mut change, &new).await.unwrap();
    change.commit().await.unwrap();
    Actor::Member { id, agency: house.unit }
}

fn id(actor: &Actor) -> Id<kind::Member> {
    match actor {
        Actor::Member { id, .. } => *id,
        _ => unreachable!(),
    }
}

#[tokio::test]
async fn an_adopted_childs_identities_are_joined_by_no_run_and_no_reviewer() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let (ruth, rhys, third) = (
            social_worker(&house, "ruth").await,
            social_worker(&house, "rhys").await,
            social_worker(&house, "third").await,
        );
        let (callum, hart) = (house.person(small.callum).await.unwrap(), house.person(small.unsure).await.unwrap());
        assert_eq!(house.pair(small.callum, small.unsure).await.as_deref(), Some("review"));
        let vault = &house.t.vault;
        let two = |members| NewAdoption { people: [callum, hart], members };
        assert!(keep_apart(vault, &ruth, false, &two([id(&ruth), id(&ruth)])).await.is_err(), "two, not one");
        assert!(keep_apart(vault, &ruth, false, &two([id(&ruth), ANALYST])).await.is_err(), "who work here");
        let link = keep_apart(vault, &ruth, false, &two([id(&ruth), id(&rhys)])).await.unwrap();
        assert_eq!(house.pair(small.callum, small.unsure).await, None);
        house.drain().await;
        assert!(!house.queue().await.contains("Callum Hart"));
        assert_eq!(house.settles(small.callum, small.unsure, "same").await.0, 404, "as any pair that isn't offered");

        // A version that says the very same of both, and a record that fits both: neither joins them.
        let same = "given=Callum;family=Barker;dob=2008-11-02;sex=male;postcode=ZQ3 2LD;phone=07104119031";
        let newer = house.accept_version("exclusion", "e3", 2, same).await;
        house.drain().await;
        house.accept("custody", "c9", same).await;
        house.drain().await;
        let apart = async || house.person(small.callum).await != house.person(newer).await;
        assert!(apart().await);
        assert_eq!(house.pair(small.callum, newer).await, None);
        assert!(!house.queue().await.contains("must stay apart"), "nothing says that something was kept apart");

        // A pair that was offered before, of any of their records: it is answered as one that is gone.
        for sql in [
            "UPDATE adoption_link SET lifted_at = 1",
            &format!("DELETE FROM pair WHERE left_record = '{newer}' OR right_record = '{newer}'"),
        ] {
            house.t.tamper(sql).await.unwrap();
        }
        house.t.tamper("UPDATE adoption_link SET lifted_at = NULL").await.unwrap();

        assert_eq!(adoptions_of(vault, &ruth, false).await.unwrap().len(), 1);
        assert_eq!(adoptions_of(vault, &rhys, false).await.unwrap().len(), 1);
        assert!(adoptions_of(vault, &third, false).await.unwrap().is_empty(), "only two see it");
        assert!(agree_to_lift(vault, &third, false, link).await.is_err());
        assert!(!agree_to_lift(vault, &ruth, false, link).await.unwrap());
        assert!(!agree_to_lift(vault, &ruth, false, link).await.unwrap(), "one person twice is one person");
        house.run().await;
        assert!(apart().await);
        assert!(agree_to_lift(vault, &rhys, false, link).await.unwrap());
        house.drain().await;
        house.run().await;
        assert!(!apart().await, "both agreed: they are one like any others");
    })
    .await;
}
