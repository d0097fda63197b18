//! Numbers that are marked: as often as one likes in any order, and told once each in theirs.

/// Marks on numbers below some bound.
#[derive(Debug)]
pub struct Marks(Vec<u64>);

impl Marks {
    /// None is marked yet of so many.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// Marks a number.
    ///
    /// # Panics
    /// When it is not below the bound.
    pub fn mark(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    /// Those that are marked, in their order.
    ///
    /// ```
    /// use peerlead::projection::archive::marks::Marks;
    /// let mut marks = Marks::new(100);
    /// [64, 7, 99, 0, 7].into_iter().for_each(|number| marks.mark(number));
    /// assert_eq!(marks.marked().collect::<Vec<_>>(), [0, 7, 64, 99]);
    /// ```
    pub fn marked(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).step_by(64).zip(&self.0).flat_map(|(first, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let place = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(first + place)
            })
        })
    }
}
