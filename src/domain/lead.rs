//! Who leads what, as the facts show it: evidence, strength, standing, and what peers endorse. Every score explains itself.

pub mod breadth;
pub mod endorsed;
pub mod evidence;
pub mod following;
pub mod gap;
pub mod leading;
pub mod record;
pub mod standing;
pub mod strength;
pub mod succession;
pub mod told;
