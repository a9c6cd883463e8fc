//! A sealed child: for others in no list, page, search, count of what is withheld or address; still counted; there for whoever is named,
//! and whatever is written about it is born sealed.

use std::collections::BTreeMap;

use base::{Code, Id, code, kind};
use share::api::{NewSeal, SealWhy};
use vault::{Actor, Ask, Mark, Purpose, Scope, Verb, testing::Bench};

use crate::setting::{House, cause, plan};

vault::store_suite! { plan: plan() => [
    a_sealed_child_is_nowhere_for_others_and_there_for_the_named, what_is_written_about_it_is_born_sealed,
    statistics_and_deliveries_count_it, a_clock_that_nobody_can_act_on_is_counted, a_sealed_moment_takes_in_nobody_elses
] }

impl House {
    async fn two_children(&self) -> (String, String) {
        let rows = [("A1", 3, "VIOL", "Hidden", "02-11-2010"), ("A2", 4, "POSS", "Seen", "14-02-2009")];
        self.deliver("custody", &self.custody(&rows)).await;
        (self.moment_of("A1").await, self.moment_of("A2").await)
    }

    async fn moment_of(&self, key: &str) -> String {
        self.rows(&format!("SELECT id AS x FROM moment WHERE origin = 'custody {key}'")).await.remove(0)
    }

    async fn record_of(&self, key: &str) -> String {
        self.rows(&format!("SELECT id AS x FROM record WHERE source_key = '{key}' AND is_current")).await.remove(0)
    }

    async fn seal(&self, key: &str) {
        let mut change = self.t.vault.change(cause(code!("sealed"))).await.unwrap();
        change.mark(&[self.record_of(key).await], Mark::Sealed, "seal").await.unwrap();
        change.commit().await.unwrap();
    }

    /// As a data owner would: these agencies name her.
    async fn name(&self, who: &str, by: &[&str]) {
        for agency in by {
            let mut change = self.t.vault.change(cause(code!("named"))).await.unwrap();
            change
                .execute(
                    "INSERT INTO seal_reader (id, agency, member, named_by, named_at) VALUES ($1, $2, $3, $3, 1)",
                    vault::params![format!("{who}{agency}"), self.agencies[agency], self.members[who]],
                )
                .await
                .unwrap();
            change.execute("UPDATE register_version SET version = version + 1", vault::params![]).await.unwrap();
            change.commit().await.unwrap();
        }
    }
}

async fn a_sealed_child_is_nowhere_for_others_and_there_for_the_named(t: Bench) {
    let house = House::of(t).await;
    let (hidden, seen) = house.two_children().await;
    house.on_shift("amira", "navigator").await;
    let mut amira = house.browser("amira").await;
    assert!(amira.get("/moments?show=all").await.text().contains("Callum Hidden"));
    house.seal("A1").await;
    let nobody = house.t.id::<kind::Moment>().to_string();
    for who in ["amira", "jonah", "tess", "marek", "helen", "stranger"] {
        let mut browser = house.browser(who).await;
        for list in ["/moments", "/moments?show=all", "/moments?show=mine", "/referrals"] {
            let page = browser.get(list).await;
            assert!(!page.html.contains("Hidden") && !page.html.contains(&hidden), "{who} at {list}: {}", page.text());
        }
        // A sealed moment's addresses answer, word for word, as those of a moment that there isn't.
        for rest in ["", "/contact", "/refer", "/assign", "/stop", "/open"] {
            let one = browser.get(&format!("/moments/{hidden}{rest}")).await;
            let none = browser.get(&format!("/moments/{nobody}{rest}")).await;
            let plain = |answer: &crate::setting::Answer, id: &str| answer.text().replace(id, "ID");
            assert_eq!((one.status, plain(&one, &hidden)), (none.status, plain(&none, &nobody)), "{who} at {rest}");
        }
    }
    let page = amira.get("/moments?show=all").await;
    assert!(page.text().contains("Callum Seen") && page.html.contains(&seen));
    for words in ["sealed", "withheld", "not shown"] {
        assert!(!page.text().to_lowercase().contains(words), "a list says that something is {words}");
    }
    house.name("jonah", &["police", "unit"]).await;
    let page = house.browser("jonah").await.get("/moments?show=all").await;
    assert!(page.text().contains("Callum Hidden") && page.text().contains("Callum Seen"), "{}", page.text());
    assert!(!amira.get("/moments?show=all").await.html.contains("Hidden"), "she is not named");
    // The refusals of a permit say nothing of it either.
    let ask = Ask {
        actor: Actor::Member { id: house.members["amira"], agency: house.agencies["navigators"] },
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: share::api::all_person_facets(&house.t.vault.book()).await.unwrap(),
        facts: BTreeMap::new(),
    };
    let permit = house.t.vault.permit(ask).await.unwrap();
    let marked = |category: &Code| vault::Marks::split(category).1.any();
    assert!(!permit.grants().iter().any(|grant| marked(&grant.facet.category)));
    assert!(!permit.withheld().iter().any(|(facet, _)| marked(&facet.category)));
}

