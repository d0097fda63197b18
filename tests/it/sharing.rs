//! One execution for many: what is told of a change is made once, and never for one who may see something else.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::hearing::HEAR;
use crate::house::{Database, House, Socket, open_settings};

/// The type behind lists and marks of non-null.
fn named(kind: &Value) -> &Value {
    if kind["ofType"].is_null() { kind } else { named(&kind["ofType"]) }
}

/// A selection of every field of a type that needs no argument, down to a depth.
fn selection(types: &Value, name: &str, depth: usize) -> String {
    let all = types.as_array().expect("types");
    let kind = all.iter().find(|kind| kind["name"] == name).unwrap_or_else(|| panic!("no type {name}"));
    let mut out = String::from("__typename ");
    for field in kind["fields"].as_array().into_iter().flatten() {
        let needed = |argument: &Value| argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null();
        // What is true of a moment is another thing a moment later.
        let moves = |argument: &Value| argument["name"] == "asOf";
        if field["args"].as_array().expect("arguments").iter().any(|one| needed(one) || moves(one)) {
            continue;
        }
        let (field, of) = (field["name"].as_str().expect("a name"), named(&field["type"]));
        match of["kind"].as_str() {
            Some("OBJECT") if depth > 0 => {
                let inner = selection(types, of["name"].as_str().expect("a name"), depth - 1);
                out.push_str(&format!("{field} {{ {inner} }} "));
            }
            Some("SCALAR" | "ENUM") => out.push_str(&format!("{field} ")),
            _ => {}
        }
    }
    out
}

/// A selection of everything that a change tells, whatever is added to the schema.
async fn everything(house: &House) -> String {
    let kind = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let query = format!(
        "{{ __schema {{ types {{ kind name possibleTypes {{ name }} fields {{ name type {{ {kind} }} args {{ name defaultValue type {{ kind }} }} }} }} }} }}"
    );
    let types = house.data("", &query, json!({})).await["__schema"]["types"].clone();
    let change =
        types.as_array().expect("types").iter().find(|kind| kind["name"] == "Change").expect("changes").clone();
    let mut out = String::new();
    for possible in change["possibleTypes"].as_array().expect("types") {
        let name = possible["name"].as_str().expect("a name");
        // Fields of different types may not have one name and two shapes.
        let fields = selection(&types, name, 2);
        let wrapped = fields.replacen("__typename ", "", 1);
        out.push_str(&format!("... on {name} {{ {} }} ", aliased(&wrapped, name)));
    }
    out
}

/// The outermost fields of a selection, each with the type's name before its own.
fn aliased(selection: &str, name: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0);
    for word in selection.split_whitespace() {
        match word {
            "{" => depth += 1,
            "}" => depth -= 1,
            word if depth == 0 => out.push_str(&format!("{name}_{word}: ")),
            _ => {}
        }
        out.push_str(word);
        out.push(' ');
    }
    out
}

const VIEWERS: [&str; 5] = ["", "ben", "ada", "cy", "operator"];

struct Watch {
    sockets: Vec<Socket>,
    everything: String,
}

impl Watch {
    /// Everybody listens to everything, with the same words.
    async fn start(house: &House, everything: &str, after: &str) -> Self {
        let mut sockets = Vec::new();
        for viewer in VIEWERS {
            let mut socket = house.socket(viewer).await;
            let query = format!("subscription($after: String) {{ changes(after: $after) {{ cursor {everything} }} }}");
            socket.subscribe("1", &query, json!({ "after": after })).await;
            sockets.push(socket);
        }
        Self { sockets, everything: everything.to_owned() }
    }

