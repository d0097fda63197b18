//! A course of values as a small line.

use super::canvas::{Canvas, Stroke};
use super::numbers::{number, real, within};
use super::theme::Ink;

/// The most points of a line; of a longer one several in turn are drawn as their mean.
const MOST_POINTS: usize = 120;

/// Draws a course over its ground line, with its last value as a dot. It is scaled to its own highest value.
pub fn sparkline(canvas: &mut Canvas, line: &[f64], (x, wide): (f64, f64), (top, ground): (f64, f64), ink: Ink) {
    let path = format!("M{} {}h{}", number(x), number(ground), number(wide));
    canvas.stroke(&path, "", Stroke::plain(Ink::Hair, 1.0));
    let values = thinned(line);
    let most = values.iter().copied().fold(0.0, f64::max);
    let step = (wide - 8.0) / real(values.len().saturating_sub(1).max(1));
    let high = |value: f64| if most > 0.0 { ground - value / most * (ground - top) } else { ground };
    let start = x + if values.len() == 1 { wide - 8.0 } else { 0.0 };
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().map(|(at, value)| (start + step * real(at), high(*value))).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let through = points.iter().map(|(x, y)| format!("{} {}", number(*x), number(*y))).collect::<Vec<_>>().join("L");
    if points.len() > 1 {
        let (left, right, ground) = (number(first.0), number(last.0), number(ground));
        canvas.fill(&format!("M{left} {ground}L{through}L{right} {ground}z"), ink, 0.13);
        canvas.stroke(&format!("M{through}"), "", Stroke::plain(ink, 1.75));
    }
    canvas.disc(*last, 3.25, ink, false);
}

/// At most so many values as can be told apart; what is no number or below 0 counts as 0.
fn thinned(line: &[f64]) -> Vec<f64> {
    let together = line.len().div_ceil(MOST_POINTS).max(1);
    let mean = |part: &[f64]| part.iter().map(|value| within(*value, 0.0, 1e12)).sum::<f64>() / real(part.len());
    line.rchunks(together).rev().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_thinned_from_their_end() {
        let line: Vec<f64> = (0..1001).map(real).collect();
        let thin = thinned(&line);
        assert!(thin.len() <= MOST_POINTS);
        assert!((thin[thin.len() - 1] - 996.0).abs() < 1e-9, "{thin:?}");
    }

    #[test]
    fn what_is_no_number_is_nothing() {
        assert_eq!(thinned(&[f64::NAN, -3.0, 2.0]), [0.0, 0.0, 2.0]);
        assert!(thinned(&[]).is_empty());
    }

    #[test]
    fn the_last_value_is_a_dot() {
        for (line, dots) in [(vec![], 0), (vec![1.0], 1), (vec![1.0, 2.0], 1)] {
            let mut canvas = Canvas::default();
            sparkline(&mut canvas, &line, (0.0, 100.0), (0.0, 30.0), Ink::High);
            let svg = canvas.finish("x", (100.0, 30.0), super::super::Theme::Light, ("", ""));
            assert_eq!(svg.matches("<circle").count(), dots);
        }
    }
}
