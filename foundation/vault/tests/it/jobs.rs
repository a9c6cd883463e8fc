//! Jobs: caused in a transaction, run at least once, tried again with growing pauses.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use base::{SignedDuration, code};
use serde_json::json;
use vault::{
    Announcement, Vault,
    jobs::{Handler, Handlers, Job, JobFault},
    store_suite,
    testing::{Bench, Plan},
};

use crate::county::{MIGRATIONS, cause};

fn plan() -> Plan {
    Plan::of(MIGRATIONS).topic("records_accepted", "count_up").topic("records_accepted", "fail")
}

store_suite! { plan: plan() => [
    a_topic_makes_one_job_for_each_subscriber,
    a_failing_job_is_tried_again_later_and_later,
    a_hopeless_job_is_given_up,
    a_panicking_job_fails_alone,
    a_job_whose_taker_died_runs_again,
    a_job_is_free_again_after_a_restart,
    a_later_job_waits,
] }

/// Counts its runs, and ends as it is told.
#[derive(Clone)]
struct Counting(&'static str, Arc<AtomicU64>, fn() -> Result<(), JobFault>);

#[async_trait]
impl Handler for Counting {
    fn kind(&self) -> &'static str {
        self.0
    }
    async fn run(&self, _vault: &Vault, _job: &Job) -> Result<(), JobFault> {
        self.1.fetch_add(1, Ordering::SeqCst);
        (self.2)()
    }
}

fn counting(kind: &'static str, end: fn() -> Result<(), JobFault>) -> (Handlers, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    (Handlers::new().with(Counting(kind, Arc::clone(&count), end)), count)
}

async fn enqueue(t: &Bench, kind: &'static str) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    change.enqueue(kind, &json!({ "delivery": "d" }), t.vault.now()).await.unwrap();
    change.commit().await.unwrap();
}

async fn state(t: &Bench) -> String {
    t.query("SELECT state FROM job", vec![]).await[0].text("state").unwrap()
}

async fn a_topic_makes_one_job_for_each_subscriber(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let announcement = Announcement { topic: "records_accepted", payload: json!({ "delivery": "d" }) };
    change.announce(&announcement).await.unwrap();
    change.announce(&Announcement { topic: "unheard", payload: json!({}) }).await.unwrap();
    change.commit().await.unwrap();
    let jobs = t.query("SELECT kind, payload, cause FROM job ORDER BY kind", vec![]).await;
    let kinds: Vec<String> = jobs.iter().map(|job| job.text("kind").unwrap()).collect();
    assert_eq!(kinds, ["count_up", "fail"]);
    assert_eq!(jobs[0].text("payload").unwrap(), r#"{"delivery":"d"}"#);
    assert_eq!(jobs[0].text("cause").unwrap(), "system:try");
}

async fn a_failing_job_is_tried_again_later_and_later(t: Bench) {
    enqueue(&t, "fail").await;
    let (handlers, runs) = counting("fail", || Err(JobFault::Later("not yet".to_owned())));
    let mut waited = Vec::new();
    for attempt in 1..=4 {
        assert_eq!(t.vault.run_due_jobs(&handlers).await.unwrap(), 1);
        assert_eq!(t.vault.run_due_jobs(&handlers).await.unwrap(), 0, "it was tried again at once");
        assert_eq!(runs.load(Ordering::SeqCst), attempt);
        let next = t.query("SELECT run_after FROM job", vec![]).await[0].time("run_after").unwrap();
        waited.push(next.since(t.vault.now()).as_secs());
        t.clock.set(next);
    }
    assert_eq!(waited, [1, 4, 16, 64]);
    for _ in 0..20 {
        t.clock.advance(SignedDuration::from_hours(2));
        t.vault.run_due_jobs(&handlers).await.unwrap();
    }
    assert_eq!(runs.load(Ordering::SeqCst), 12);
    assert_eq!(state(&t).await, "failed");
}

async fn a_hopeless_job_is_given_up(t: Bench) {
    enqueue(&t, "unknown_kind").await;
    assert_eq!(t.vault.run_due_jobs(&Handlers::new()).await.unwrap(), 1);
    assert_eq!(state(&t).await, "failed");
}

async fn a_panicking_job_fails_alone(t: Bench) {
    enqueue(&t, "fail").await;
    let (handlers, _) = counting("fail", || panic!("as the test wants"));
    assert_eq!(t.vault.run_due_jobs(&handlers).await.unwrap(), 1);
    assert_eq!(state(&t).await, "waiting");
}

/// Takes the job and dies: the future is dropped half-way.
async fn die_half_way(t: &Bench) {
    struct Stuck;
    #[async_trait]
    impl Handler for Stuck {
        fn kind(&self) -> &'static str {
            "count_up"
        }
        async fn run(&self, _vault: &Vault, _job: &Job) -> Result<(), JobFault> {
            std::future::pending().await
        }
    }
    let handlers = Handlers::new().with(Stuck);
    let run = t.vault.run_due_jobs(&handlers);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(2), run).await.is_err());
    assert_eq!(state(t).await, "running");
}

async fn a_job_whose_taker_died_runs_again(t: Bench) {
    enqueue(&t, "count_up").await;
    die_half_way(&t).await;
    let (handlers, runs) = counting("count_up", || Ok(()));
    assert_eq!(t.drain_jobs(&handlers).await, 0);
    t.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(t.drain_jobs(&handlers).await, 1);
    assert_eq!((runs.load(Ordering::SeqCst), state(&t).await.as_str()), (1, "done"));
}

async fn a_job_is_free_again_after_a_restart(mut t: Bench) {
    enqueue(&t, "count_up").await;
    die_half_way(&t).await;
    let beside = Vault::open(t.opening()).await.unwrap();
    assert_eq!(state(&t).await, "running", "another process took the job from one that lives");
    beside.close().await;
    drop(beside);
    t.reopen().await.unwrap();
    let (handlers, _) = counting("count_up", || Ok(()));
    let mut ran = 0;
    for _ in 0..100 {
        ran += t.drain_jobs(&handlers).await;
        // A server needs a moment to see that somebody hung up.
        tokio::time::sleep(std::time::Duration::from_millis(if ran == 0 { 50 } else { 0 })).await;
    }
    assert_eq!(ran, 1);
}

async fn a_later_job_waits(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    change.enqueue("count_up", &json!({}), t.vault.now().plus_hours(72)).await.unwrap();
    change.commit().await.unwrap();
    let (handlers, runs) = counting("count_up", || Ok(()));
    assert_eq!(t.drain_jobs(&handlers).await, 0);
    t.clock.advance(SignedDuration::from_hours(72));
    assert_eq!(t.drain_jobs(&handlers).await, 1);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}
