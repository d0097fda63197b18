//! Boxes placed in a field without touching: each in turn as near to the middle as it goes, along rings around it.

use super::metrics::PLAIN;

/// How fine the rings are: the root of the field's area over this is the distance between two places on one, so that the
/// number of places is the same for every field.
const FINE: f64 = 150.0;
/// The distance between two rings, in distances between two places; more along the longer side of the field, less along
/// the shorter.
const RING: f64 = 1.2;
/// The angle by which the starts of two rings in turn differ: the golden one, so that no side is preferred.
const GOLDEN: f64 = 2.399_963_229_728_653;
/// How full a field can be: above this share no attempt is made.
const FULL: f64 = 0.92;

/// A box: its left upper corner and its size, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Spot {
    /// Whether two boxes share more than an edge.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

/// Places boxes of the given sizes in a field, the first nearest to its middle; `None` when they do not all fit.
#[must_use]
pub fn spiral(sizes: &[(f64, f64)], (width, height): (f64, f64)) -> Option<Vec<Spot>> {
    let area: f64 = sizes.iter().map(|(w, h)| w * h).sum();
    if area > FULL * width * height {
        return None;
    }
    let least = sizes.iter().fold((width, height), |least, size| (least.0.min(size.0), least.1.min(size.1)));
    let mut middles = rings((width, height), least);
    let mut spots: Vec<Spot> = Vec::with_capacity(sizes.len());
    for size in sizes {
        let spot = free(&spots, *size, (width, height), &middles)?;
        // No box that comes can have its middle so near to this one: those places need not be tried again.
        let far = (f64::midpoint(spot.w, least.0), f64::midpoint(spot.h, least.1));
        let middle = (spot.x + spot.w / 2.0, spot.y + spot.h / 2.0);
        middles.retain(|(x, y)| (x - middle.0).abs() >= far.0 || (y - middle.1).abs() >= far.1);
        spots.push(spot);
    }
    centre(&mut spots, (width, height));
    Some(spots)
}

/// The places for the middles of boxes, on rings around the middle of the field, as far as the least box fits there.
fn rings((width, height): (f64, f64), least: (f64, f64)) -> Vec<(f64, f64)> {
    let (flat_x, flat_y) = ((width / height).min(1.0), (height / width).min(1.0));
    let (half_x, half_y) = ((width - least.0) / 2.0, (height - least.1) / 2.0);
    let step = (width * height).sqrt() / FINE;
    let ring = RING * step / flat_x.min(flat_y).sqrt();
    let (mut places, mut radius, mut start) = (Vec::new(), 0.0_f64, 0.0_f64);
    while radius <= ring + std::f64::consts::SQRT_2 * (half_x / flat_x).max(half_y / flat_y) {
        let mut angle = 0.0;
        while angle < std::f64::consts::TAU {
            let (sin, cos): (f64, f64) = f64::sin_cos(start + angle);
            let (x, y) = (radius * flat_x * cos, radius * flat_y * sin);
            if x.abs() <= half_x && y.abs() <= half_y {
                places.push((width / 2.0 + x, height / 2.0 + y));
            }
            angle += step / f64::max(radius, step / 8.0);
        }
        (radius, start) = (radius + ring, start + GOLDEN);
    }
    places
}

/// The first place at which a box meets no other and lies in the field.
fn free(spots: &[Spot], (w, h): (f64, f64), (width, height): (f64, f64), middles: &[(f64, f64)]) -> Option<Spot> {
    let mut hit: Option<&Spot> = None;
    for (x, y) in middles {
        let spot = Spot { x: x - w / 2.0, y: y - h / 2.0, w, h };
        let inside = spot.x >= 0.0 && spot.y >= 0.0 && spot.x + w <= width && spot.y + h <= height;
        // What was hit last is mostly hit next: it is asked first.
        if inside && !hit.is_some_and(|other| other.meets(&spot)) {
            hit = spots.iter().find(|other| other.meets(&spot));
            if hit.is_none() {
                return Some(spot);
            }
        }
    }
    None
}

/// Moves all boxes together so that they lie in the middle of the field.
fn centre(spots: &mut [Spot], (width, height): (f64, f64)) {
    let least = |of: fn(&Spot) -> f64| spots.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&Spot) -> f64| spots.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let right = (width - most(|s| s.x + s.w) - least(|s| s.x)) / 2.0;
    let down = (height - most(|s| s.y + s.h) - least(|s| s.y)) / 2.0;
    for spot in spots {
        spot.x += right;
        spot.y += down;
    }
}

/// Places boxes in rows from above, each row in the middle; returns them and the height they take. Boxes wider than the
/// field stand alone.
#[must_use]
pub fn rows(sizes: &[(f64, f64)], width: f64) -> (Vec<Spot>, f64) {
    let mut spots: Vec<Spot> = Vec::with_capacity(sizes.len());
    let (mut first, mut x, mut y, mut high) = (0, 0.0, 0.0, 0.0_f64);
    for (w, h) in sizes {
        if x > 0.0 && x + w > width {
            settle(&mut spots[first..], (width - x) / 2.0, high);
            (first, x, y, high) = (spots.len(), 0.0, y + high, 0.0);
        }
        spots.push(Spot { x, y, w: *w, h: *h });
        (x, high) = (x + w, high.max(*h));
    }
    settle(&mut spots[first..], (width - x) / 2.0, high);
    (spots, y + high)
}

/// Moves a row into the middle and all its boxes onto one baseline.
fn settle(row: &mut [Spot], right: f64, high: f64) {
    for spot in row {
        spot.x += right;
        spot.y += (high - spot.h) * PLAIN.rise / PLAIN.height();
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{Dice, apart};
    use super::*;

    #[test]
    fn boxes_never_touch_nor_leave() {
        let mut dice = Dice::new(7);
        let mut placed = 0;
        for _ in 0..60 {
            let sizes: Vec<_> =
                (0..=dice.up_to(60)).map(|_| (10.0 + 150.0 * dice.share(), 8.0 + 40.0 * dice.share())).collect();
            let field = (200.0 + 800.0 * dice.share(), 150.0 + 600.0 * dice.share());
            if let Some(spots) = spiral(&sizes, field) {
                placed += 1;
                assert_eq!(spots.len(), sizes.len());
                apart(&spots, field);
            }
            let (spots, height) = rows(&sizes, field.0);
            assert_eq!(spots.len(), sizes.len());
            apart(&spots, (field.0, height));
        }
        assert!(placed > 12, "{placed}");
    }

    #[test]
    fn what_cannot_fit_is_refused() {
        assert!(spiral(&[(101.0, 10.0)], (100.0, 100.0)).is_none());
        assert!(spiral(&[(60.0, 60.0), (60.0, 60.0)], (100.0, 100.0)).is_none());
        assert!(spiral(&[(50.0, 50.0); 4], (100.0, 100.0)).is_none());
    }

    #[test]
    fn one_box_lies_in_the_middle() {
        assert_eq!(spiral(&[(40.0, 20.0)], (100.0, 100.0)).unwrap()[0], Spot { x: 30.0, y: 40.0, w: 40.0, h: 20.0 });
    }
}
