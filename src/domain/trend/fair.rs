//! The fair rating of a content: what its raters think, freed of how generous or harsh each of them is, drawn towards what is
//! usual while few have said anything, and with a bound on what newcomers and teams can do together.

use super::company::{Company, Grouping};
use super::window::size;

/// One rating. Raters are numbers. All of an organisation's are held, so there is no room between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Vote {
    /// Microseconds.
    pub at: i64,
    pub rater: u32,
    /// Twice the normalised value, -2 to 2.
    pub step: i8,
}

impl Vote {
    /// The normalised value, -1 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.step) / 2.0
    }
}

/// What is known of a rater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rater {
    /// How many ratings they have given. Where scores are told this is as of midnight: if each rating moved the weight of the others
    /// at once, contents that move together would tell that one person has rated all of them.
    pub ratings: u32,
    /// When they gave their first one ever.
    pub first: i64,
    pub team: Option<u32>,
}

/// How ratings are weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Between which numbers of usual ratings every content starts with lie.
    pub prior: (f64, f64),
    /// That number while too little is known to estimate it.
    pub unknown_prior: f64,
    /// Ratings after which half of somebody's generosity is believed.
    pub rater: f64,
    /// Ratings after which somebody counts by half. Ten is for when one is under attack.
    pub tenure: f64,
    /// What each further rater of a team adds to the weight that is divided: a team counts for two at most.
    pub team: f64,
    /// The same for raters whose first rating ever fell into the same hour, or day, where no teams are known.
    pub same_hour: f64,
    pub same_day: f64,
    /// Rounds of the estimate.
    pub rounds: usize,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            prior: (2.0, 20.0),
            unknown_prior: 5.0,
            rater: 10.0,
            tenure: 3.0,
            team: 0.5,
            same_hour: 0.5,
            same_day: 0.1,
            rounds: 5,
        }
    }
}

/// What is usual among the ratings of a source: how good contents are, how much that says, how generous each rater is.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// The mean of all ratings, -1 to 1.
    pub mean: f64,
    /// The number of usual ratings that every content starts with.
    pub prior: f64,
    /// The variance of ratings of the same content.
    pub variance: f64,
    /// By rater, how far above others they rate; shrunk.
    pub generosity: Vec<f64>,
}

/// Everything to know of how a content is rated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fair {
    /// What is usual, and what its raters say beyond that; the rating is their sum.
    pub usual: f64,
    pub verdict: f64,
    /// Half of the width of the interval in which it lies in two of three cases.
    pub margin: f64,
    /// Ratings, and how many they are worth.
    pub count: usize,
    pub weight: f64,
}

impl Fair {
    /// The fair rating, -1 to 1.
    #[must_use]
    pub fn rating(&self) -> f64 {
        (self.usual + self.verdict).clamp(-1.0, 1.0)
    }
}

/// Where nobody has rated yet.
impl Default for Standard {
    fn default() -> Self {
        let prior = Parameters::default().unknown_prior;
        Self { mean: 0.0, prior, variance: 0.0, generosity: Vec::new() }
    }
}

impl Standard {
    /// What is usual among these contents' ratings. `scale_is_one_sided`: the scale knows nothing but approval, so that the mean of
    /// what is said is always 1 and says nothing; then every content starts at 0.
    ///
    /// A two-way model, item and rater, by alternating shrunk means; the prior by the method of moments (empirical Bayes).
    #[must_use]
    pub fn of(contents: &[&[Vote]], raters: &[Rater], scale_is_one_sided: bool, parameters: &Parameters) -> Self {
        let count: usize = contents.iter().map(|votes| votes.len()).sum();
        let mean = if count == 0 || scale_is_one_sided {
            0.0
        } else {
            contents.iter().flat_map(|votes| votes.iter()).map(|vote| vote.value()).sum::<f64>() / size(count)
        };
        let mut standard =
            Self { mean, prior: parameters.unknown_prior, variance: 0.0, generosity: vec![0.0; raters.len()] };
        if scale_is_one_sided || count == 0 {
            return standard;
        }
        standard.estimate_prior(contents, count, parameters);
        let mut verdicts = vec![0.0; contents.len()];
        let rater = |number: u32| raters.get(number as usize).copied().unwrap_or_default();
        let mut company = Company::new(Grouping::of(raters));
        // Those of all contents in one list: there are many.
        let mut all_weights = Vec::with_capacity(count);
        for votes in contents {
            let shares = company.shares(votes, 0, rater, parameters);
            all_weights.extend(weights(votes, &shares, rater, parameters));
        }
        for _ in 0..parameters.rounds {
            let (mut sums, mut counts) = (vec![0.0; raters.len()], vec![0.0; raters.len()]);
            for (votes, verdict) in contents.iter().zip(&verdicts) {
                for vote in *votes {
                    sums[vote.rater as usize] += vote.value() - mean - verdict;
                    counts[vote.rater as usize] += 1.0;
                }
            }
            let shrunk = |(sum, count): (&f64, &f64)| sum / (parameters.rater + count);
            standard.generosity = sums.iter().zip(&counts).map(shrunk).collect();
            let mut rest = all_weights.as_slice();
            for (votes, verdict) in contents.iter().zip(&mut verdicts) {
                let (weights, others) = rest.split_at(votes.len());
                (*verdict, rest) = (standard.verdict(votes, weights).0, others);
            }
        }
        standard
    }

