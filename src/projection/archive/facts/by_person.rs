//! What people wrote and rated, and whose business it is.

use super::{Facts, Kept};
use crate::domain::id::SourceId;
use crate::domain::source::{NATIVE, Source, Visibility};

impl Facts {
    /// Takes note of a source.
    pub fn put_source(&mut self, source: &Source) {
        let is_public = source.visibility == Visibility::Public;
        let has_moved = if is_public { self.public.insert(source.id) } else { self.public.remove(&source.id) };
        if source.slug == NATIVE {
            self.native = Some(source.id);
        }
        if has_moved {
            self.touch(i64::MIN);
            self.stamp_all();
        }
    }

    /// Whether ratings of a source are public acts.
    #[must_use]
    pub fn is_public(&self, source: SourceId) -> bool {
        self.public.contains(&source)
    }

    /// Whether a source is what is told to Peerlead itself, where everybody may publish.
    #[must_use]
    pub fn is_native(&self, source: SourceId) -> bool {
        self.native == Some(source)
    }

    /// What somebody wrote and counts, in no order.
    pub fn written_by(&self, person: u32) -> impl Iterator<Item = (u32, &Kept)> {
        self.of_person(&self.written, person)
    }

    /// What somebody has ever rated and counts, in no order; some of it may be what they rate no more.
    pub fn rated_by(&self, person: u32) -> impl Iterator<Item = (u32, &Kept)> {
        self.of_person(&self.given, person)
    }

    fn of_person<'a>(&'a self, lists: &'a [Vec<u32>], person: u32) -> impl Iterator<Item = (u32, &'a Kept)> {
        let slots = lists.get(person as usize).map(Vec::as_slice).unwrap_or_default();
        slots.iter().map(|slot| (*slot, &self.contents[*slot as usize])).filter(|(_, kept)| kept.counts())
    }
}
