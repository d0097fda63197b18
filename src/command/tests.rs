//! Folders in and out, on a whole app.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::error::CommandError;
use super::export::export;
use super::import::{ImportOptions, ImportSummary, import};
use crate::app::clock::Clock;
use crate::app::content::ContentDraft;
use crate::app::house::{App, Settings};
use crate::app::viewer::Viewer;
use crate::domain::content::ContentRef;
use crate::domain::leadership::LeadershipDraft;
use crate::domain::person::{NewPerson, PersonKind, PersonPatch, PersonRef};
use crate::domain::source::{NATIVE, Scale, SourcePatch, SourceRef, Visibility};
use crate::domain::topic::{TopicPatch, TopicRef};
use crate::store::connection::Store;

fn url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).with_extension("db").display())
}

/// An app on a fresh database.
async fn fresh(folder: &Path, name: &str) -> Arc<App> {
    let store = Store::connect(&url(folder, name)).await.unwrap();
    store.migrate().await.unwrap();
    App::start(store, Arc::new(Clock::default()), Settings::default()).await.unwrap()
}

/// How many changes the log of a database holds.
async fn log_length(folder: &Path, name: &str) -> i64 {
    Store::connect(&url(folder, name)).await.unwrap().log_ends().await.unwrap().1
}

fn write(folder: &Path, file: &str, lines: &[&str]) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(file), lines.join("\n")).unwrap();
}

async fn take(app: &Arc<App>, folder: &Path) -> ImportSummary {
    let options = ImportOptions { folder: folder.to_path_buf(), quiet: true, ..ImportOptions::default() };
    import(app, &options).await.unwrap()
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(file, text)| (format!("{name}/{file}"), text)));
        } else {
            found.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    found
}

fn seen(summary: &ImportSummary) -> [u64; 6] {
    [summary.read, summary.created, summary.changed, summary.unchanged, summary.stale, summary.bad]
}

#[tokio::test]
async fn bad_lines_are_left_out_and_the_same_folder_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("My Forum");
    write(
        &folder,
        "people.jsonl",
        &[
            r#"{"id":1,"name":"Ada"}"#,
            r#"{"id":"bea","name":null,"kind":"human","extra":[1]}"#,
            r#"{"id":"bot","kind":"BOT","active":false}"#,
            r#"{"name":"nobody"}"#,
            r#"{"id":"eve","kind":"ROBOT"}"#,
            r#"{"id":"a\u0000b"}"#,
            r#"["array"]"#,
            "",
            r#"{"id":"cut"#,
        ],
    );
    write(
        &folder,
        "topics.jsonl",
        &[
            r#"{"id":"leaf","parent_id":"branch","kind":"sig"}"#,
            r#"{"id":"branch","parent_id":"Root","mission":"to grow"}"#,
            r#"{"id":"Root","name":"The root","parent_id":null}"#,
            r#"{"id":"lost","parent_id":"nowhere"}"#,
            r#"{"id":"wort","synonym_of":"root"}"#,
            r#"{"id":"round","parent_id":"and-round"}"#,
            r#"{"id":"and-round","parent_id":"round"}"#,
        ],
    );
    write(
        &folder,
        "content.jsonl",
        &[
            r#"{"id":"r2","kind":"reply","created_at":"2024-01-03","body":"c","parent_id":"r1"}"#,
            r#"{"id":"r1","kind":"reply","created_at":"2024-01-02","body":"b","parent_id":"p"}"#,
            r#"{"id":"p","kind":"post","created_at":"2024-01-01","author_ids":[1],"topic_ids":["wort","leaf"],"title":"a","language":"en"}"#,
            r#"{"id":"r0","kind":"reply","created_at":"2024-01-02","body":"b","parent_id":"gone"}"#,
            r#"{"id":"n","kind":"post","created_at":null,"title":"a"}"#,
        ],
    );
    write(
        &folder,
        "ratings.jsonl",
        &[
            r#"{"rater_id":"bea","content_id":"p","value":4.0,"at":"2024-01-05T00:00:00Z"}"#,
            r#"{"rater_id":"bea","content_id":"p","value":2,"at":"2024-01-04T00:00:00Z"}"#,
            r#"{"rater_id":"bea","content_id":"r1","value":null,"at":"2024-01-05T00:00:00Z"}"#,
            r#"{"rater_id":"bea","content_id":"r1","value":5,"at":"2024-01-04T00:00:00Z"}"#,
            r#"{"rater_id":"bea","content_id":"r2","at":"2024-01-04T00:00:00Z"}"#,
            r#"{"rater_id":"bea","content_id":"r2","value":2.5,"at":"2024-01-04T00:00:00Z"}"#,
            r#"{"rater_id":"1","content_id":"p","value":5,"at":"2024-01-04T00:00:00Z"}"#,
            r#"{"rater_id":"bot","content_id":"p","value":5,"at":"2024-01-04T00:00:00Z"}"#,
        ],
    );
    let app = fresh(home.path(), "bad").await;
    let first = take(&app, &folder).await;
    assert_eq!(first.source, "my-forum");
    assert!(first.source_created);
    assert_eq!(app.source(&SourceRef::Slug("my-forum".to_owned())).unwrap().scale, Scale::Stars);
    let bad: Vec<(&str, u64)> = first.files.iter().map(|file| (file.file, file.counts.bad)).collect();
    assert_eq!(bad, [("people.jsonl", 5), ("topics.jsonl", 3), ("content.jsonl", 2), ("ratings.jsonl", 4)]);
    assert_eq!(seen(&first), [28, 12, 0, 0, 2, 14]);
    let length = log_length(home.path(), "bad").await;
    let second = take(&app, &folder).await;
    assert!(!second.source_created);
    assert_eq!(seen(&second), [28, 0, 0, 12, 2, 14]);
    assert_eq!(log_length(home.path(), "bad").await, length, "the log did not grow");
    let leaf = app.topic(&TopicRef::Slug("leaf".to_owned())).unwrap();
    let above: Vec<String> = app.ancestors(leaf.id).iter().map(|topic| topic.slug.clone()).collect();
    assert_eq!(above, ["root", "branch"]);
    app.close().await;
}

