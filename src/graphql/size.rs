//! How many items the lists of the schema may have that are no connections: the cost of an operation is known before it runs.
//!
//! Connections say it themselves, by `first` and `last`. Everything else that is a list of objects has its line here.

use crate::app::lead::map::{MOST_LEADERS, MOST_TOPICS};
use crate::app::lead::{MOST, MOST_TOPICS as MOST_TOPICS_LED};
use crate::domain::page::{CAP, DEFAULT};

/// What a field says of the lists in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Within {
    /// How many items its pages have at most.
    pub page: u64,
    around: Around,
}

/// Which field it is, where its lists have sizes of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Around {
    Any,
    /// The map of leadership, with so many leaders of each topic.
    Map {
        leaders: u64,
    },
    /// Leaders who are watched.
    Watched,
    /// The quarters of a topic.
    History,
    /// Those who follow or are followed, whose topics are listed with them.
    Following,
    /// What became of a batch.
    Report,
}

/// The lists of objects by their names, with what they hold at most, or of what is seldom many, as a rule.
const LISTS: [(&str, u64); 12] = [
    ("accounts", 3),
    ("ancestors", 3),
    ("authors", 3),
    ("declared", 3),
    ("endorsements", 100),
    ("gaps", 20),
    ("histogram", 5),
    ("leaders", 3),
    ("parts", 5),
    ("sources", 3),
    ("topics", 3),
    // What was wrong is paid for with the act.
    ("userErrors", 0),
];

const QUARTERS: (u64, u64) = (8, 40);
const LEADERS_OF_A_QUARTER: u64 = 10;
const TOPICS_OF_FOLLOWERS: u64 = 100;

impl Within {
    /// In an operation itself.
    pub const OPERATION: Self = Self { page: 1, around: Around::Any };

    /// In a field, by its name and its arguments as numbers.
    #[must_use]
    pub fn of(name: &str, argument: impl Fn(&str) -> Option<u64>, outer: Self) -> Self {
        let number = |name: &str, unsaid: u64, most: u64| argument(name).unwrap_or(unsaid).min(most);
        let (cap, unsaid) = (whole(CAP), u64::try_from(DEFAULT).unwrap_or_default());
        // `first` goes before `last`, and null is as if nothing were said.
        let page = argument("first").or_else(|| argument("last")).unwrap_or(unsaid).min(cap);
        match name {
            "leadershipMap" => {
                let leaders = number("leadersPerTopic", 3, whole(MOST_LEADERS));
                Self { page: number("first", 100, whole(MOST_TOPICS)), around: Around::Map { leaders } }
            }
            "leadersChanged" => Self { page: number("first", 3, cap), around: Around::Watched },
            "leadershipHistory" => Self { page: number("quarters", QUARTERS.0, QUARTERS.1), around: Around::History },
            "ledByMe" | "leadsMe" => Self { page, around: Around::Following },
            "report" => Self { page, around: Around::Report },
            // Each topic that may be on the page is reckoned anew, however short the page is.
            "leads" if argument("window").is_some() || argument("withSubtopics").is_some_and(|is| is > 0) => {
                Self { page: whole(MOST_TOPICS_LED), around: Around::Any }
            }
            // What stands between a connection and its items.
            "nodes" | "edges" | "node" => Self { page, around: outer.around },
            _ => Self { page, around: Around::Any },
        }
    }

    /// How many items the list of this name may have here, if it is one that is no connection. `inner`: what the list says itself.
    #[must_use]
    pub fn list(self, name: &str, inner: Self) -> Option<u64> {
        let known = || LISTS.iter().find(|(list, _)| *list == name).map(|(_, size)| *size);
        match (self.around, name) {
            (Around::History, "leaders") => Some(LEADERS_OF_A_QUARTER),
            (Around::Map { leaders }, "people" | "leading") => Some(self.page.saturating_mul(leaders)),
            (Around::Map { .. }, "following") => Some(whole(MOST)),
            (Around::Map { .. }, "topics") | (Around::Watched, "leaders") => Some(self.page),
            (Around::Following, "topics") => Some(TOPICS_OF_FOLLOWERS),
            // Paid for with the batch.
            (Around::Report, "people" | "topics" | "contents" | "ratings" | "leaderships" | "endorsements") => Some(0),
            (_, "leadershipHistory") => Some(inner.page),
            _ => known(),
        }
    }
}

