//! The places of a leadership map: people on the left, topics on the right, every link between two ports of its own.

use super::crossing::uncrossed;
use super::nodes::{Link, Shown};
use super::numbers::real;
use super::stacking::stacked;

/// The distance between two ports of a node, in pixels.
pub const PORT: f64 = 9.0;
/// The least height of a node with its space: a line of text.
const LEAST: f64 = 24.0;

/// The node of this column and the node of the other one that a link joins.
type Ends = fn(&Link) -> (usize, usize);

/// One column: for each node its upper edge and its height, and for each link the height of its port.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Upper edges, in pixels from the columns' top.
    pub tops: Vec<f64>,
    /// Heights in pixels.
    pub heights: Vec<f64>,
    /// How many links each node has.
    pub degrees: Vec<usize>,
    /// Where each link ends, in pixels from the columns' top.
    pub ports: Vec<f64>,
}

/// Both columns and their common height.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The people.
    pub people: Column,
    /// The topics.
    pub topics: Column,
    /// The height of the longer column, in pixels.
    pub height: f64,
}

impl Columns {
    /// Finds the places: the longer column is packed, the shorter one follows its links.
    pub fn of(shown: &Shown<'_>) -> Self {
        let ends: Vec<(usize, usize)> = shown.links.iter().map(|link| (link.person, link.topic)).collect();
        let order = uncrossed((shown.people.len(), shown.topics.len()), &ends);
        let mut people = Column::new(shown.people.len(), &shown.links, |link| link.person);
        let mut topics = Column::new(shown.topics.len(), &shown.links, |link| link.topic);
        let height = people.total().max(topics.total());
        if people.total() >= topics.total() {
            people.pack(&order.left);
            topics.follow(&order.right, &people, &shown.links, (height, |link| (link.topic, link.person)));
        } else {
            topics.pack(&order.right);
            people.follow(&order.left, &topics, &shown.links, (height, |link| (link.person, link.topic)));
        }
        people.open(&shown.links, &topics, |link| (link.person, link.topic));
        topics.open(&shown.links, &people, |link| (link.topic, link.person));
        Self { people, topics, height }
    }
}

impl Column {
    fn new(count: usize, links: &[Link], node: impl Fn(&Link) -> usize) -> Self {
        let mut degrees = vec![0_usize; count];
        for link in links {
            degrees[node(link)] += 1;
        }
        let heights = degrees.iter().map(|ports| (real(*ports) * PORT + 9.0).max(LEAST)).collect();
        Self { tops: vec![0.0; count], heights, degrees, ports: vec![0.0; links.len()] }
    }

    fn total(&self) -> f64 {
        self.heights.iter().sum()
    }

    /// The middle of a node.
    #[must_use]
    pub fn middle(&self, node: usize) -> f64 {
        self.tops[node] + self.heights[node] / 2.0
    }

    /// Sets the nodes one below the other.
    fn pack(&mut self, order: &[usize]) {
        let mut top = 0.0;
        for node in order {
            self.tops[*node] = top;
            top += self.heights[*node];
        }
    }

    /// Sets the nodes near the middle of their neighbours; nodes without any at the end.
    fn follow(&mut self, order: &[usize], other: &Self, links: &[Link], (height, ends): (f64, Ends)) {
        let mut sums = vec![(0.0, 0.0); order.len()];
        for (here, there) in links.iter().map(ends) {
            sums[here].0 += other.middle(there);
            sums[here].1 += 1.0;
        }
        let wish = |node: &usize| if sums[*node].1 > 0.0 { sums[*node].0 / sums[*node].1 } else { height };
        let wishes: Vec<f64> = order.iter().map(wish).collect();
        let heights: Vec<f64> = order.iter().map(|node| self.heights[*node]).collect();
        for (node, top) in order.iter().zip(stacked(&heights, &wishes, height)) {
            self.tops[*node] = top;
        }
    }

    /// Gives every link a port of its own, in the order in which the other ends lie.
    fn open(&mut self, links: &[Link], other: &Self, ends: impl Fn(&Link) -> (usize, usize)) {
        let mut order: Vec<usize> = (0..links.len()).collect();
        order.sort_by(|a, b| other.middle(ends(&links[*a]).1).total_cmp(&other.middle(ends(&links[*b]).1)));
        let mut used = vec![0_usize; self.tops.len()];
        for link in order {
            let node = ends(&links[link]).0;
            let from_middle = real(used[node]) - (real(self.degrees[node]) - 1.0) / 2.0;
            self.ports[link] = self.middle(node) + from_middle * PORT;
            used[node] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::nodes::{Map, PersonNode, Standing, TopicNode};
    use super::*;

    #[test]
    fn every_link_has_ports_of_its_own() {
        let person = |name: &str| PersonNode { name: name.into(), weight: 1.0 };
        let topic = |name: &str| TopicNode { name: name.into(), heat: 1.0 };
        let link = |person, topic| Link { person, topic, weight: 1.0, standing: Standing::Leads, declared: false };
        let map = Map {
            people: vec![person("a"), person("b"), person("c")],
            topics: vec![topic("x"), topic("y")],
            links: vec![link(0, 0), link(0, 1), link(1, 0), link(2, 0)],
            ..Map::default()
        };
        let columns = Columns::of(&Shown::of(&map));
        for column in [&columns.people, &columns.topics] {
            let mut ports = column.ports.clone();
            ports.sort_by(f64::total_cmp);
            assert!(ports.windows(2).all(|pair| pair[1] - pair[0] >= PORT - 1e-9), "{ports:?}");
            assert!(column.tops.iter().zip(&column.heights).all(|(top, high)| top + high <= columns.height + 1e-9));
        }
    }
}
