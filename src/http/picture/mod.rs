//! Pictures as SVG, for wikis and mails: a word cloud, the trends of topics, and who leads what.
//!
//! Each is a pure function from data to text: the same data gives the same bytes, so that an `ETag` can stand for it.
//! A picture holds no script, no link and no font of its own; texts are real text, each in a box of a known width
//! (`metrics`, `line`), so that the layout is settled here and not by the reader's fonts. Nothing is left out silently:
//! what is not shown is counted in the picture. Size, colour and line always come with words or a second sign.

mod canvas;
#[cfg(test)]
mod check;
mod cloud;
mod cluster;
mod columns;
mod crossing;
mod frame;
mod leadership;
mod legend;
mod line;
mod metrics;
mod nodes;
mod numbers;
mod scale;
mod sparkline;
mod spiral;
mod stacking;
mod telling;
#[cfg(test)]
mod tests;
mod theme;
mod topic;
mod trends;
mod xml;

pub use cloud::{MOST_WORDS, Word, word_cloud};
pub use frame::Frame;
pub use leadership::leadership_map;
pub use nodes::{Link, MOST_LINKS, MOST_PEOPLE, MOST_TOPICS, Map, PersonNode, Standing, TopicNode};
pub use theme::Theme;
pub use topic::{Direction, TopicRow};
pub use trends::{MOST_ROWS, trends};
