//! Rules that change for everybody: by the unit's officer and a partner, and by neither alone.

use vault::testing::Bench;

use super::World;

/// One rule in place of all others.
const SHORT: &str = "[[rule]]\ncode = \"short\"\nname = \"Short\"\nregime = \"Police\"\ncategories = [\"custody\"]\nyears = 2\nfrom = \"event\"\n\
     then = \"expire\"\nlaw = \"None\"\nwords = \"Two years.\"\n";

pub(super) async fn rules_change_by_two(t: Bench) {
    let mut w = World::set_up(t).await;
    let custody = w.record("police", "custody", 3, "2005-03-03", "2040-01-01").await;
    w.day().await;
    assert!(w.due(custody).await.unwrap().contains("police_group_3"));
    for who in ["nell", "ines", "percy"] {
        // The unit's own data owner has its officer propose, who is one of the two; a partner's officer has their data owner do so.
        assert_eq!(w.browser(who).await.get("/trust/retention/change").await.status.as_u16(), 404, "{who}");
    }
    let mut orla = w.browser("orla").await;
    let wrong = orla.fill("/trust/retention/change", &[("rules", "[[rule]]\n"), ("why", "x")]).await;
    assert!(wrong.status.as_u16() == 400 || wrong.text.contains("There is a problem"), "{}", wrong.text);
    let proposed = orla.fill("/trust/retention/change", &[("rules", SHORT), ("why", "Our own schedule")]).await;
    let page = orla.get(&proposed.location).await;
    assert!(
        page.text.contains("<strong>After:</strong> no rule") && page.text.contains("somebody else must approve it"),
        "{}",
        page.text
    );
    let own = orla.post(&format!("{}/approve", proposed.location), &page.hidden("_csrf"), &[]).await;
    assert_eq!(own.status.as_u16(), 403);
    let mut ines = w.browser("ines").await;
    let page = ines.get(&proposed.location).await.text;
    assert!(
        page.contains("somebody of another agency must approve it") && !page.contains("in force at once"),
        "{page}"
    );
    assert!(!page.contains("Withdraw it"), "{page}");
    let csrf = ines.get("/account").await.hidden("_csrf");
    let same = ines.post(&format!("{}/approve", proposed.location), &csrf, &[]).await;
    assert_eq!(same.status.as_u16(), 403, "the unit alone changes nothing");
    w.next_day().await;
    assert!(w.has(custody).await, "nothing is in force that one person proposed");
    let mut owen = w.browser("owen").await;
    let csrf = owen.get(&proposed.location).await.hidden("_csrf");
    assert_eq!(owen.post(&format!("{}/approve", proposed.location), &csrf, &[]).await.status.as_u16(), 303);
    w.day().await;
    assert!(!w.has(custody).await, "custody is reviewed no more: its two years are over");
    assert_eq!(w.t.rows_in_table("held_back").await, 0);
}

pub(super) async fn no_partner_alone_changes_everybodys_rules(t: Bench) {
    let w = World::set_up(t).await;
    let mut owen = w.browser("owen").await;
    let proposed =
        owen.fill("/trust/retention/change", &[("rules", SHORT), ("why", "Our own schedule")]).await.location;
    let (approve, withdraw) = (format!("{proposed}/approve"), format!("{proposed}/withdraw"));
    let in_force = || w.t.query("SELECT id FROM retention_version WHERE effective_at IS NOT NULL", Vec::new());
    // A colleague, their agency's officer, and another partner: none of them is the unit's officer.
    for who in ["owen", "petra", "percy", "leon"] {
        let mut browser = w.browser(who).await;
        let page = browser.get(&proposed).await.text;
        assert!(!page.contains("in force at once"), "{who}: {page}");
        assert_eq!(page.contains("Withdraw it"), who == "owen", "{who}: {page}");
        let csrf = browser.get("/account").await.hidden("_csrf");
        assert_eq!(browser.post(&approve, &csrf, &[]).await.status.as_u16(), 403, "{who}");
        if who != "owen" {
            assert_eq!(browser.post(&withdraw, &csrf, &[]).await.status.as_u16(), 403, "{who}");
        }
    }
    assert_eq!(in_force().await.len(), 1, "the starting set alone");
    let mut orla = w.browser("orla").await;
    let page = orla.get(&proposed).await;
    assert!(page.text.contains("in force at once") && page.text.contains("Withdraw it"), "{}", page.text);
    assert_eq!(orla.post(&approve, &page.hidden("_csrf"), &[]).await.status.as_u16(), 303);
    assert_eq!(in_force().await.len(), 2);
}