    /// Everybody was told since a cursor what they are answered when they ask for themselves.
    async fn compare(&mut self, house: &House, after: &str) -> Vec<Vec<Value>> {
        let query = format!(
            "query($after: String) {{ changes(after: $after, first: 100) {{ nodes {{ cursor {} }} }} }}",
            self.everything
        );
        let mut all = Vec::new();
        for (viewer, socket) in VIEWERS.iter().zip(&mut self.sockets) {
            let own = house.data(viewer, &query, json!({ "after": after })).await["changes"]["nodes"].clone();
            let own = own.as_array().expect("changes").clone();
            for expected in &own {
                let told = socket.data("1").await["changes"].clone();
                assert_eq!(&told, expected, "{viewer:?} was told something else than they may see");
            }
            all.push(own);
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_see_more_or_less_is_told_more_or_less_and_all_others_the_same() {
    let house = House::new().await;
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    house.topic("rust", "").await;
    let everything = everything(&house).await;
    for field in ["RatingChange_before", "viewerRating", "RatingChange_rater", "ContentChange_content", "histogram"] {
        assert!(everything.contains(field), "{field} is missing in {everything}");
    }
    let content = house.content("ada", "Hello", &["rust"]).await;
    let start = house.cursor().await;
    let mut watch = Watch::start(&house, &everything, &start).await;
    let hide = json!({ "content": { "id": content }, "reason": "rude" });
    let native = |visibility: &str| json!({ "source": { "slug": "peerlead" }, "visibility": visibility });
    let mut differ = 0;
    for step in 0..8 {
        let after = house.cursor().await;
        match step {
            0 => drop(house.rate("ben", &content, 4).await),
            1 => drop(house.rate("cy", &content, 2).await),
            2 => drop(house.act("operator", "hideContent", hide.clone(), "").await),
            3 => drop(
                house
                    .act("operator", "restoreContent", json!({ "content": { "id": content }, "reason": "fine" }), "")
                    .await,
            ),
            4 => drop(house.act("operator", "updateSource", native("PUBLIC"), "").await),
            5 => drop(house.rate("ben", &content, 5).await),
            6 => drop(house.act("cy", "declareLeadership", json!({ "topic": { "slug": "rust" } }), "").await),
            _ => drop(house.act("ada", "withdrawContent", json!({ "content": { "id": content } }), "").await),
        }
        let told = watch.compare(&house, &after).await;
        assert!(told.iter().any(|changes| !changes.is_empty()), "step {step} tells nothing");
        differ += usize::from(told.iter().any(|changes| *changes != told[0]));
    }
    assert!(differ >= 4, "only {differ} steps tell different people different things: that tests little");
    // The same for those who were away, all at once.
    let mut late = Watch::start(&house, &everything, &start).await;
    late.compare(&house, &start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_hear_is_made_once_and_each_frame_has_its_own_id() {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    let other = house.content("ada", "Other", &[]).await;
    let (here, there) = (json!({ "content": { "id": content } }), json!({ "content": { "id": other } }));
    let cursors =
        [house.cursor().await, house.rate("ben", &content, 1).await["cursor"].as_str().expect("a cursor").to_owned()];
    let mut sockets = Vec::new();
    for number in 0..30 {
        let mut socket = house.socket(["", "ada", "operator"][number % 3]).await;
        // Where somebody goes on does not change what they hear.
        let variables = json!({ "filter": here, "after": cursors[1], "unused": number });
        socket.subscribe(&format!("id \"{number}\""), HEAR, variables).await;
        sockets.push(socket);
    }
    let mut elsewhere = house.socket("").await;
    elsewhere.subscribe("1", HEAR, json!({ "filter": there, "after": cursors[0] })).await;
    wait_for(&house, 31).await;
    let before = house.app.live();
    assert_eq!((before.listeners, before.audiences), (31, 2), "{before:?}");
    let rated = house.rate("ben", &content, 5).await;
    let mut told = Vec::new();
    for (number, socket) in sockets.iter_mut().enumerate() {
        told.push(socket.data(&format!("id \"{number}\"")).await["ratingChanged"].clone());
    }
    assert!(told.iter().all(|one| *one == told[0] && one["cursor"] == rated["cursor"]), "{told:#?}");
    assert_eq!(house.app.live().made, before.made + 1, "it is made once");
    assert_eq!(elsewhere.next_within(0.3).await, None);
    // The one who rated sees more, in a telling of their own.
    let mut rater = house.socket("ben").await;
    rater.subscribe("1", HEAR, json!({ "filter": here, "after": cursors[1] })).await;
    assert_eq!(rater.data("1").await["ratingChanged"]["rater"], json!({ "handle": "ben" }));
    drop((sockets, elsewhere, rater));
    wait_for(&house, 0).await;
    assert_eq!(house.app.live().audiences, 0, "nobody is left behind");
}

/// Waits until so many listen.
pub async fn wait_for(house: &House, listeners: usize) {
    for _ in 0..1_000 {
        if house.app.live().listeners == listeners {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?} instead of {listeners}", house.app.live());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interval_is_shared_also_by_those_who_come_while_it_runs_and_they_are_told_at_its_end() {
    let house = House::new().await;
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    let wish = json!({ "filter": { "content": { "id": content } }, "interval": "PT2S" });
    let mut early = house.socket("").await;
    early.subscribe("1", HEAR, wish.clone()).await;
    wait_for(&house, 1).await;
    let first = house.rate("ben", &content, 1).await;
    assert_eq!(early.data("1").await["ratingChanged"]["cursor"], first["cursor"], "who was quiet is told at once");
    let before = house.app.live().made;
    let mut all = vec![early];
    for number in 0..20 {
        let mut late = house.socket("").await;
        late.subscribe("1", HEAR, wish.clone()).await;
        wait_for(&house, number + 2).await;
        all.push(late);
    }
    assert_eq!(house.app.live().audiences, 1, "an interval that has begun is joined");
    let second = house.rate("cy", &content, 2).await;
    for socket in &mut all {
        let told = socket.data("1").await["ratingChanged"].clone();
        assert_eq!((&told["cursor"], &told["changes"]), (&second["cursor"], &json!(1)), "and nothing older");
    }
    assert_eq!(house.app.live().made, before + 1, "it is made once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_hears_every_subject_of_an_interval_however_small_the_buffer_is() {
    let house = House::with(Database::fresh().await, Settings { buffer: 16, ..open_settings() }).await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    let mut contents = Vec::new();
    for number in 0..60 {
        contents.push(house.content("ada", &format!("c{number}"), &[]).await);
    }
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "interval": "PT1S" })).await;
    wait_for(&house, 1).await;
    let reading = tokio::spawn(async move {
        let (mut seen, mut changes) = (std::collections::HashSet::new(), 0);
        while changes < 60 {
            let told = socket.data("1").await["ratingChanged"].clone();
            changes += told["changes"].as_u64().expect("changes");
            seen.insert(told["content"]["id"].to_string());
        }
        seen.len()
    });
    for content in &contents {
        house.rate("ben", content, 3).await;
        // Many more in an interval than the buffer has room for, but no more than can be told meanwhile.
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(reading.await.expect("no lag"), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_resumes_with_an_interval_is_told_what_was_missed_together_and_then_hears_with_the_others() {
    let house = House::new().await;
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    let start = house.cursor().await;
    let wish = |after: &Value| json!({ "interval": "PT2S", "after": after });
    let mut early = house.socket("").await;
    early.subscribe("1", HEAR, wish(&json!(start))).await;
    wait_for(&house, 1).await;
    let first = house.rate("ben", &content, 1).await;
    assert_eq!(early.data("1").await["ratingChanged"]["cursor"], first["cursor"]);
    // This one waits for the end of the interval, so whoever comes now hears of it with the others.
    house.rate("cy", &content, 2).await;
    let mut late = Vec::new();
    for after in [json!(start), first["cursor"].clone()] {
        let mut socket = house.socket("").await;
        socket.subscribe("1", HEAR, wish(&after)).await;
        late.push(socket);
    }
    wait_for(&house, 3).await;
    assert_eq!(house.app.live().audiences, 1, "who resumes has no audience of their own");
    let told = late[0].data("1").await["ratingChanged"].clone();
    assert_eq!((&told["cursor"], &told["changes"]), (&first["cursor"], &json!(1)), "what the others were told");
    let last = house.rate("ben", &content, 3).await;
    for socket in std::iter::once(&mut early).chain(&mut late) {
        let told = socket.data("1").await["ratingChanged"].clone();
        assert_eq!((&told["cursor"], &told["changes"]), (&last["cursor"], &json!(2)));
        assert_eq!(socket.next_within(0.1).await, None);
    }
    // What many missed is brought together, and told at once.
    let mut back = house.socket("").await;
    back.subscribe("1", HEAR, wish(&json!(start))).await;
    let told = back.data("1").await["ratingChanged"].clone();
    assert_eq!((&told["cursor"], &told["changes"]), (&last["cursor"], &json!(3)));
    assert_eq!(house.app.live().audiences, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_a_busy_audience_at_any_moment_hears_every_last_state_once_and_in_order() {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    let mut contents = Vec::new();
    for title in ["a", "b", "c"] {
        contents.push(house.content("ada", title, &[]).await);
    }
    let query = "subscription($after: String, $interval: Duration) {
        ratingChanged(after: $after, interval: $interval) { cursor changes content { id } } }";
    let mut cursors = vec![house.cursor().await];
    let mut last = std::collections::HashMap::new();
    let mut sockets = Vec::new();
    for turn in 0..120_usize {
        // Three contents in no regular order, of which none is given the value that it has.
        let content = &contents[turn * turn % 7 % 3];
        let value = i64::try_from(turn % 5).expect("small") + 1;
        let cursor = house.rate("ben", content, value).await["cursor"].as_str().expect("a cursor").to_owned();
        last.insert(content.clone(), (turn + 1, cursor.clone()));
        cursors.push(cursor);
        if turn % 6 == 5 && turn < 110 {
            let mut socket = house.socket("").await;
            // From now on, after something old, or after what was said last.
            let after = [None, Some(turn * 5 % (turn + 1)), Some(turn + 1)][turn / 6 % 3];
            let variables = json!({ "after": after.map(|place| &cursors[place]), "interval": "PT0.05S" });
            socket.subscribe("1", query, variables).await;
            sockets.push((socket, after));
            wait_for(&house, sockets.len()).await;
            assert_eq!(house.app.live().audiences, 1);
        }
    }
    let place = |change: &Value| {
        let known = cursors.iter().position(|known| change["cursor"] == json!(known));
        known.unwrap_or_else(|| panic!("{change:#} was never acknowledged: {cursors:#?}"))
    };
    let end = cursors.len() - 1;
    for (socket, after) in &mut sockets {
        let (mut told, mut states) = (after.unwrap_or_default(), std::collections::HashMap::new());
        while told < end {
            let change = socket.data("1").await["ratingChanged"].clone();
            let next = place(&change);
            assert!(next > told, "{next} after {told}");
            told = next;
            states.insert(change["content"]["id"].as_str().expect("an id").to_owned(), next);
        }
        for (content, (seq, _)) in &last {
            let is_older = *seq <= after.unwrap_or_default();
            assert!(is_older || states.get(content).is_none_or(|state| state == seq), "{content}: {states:?}");
            assert!(after.is_none() || is_older || states.contains_key(content), "{content} was never told");
        }
        assert_eq!(socket.next_within(0.1).await, None, "nothing comes after the last");
    }
}
