//! The order of two columns of nodes in which the links between them cross little.
//!
//! The method of barycentres (Sugiyama, Tagawa and Toda 1981): each column in turn is sorted by the mean place of its
//! nodes' neighbours, a fixed number of times; the best order seen counts. Parts that no link joins stay apart.

use super::numbers::real;

/// How often both columns are sorted.
const SWEEPS: usize = 16;

/// Two columns of nodes, each listed from above, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The left column.
    pub left: Vec<usize>,
    /// The right column.
    pub right: Vec<usize>,
}

/// Orders columns of so many nodes for their links (left number, right number). Nodes without links come last.
#[must_use]
pub fn uncrossed((left, right): (usize, usize), links: &[(usize, usize)]) -> Order {
    let back: Vec<(usize, usize)> = links.iter().map(|(l, r)| (*r, *l)).collect();
    let parts = parts((left, right), links);
    let mut order = Order { left: (0..left).collect(), right: (0..right).collect() };
    order.left.sort_by_key(|l| parts[*l]);
    order.right.sort_by_key(|r| parts[left + r]);
    let mut best = (crossings(&order, links), order.clone());
    for _ in 0..SWEEPS {
        sort(&mut order.right, &order.left, &back);
        sort(&mut order.left, &order.right, links);
        let count = crossings(&order, links);
        if count < best.0 {
            best = (count, order.clone());
        }
    }
    best.1
}

/// The part that each node belongs to, left nodes first: the largest part is 0, nodes without links are in the last.
fn parts((left, right): (usize, usize), links: &[(usize, usize)]) -> Vec<usize> {
    let mut part: Vec<usize> = (0..left + right).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (l, r) in links {
            let (one, other) = (part[*l], part[left + r]);
            changed |= one != other;
            (part[*l], part[left + r]) = (one.min(other), one.min(other));
        }
    }
    let mut size = vec![0_usize; left + right];
    for at in &part {
        size[*at] += 1;
    }
    let mut by_size: Vec<usize> = (0..left + right).collect();
    by_size.sort_by_key(|at| std::cmp::Reverse(size[*at]));
    let mut rank = vec![0; left + right];
    by_size.iter().enumerate().for_each(|(place, at)| rank[*at] = place);
    part.into_iter().map(|at| rank[at]).collect()
}

/// Sorts a column by the mean place of its neighbours in the other one; `links` run from this column to the other.
fn sort(column: &mut [usize], other: &[usize], links: &[(usize, usize)]) {
    let place = places(other);
    let mut sums = vec![(0.0, 0.0); column.len()];
    for (here, there) in links {
        sums[*here].0 += place[*there];
        sums[*here].1 += 1.0;
    }
    let mean = |node: usize| if sums[node].1 > 0.0 { sums[node].0 / sums[node].1 } else { f64::INFINITY };
    column.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)));
}

/// The place of each node in its column.
fn places(column: &[usize]) -> Vec<f64> {
    let mut place = vec![0.0; column.len()];
    column.iter().enumerate().for_each(|(at, node)| place[*node] = real(at));
    place
}

/// How many pairs of links cross.
fn crossings(order: &Order, links: &[(usize, usize)]) -> usize {
    let (left, right) = (places(&order.left), places(&order.right));
    let ends: Vec<(f64, f64)> = links.iter().map(|(l, r)| (left[*l], right[*r])).collect();
    let crossed =
        |at: usize| ends[at + 1..].iter().filter(|end| (end.0 - ends[at].0) * (end.1 - ends[at].1) < 0.0).count();
    (0..ends.len()).map(crossed).sum()
}

#[cfg(test)]
mod tests {
    use super::super::check::Dice;
    use super::*;

    #[test]
    fn a_ladder_is_straightened() {
        let links: Vec<_> = (0..20).map(|at| (at, 19 - at)).collect();
        let order = uncrossed((20, 20), &links);
        assert_eq!(crossings(&order, &links), 0);
    }

    #[test]
    fn parts_stay_apart_and_the_lonely_come_last() {
        let links = [(0, 3), (2, 3), (2, 1), (1, 0), (3, 0)];
        let order = uncrossed((5, 5), &links);
        assert_eq!(crossings(&order, &links), 0);
        assert_eq!(order.left[4], 4);
        assert_eq!(order.right[3..], [2, 4]);
    }

    #[test]
    fn order_helps_and_loses_nobody() {
        let mut dice = Dice::new(3);
        for _ in 0..50 {
            let (l, r) = (1 + dice.up_to(40), 1 + dice.up_to(30));
            let links: Vec<_> = (0..dice.up_to(80)).map(|_| (dice.up_to(l), dice.up_to(r))).collect();
            let plain = Order { left: (0..l).collect(), right: (0..r).collect() };
            let order = uncrossed((l, r), &links);
            assert!(crossings(&order, &links) <= crossings(&plain, &links));
            let (mut left, mut right) = (order.left.clone(), order.right.clone());
            left.sort_unstable();
            right.sort_unstable();
            assert_eq!(Order { left, right }, plain);
        }
    }
}