fn whole(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};

    use super::Within;

    /// Each field of each type, and whether it is a list of objects.
    fn fields() -> Vec<(String, FieldDefinition, bool)> {
        let schema = parse_schema(crate::graphql::schema::sdl()).expect("our schema");
        let mut kinds = Vec::new();
        for definition in schema.definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                kinds.push(definition.node);
            }
        }
        let is_object =
            |kind: &TypeKind| matches!(kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_));
        let objects: HashSet<String> =
            kinds.iter().filter(|kind| is_object(&kind.kind)).map(|kind| kind.name.node.to_string()).collect();
        let of_kind = |kind: async_graphql::parser::types::TypeDefinition| {
            let name = kind.name.node.to_string();
            let fields = match kind.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => Vec::new(),
            };
            fields.into_iter().map(move |field| (name.clone(), field.node)).collect::<Vec<_>>()
        };
        let fields = kinds.into_iter().flat_map(of_kind);
        let known = |(name, field): (String, FieldDefinition)| {
            let is_listed = listed(&field.ty.node).is_some_and(|of| objects.contains(of));
            (name, field, is_listed)
        };
        fields.map(known).collect()
    }

    /// The type of the items, if it is a list.
    fn listed(kind: &Type) -> Option<&str> {
        let BaseType::List(inner) = &kind.base else { return None };
        match &inner.base {
            BaseType::Named(name) => Some(name.as_str()),
            BaseType::List(_) => listed(inner),
        }
    }

    #[test]
    fn every_list_of_objects_says_how_many_it_holds() {
        let fields = fields();
        assert!(fields.iter().any(|(_, _, is_list)| *is_list));
        let nothing = |_: &str| None;
        for (kind, field, _) in fields
            .iter()
            .filter(|(_, field, is_list)| *is_list && !matches!(field.name.node.as_str(), "nodes" | "edges"))
        {
            let name = field.name.node.as_str();
            let to_it = fields.iter().filter(|(_, other, _)| named(&other.ty.node) == kind);
            let own = Within::of(name, nothing, Within::OPERATION);
            let mut ways: Vec<Within> =
                to_it.map(|(_, other, _)| Within::of(other.name.node.as_str(), nothing, Within::OPERATION)).collect();
            ways.push(Within::OPERATION);
            let sizes: Vec<Option<u64>> = ways.iter().map(|way| way.list(name, own)).collect();
            assert!(sizes.iter().any(Option::is_some), "{kind}.{name} is a list of objects and has no size in LISTS");
        }
    }

    #[test]
    fn lists_of_a_page_are_as_long_as_the_page() {
        let arguments = |name: &str| match name {
            "first" => Some(500),
            "leadersPerTopic" => Some(10),
            _ => None,
        };
        let map = Within::of("leadershipMap", arguments, Within::OPERATION);
        let size = |within: Within, name: &str| within.list(name, within);
        assert_eq!(
            [size(map, "people"), size(map, "leading"), size(map, "topics")],
            [Some(5_000), Some(5_000), Some(500)]
        );
        assert_eq!(size(Within::of("leadersChanged", arguments, Within::OPERATION), "leaders"), Some(100));
        assert_eq!(Within::of("contents", |name| (name == "last").then_some(70), Within::OPERATION).page, 70);
        let page =
            |name: &str, given: &str| Within::of(name, |one| (one == given).then_some(1), Within::OPERATION).page;
        assert_eq!([page("leads", "first"), page("leads", "window"), page("leads", "withSubtopics")], [1, 100, 100]);
    }

    fn named(kind: &Type) -> &str {
        match &kind.base {
            BaseType::Named(name) => name.as_str(),
            BaseType::List(inner) => named(inner),
        }
    }
}
