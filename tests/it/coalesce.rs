//! At most one telling per interval: the first at once, then the latest state of each, and the last state always.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt};
use peerlead::domain::ballot::Ballot;
use peerlead::domain::change::{Change, Fact, RatingFact, Told};
use peerlead::domain::content::Subject;
use peerlead::domain::id::{ContentId, PersonId, SourceId};
use peerlead::live::coalesce::at_most;
use peerlead::live::feed::Gap;
use serde_json::{Value, json};

use crate::hearing::HEAR;
use crate::house::House;

fn change(seq: i64, content: i64) -> Arc<Change> {
    let at = chrono::DateTime::UNIX_EPOCH;
    let subject = Subject {
        content: ContentId(content),
        source: SourceId(1),
        authors: Vec::new(),
        topics: Vec::new(),
        visible: true,
    };
    let tally = Ballot::default();
    let fact = RatingFact { rater: PersonId(1), subject, before: None, after: None, kind: None, rated_at: at, tally };
    Arc::new(Change { seq, at, fact: Fact::Rating(fact) })
}

/// Changes `(milliseconds to wait before it, number, content)`, then the end or a gap.
fn feed(changes: &[(u64, i64, i64)], last: Option<Gap>) -> impl Stream<Item = Result<Arc<Change>, Gap>> + Send + use<> {
    let changes = changes.to_vec();
    async_stream::stream! {
        for (pause, seq, content) in changes {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            yield Ok(change(seq, content));
        }
        if let Some(gap) = last {
            yield Err(gap);
        }
    }
}

/// What was told: `(number, changes)` and the milliseconds from the start.
async fn told(stream: impl Stream<Item = Result<Told, Gap>>) -> (Vec<(i64, usize)>, Vec<u128>, Option<Gap>) {
    let (mut stream, started) = (std::pin::pin!(stream), Instant::now());
    let (mut told, mut times, mut gap) = (Vec::new(), Vec::new(), None);
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => {
                told.push((item.change.seq, item.changes));
                times.push(started.elapsed().as_millis());
            }
            Err(error) => gap = Some(error),
        }
    }
    (told, times, gap)
}

#[tokio::test]
async fn the_first_is_told_at_once_and_what_follows_as_its_latest_state_at_the_end_of_the_interval() {
    // Content 1 changes four times and content 2 twice within one interval.
    let changes = [(0, 1, 1), (10, 2, 1), (0, 3, 2), (0, 4, 1), (10, 5, 2), (0, 6, 1), (600, 7, 3)];
    let (told, times, gap) = told(at_most(feed(&changes, None), Duration::from_millis(300), usize::MAX)).await;
    assert_eq!(told, [(1, 1), (5, 2), (6, 3), (7, 1)], "in the order of the log");
    assert!(times[0] < 150, "{times:?}");
    assert!(times[1] >= 290 && times[2] - times[1] < 100, "{times:?}");
    assert!(gap.is_none());
}

#[tokio::test]
async fn a_quiet_time_makes_the_next_one_be_told_at_once() {
    let changes = [(0, 1, 1), (250, 2, 1), (250, 3, 1)];
    let (told, times, _) = told(at_most(feed(&changes, None), Duration::from_millis(100), usize::MAX)).await;
    assert_eq!(told, [(1, 1), (2, 1), (3, 1)]);
    assert!(times[1] < 340 && times[2] < 600, "{times:?}");
}

#[tokio::test]
async fn a_steady_stream_is_told_at_most_once_an_interval_and_nothing_of_it_is_forgotten() {
    let changes: Vec<_> = (1..=100).map(|seq| (5, seq, 1)).collect();
    let (told, times, _) = told(at_most(feed(&changes, None), Duration::from_millis(100), usize::MAX)).await;
    assert!(told.len() >= 4 && told.len() <= 12, "{told:?}");
    for pair in times[..times.len() - 1].windows(2) {
        assert!(pair[1] - pair[0] >= 95, "{times:?}");
    }
    assert_eq!(told.iter().map(|(_, changes)| changes).sum::<usize>(), 100);
    assert_eq!(told.last().map(|(seq, _)| *seq), Some(100));
}

