//! Whole pictures of whatever comes in: sound, apart, complete, and the same each time.

use super::check::{Dice, HARD, apart, sound, texts};
use super::frame::Frame;
use super::numbers::real;
use super::*;

/// A picture of any data must be sound XML whose texts lie apart and inside.
fn judged(svg: &str) -> usize {
    sound(svg);
    let size: Vec<f64> = ["width=\"", "height=\""]
        .iter()
        .map(|name| svg.split(name).nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    let texts = texts(svg);
    apart(&texts, (size[0], size[1]));
    texts.len()
}

fn frame(dice: &mut Dice) -> Frame {
    let pixels = |dice: &mut Dice| u32::try_from(dice.up_to(1200)).unwrap();
    let theme = [Theme::Light, Theme::Dark, Theme::Auto][dice.up_to(3)];
    let maybe = |dice: &mut Dice| if dice.up_to(2) == 0 { String::new() } else { dice.text() };
    Frame { width: pixels(dice), height: pixels(dice), theme, heading: maybe(dice), note: maybe(dice) }
}

fn odd(dice: &mut Dice) -> f64 {
    match dice.up_to(9) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => -1e300,
        3 => 0.0,
        _ => dice.share(),
    }
}

fn word(dice: &mut Dice) -> Word {
    let rating = (dice.up_to(3) > 0).then(|| 2.0 * odd(dice) - 1.0);
    Word { text: dice.text(), weight: odd(dice), lift: odd(dice), count: 3, rating, title: dice.text() }
}

#[test]
fn clouds_of_anything() {
    let mut dice = Dice::new(1);
    for _ in 0..6 {
        let words: Vec<Word> = (0..dice.up_to(50)).map(|_| word(&mut dice)).collect();
        let frame = frame(&mut dice);
        let svg = word_cloud(&words, 0, &frame);
        assert!(judged(&svg) >= words.len());
        assert_eq!(svg, word_cloud(&words, 0, &frame));
    }
}

#[test]
fn trends_of_anything() {
    let mut dice = Dice::new(2);
    let directions = [Direction::Rising, Direction::Steady, Direction::Falling];
    for _ in 0..20 {
        let row = |dice: &mut Dice| TopicRow {
            name: dice.text(),
            activity: odd(dice),
            expected: odd(dice),
            direction: directions[dice.up_to(3)],
            line: (0..dice.up_to(300)).map(|_| odd(dice)).collect(),
            words: (0..dice.up_to(7)).map(|_| dice.text()).collect(),
            leader: (dice.up_to(2) == 0).then(|| dice.text()),
        };
        let rows: Vec<TopicRow> = (0..dice.up_to(40)).map(|_| row(&mut dice)).collect();
        let svg = trends(&rows, dice.up_to(3), &frame(&mut dice));
        judged(&svg);
        let leaderless = rows.iter().take(MOST_ROWS).filter(|row| row.leader.is_none()).count();
        assert_eq!(svg.matches(">no leader<").count(), leaderless);
    }
}

