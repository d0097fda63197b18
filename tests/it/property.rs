//! Rules that hold for any input, tried with many.

use peerlead::domain::endorsement::{Endorsement, Told};
use peerlead::domain::id::{EndorsementId, PersonId, TopicId};
use peerlead::domain::page::{Key, Place};
use peerlead::domain::rating::{Mark, Tally};
use peerlead::domain::source::{NewSource, Scale, Visibility};
use peerlead::domain::{content::ContentText, text};
use peerlead::graphql::id::split;
use proptest::prelude::*;

fn scale() -> impl Strategy<Value = Scale> {
    prop_oneof![Just(Scale::Stars), Just(Scale::Vote), Just(Scale::Like)]
}

fn mark() -> impl Strategy<Value = Mark> {
    (1_i64..=5).prop_map(|value| Mark::check(value, Scale::Stars).unwrap())
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<i64>().prop_map(Key::Number),
        (-1.0..1.0_f64).prop_map(|score| Key::Score(score + 0.0)),
        "[^\0]{0,40}".prop_map(Key::Text)
    ]
}

/// An endorsement within some seconds, as somebody may tell it.
fn endorsement() -> impl Strategy<Value = Endorsement> {
    let second = |second: i64| chrono::DateTime::from_timestamp(second, 0).unwrap();
    (0_i64..12, 1_i64..10, proptest::option::of(0_i64..12)).prop_map(move |(at, life, withdrawn)| Endorsement {
        id: EndorsementId(0),
        endorser: PersonId(1),
        person: PersonId(2),
        topic: TopicId(3),
        text: String::new(),
        endorsed_at: second(at),
        expires_at: second(at + life),
        withdrawn_at: withdrawn.map(|later| second(at + later)),
    })
}

proptest! {
    #[test]
    fn endorsements_told_in_any_order_never_meet_and_the_same_again_changes_nothing(
        tellings in proptest::collection::vec(endorsement(), 1..12)
    ) {
        let mut known: Vec<Endorsement> = Vec::new();
        for told in tellings {
            match told.clone().told(&known) {
                Told::New => known.push(Endorsement { id: EndorsementId(known.len() as i64 + 1), ..told.clone() }),
                Told::Changed(next) => {
                    let id = next.id;
                    *known.iter_mut().find(|one| one.id == id).unwrap() = next;
                }
                Told::Same | Told::Stale => {}
            }
            for (place, one) in known.iter().enumerate() {
                prop_assert!(one.expires_at > one.endorsed_at, "{one:?}");
                prop_assert!(!known[place + 1..].iter().any(|other| other.meets(one)), "{known:#?}");
            }
            let again = told.told(&known);
            prop_assert!(matches!(again, Told::Same | Told::Stale), "{again:?} in {known:#?}");
        }
    }

    #[test]
    fn a_place_survives_its_cursor(key in key(), id in any::<i64>()) {
        let place = Place { key, id };
        let cursor = place.encode("order");
        prop_assert_eq!(Place::decode(&cursor, "order"), Some(place));
        prop_assert_eq!(Place::decode(&cursor, "another"), None);
        prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn no_text_breaks_a_cursor(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        use base64::Engine;
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        for cursor in [text.clone(), encode(text.as_bytes()), encode(&bytes), encode(format!("order:{text}").as_bytes()), encode(format!("order:1:{text}").as_bytes())] {
            let read = Place::decode(&cursor, "order");
            prop_assert!(read.is_none_or(|place| Place::decode(&place.encode("order"), "order") == Some(place)));
        }
    }

    #[test]
    fn one_thing_has_one_id(letter in proptest::char::range('a', 'z'), number in 1..i64::MAX) {
        let id = crate::bad_input::id(letter, number).into();
        prop_assert_eq!(split(&id), Some((letter, number.to_string())));
    }

    #[test]
    fn no_text_breaks_an_id(text in any::<String>()) {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&text);
        for id in [text, encoded] {
            if let Some((letter, key)) = split(&id.clone().into()) {
                prop_assert!(letter.is_ascii_lowercase() && key.split('.').all(|number| number.parse::<i64>().is_ok_and(|number| number > 0)));
                prop_assert_eq!(crate::bad_input::id(letter, key), id);
            }
        }
    }

    #[test]
    fn a_mark_is_on_its_scale_or_refused(value in prop_oneof![-10_i64..10, any::<i64>()], scale in scale()) {
        let on = match scale { Scale::Stars => (1..=5).contains(&value), Scale::Vote => (-1..=1).contains(&value), Scale::Like => value == 1 };
        match Mark::check(value, scale) {
            Ok(mark) => {
                prop_assert!(on && i64::from(mark.value) == value && (-1.0..=1.0).contains(&mark.normalised()));
                prop_assert_eq!(mark.normalised() * 2.0, f64::from(mark.step));
            }
            Err(_) => prop_assert!(!on),
        }
    }

    #[test]
    fn a_tally_is_the_count_of_what_was_said_last(words in proptest::collection::vec((0_usize..5, proptest::option::of(mark())), 0..60)) {
        let (mut tally, mut said) = (Tally::default(), [None; 5]);
        for (person, word) in words {
            tally = tally.moved(said[person], word);
            said[person] = word;
            prop_assert!((-1.0..=1.0).contains(&tally.score()) && tally.mean().is_none_or(|mean| (-1.0..=1.0).contains(&mean)));
        }
        let marks: Vec<Mark> = said.into_iter().flatten().collect();
        prop_assert_eq!(tally.count(), i64::try_from(marks.len()).unwrap());
        prop_assert_eq!(tally.sum(), marks.iter().map(|mark| mark.normalised()).sum::<f64>());
        prop_assert!(tally.score().to_bits() != (-0.0_f64).to_bits());
    }

    #[test]
    fn a_higher_word_never_lowers_the_score(counts in proptest::array::uniform5(0_u32..10_000), low in mark(), high in mark()) {
        prop_assume!(low.step <= high.step);
        let tally = Tally(counts);
        prop_assert!(tally.moved(None, Some(low)).score() <= tally.moved(None, Some(high)).score());
        prop_assert!(tally.moved(None, Some(low)).score() >= tally.moved(None, Mark::check(1, Scale::Stars).ok()).score());
    }

    #[test]
    fn a_made_up_slug_is_a_slug_or_nothing(text in any::<String>()) {
        let slug = text::slugify(&text);
        prop_assert!(slug.is_empty() || text::slug("slug", &slug).is_ok_and(|checked| checked == slug), "{text:?} {slug:?}");
        prop_assert_eq!(text::slugify(&slug), slug);
    }

    #[test]
    fn a_checked_text_is_trimmed_and_short_and_stays_so(text in any::<String>(), most in 0_usize..50) {
        if let Ok(checked) = text::optional("field", &text, most) {
            prop_assert!(checked.chars().count() <= most && checked.trim() == checked);
            prop_assert!(!checked.contains('\0'));
            prop_assert_eq!(text::optional("field", &checked, most), Ok(checked));
        }
    }

    #[test]
    fn no_text_breaks_a_check(a in any::<String>(), b in any::<String>()) {
        let _ = text::address("field", &a);
        let _ = text::address("field", &format!("https://{a}"));
        let _ = text::language("field", &a);
        let _ = text::required("field", &a, 3);
        let _ = NewSource::check(&a, &b, &a, Scale::Like, Visibility::Private);
        let _ = ContentText::check(&a, &b, &a, Some(&b), Some(&a));
    }
}
