//! Words that trend: whose they are, in which language, and what is none.

use serde_json::json;

use crate::trend::{forum, said, trends, words};

#[tokio::test]
async fn no_single_person_no_bot_and_no_copy_makes_a_word_big() {
    let house = forum().await;
    let mut contents = Vec::new();
    for n in 0..60 {
        contents.push(said(&format!("bot{n}"), &format!("robotspam {n}"), &["robot"], &[], n % 70 + 1));
        contents.push(said(&format!("one{n}"), &format!("crankword {n}"), &["p9"], &[], n % 70 + 1));
    }
    let quoted = "This rare sentence about platypuses was said once and then quoted again and again.";
    for n in 0..6 {
        let mut content = said(&format!("quote{n}"), "I agree", &[&format!("p{n}")], &[], 60 - n);
        content["body"] = json!(if n == 0 { quoted.to_owned() } else { format!("> {quoted}\n\n{quoted}") });
        contents.push(content);
    }
    house
        .take_in(
            "forum",
            json!({ "people": [{ "externalId": "robot", "handle": "robot", "kind": "BOT" }], "contents": contents }),
        )
        .await;
    let told = trends(&house, r#"window: "P7D""#, "words(first: 100) { nodes { text weight count authors } }").await;
    let nodes = told["words"]["nodes"].as_array().expect("words");
    let find = |text: &str| nodes.iter().find(|node| node["text"] == text);
    assert_eq!(find("robotspam"), None);
    assert!(
        nodes[0]["text"].as_str().is_some_and(|text| text.contains("leak")),
        "nine texts of six people come first: {nodes:#?}"
    );
    let crank = find("crankword").and_then(|node| node["weight"].as_f64()).unwrap_or_default();
    assert!(crank < 0.9, "sixty texts of one person weigh {crank}");
    let counted = nodes.iter().filter(|node| node["text"].as_str().is_some_and(|text| text.contains("platypus")));
    assert!(counted.clone().all(|node| node["count"] == 1), "a quotation counts for who said it first");
}

#[tokio::test]
async fn words_weigh_by_ratings_also_beside_what_nobody_rates() {
    let house = forum().await;
    let query = "words(first: 20, weighting: RATINGS) { nodes { text weight expected lift } }";
    let before = trends(&house, r#"window: "P7D""#, query).await["words"]["nodes"].clone();
    let source = json!({ "slug": "blog", "name": "Blog", "kind": "BLOG", "scale": "STARS" });
    house.act("operator", "createSource", source, "").await;
    let people = json!([{ "externalId": "p1", "handle": "p1" }]);
    let contents = json!([said("note", "a note about nothing", &["p1"], &[], 30)]);
    house.take_in("blog", json!({ "people": people, "contents": contents })).await;
    let after = trends(&house, r#"window: "P7D""#, query).await["words"]["nodes"].clone();
    let texts = |nodes: &serde_json::Value| -> Vec<String> {
        nodes.as_array().expect("words").iter().map(|node| node["text"].to_string()).collect()
    };
    assert!(!texts(&before).is_empty());
    assert_eq!(texts(&after), texts(&before));
    assert!(after.as_array().expect("words").iter().all(|node| node["lift"].is_f64()), "{after:#}");
}

#[tokio::test]
async fn words_are_found_in_any_language_and_never_in_markup() {
    let house = forum().await;
    let texts = [
        ("zh", "<p>存储泄漏问题很严重</p> 存储泄漏"),
        ("ja", "メモリリークの問題について"),
        ("th", "หน่วยความจำรั่วไหลในระบบ"),
        (
            "de",
            "Die Speicherlecks **plagen** uns [hier](https://example.org/x?y=z)\n```rust\nlet brokenIdentifier = 1;\n```",
        ),
        ("ar", "تسرب الذاكرة في النظام"),
        ("en", "🙂🙂🙂 memory_leak_detector in `FooBarBaz` \u{202e}odd\u{0} text"),
    ];
    let mut contents = Vec::new();
    for (n, (language, text)) in texts.iter().enumerate() {
        for copy in 0..3 {
            let mut content =
                said(&format!("{language}{copy}"), "hm", &[&format!("p{}", (n + copy) % 10)], &[], 20 + copy as i64);
            content["body"] = json!(text.replace('\u{0}', "").replace("hm", "") + &" x".repeat(copy));
            content["language"] = json!(language);
            contents.push(content);
        }
    }
    house.take_in("forum", json!({ "contents": contents })).await;
    let words = words(&house, "phrases: false").await;
    for markup in ["<p>", "p", "https", "example", "rust", "let", "brokenIdentifier"] {
        assert!(!words.iter().any(|word| word == markup), "{markup}: {words:?}");
    }
    let has = |part: &str| words.iter().any(|word| word.contains(part));
    assert!(has("泄漏") || has("存储"), "{words:?}");
    assert!(has("メモリ") && has("Speicherleck") && has("الذاكرة"), "{words:?}");
}

#[tokio::test]
async fn huge_and_odd_texts_cost_little_and_break_nothing() {
    let house = forum().await;
    let odd = [
        "word ".repeat(19_000),
        "x".repeat(99_000),
        "🙂".repeat(50_000),
        "<div>".repeat(19_000),
        "> quoted\n".repeat(11_000),
        "```\n".repeat(24_000),
        "\u{202e}\u{200f}אבג ".repeat(9_000),
        "a\u{301}\u{302}".repeat(30_000),
        "的".repeat(60_000),
    ];
    for (n, body) in odd.iter().enumerate() {
        let mut content = said(&format!("odd{n}"), "odd", &[&format!("p{n}")], &[], 5);
        content["body"] = json!(body);
        house.take_in("forum", json!({ "contents": [content] })).await;
    }
    let words = words(&house, "").await;
    assert!(words.iter().any(|word| word.contains("leak")), "{words:?}");
    assert!(words.iter().all(|word| word.chars().count() <= 300), "{words:?}");
}
