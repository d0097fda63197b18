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

    /// Where each of them stands among them.
    ///
    /// ```
    /// use peerlead::projection::archive::marks::Marks;
    /// let mut marks = Marks::new(200);
    /// [64, 7, 199, 0].into_iter().for_each(|number| marks.mark(number));
    /// let places = marks.places();
    /// assert_eq!([0, 7, 64, 199].map(|number| places.of(number)), [0, 1, 2, 3]);
    /// assert_eq!(places.len(), 4);
    /// ```
    #[must_use]
    pub fn places(&self) -> Places<'_> {
        let mut count = 0;
        let before = |bits: &u64| {
            let before = count;
            count += bits.count_ones();
            before
        };
        let before = self.0.iter().map(before).collect();
        Places { marks: self, before, count: count as usize }
    }
}

/// Where marked numbers stand among each other, so that what is kept of each takes no room for those that are not marked.
#[derive(Debug)]
pub struct Places<'a> {
    marks: &'a Marks,
    /// How many are marked before each word of bits.
    before: Vec<u32>,
    count: usize,
}

impl Places<'_> {
    /// How many are marked.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The place of a marked number, from 0.
    ///
    /// # Panics
    /// When it is not below the bound of the marks.
    #[must_use]
    pub fn of(&self, number: u32) -> usize {
        let (word, bit) = (number as usize / 64, number % 64);
        let below = self.marks.0[word] & ((1 << bit) - 1);
        (self.before[word] + below.count_ones()) as usize
    }
}
