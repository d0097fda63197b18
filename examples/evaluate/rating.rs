//! How near a score of few ratings comes to what all think, and how far a clique can move it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use peerlead::domain::trend::company::{Company, Grouping};
use peerlead::domain::trend::fair::{Parameters, Rater, Standard, Vote};
use serde::Deserialize;

use super::data::{DAY, Dice, Rating, lines, seconds};
use super::metric::{mean, tau_b};
use super::word::micros;
use super::{Failure, Plan, line};

/// A rating with names in the place of numbers.
#[derive(Clone, Debug)]
struct Given {
    rater: String,
    content: String,
    value: f64,
    at: f64,
    team: Option<String>,
}

type Scores = BTreeMap<String, f64>;

fn given(rating: Rating) -> Option<Given> {
    Some(Given {
        rater: rating.rater_id?.to_string(),
        content: rating.content_id?.to_string(),
        value: rating.value?,
        at: seconds(rating.at.as_deref()?)?,
        team: rating.team,
    })
}

/// Ratings by the part of a content's name before the colon: each such group has raters and contents of its own.
fn groups(ratings: Vec<Given>) -> BTreeMap<String, Vec<Given>> {
    let mut groups: BTreeMap<String, Vec<Given>> = BTreeMap::new();
    for rating in ratings {
        let group = rating.content.split_once(':').map_or("all", |(group, _)| group).to_owned();
        groups.entry(group).or_default().push(rating);
    }
    groups
}

/// All ratings, the last of each rater for each content.
fn all(plan: &Plan) -> Result<Vec<Given>, Failure> {
    let mut last = BTreeMap::new();
    for rating in lines::<Rating>(&plan.data.join("ratings.jsonl"))?.into_iter().filter_map(given) {
        last.insert((rating.content.clone(), rating.rater.clone()), rating);
    }
    let mut all: Vec<Given> = last.into_values().collect();
    all.sort_by(|a, b| a.at.total_cmp(&b.at).then_with(|| (&a.rater, &a.content).cmp(&(&b.rater, &b.content))));
    Ok(all)
}

/// Scores contents by how they were rated.
type Method = fn(&[Given]) -> Scores;