    /// The variance within contents, and from it and the variance between them how many ratings a content's own quality is worth.
    fn estimate_prior(&mut self, contents: &[&[Vote]], count: usize, parameters: &Parameters) {
        let rated = contents.iter().filter(|votes| !votes.is_empty()).count();
        let (mut within, mut between, mut squares) = (0.0, 0.0, 0.0);
        for votes in contents.iter().filter(|votes| !votes.is_empty()) {
            let number = size(votes.len());
            let mean = votes.iter().map(|vote| vote.value()).sum::<f64>() / number;
            within += votes.iter().map(|vote| (vote.value() - mean).powi(2)).sum::<f64>();
            between += number * (mean - self.mean).powi(2);
            squares += number * number;
        }
        self.variance = within / size(count.saturating_sub(rated).max(1));
        if rated < 30 || count < 100 {
            return;
        }
        let quality = (between - (size(rated) - 1.0) * self.variance) / (size(count) - squares / size(count)).max(1e-9);
        self.prior = (self.variance / quality.max(1e-6)).clamp(parameters.prior.0, parameters.prior.1);
    }

    /// How a content is rated.
    ///
    /// ```
    /// use peerlead::domain::trend::company::{Company, Grouping};
    /// use peerlead::domain::trend::fair::{Parameters, Rater, Standard, Vote};
    /// let rater = |number: u32| Rater { ratings: 60, first: i64::from(number) * 100_000_000_000, team: None };
    /// let all = |count: u32, step| (0..count).map(|rater| Vote { at: 0, rater, step }).collect::<Vec<_>>();
    /// let standard = Standard { mean: 0.1, prior: 5.0, variance: 0.2, generosity: vec![0.0; 300] };
    /// let fair = |votes: &[Vote]| standard.fair(votes, rater, &mut Company::new(Grouping::default()), &Parameters::default());
    /// assert_eq!(fair(&[]).rating(), 0.1);
    /// assert!(fair(&all(2, 2)).rating() < fair(&all(200, 1)).rating());
    /// assert!(fair(&all(2, 2)).margin > fair(&all(200, 1)).margin);
    /// ```
    #[must_use]
    pub fn fair(
        &self,
        votes: &[Vote],
        known: impl Fn(u32) -> Rater,
        company: &mut Company,
        parameters: &Parameters,
    ) -> Fair {
        let shares = company.shares(votes, 0, &known, parameters);
        self.weighed(votes, &weights(votes, &shares, known, parameters))
    }

    /// The same for who knows already what each rating counts.
    #[must_use]
    pub fn weighed(&self, votes: &[Vote], weights: &[f64]) -> Fair {
        let (verdict, weight) = self.verdict(votes, weights);
        let margin = (self.variance.max(0.05) / (self.prior + weight)).sqrt();
        Fair { usual: self.mean, verdict, margin, count: votes.len(), weight }
    }

    /// What the raters say beyond what is usual, and how many ratings that is worth.
    fn verdict(&self, votes: &[Vote], weights: &[f64]) -> (f64, f64) {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (vote, w) in votes.iter().zip(weights) {
            let generosity = self.generosity.get(vote.rater as usize).copied().unwrap_or_default();
            sum += w * (vote.value() - self.mean - generosity);
            weight += w;
        }
        (sum / (self.prior + weight), weight)
    }
}

/// What each of some ratings counts, 0 to 1: of a share of its own as much as its rater has earned.
#[must_use]
pub fn weights(votes: &[Vote], shares: &[f64], known: impl Fn(u32) -> Rater, parameters: &Parameters) -> Vec<f64> {
    let tenure = |rater: Rater| f64::from(rater.ratings) / (f64::from(rater.ratings) + parameters.tenure);
    votes.iter().zip(shares).map(|(vote, share)| tenure(known(vote.rater)) * share).collect()
}
