//! How well a ranking, a score or an alarm does.

use std::collections::HashMap;
use std::hash::Hash;

/// Normalised discounted cumulative gain at `k`, and the share of the first `k` that is relevant.
pub fn ranking<T: Hash + Eq>(ranked: &[T], gains: &HashMap<T, f64>, k: usize) -> (f64, f64) {
    let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let gain = |item: &T| gains.get(item).copied().unwrap_or_default();
    let dcg: f64 = ranked.iter().take(k).enumerate().map(|(place, item)| gain(item) * discount(place)).sum();
    let mut best: Vec<f64> = gains.values().copied().filter(|gain| *gain > 0.0).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal: f64 = best.iter().take(k).enumerate().map(|(place, gain)| gain * discount(place)).sum();
    let hits = ranked.iter().take(k).filter(|item| gain(item) > 0.0).count();
    (if ideal > 0.0 { dcg / ideal } else { 0.0 }, hits as f64 / k as f64)
}

pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Kendall's tau-b.
pub fn tau_b(a: &[f64], b: &[f64]) -> f64 {
    let sign = |x: f64, y: f64| f64::from(i8::from(x > y)) - f64::from(i8::from(x < y));
    let (mut concordant, mut left, mut right) = (0.0, 0.0_f64, 0.0_f64);
    for i in 0..a.len() {
        for j in i + 1..a.len() {
            let (x, y) = (sign(a[i], a[j]), sign(b[i], b[j]));
            concordant += x * y;
            left += x.abs();
            right += y.abs();
        }
    }
    if left > 0.0 && right > 0.0 { concordant / (left * right).sqrt() } else { 0.0 }
}

/// The best `count` of scored things, ties in the order of the things.
pub fn top<T: Ord + Clone>(scores: impl IntoIterator<Item = (T, f64)>, count: usize) -> Vec<T> {
    let mut scores: Vec<(T, f64)> = scores.into_iter().collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    scores.into_iter().take(count).map(|(item, _)| item).collect()
}