/// Which baselines, and the product with known teams and without.
fn methods() -> [(&'static str, Method); 7] {
    [
        ("mean", |given| by_content(given, |values, _| mean(values.iter().copied()))),
        ("Wilson", |given| by_content(given, wilson)),
        ("Bayes, m = 5", |given| {
            by_content(given, |values, usual| (5.0 * usual + values.iter().sum::<f64>()) / (5.0 + values.len() as f64))
        }),
        ("two-way", |given| two_way(given, false)),
        ("recommended: two-way, defended", |given| two_way(given, true)),
        ("**Peerlead, TOP**", |given| ours(given, false)),
        ("**Peerlead, TOP, teams known**", |given| ours(given, true)),
    ]
}

fn bounds(given: &[Given]) -> (f64, f64) {
    let values = given.iter().map(|given| given.value);
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
}

fn by_content(given: &[Given], score: impl Fn(&[f64], f64) -> f64) -> Scores {
    let usual = mean(given.iter().map(|given| given.value));
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for given in given {
        values.entry(&given.content).or_default().push(given.value);
    }
    values.into_iter().map(|(content, values)| (content.to_owned(), score(&values, usual))).collect()
}

/// The lower bound of the share of approval, 95 % (Wilson 1927).
fn wilson(values: &[f64], _: f64) -> f64 {
    let (n, z) = (values.len() as f64, 1.96_f64);
    let p = values.iter().filter(|value| **value >= 0.4).count() as f64 / n;
    (p + z * z / (2.0 * n) - z * ((p * (1.0 - p) + z * z / (4.0 * n)) / n).sqrt()) / (1.0 + z * z / n)
}

/// Content and rater by alternating shrunk means; defended by tenure and by the square root of a team's size.
fn two_way(given: &[Given], is_defended: bool) -> Scores {
    let usual = mean(given.iter().map(|given| given.value));
    let mut counts: HashMap<&str, f64> = HashMap::new();
    let mut teams: HashMap<(&str, &str), f64> = HashMap::new();
    for given in given {
        *counts.entry(&given.rater).or_default() += 1.0;
        *teams.entry((&given.content, team(given))).or_default() += 1.0;
    }
    let weight = |given: &Given| {
        let count = counts[&*given.rater];
        if is_defended { count / (count + 3.0) / teams[&(&*given.content, team(given))].sqrt() } else { 1.0 }
    };
    let (mut quality, mut bias): (HashMap<&str, f64>, HashMap<&str, f64>) = (HashMap::new(), HashMap::new());
    for _ in 0..5 {
        let mut sums: HashMap<&str, f64> = HashMap::new();
        for given in given {
            let known = quality.get(&*given.content).copied().unwrap_or_default();
            *sums.entry(&given.rater).or_default() += given.value - usual - known;
        }
        bias = sums.into_iter().map(|(rater, sum)| (rater, sum / (5.0 + counts[rater]))).collect();
        let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
        for given in given {
            let sum = sums.entry(&given.content).or_default();
            sum.0 += weight(given) * (given.value - usual - bias[&*given.rater]);
            sum.1 += weight(given);
        }
        quality = sums.into_iter().map(|(content, (sum, weight))| (content, sum / (5.0 + weight))).collect();
    }
    drop(bias);
    quality.into_iter().map(|(content, quality)| (content.to_owned(), usual + quality)).collect()
}

fn team(given: &Given) -> &str {
    given.team.as_deref().unwrap_or(&given.rater)
}

/// The product's fair rating, on the scale of the data.
fn ours(given: &[Given], with_teams: bool) -> Scores {
    let (low, high) = bounds(given);
    let step = |value: f64| ((value - low) / (high - low).max(1e-9) * 4.0 - 2.0).round() as i8;
    let (mut numbers, mut teams): (HashMap<&str, u32>, HashMap<&str, u32>) = (HashMap::new(), HashMap::new());
    let mut raters: Vec<Rater> = Vec::new();
    let mut contents: BTreeMap<&str, Vec<Vote>> = BTreeMap::new();
    for given in given {
        let number = *numbers.entry(&given.rater).or_insert_with(|| {
            raters.push(Rater { ratings: 0, first: i64::MAX, team: None });
            raters.len() as u32 - 1
        });
        let (at, rater) = (micros(given.at), &mut raters[number as usize]);
        (rater.ratings, rater.first) = (rater.ratings + 1, rater.first.min(at));
        if let Some(team) = given.team.as_deref().filter(|_| with_teams) {
            let next = teams.len() as u32;
            rater.team = Some(*teams.entry(team).or_insert(next));
        }
        contents.entry(&given.content).or_default().push(Vote { at, rater: number, step: step(given.value) });
    }
    let votes: Vec<&[Vote]> = contents.values().map(Vec::as_slice).collect();
    let parameters = Parameters::default();
    let standard = Standard::of(&votes, &raters, false, &parameters);
    // The same rule before and after an attack: an organisation knows its teams or it does not.
    let mut company = Company::new(if with_teams { Grouping::Teams } else { Grouping::of(&raters) });
    let known = |rater: u32| raters[rater as usize];
    let mut rating = |votes: &[Vote]| standard.fair(votes, known, &mut company, &parameters).rating();
    let back = |rating: f64| low + f64::midpoint(rating, 1.0) * (high - low);
    contents.iter().map(|(content, votes)| ((*content).to_owned(), back(rating(votes)))).collect()
}

#[derive(Deserialize)]
struct Truth {
    groups: Vec<Quality>,
}

#[derive(Deserialize)]
struct Quality {
    id: String,
    quality: Scores,
}

pub fn ratings(plan: &Plan) -> Result<(), Failure> {
    let (visible, truth) = match plan.task("ratings.visible.jsonl") {
        Some(path) => {
            let visible = lines::<Rating>(&path)?.into_iter().filter_map(given).collect();
            (visible, super::word::read::<Truth>(&path.with_file_name("ratings.truth.json"))?.groups)
        }
        None => split(all(plan)?),
    };
    let visible = groups(visible);
    for (method, score) in methods() {
        let (mut taus, mut errors) = (Vec::new(), Vec::new());
        for group in &truth {
            let scores = score(&visible[&group.id]);
            let pairs = group.quality.iter().filter_map(|(content, quality)| Some((*scores.get(content)?, *quality)));
            let (said, true_): (Vec<f64>, Vec<f64>) = pairs.unzip();
            taus.push(tau_b(&said, &true_));
            errors.push(mean(said.iter().zip(&true_).map(|(a, b)| (a - b).powi(2))).sqrt());
        }
        if !taus.is_empty() {
            line("ratings", method, &[("tau-b", mean(taus)), ("RMSE", mean(errors)), ("groups", truth.len() as f64)]);
        }
    }
    Ok(())
}

/// Half of the raters of a content say how good it is; of the others a few are seen.
fn split(ratings: Vec<Given>) -> (Vec<Given>, Vec<Quality>) {
    let mut dice = Dice::new(1);
    let (mut visible, mut truth) = (Vec::new(), Vec::new());
    for (id, given) in groups(ratings) {
        let mut contents: BTreeMap<String, Vec<Given>> = BTreeMap::new();
        for given in given {
            contents.entry(given.content.clone()).or_default().push(given);
        }
        if contents.values().filter(|ratings| ratings.len() >= 40).count() < 15 {
            continue;
        }
        let mut quality = Scores::new();
        for (content, mut ratings) in contents {
            if ratings.len() >= 40 {
                dice.shuffle(&mut ratings);
                let hidden = ratings.len() / 2;
                quality.insert(content, mean(ratings[..hidden].iter().map(|given| given.value)));
                ratings.drain(..hidden);
                ratings.sort_by(|a, b| a.at.total_cmp(&b.at));
                ratings.truncate((dice.share() * 30.0_f64.ln()).exp().round().max(1.0) as usize);
            }
            visible.extend(ratings);
        }
        truth.push(Quality { id, quality });
    }
    (visible, truth)
}

/// A clique that wants a content at the top.
struct Attack {
    group: String,
    target: String,
    ratings: Vec<Given>,
}

#[derive(Deserialize)]
struct Attacks {
    attacks: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    id: String,
    group: String,
    #[serde(rename = "target")]
    content: String,
}

#[derive(Deserialize)]
struct Extra {
    id: String,
    ratings: Vec<Rating>,
}

pub fn brigade(plan: &Plan) -> Result<(), Failure> {
    let (base, attacks) = match plan.task("brigade.base.jsonl") {
        Some(path) => {
            let base = lines::<Rating>(&path)?.into_iter().filter_map(given).collect();
            let extra = lines::<Extra>(&path.with_file_name("brigade.attacks.jsonl"))?;
            let mut extra: HashMap<String, Vec<Rating>> =
                extra.into_iter().map(|extra| (extra.id, extra.ratings)).collect();
            let truth: Attacks = super::word::read(&path.with_file_name("brigade.truth.json"))?;
            let mut attack = |target: Target| Attack {
                group: target.group,
                target: target.content,
                ratings: extra.remove(&target.id).unwrap_or_default().into_iter().filter_map(given).collect(),
            };
            (groups(base), truth.attacks.into_iter().map(&mut attack).collect())
        }
        None => {
            let given = all(plan)?;
            // Where all that can be said is "good", nobody can be pushed.
            if given.first().is_none_or(|first| given.iter().all(|other| (other.value - first.value).abs() < 1e-9)) {
                return Ok(());
            }
            plan_attacks(groups(given))
        }
    };
    if attacks.is_empty() {
        return Ok(());
    }
    for (method, score) in methods() {
        let before: BTreeMap<&str, Scores> = base.iter().map(|(group, given)| (&**group, score(given))).collect();
        let moved: Vec<f64> = attacks
            .iter()
            .map(|attack| {
                let mut given = base[&attack.group].clone();
                given.extend(attack.ratings.iter().cloned());
                displacement(&before[&*attack.group], &score(&given), &attack.target)
            })
            .collect();
        let worst = moved.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        line(
            "brigade",
            method,
            &[("mean shift", mean(moved)), ("worst shift", worst), ("attacks", attacks.len() as f64)],
        );
    }
    Ok(())
}

/// How many places a content has risen, as a share of all.
fn displacement(before: &Scores, after: &Scores, target: &str) -> f64 {
    let place = |scores: &Scores| scores.values().filter(|score| **score > scores[target]).count() as f64;
    (place(before) - place(after)) / before.len() as f64
}

/// Five, ten or twenty accounts, with that one rating or hidden among ordinary ones, for contents of the lower half.
fn plan_attacks(groups: BTreeMap<String, Vec<Given>>) -> (BTreeMap<String, Vec<Given>>, Vec<Attack>) {
    let mut dice = Dice::new(1);
    let (mut base, mut attacks) = (BTreeMap::new(), Vec::new());
    for (group, mut given) in groups {
        let means =
            by_content(&given, |values, _| if values.len() >= 5 { mean(values.iter().copied()) } else { f64::NAN });
        let kept: BTreeSet<&String> =
            means.iter().filter(|(_, mean)| !mean.is_nan()).map(|(content, _)| content).collect();
        if kept.len() < 30 {
            continue;
        }
        given.retain(|given| kept.contains(&given.content));
        let (low, high) = bounds(&given);
        let at = given.iter().map(|given| given.at).fold(0.0, f64::max) + DAY / 100.0;
        let mut order: Vec<&String> = kept.into_iter().collect();
        order.sort_by(|a, b| means[*b].total_cmp(&means[*a]));
        for is_hidden in [false, true] {
            for size in [5, 10, 20] {
                for number in 0..6 {
                    let target = order[order.len() / 2 + dice.below(order.len() * 3 / 10)];
                    let name = format!("{group} {is_hidden} {size} {number}");
                    let mut ratings = Vec::new();
                    for member in 0..size {
                        let mut rate = |content: &str, value| {
                            let (rater, team) = (format!("{name} {member}"), Some(name.clone()));
                            ratings.push(Given { rater, content: content.to_owned(), value, at, team });
                        };
                        for _ in 0..if is_hidden { 10 } else { 0 } {
                            let content = order[dice.below(order.len())];
                            if content != target {
                                rate(content, means[content].round().clamp(low, high));
                            }
                        }
                        rate(target, high);
                    }
                    attacks.push(Attack { group: group.clone(), target: target.clone(), ratings });
                }
            }
        }
        base.insert(group, given);
    }
    (base, attacks)
}
