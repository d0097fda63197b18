//! Who came together shares, by whatever it is known.

use proptest::prelude::*;

use super::*;
use crate::domain::trend::window::size;

fn votes(count: usize) -> Vec<Vote> {
    (0..).take(count).map(|rater| Vote { at: 0, rater, step: 1 }).collect()
}

/// What is left to somebody who came as one of so many.
fn left(together: usize, excess: f64) -> f64 {
    1.0 / (1.0 + excess * (size(together) - 1.0))
}

proptest! {
    /// In whatever order they rate, and however far apart their hours are.
    #[test]
    fn who_came_together_shares(hours in prop::collection::vec(0_i64..100, 0..80), wide in any::<bool>()) {
        let hours: Vec<i64> = hours.into_iter().map(|hour| if wide { hour * 5_000 } else { hour }).collect();
        let rater = |number: u32| Rater { ratings: 1, first: hours[number as usize] * HOUR + 17, team: None };
        let raters: Vec<Rater> = (0..).take(hours.len()).map(rater).collect();
        let mut company = Company::new(Grouping::of(&raters));
        // Of another content before: nothing is left of that.
        let _ = company.shares(&votes(hours.len() / 2), 0, rater, &Parameters::default());
        let shares = company.shares(&votes(hours.len()), 0, rater, &Parameters::default());
        let rest = company.shares(&votes(hours.len()), hours.len() / 2, rater, &Parameters::default());
        prop_assert_eq!(&shares[hours.len() / 2..], rest);
        for (hour, share) in hours.iter().zip(shares) {
            let of_hour = hours.iter().filter(|other| *other == hour).count();
            let of_day = hours.iter().filter(|other| *other / 24 == hour / 24).count();
            prop_assert!((share - left(of_hour, 0.5).min(left(of_day, 0.1))).abs() < 1e-12);
        }
    }

    #[test]
    fn who_is_in_a_team_shares_with_it(teams in prop::collection::vec(prop::option::of(0_u32..5), 0..40)) {
        let rater = |number: u32| Rater { ratings: 1, first: 0, team: teams[number as usize] };
        let mut company = Company::new(Grouping::Teams);
        let shares = company.shares(&votes(teams.len()), 0, rater, &Parameters::default());
        for (team, share) in teams.iter().zip(shares) {
            let together = teams.iter().filter(|other| team.is_some() && *other == team).count().max(1);
            prop_assert!((share - left(together, 0.5)).abs() < 1e-12);
        }
    }
}
