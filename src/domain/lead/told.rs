//! A leader in words, for a person to read: every number of the score, and where it comes from.

use super::leading::Leading;
use super::strength::HALF;
use crate::domain::trend::explanation::Explanation;

/// What is said of the person beside the facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    /// Relations that hold.
    pub declared: usize,
    /// Different peers who endorse them.
    pub endorsers: usize,
}

/// Why somebody is shown as leading a topic.
///
/// ```
/// use peerlead::domain::lead::told::{Said, why};
/// assert_eq!(
///     why("Ada", "storage", None, Said { declared: 1, endorsers: 0 }),
///     "Ada is said to lead storage by 1 declaration or appointment. Nothing on storage shows it so far: score 0."
/// );
/// ```
#[must_use]
pub fn why(person: &str, topic: &str, leading: Option<&Leading>, said: Said) -> String {
    let said = match (said.declared, said.endorsers) {
        (0, 0) => String::new(),
        (declared, 0) => format!("{person} is said to lead {topic} by {}. ", declarations(declared)),
        (0, endorsers) => format!("{person} is endorsed on {topic} by {}. ", peers(endorsers)),
        (declared, endorsers) => {
            format!(
                "{person} is said to lead {topic} by {} and endorsed by {}. ",
                declarations(declared),
                peers(endorsers)
            )
        }
    };
    match leading {
        None => format!("{said}Nothing on {topic} shows it so far: score 0."),
        Some(leading) => format!("{said}{}", shown(person, topic, leading)),
    }
}

fn shown(person: &str, topic: &str, leading: &Leading) -> String {
    let part = |explanation: &Explanation, name: &str| {
        explanation.parts.iter().find(|part| part.name == name).map_or(0.0, |part| part.value)
    };
    let (evidence, strength) = (&leading.evidence, &leading.strength);
    let narrow = match leading.breadth {
        breadth if breadth < 1.0 => format!(" (times {breadth}, because always the same few acknowledge it)"),
        _ => String::new(),
    };
    let last = leading.last.map(|last| format!(", the last on {}", last.format("%Y-%m-%d"))).unwrap_or_default();
    format!(
        "{person} has {} on {topic} that others acknowledged and judged {} by name, in {}{last}. \
         Own work counts {:.2}{narrow}, judging {:.2}, doing both {:.2}: together {:.2}. \
         Times {:.2} for how present they are in the organisation and {:.2} for how much of what they do is this: strength {:.2}. \
         Score {:.2} = {:.2} / ({:.2} + {HALF}).",
        count(leading.own.len(), "content", "contents"),
        count(leading.judged.len(), "content of others", "contents of others"),
        count(leading.months as usize, "month", "different months"),
        part(evidence, "ownWork"),
        part(evidence, "judging"),
        part(evidence, "both"),
        evidence.score(),
        part(strength, "presence"),
        part(strength, "focus"),
        strength.score(),
        leading.score(),
        strength.score(),
        strength.score(),
    )
}

fn declarations(count: usize) -> String {
    self::count(count, "declaration or appointment", "declarations or appointments")
}

fn peers(count: usize) -> String {
    self::count(count, "peer", "peers")
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