#[tokio::test]
async fn a_folder_without_files_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let app = fresh(home.path(), "none").await;
    let options = ImportOptions { folder: home.path().join("missing"), ..ImportOptions::default() };
    let error = import(&app, &options).await.unwrap_err();
    assert!(matches!(error, CommandError::NothingThere { .. }));
    assert!(error.to_string().contains("people.jsonl, topics.jsonl"), "{error}");
    let error = export(&app, home.path(), Some("forum"), true).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no source \"forum\"; there are peerlead");
    app.close().await;
}

/// Two sources, and everything that was never told by one.
async fn furnish(app: &Arc<App>, home: &Path) {
    let (forum, chat) = (home.join("forum"), home.join("chat"));
    write(
        &forum,
        "source.json",
        &[r#"{"id":"forum/one","name":"Forum","kind":"FORUM","scale":"vote","visibility":"PUBLIC"}"#],
    );
    write(
        &forum,
        "people.jsonl",
        &[
            r#"{"id":"ada","handle":"ada-l","name":"Ada"}"#,
            r#"{"id":"cy","handle":"cy","name":"Cy","active":false}"#,
            r#"{"id":"robin","name":"Robin"}"#,
            r#"{"id":"twin","handle":"twin","name":"Ada"}"#,
        ],
    );
    write(&forum, "topics.jsonl", &[r#"{"id":"tools"}"#, r#"{"id":"ci","parent_id":"tools"}"#, r#"{"id":"builds"}"#]);
    write(
        &forum,
        "content.jsonl",
        &[
            r#"{"id":"1","kind":"post","created_at":"2024-01-01","author_ids":["ada","cy"],"topic_ids":["ci","builds"],"title":"t","body":"b\n\"q\"","url":"https://x.org/1","lang":"en"}"#,
            r#"{"id":"2","kind":"reply","created_at":"2024-01-02T03:04:05.678Z","body":"re","parent_id":"1","withdrawn_at":"2024-02-01"}"#,
            r#"{"id":"3","kind":"reply","created_at":"2024-01-02","body":"re","parent_id":"1","hidden_at":"2024-02-02","hidden_reason":"spam"}"#,
        ],
    );
    write(
        &forum,
        "ratings.jsonl",
        &[
            r#"{"rater_id":"robin","content_id":"1","value":-1,"kind":"down","at":"2024-01-03"}"#,
            r#"{"rater_id":"twin","content_id":"2","value":1,"at":"2024-01-03"}"#,
            r#"{"rater_id":"robin","content_id":"2","value":null,"at":"2024-01-03"}"#,
        ],
    );
    write(&chat, "people.jsonl", &[r#"{"id":"u1","handle":"cy"}"#, r#"{"id":"u2","handle":"dee"}"#]);
    write(
        &chat,
        "leadership.jsonl",
        &[
            r#"{"person_id":"u1","topic_id":"ci","role":"chair","from":"2023-01-01","to":"2024-01-01","evidence_text":"minutes"}"#,
            r#"{"person_id":"u2","topic_id":"tools","kind":"DECLARED","from":"2023-01-01"}"#,
        ],
    );
    write(
        &chat,
        "endorsements.jsonl",
        &[
            r#"{"from_id":"u1","to_id":"u2","topic_id":"tools","text":"helps","at":"2024-01-01","withdrawn_at":"2024-03-01"}"#,
        ],
    );
    assert_eq!(take(app, &forum).await.bad, 0);
    assert_eq!(take(app, &chat).await.bad, 0);
}

/// What people did in Peerlead itself.
async fn act(app: &Arc<App>) {
    let operator = app.viewer(Some("operator")).await.unwrap();
    let handle = |handle: &str| PersonRef::Handle(handle.to_owned());
    let topic = |slug: &str| TopicRef::Slug(slug.to_owned());
    let native = SourceRef::Slug(NATIVE.to_owned());
    let patch =
        SourcePatch { scale: Some(Scale::Like), visibility: Some(Visibility::Public), ..SourcePatch::default() };
    app.update_source(&operator, &native, &patch).await.unwrap();
    // The handle of the first is the external id of somebody else in the forum.
    for person in ["ada", "zoe", "bo"] {
        app.create_person(&operator, NewPerson::check(person, person, PersonKind::Human).unwrap()).await.unwrap();
    }
    let (ada, zoe, bo) = (viewer(app, "ada").await, viewer(app, "zoe").await, viewer(app, "bo").await);
    let first = ContentRef::External { source: "forum/one".to_owned(), external_id: "1".to_owned() };
    for viewer in [&ada, &zoe, &bo] {
        app.rate(viewer, &first, Some(1)).await.unwrap();
    }
    app.rate(&zoe, &first, None).await.unwrap();
    let draft = ContentDraft {
        source: None,
        external_id: None,
        kind: "note".to_owned(),
        title: "native".to_owned(),
        body: String::new(),
        url: None,
        language: None,
        authors: None,
        topics: vec![topic("ci")],
        parent: Some(first),
        published_at: None,
    };
    app.publish(&zoe, draft).await.unwrap();
    app.endorse(&ada, &handle("dee"), &topic("ci"), "good", None).await.unwrap();
    app.endorse(&viewer(app, "robin").await, &handle("dee"), &topic("ci"), "good", None).await.unwrap();
    app.endorse(&bo, &handle("ada-l"), &topic("ci"), "was human", None).await.unwrap();
    app.appoint_leader(&operator, &handle("zoe"), &topic("builds"), &LeadershipDraft::default()).await.unwrap();
    // One who is merged later goes on objecting, and one topic is told of by nobody but people.
    app.contest_leadership(&viewer(app, "twin").await, &topic("builds"), "not me").await.unwrap();
    app.contest_leadership(&zoe, &topic("ci"), "nor me").await.unwrap();
    app.withdraw_contest(&zoe, &topic("ci")).await.unwrap();
    let off = TopicPatch { emergent: Some(false), ..TopicPatch::default() };
    app.update_topic(&operator, &topic("tools"), &off).await.unwrap();
    // A bot's word does not count and does not travel.
    let bot = PersonPatch { kind: Some(PersonKind::Bot), ..PersonPatch::default() };
    app.update_person(&operator, &handle("bo"), &bot).await.unwrap();
    app.merge_people(&operator, &handle("twin"), &handle("ada-l")).await.unwrap();
    app.merge_topics(&operator, &topic("builds"), &topic("ci")).await.unwrap();
}

async fn viewer(app: &Arc<App>, handle: &str) -> Viewer {
    app.viewer(Some(handle)).await.unwrap()
}

#[tokio::test]
async fn what_leaves_comes_back_the_same() {
    let home = tempfile::tempdir().unwrap();
    let app = fresh(home.path(), "one").await;
    furnish(&app, home.path()).await;
    act(&app).await;
    let length = log_length(home.path(), "one").await;
    let out = home.path().join("out");
    let summary = export(&app, &out, None, true).await.unwrap();
    let written = files(&out);
    assert_eq!(written.len(), 24, "{:?}", written.keys());
    assert!(written.contains_key("forum%2Fone/source.json"));
    assert_eq!(summary.ratings, 5, "all but that of the bot");
    assert_eq!((summary.leaderships, summary.endorsements, summary.contests), (3, 3, 2));
    assert!(written["forum%2Fone/people.jsonl"].contains(r#"{"id":"@ada","handle":"ada","#));
    assert!(written["forum%2Fone/ratings.jsonl"].contains(r#""value":null"#));
    // Here it changes nothing but to give accounts to those who had none.
    for source in ["peerlead", "forum%2Fone", "chat"] {
        let summary = take(&app, &out.join(source)).await;
        assert_eq!((summary.changed, summary.bad), (0, 0), "{source}");
    }
    assert_eq!(log_length(home.path(), "one").await, length, "the log did not grow");
    // There it makes the same facts, whatever comes first.
    let other = fresh(home.path(), "two").await;
    for source in ["peerlead", "forum%2Fone", "chat"] {
        assert_eq!(take(&other, &out.join(source)).await.bad, 0, "{source}");
    }
    assert!(!other.topic(&TopicRef::Slug("tools".to_owned())).unwrap().emergent);
    let native = other.source(&SourceRef::Slug(NATIVE.to_owned())).unwrap();
    assert_eq!((native.scale, native.visibility), (Scale::Like, Visibility::Public));
    for app in [app, other] {
        let again = home.path().join("again");
        export(&app, &again, None, true).await.unwrap();
        for (file, text) in files(&again) {
            // What replies to another source's content comes back without it.
            assert_eq!(text, written[&file], "{file}");
        }
        export(&app, &again, Some("chat"), true).await.unwrap();
        app.close().await;
    }
}
