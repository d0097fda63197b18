//! What an address asks for: variables of a query, and how the picture is framed.

use serde_json::{Map, Value, json};

use crate::http::picture::{Frame, Theme};

/// What an address asks for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub variables: Map<String, Value>,
    frame: Frame,
    part: String,
}

impl Wanted {
    /// Reads the parameters of an address.
    pub fn read(parameters: Vec<(String, String)>, drawn: i64, most: usize, own: &[&str]) -> Result<Self, String> {
        let mut wanted = Self {
            variables: Map::from_iter([("first".to_owned(), json!(drawn))]),
            frame: Frame { width: 900, height: 500, ..Frame::default() },
            part: String::new(),
        };
        for (name, value) in parameters {
            match name.as_str() {
                "first" => {
                    let count = number(&name, &value, 1..=most.min(100))?;
                    wanted.variables.insert(name, json!(count));
                }
                "topic" | "source" | "circleOf" if own.contains(&"window") && wanted.part.is_empty() => {
                    wanted.look_at(&name, &value);
                }
                "topic" | "source" | "circleOf" if own.contains(&"window") => {
                    return Err("give one of topic, source and circleOf".to_owned());
                }
                "topic" if own.contains(&"topic") => wanted.look_below(&value),
                "leadersPerTopic" if own.contains(&"leadersPerTopic") => {
                    let count = number(&name, &value, 1..=10)?;
                    wanted.variables.insert(name, json!(count));
                }
                "asOf" => drop(wanted.variables.insert(name, json!(value))),
                "phrases" if own.contains(&"phrases") => {
                    let phrases = value.parse::<bool>().map_err(|_| "phrases: say true or false".to_owned())?;
                    wanted.variables.insert(name, json!(phrases));
                }
                own_name if own.contains(&own_name) => drop(wanted.variables.insert(name, json!(value))),
                "width" => wanted.frame.width = number(&name, &value, 320..=4_000)?,
                "height" => wanted.frame.height = number(&name, &value, 160..=4_000)?,
                "title" => wanted.frame.heading = value,
                "theme" => {
                    wanted.frame.theme = match value.as_str() {
                        "light" => Theme::Light,
                        "dark" => Theme::Dark,
                        "auto" => Theme::Auto,
                        _ => return Err("theme: say light, dark or auto".to_owned()),
                    }
                }
                _ => return Err(format!("there is no parameter {name}")),
            }
        }
        Ok(wanted)
    }

    fn look_at(&mut self, noun: &str, name: &str) {
        let (by, told) = match noun {
            "circleOf" => ("handle", format!("circle of {name}")),
            "source" => ("slug", format!("source {name}")),
            _ => ("slug", format!("topic {name}")),
        };
        self.part = told;
        self.variables.insert("scope".to_owned(), json!({ noun: { by: name } }));
    }

    /// A map of a topic and those below it.
    fn look_below(&mut self, slug: &str) {
        self.part = format!("topic {slug}");
        let filter = json!({ "topic": { "slug": slug }, "includeSubtopics": true });
        self.variables.insert("filter".to_owned(), filter);
    }

    /// The frame, with a line that says what is looked at.
    pub fn frame(&self, when: String) -> Frame {
        let note = if self.part.is_empty() { when } else { format!("{when}, {}", self.part) };
        Frame { note, ..self.frame.clone() }
    }
}

fn number<N>(name: &str, value: &str, range: std::ops::RangeInclusive<N>) -> Result<N, String>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let number = value.parse::<N>().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{name}: it must lie between {} and {}", range.start(), range.end()))
}

/// A window in words: by days, and by the minute where that matters.
pub(super) fn window(since: &str, as_of: &str) -> String {
    let (since, as_of) = (moment(since), moment(as_of));
    let hours = (as_of - since).num_hours();
    match (hours / 24, hours) {
        (_, 1) => format!("1 hour to {}", as_of.format("%-d %B %Y, %H:%M UTC")),
        (0..3, hours) => format!("{hours} hours to {}", as_of.format("%-d %B %Y, %H:%M UTC")),
        (days, _) => format!("{days} days to {}", as_of.format("%-d %B %Y")),
    }
}

/// A moment as the schema writes it.
pub(super) fn moment(text: &str) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap_or_default().to_utc()
}
