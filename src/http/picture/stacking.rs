//! Where the nodes of a column stand: in their order, none on another, as near to where their links lead as it goes.

use super::numbers::real;

/// A run of nodes that stand shoulder to shoulder.
struct Run {
    sum: f64,
    count: usize,
}

impl Run {
    fn mean(&self) -> f64 {
        self.sum / real(self.count)
    }
}

/// The tops of nodes of the given heights, each wishing its middle at a place, within a column of a height.
///
/// The sum of squared distances from the wishes is the least that order and heights allow (isotonic regression by pooling
/// adjacent violators, Ayer et al. 1955).
#[must_use]
pub fn stacked(heights: &[f64], wishes: &[f64], column: f64) -> Vec<f64> {
    let (mut runs, mut above): (Vec<Run>, f64) = (Vec::new(), 0.0);
    for (height, wish) in heights.iter().zip(wishes) {
        runs.push(Run { sum: wish - height / 2.0 - above, count: 1 });
        above += height;
        while let [.., one, two] = runs.as_mut_slice() {
            if one.mean() <= two.mean() {
                break;
            }
            (one.sum, one.count) = (one.sum + two.sum, one.count + two.count);
            runs.pop();
        }
    }
    let room = (column - above).max(0.0);
    let free = runs.iter().flat_map(|run| std::iter::repeat_n(run.mean().clamp(0.0, room), run.count));
    let mut above = 0.0;
    free.zip(heights)
        .map(|(shift, height)| {
            let top = shift + above;
            above += height;
            top
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::check::Dice;
    use super::*;

    #[test]
    fn wishes_that_can_be_are_met() {
        assert_eq!(stacked(&[10.0, 10.0], &[20.0, 50.0], 100.0), [15.0, 45.0]);
    }

    #[test]
    fn equal_wishes_share_their_place() {
        assert_eq!(stacked(&[10.0, 10.0, 10.0], &[50.0; 3], 100.0), [35.0, 45.0, 55.0]);
    }

    #[test]
    fn nodes_never_stand_on_each_other() {
        let mut dice = Dice::new(11);
        for _ in 0..300 {
            let heights: Vec<f64> = (0..=dice.up_to(50)).map(|_| 5.0 + 60.0 * dice.share()).collect();
            let total: f64 = heights.iter().sum();
            let column = total * (1.0 + dice.share());
            let wishes: Vec<f64> = heights.iter().map(|_| (dice.share() * 1.4 - 0.2) * column).collect();
            let tops = stacked(&heights, &wishes, column);
            let mut end = -1e-6;
            for (top, height) in tops.iter().zip(&heights) {
                assert!(*top >= end, "{top} {end}");
                end = top + height - 1e-6;
            }
            assert!(end <= column);
        }
    }
}