#[test]
fn maps_of_anything() {
    let mut dice = Dice::new(3);
    for _ in 0..20 {
        let (people, topics) = (dice.up_to(140), dice.up_to(90));
        let link = |dice: &mut Dice| Link {
            person: dice.up_to(150),
            topic: dice.up_to(100),
            weight: odd(dice),
            standing: Standing::ALL[dice.up_to(5)],
            declared: dice.up_to(2) == 0,
        };
        let map = Map {
            people: (0..people).map(|_| PersonNode { name: dice.text(), weight: odd(&mut dice) }).collect(),
            topics: (0..topics).map(|_| TopicNode { name: dice.text(), heat: odd(&mut dice) }).collect(),
            links: (0..dice.up_to(250)).map(|_| link(&mut dice)).collect(),
            more_people: dice.up_to(3),
            ..Map::default()
        };
        let svg = leadership_map(&map, &frame(&mut dice));
        assert!(judged(&svg) >= people.min(MOST_PEOPLE) + topics.min(MOST_TOPICS));
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let word = |at: usize| Word {
        text: format!("word{at}"),
        weight: 0.5,
        lift: 1.0,
        count: 1,
        rating: None,
        title: String::new(),
    };
    let words: Vec<Word> = (0..203).map(word).collect();
    let svg = word_cloud(&words, 4, &Frame::default());
    assert!(svg.contains(">and 7 more words</text>"));
    assert!(!word_cloud(&words[..9], 0, &Frame::default()).contains("more word"));

    let person = PersonNode { name: "Ann".into(), weight: 1.0 };
    let map = Map { people: vec![person; 130], more_people: 2, more_topics: 1, ..Map::default() };
    let svg = leadership_map(&map, &Frame::default());
    assert!(svg.contains(">and 12 more people</text>") && svg.contains(">and 1 more topic</text>"));
    assert!(trends(&[], 5, &Frame::default()).contains(">and 5 more topics</text>"));
}

#[test]
fn topics_without_leaders_say_so_only_when_that_is_known() {
    let topic = |name: &str| TopicNode { name: name.into(), heat: 1.0 };
    let mut map = Map { topics: vec![topic("storage")], ..Map::default() };
    assert!(leadership_map(&map, &Frame::default()).contains(">no leader</text>"));
    map.more_links = 1;
    let svg = leadership_map(&map, &Frame::default());
    assert!(!svg.contains(">no leader</text>") && svg.contains(">leaders not shown</text>"));
}

#[test]
fn pictures_can_be_read_aloud() {
    let frame = Frame { heading: "Rising <words>".into(), note: "this week".into(), ..Frame::default() };
    for svg in [word_cloud(&[], 0, &frame), trends(&[], 0, &frame), leadership_map(&Map::default(), &frame)] {
        assert!(svg.contains(r#"role="img" aria-labelledby="pl-"#));
        assert!(svg.contains("Rising &lt;words&gt;, this week</title><desc "));
        assert!(svg.contains("to show"), "says that there is nothing");
    }
}

#[test]
fn words_carry_their_title_and_their_rating() {
    let [low, high, none] = [Some(-0.9), Some(0.9), None].map(|rating| Word {
        text: "storage".into(),
        weight: 1.0,
        lift: 2.0,
        count: 18,
        rating,
        title: String::new(),
    });
    let drawn = |word: &Word| word_cloud(std::slice::from_ref(word), 0, &Frame::default());
    let hover = "<title>storage: in 18 texts, 2 times what was expected</title>storage</text>";
    assert!(drawn(&low).contains(hover));
    let text = |svg: &str| svg.split("<text ").nth(1).unwrap().split('>').next().unwrap().to_owned();
    assert!(text(&drawn(&low)).contains("pl-lowest") && text(&drawn(&high)).contains("pl-highest"));
    assert!(text(&drawn(&none)).contains("pl-muted") && !drawn(&none).contains("rated high"));
}

#[test]
fn hard_texts_stay_text() {
    let words: Vec<Word> = HARD
        .iter()
        .map(|text| Word {
            text: (*text).into(),
            weight: 1.0,
            lift: 1.0,
            count: 1,
            rating: None,
            title: (*text).into(),
        })
        .collect();
    let svg = word_cloud(&words, 0, &Frame { width: 900, height: 500, ..Frame::default() });
    judged(&svg);
    assert!(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && svg.contains("分布式存储系统"));
}

#[test]
fn a_cut_name_keeps_its_whole_wording() {
    let row = |name: String| TopicRow {
        name,
        activity: 1.0,
        expected: 1.0,
        direction: Direction::Steady,
        line: vec![1.0],
        words: Vec::new(),
        leader: None,
    };
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(5);
    let svg = trends(&[row(long.clone()), row("short".into())], 0, &Frame::default());
    assert!(svg.contains(&format!("<title>{long}</title>Wolfe")) && svg.contains("…</text>"));
    assert!(!svg.contains("<title>short</title>"));
}

#[test]
fn descriptions_are_whole() {
    let word = |at: usize| Word {
        text: format!("{at} {}", "i".repeat(60)),
        weight: 1.0 / real(at + 1),
        lift: 1.0,
        count: 1,
        rating: None,
        title: String::new(),
    };
    let words: Vec<Word> = (0..50).map(word).collect();
    let svg = word_cloud(&words, 0, &Frame::default());
    let described = svg.split("<desc ").nth(1).unwrap().split("</desc>").next().unwrap();
    assert!(described.ends_with("and 10 more words.") && described.contains("\n39 iii"), "{described}");
}