async fn what_is_written_about_it_is_born_sealed(t: Bench) {
    let house = House::of(t).await;
    house.two_children().await;
    house.seal("A1").await;
    house.name("amira", &["police", "unit"]).await;
    let hidden = house.moment_of("A1").await;
    let mut amira = house.browser("amira").await;
    let path = format!("/moments/{hidden}");
    let asked = amira.get(&path).await;
    assert!(asked.text().contains("Why are you opening this moment?"), "{}", asked.text());
    amira.send_form(&format!("{path}/open"), &asked, &[("purpose", "support")]).await;
    let ask = amira.get(&format!("{path}/contact")).await;
    let key = ask.hidden("form_key");
    let [day, month, year, time] = house.typed_ago(1);
    let fields = [
        ("form_key", key.as_str()),
        ("reached", "yes"),
        ("when-day", &day),
        ("when-month", &month),
        ("when-year", &year),
        ("when-time", &time),
        ("how", "face_to_face"),
        ("agreed", "yes"),
        ("note", "Calm"),
    ];
    let saved = amira.send_form(&format!("{path}/contact"), &ask, &fields).await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.text());
    assert_eq!(house.rows("SELECT category AS x FROM contact").await, ["contact_sealed"]);
    assert!(amira.get(&path).await.text().contains("Calm"), "she reads what she wrote");

    // A new version of the record, and the moment that it corrects.
    let rows = [("A1", 3, "VIOL", "Hidden-Jones", "02-11-2010")];
    house.deliver("custody", &house.custody(&rows)).await;
    let categories = house.rows("SELECT category AS x FROM record WHERE source_key = 'A1' ORDER BY version").await;
    assert_eq!(categories, ["custody_sealed", "custody_sealed"]);
    assert_eq!(house.rows("SELECT category AS x FROM moment WHERE origin = 'custody A1'").await, ["custody_sealed"]);
    assert!(!house.browser("jonah").await.get("/moments?show=all").await.html.contains("Hidden"));

    let mut change = house.t.vault.change(cause(code!("unsealed"))).await.unwrap();
    change.unmark(Mark::Sealed, "seal").await.unwrap();
    change.commit().await.unwrap();
    let mut left = house
        .rows("SELECT category AS x FROM contact UNION SELECT category FROM moment UNION SELECT category FROM record")
        .await;
    left.sort();
    assert_eq!(left, ["contact", "custody"]);
}

