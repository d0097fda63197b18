//! The leadership map: people on the left, topics on the right, and a line for who leads what.
//!
//! Two columns stay readable where a cloud of nodes does not: every name has a line to itself, and the map grows in height
//! with what it shows.

use super::canvas::{Anchor, Canvas, Pen};
use super::columns::{Columns, PORT};
use super::frame::{Frame, MARGIN, SMALL, write_rest};
use super::legend::{Entry, Sign, legend};
use super::line::Line;
use super::nodes::{Map, Shown, Standing};
use super::numbers::{number, real, within};
use super::telling::{hover, rests, said};
use super::theme::Ink;

const NAME: f64 = 13.0;
/// From a node's inner edge to its name.
const GAP: f64 = 17.0;
/// The least width of a column of names: what its head and its foot need.
const LEAST_NAMES: f64 = 120.0;

/// Where things lie from left to right, and where the columns begin.
struct Ground {
    left: f64,
    right: f64,
    top: f64,
    /// The widths of the columns of names.
    names: (f64, f64),
}

impl Ground {
    /// The columns of names are as wide as their longest, up to a third of the picture.
    fn of(width: f64, top: f64, shown: &Shown<'_>) -> Self {
        let most = (0.32 * (width - 2.0 * MARGIN)).min(320.0);
        let wide = |name: &str| Line::fit(name, false, most / NAME).ems * NAME + 1.0;
        let people = shown.people.iter().map(|person| wide(&person.name)).fold(LEAST_NAMES, f64::max);
        let bare = |at: usize| if shown.links.iter().any(|link| link.topic == at) { 0.0 } else { most / 2.0 };
        let topics = shown.topics.iter().enumerate().map(|(at, topic)| wide(&topic.name) + bare(at));
        let names = (people.min(most), topics.fold(LEAST_NAMES, f64::max).min(most));
        Self { left: MARGIN + names.0 + GAP, right: width - MARGIN - names.1 - GAP, top, names }
    }
}

/// Draws who leads what: the 80 hottest topics, the 120 people who lead them most, and the 500 strongest links between them;
/// what is left out, here or by the caller, is counted.
///
/// The picture is at least 640 pixels wide and as high as its columns; the frame's height does not matter.
#[must_use]
pub fn leadership_map(map: &Map, frame: &Frame) -> String {
    let width = frame.drawn_width(640.0);
    let shown = Shown::of(map);
    let columns = Columns::of(&shown);
    let mut canvas = Canvas::default();
    let mut y = frame.head(&mut canvas, width);
    y += legend(&mut canvas, &entries(), y - 4.0, width) + 12.0;
    let ground = Ground::of(width, y + 24.0, &shown);
    heads(&mut canvas, &ground, &shown);
    links(&mut canvas, &ground, &shown, &columns);
    people(&mut canvas, &ground, &shown, &columns);
    topics(&mut canvas, &ground, &shown, &columns, map.more_people == 0 && map.more_links == 0);
    let end = foot(&mut canvas, &ground, &shown, ground.top + columns.height);
    canvas.finish("leadership-map", (width, end), frame.theme, (&frame.title("Who leads what"), &said(&shown)))
}

fn entries() -> Vec<Entry> {
    let lines = Standing::ALL.map(|standing| Entry::new(Sign::Line(standing.stroke(0.5)), standing.word()));
    let more = [
        Entry::new(Sign::Ring(Ink::Text), "declared"),
        Entry::new(Sign::None, "Thicker line: leads more"),
        Entry::new(Sign::None, "Wider bar: more leading, more heat"),
    ];
    lines.into_iter().chain(more).collect()
}

fn heads(canvas: &mut Canvas, ground: &Ground, shown: &Shown<'_>) {
    let (y, names) = (ground.top - 10.0, ground.names);
    let people = if shown.people.is_empty() { "No people to show" } else { "People" };
    let topics = if shown.topics.is_empty() { "No topics to show" } else { "Topics" };
    canvas.write(people, Pen::at(ground.left - GAP, y, SMALL, Ink::Muted).right(), names.0);
    canvas.write(topics, Pen::at(ground.right + GAP, y, SMALL, Ink::Muted), names.1);
}