#[tokio::test]
async fn the_last_state_is_told_before_the_gap_that_ends_it() {
    let changes = [(0, 1, 1), (0, 2, 1), (0, 3, 2), (0, 4, 1)];
    let (told, times, gap) =
        told(at_most(feed(&changes, Some(Gap::Lagged { last: 4 })), Duration::from_mins(1), usize::MAX)).await;
    assert_eq!(told, [(1, 1), (3, 1), (4, 2)]);
    assert!(times[2] < 5_000, "{times:?}");
    assert!(matches!(gap, Some(Gap::Lagged { last: 4 })));
}

#[tokio::test]
async fn many_subjects_at_once_end_the_interval_early_and_stay_bounded() {
    let changes: Vec<_> = (1..=25_001).map(|seq| (0, seq, seq)).collect();
    let feed = futures_util::stream::iter(changes).map(|(_, seq, content): (u64, i64, i64)| Ok(change(seq, content)));
    let (told, _, _) = told(at_most(feed, Duration::from_mins(1), usize::MAX)).await;
    assert_eq!(told.len(), 25_001);
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "out of order");
}

#[tokio::test]
async fn with_an_interval_nobody_learns_who_moved_a_tally_but_everybody_learns_the_last_one() {
    let house = House::new().await;
    for handle in ["ada", "grace", "linus", "ken"] {
        house.person(handle).await;
    }
    let contents = [house.content("ada", "a", &[]).await, house.content("ada", "b", &[]).await];
    let after = house.cursor().await;
    let mut socket = house.socket("grace").await;
    socket.subscribe("1", HEAR, json!({ "after": after, "interval": "PT1.5S" })).await;
    let first = house.rate("grace", &contents[0], 1).await;
    let told = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(
        (&told["cursor"], &told["changes"], &told["after"]["raw"]),
        (&first["cursor"], &json!(1), &json!(1)),
        "one alone is told as it is"
    );
    house.rate("grace", &contents[0], 4).await;
    house.rate("linus", &contents[0], 5).await;
    let alone = house.rate("grace", &contents[1], 3).await;
    let last = house.rate("ken", &contents[0], 2).await;
    assert_eq!(socket.next_within(0.5).await, None, "the interval is not over");
    let (b, a) = (socket.data("1").await["ratingChanged"].clone(), socket.data("1").await["ratingChanged"].clone());
    assert_eq!((&b["cursor"], &b["changes"], &b["after"]["raw"]), (&alone["cursor"], &json!(1), &json!(3)));
    assert_eq!((&a["cursor"], &a["changes"], &a["tally"]), (&last["cursor"], &json!(3), &last["tally"]));
    assert_eq!((&a["before"], &a["after"], &a["rater"]), (&json!(null), &json!(null), &json!(null)));
    assert_eq!(socket.next_within(2.0).await, None, "nothing happened since");
    // Any cursor that was told is safe to go on from.
    let mut again = house.socket("").await;
    again.subscribe("1", HEAR, json!({ "after": b["cursor"] })).await;
    assert_eq!(again.data("1").await["ratingChanged"]["cursor"], last["cursor"]);
}

#[tokio::test]
async fn an_interval_out_of_range_is_refused() {
    let house = House::new().await;
    let mut socket = house.socket("").await;
    let broken: [Value; 7] = [
        json!("PT0S"),
        json!("PT0.009S"),
        json!("PT1H0.001S"),
        json!("P1D"),
        json!("-PT1S"),
        json!("P1M"),
        json!("1s"),
    ];
    for (number, interval) in broken.iter().enumerate() {
        socket.subscribe(&number.to_string(), HEAR, json!({ "interval": interval })).await;
        let message = socket.next().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!(number.to_string())),
            "{interval}: {message:#}"
        );
        assert_eq!(message["payload"][0]["extensions"]["code"], "BAD_REQUEST", "{interval}");
    }
    for interval in ["PT0.01S", "PT1H"] {
        socket.subscribe(interval, HEAR, json!({ "interval": interval })).await;
    }
    assert_eq!(socket.next_within(0.3).await, None);
}
