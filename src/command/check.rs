//! Counts everything anew that is counted in the database, and tells what does not agree with the facts.

use std::io::Write;

use indicatif::HumanCount;

use crate::app::check::Drift;
use crate::app::error::Error;
use crate::app::house::App;

/// How many tallies are told in full.
const TOLD: u64 = 100;

/// Checks all tallies, and repairs them if wanted. Tells whether all is right in the end.
///
/// # Errors
/// When the database fails.
pub async fn check(app: &App, repair: bool) -> Result<bool, Error> {
    let mut wrong: u64 = 0;
    let tell = |drift: Drift| {
        wrong += 1;
        if wrong <= TOLD {
            let Drift { external_id, told, counted, told_sum, counted_sum, .. } = drift;
            say(&format!(
                "content {external_id}: its tally has {told} ratings with the sum {told_sum}, and there are {counted} with {counted_sum}"
            ));
        }
    };
    let looked = app.check_tallies(repair, tell).await?;
    if wrong > TOLD {
        say(&format!("and {} more", HumanCount(wrong - TOLD)));
    }
    let end = match (wrong, repair) {
        (0, _) => "all agree with the ratings".to_owned(),
        (wrong, true) => format!("{} were set right", HumanCount(wrong)),
        (wrong, false) => format!("{} do not agree with the ratings; --repair sets them right", HumanCount(wrong)),
    };
    say(&format!("{} tallies counted: {end}", HumanCount(looked)));
    Ok(wrong == 0 || repair)
}

fn say(text: &str) {
    // A terminal that is gone is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}