/// Draws the links, the weaker standings first, so that the stronger ones lie above; their rings last.
fn links(canvas: &mut Canvas, ground: &Ground, shown: &Shown<'_>, columns: &Columns) {
    let mut order: Vec<usize> = (0..shown.links.len()).rev().collect();
    order.sort_by_key(|at| shown.links[*at].standing);
    let end = |at: usize| (ground.top + columns.people.ports[at], ground.top + columns.topics.ports[at]);
    for at in &order {
        let (link, (from, to)) = (&shown.links[*at], end(*at));
        let middle = number(f64::midpoint(ground.left, ground.right));
        let (left, right, from, to) = (number(ground.left), number(ground.right), number(from), number(to));
        let path = format!("M{left} {from}C{middle} {from} {middle} {to} {right} {to}");
        canvas.stroke(&path, &hover(shown, link), link.standing.stroke(link.strength()));
    }
    for at in order.into_iter().filter(|at| shown.links[*at].declared) {
        canvas.disc((ground.right - 8.0, end(at).1), 3.25, shown.links[at].standing.stroke(0.0).ink, true);
    }
}

fn people(canvas: &mut Canvas, ground: &Ground, shown: &Shown<'_>, columns: &Columns) {
    let most = shown.people.iter().map(|person| person.weight).fold(0.0, f64::max);
    for (at, person) in shown.people.iter().enumerate() {
        let y = ground.top + columns.people.middle(at);
        let wide = bar(person.weight, most);
        draw_bar(canvas, (ground.left - wide, wide), y, columns.people.degrees[at]);
        canvas.write(&person.name, Pen::at(ground.left - GAP, y + 4.5, NAME, Ink::Text).right(), ground.names.0);
    }
}

fn topics(canvas: &mut Canvas, ground: &Ground, shown: &Shown<'_>, columns: &Columns, whole: bool) {
    let most = shown.topics.iter().map(|topic| topic.heat).fold(0.0, f64::max);
    for (at, topic) in shown.topics.iter().enumerate() {
        let (y, degree) = (ground.top + columns.topics.middle(at), columns.topics.degrees[at]);
        draw_bar(canvas, (ground.right, bar(topic.heat, most)), y, degree);
        let note = match (degree, shown.led[at], whole) {
            (1.., _, _) => None,
            (_, false, true) => Some(Line::whole("no leader", true)),
            (_, true, _) | (_, _, false) => Some(Line::whole("leaders not shown", false)),
        };
        let (x, taken) = (ground.right + GAP, note.as_ref().map_or(0.0, |note| note.ems * SMALL + 8.0));
        let wide = canvas.write(&topic.name, Pen::at(x, y + 4.5, NAME, Ink::Text), ground.names.1 - taken);
        if let Some(note) = note {
            let none = !shown.led[at] && whole;
            let ink = if none { Ink::Lowest } else { Ink::Muted };
            canvas.line(&note, "", Pen { bold: none, ..Pen::at(x + wide + 8.0, y + 4.5, SMALL, ink) });
        }
    }
}

/// The width of a node's bar: by the root of its share of the heaviest.
fn bar(weight: f64, most: f64) -> f64 {
    3.0 + 7.0 * within(weight / most, 0.0, 1.0).sqrt()
}

fn draw_bar(canvas: &mut Canvas, (x, wide): (f64, f64), middle: f64, degree: usize) {
    let high = real(degree.max(1)) * PORT;
    let (x, top) = (number(x), number(middle - high / 2.0));
    let path = format!("M{x} {top}h{wide}v{high}h-{wide}z", wide = number(wide), high = number(high));
    canvas.fill(&path, Ink::Muted, if degree == 0 { 0.4 } else { 1.0 });
}

/// Writes what is not shown; returns where the picture ends.
fn foot(canvas: &mut Canvas, ground: &Ground, shown: &Shown<'_>, y: f64) -> f64 {
    let (people, topics, links) = rests(shown);
    if people.is_none() && topics.is_none() && links.is_none() {
        return y + MARGIN - 8.0;
    }
    let line = y + 18.0;
    write_rest(canvas, people.as_deref(), (ground.left - GAP, line), Anchor::Right, ground.names.0);
    write_rest(canvas, topics.as_deref(), (ground.right + GAP, line), Anchor::Left, ground.names.1);
    let room = ground.right - ground.left;
    write_rest(canvas, links.as_deref(), (ground.left + room / 2.0 - 45.0, line), Anchor::Left, room / 2.0 + 45.0);
    y + MARGIN + 12.0
}
