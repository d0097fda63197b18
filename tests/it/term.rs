//! The words of texts, in the languages and forms in which people write them.

use peerlead::domain::term::{MOST, read};
use proptest::prelude::*;

/// The keys of a body, sentence by sentence, gaps as `_`.
fn keys(body: &str, language: Option<&str>) -> Vec<String> {
    read("", body, language)
        .iter()
        .map(|sentence| {
            sentence
                .words
                .iter()
                .map(|word| word.as_ref().map_or("_", |word| word.key.as_str()))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

/// The same without gaps and sentences.
fn flat(body: &str) -> String {
    keys(body, None).join(" ").split(' ').filter(|word| *word != "_" && !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_language_is_cut_into_its_words() {
    for (body, words) in [
        ("The release notes of the new releases are missing.", "release note release missing"),
        (
            "Der Datenschutzbeauftragte prüft die Server und den Serverraum.",
            "datenschutzbeauftragt pruft serv serverraum",
        ),
        ("Les réunions du lundi sont trop longues.", "réunion lund trop longu"),
        ("网络谣言的查证与事实核查需要更多志愿者", "网络 谣言 查证 事实 核查 更多 志愿"),
        ("会議室の予約システムが壊れている", "会議 予約 システム"),
        ("ระบบเครือข่ายของสำนักงานใหญ่ล่มบ่อย", "ระบบ เครือ ข่าย สำนักงาน ใหญ่ ล่ม บ่อย"),
        ("서버가 느려요. 서버를 바꿔 주세요.", "서버 느려요 서버 바꿔 주세요"),
        ("Сервер сборки опять упал", "сервер сборк упа"),
        ("השרת נפל שוב", "השרת נפל שוב"),
        (
            "Fix use-after-free in rte_eth_dev_close() for net/mlx5 with C++ and node.js v20",
            "fix use-after-free rte_eth_dev_close net mlx5 c++ node.js v20",
        ),
        ("The UI team uses AI; GmbH and GitHub stay as they are.", "ui team ai gmbh github stay"),
    ] {
        assert_eq!(flat(body), words, "{body}");
    }
}

#[test]
fn plurals_are_joined_and_the_form_is_remembered() {
    let text = read("Builds", "Each build of the policies. Bus classes boxes analysis", Some("en"));
    let words: Vec<_> = text
        .iter()
        .flat_map(|sentence| sentence.words.iter().flatten())
        .map(|word| (word.key.as_str(), word.surface.as_str()))
        .collect();
    assert_eq!(
        words,
        [
            ("build", "Builds"),
            ("build", "build"),
            ("policy", "policies"),
            ("bus", "Bus"),
            ("class", "classes"),
            ("box", "boxes"),
            ("analysis", "analysis")
        ]
    );
    assert!(text[0].in_title && !text[1].in_title);
}

#[test]
fn a_told_language_wins_over_a_guess() {
    assert_eq!(keys("die hard", Some("en")), ["die hard"]);
    assert_eq!(keys("die hard", Some("de-CH")), ["_ hard"]);
    assert_eq!(keys("die hard", Some("tlh")), ["die hard"]);
}

#[test]
fn what_nobody_wrote_as_a_sentence_is_left_out() {
    let markdown = "# Slow queries\n\nThe **planner** ignores `content_topic` ([docs](https://example.org/planner)).\n\n```sql\nSELECT secret FROM vault\n```\n\n- first: indexes\n- https://example.org/x?y=z ada@example.org @grace\n\n> somebody else said elephants\n\nOn Monday Ada wrote:\n> giraffes\nThat is right.\n\n-- \nGrace, Department of Signatures";
    assert_eq!(
        flat(markdown),
        "slow query planner ignore content_topic doc index monday ada wrote right".replace(" monday ada wrote", "")
    );
    let html = "<p>Lunch is <b>cold</b>&nbsp;again</p><pre>let secret = 1;</pre><blockquote>old <i>quote</i></blockquote><p>The kitchen<br>closes early</p> 3 < 5 and a > b";
    assert_eq!(flat(html), "lunch cold kitchen close early");
    let change = "net/ice: fix queue\n\nThe queue stalls.\n\nFixes: 0123456789ab (\"old title\")\nCc: stable@example.org\nSigned-off-by: Ada <ada@example.org>\nReviewed-by: Grace";
    assert_eq!(flat(change), "net ice fix queue queue stall");
    assert_eq!(flat("<div>spread\nover <code>a\nb\nc</code> lines"), "spread line");
}

#[test]
fn a_gap_keeps_apart_what_does_not_stand_side_by_side() {
    assert_eq!(keys("release notes for the build server", Some("en")), ["release note _ build server"]);
    assert_eq!(keys("build, server", Some("en")), ["build _ server"]);
    assert_eq!(keys("One wrapped\nline here. Another sentence", Some("en")), ["_ wrapped line _", "_ sentence"]);
}

#[test]
fn only_long_sentences_have_a_print_and_it_is_that_of_their_words() {
    let print = |body: &str| read("", body, None)[0].print;
    assert_eq!(print("the build is broken again"), None);
    let said = print("The nightly build has been broken since we moved the cache to another disk");
    assert!(said.is_some());
    assert_eq!(said, print("the nightly BUILD, has been broken since we moved the cache (to another disk)!"));
    assert_ne!(said, print("The nightly build has been broken since we moved the cache to another room"));
}

#[test]
fn enormous_and_broken_texts_cost_little() {
    let long = "word ".repeat(100_000);
    let one = "a".repeat(1_000_000);
    let emoji = "😀👩‍💻🏳️‍🌈".repeat(20_000);
    let tags = "<".repeat(200_000);
    let ends = "</pre".repeat(50_000);
    let mixed = "שלום hello 世界 مرحبا こんにちは \u{202e}olleh\u{202c} ".repeat(2_000);
    let silent = format!("<pre>{}", "</p ".repeat(50_000));
    for text in [long, one, emoji, tags, ends, mixed, silent] {
        let sentences = read(&text[..text.floor_char_boundary(500)], &text, None);
        let words: usize = sentences.iter().map(|sentence| sentence.words.len()).sum();
        assert!(words <= MOST + 1, "{words}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it_and_reading_a_key_again_gives_it_again(text in any::<String>(), markup in "[<>/a-z`~#*_ \\n\\[\\]()&;:.!@-]{0,200}") {
        for text in [text, markup] {
            for sentence in read(&text, &text, None) {
                prop_assert!(!sentence.words.is_empty());
                for word in sentence.words.iter().flatten() {
                    prop_assert!(!word.key.is_empty() && !word.key.contains(char::is_whitespace));
                }
            }
        }
    }
}