async fn statistics_and_deliveries_count_it(t: Bench) {
    let house = House::of(t).await;
    house.two_children().await;
    let counted = async || {
        let ask = Ask {
            actor: Actor::System,
            verb: Verb::Count,
            scope: Scope::unit(),
            purpose: Purpose::Collection,
            facets: share::api::all_person_facets(&house.t.vault.book()).await.unwrap(),
            facts: BTreeMap::new(),
        };
        let permit = house.t.vault.permit(ask).await.unwrap();
        let sql = "SELECT moment_type AS row_key, state AS column_key, COUNT(*) AS n FROM moment \
             WHERE controller || ' ' || category IN ({in}) GROUP BY 1, 2";
        house.t.vault.count(&permit).unwrap().table(sql, vec![]).await.unwrap()
    };
    let before = counted().await;
    house.seal("A1").await;
    assert_eq!(counted().await, before);
    // The same file again: all of it is held already, the sealed row like the other.
    let again = house.custody(&[("A1", 3, "VIOL", "Hidden", "02-11-2010"), ("A2", 4, "POSS", "Seen", "14-02-2009")]);
    house.deliver("custody", &format!("{again}\n")).await;
    let rows = house.rows("SELECT rows_read || '/' || already_held AS x FROM delivery ORDER BY id DESC LIMIT 1").await;
    assert_eq!(rows, ["2/2"]);
}

async fn a_clock_that_nobody_can_act_on_is_counted(t: Bench) {
    let house = House::of(t).await;
    house.two_children().await;
    let waiting = async || act::api::sealed_waiting(&house.t.vault).await.unwrap();
    assert!(waiting().await.is_empty());
    house.seal("A1").await;
    let police = house.agencies["police"];
    assert_eq!(waiting().await[&police].waiting, 1);
    house.advance(30);
    assert_eq!((waiting().await[&police].waiting, waiting().await[&police].overdue), (1, 1));
    let escalated = house.t.rows_in_table("moment_escalation").await;
    house.t.drain_jobs(&crate::setting::handlers()).await;
    assert!(house.t.rows_in_table("moment_escalation").await >= escalated, "its clock is watched like any other");
    let new = NewSeal {
        about: house.record_of("A2").await,
        whole: false,
        why: SealWhy::Informant,
        agency: house.agencies["hospital"],
    };
    // Her own agency's data owner seals for it; nobody else does.
    let actor = |who: &str, agency: &str| Actor::Member { id: house.members[who], agency: house.agencies[agency] };
    assert!(share::api::seal(&house.t.vault, &actor("amira", "navigators"), &new).await.is_err());
    let (owner, hospital) = (actor("stranger", "hospital"), house.agencies["hospital"]);
    share::api::name_for_sealed(&house.t.vault, &owner, hospital, house.members["stranger"]).await.unwrap();
    share::api::seal(&house.t.vault, &owner, &new).await.unwrap();
    assert_eq!(waiting().await[&police].waiting, 2);
}

async fn a_sealed_moment_takes_in_nobody_elses(t: Bench) {
    let house = House::of(t).await;
    // Two stays in custody of one boy, which are one moment; the first of them is sealed.
    let same = |name: &'static str, key: &'static str, hours| (key, hours, "VIOL", name, "02-11-2010");
    house.deliver("custody", &house.custody(&[same("Hidden", "A1", 5), same("Hidden", "A2", 3)])).await;
    link::api::run(&house.t.vault, &Actor::System, &|_| {}).await.unwrap();
    house.t.drain_jobs(&crate::setting::handlers()).await;
    let state = async |key: &str| {
        house.rows(&format!("SELECT state AS x FROM moment WHERE origin = 'custody {key}'")).await.remove(0)
    };
    assert_eq!((state("A1").await, state("A2").await), ("open".to_owned(), "merged".to_owned()));
    house.seal("A1").await;
    link::api::run(&house.t.vault, &Actor::System, &|_| {}).await.unwrap();
    house.t.drain_jobs(&crate::setting::handlers()).await;
    assert_eq!(state("A2").await, "open", "else whoever may see the second would lose it");
    let _: Id<kind::Moment> = house.moment_of("A2").await.parse().unwrap();
}
