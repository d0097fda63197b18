//! The trends of topics: for each its course, its direction, the words that drive it, and who leads it.

use super::canvas::{Anchor, Canvas, Pen, Stroke};
use super::frame::{Frame, MARGIN, SMALL, rest, write_rest};
use super::line::Line;
use super::numbers::{number, within};
use super::sparkline::sparkline;
use super::theme::Ink;
use super::topic::TopicRow;

/// The most topics that one picture shows.
pub const MOST_ROWS: usize = 30;
const ROW: f64 = 54.0;
const NAME: f64 = 15.0;

/// The columns of the picture: where each begins and how wide it is.
struct Columns {
    topic: (f64, f64),
    course: (f64, f64),
    heat: (f64, f64),
    leader: (f64, f64),
}

impl Columns {
    fn of(width: f64) -> Self {
        const GAP: f64 = 24.0;
        let inner = width - 2.0 * MARGIN - 3.0 * GAP;
        let (course, heat, leader) = (0.25 * inner, 146.0, 0.2 * inner);
        let topic = inner - course - heat - leader;
        let course_at = MARGIN + topic + GAP;
        let heat_at = course_at + course + GAP;
        let leader_at = heat_at + heat + GAP;
        Self { topic: (MARGIN, topic), course: (course_at, course), heat: (heat_at, heat), leader: (leader_at, leader) }
    }
}

/// Draws the first 30 topics in the order given, with `more` topics that the caller left out counted too.
///
/// The picture is at least 640 pixels wide and as high as its rows; the frame's height does not matter.
#[must_use]
pub fn trends(rows: &[TopicRow], more: usize, frame: &Frame) -> String {
    let width = frame.drawn_width(640.0);
    let (shown, left) = rows.split_at(rows.len().min(MOST_ROWS));
    let rest = rest(more.saturating_add(left.len()), "topic", "topics");
    let mut canvas = Canvas::default();
    let mut y = frame.head(&mut canvas, width);
    let columns = Columns::of(width);
    if shown.is_empty() {
        canvas.write("No topics to show.", Pen::at(MARGIN, y + 16.0, 14.0, Ink::Muted), width - 2.0 * MARGIN);
        y += 32.0;
    } else {
        y = head(&mut canvas, &columns, y);
    }
    for row in shown {
        rule(&mut canvas, y, width);
        draw(&mut canvas, row, &columns, y);
        y += ROW;
    }
    write_rest(&mut canvas, rest.as_deref(), (MARGIN, y + 14.0), Anchor::Left, width - 2.0 * MARGIN);
    y += if rest.is_some() { 20.0 } else { 0.0 };
    let size = (width, y + MARGIN - 8.0);
    canvas.finish("trends", size, frame.theme, (&frame.title("Trends of topics"), &said(shown, rest.as_deref())))
}

fn head(canvas: &mut Canvas, columns: &Columns, y: f64) -> f64 {
    let heads = ["Topic and its words", "Course", "Activity", "Leader"];
    for ((x, wide), head) in [columns.topic, columns.course, columns.heat, columns.leader].iter().zip(heads) {
        canvas.write(head, Pen::at(*x, y + 10.0, SMALL, Ink::Muted), *wide);
    }
    y + 20.0
}

fn rule(canvas: &mut Canvas, y: f64, width: f64) {
    let path = format!("M{} {}H{}", number(MARGIN), number(y), number(width - MARGIN));
    canvas.stroke(&path, "", Stroke::plain(Ink::Hair, 1.0));
}

fn draw(canvas: &mut Canvas, row: &TopicRow, columns: &Columns, y: f64) {
    let (x, wide) = columns.topic;
    let words: Vec<&str> = row.words.iter().map(String::as_str).filter(|word| !word.trim().is_empty()).collect();
    let alone = words.is_empty();
    canvas.write(&row.name, Pen::at(x, y + if alone { 32.0 } else { 21.0 }, NAME, Ink::Text).bold(), wide);
    if !alone {
        canvas.write(&words.join(", "), Pen::at(x, y + 43.0, SMALL, Ink::Muted), wide);
    }
    sparkline(canvas, &row.line, columns.course, (y + 9.0, y + ROW - 11.0), row.direction.ink());
    let (x, wide) = columns.heat;
    row.direction.draw(canvas, x, y + 21.0);
    let heat = format!("{:.0}, expected {}", within(row.activity, 0.0, 1e9), tenth(row.expected));
    canvas.write(&heat, Pen::at(x, y + 43.0, SMALL, Ink::Muted), wide);
    leader(canvas, row.leader.as_deref(), columns.leader, y);
}

fn leader(canvas: &mut Canvas, leader: Option<&str>, (x, wide): (f64, f64), y: f64) {
    if let Some(name) = leader {
        canvas.write(name, Pen::at(x, y + 32.0, 13.0, Ink::Text), wide);
        return;
    }
    let line = Line::whole("no leader", true);
    let (left, right, up, down) = (x + 11.0, x + 11.0 + line.ems * SMALL, y + 16.0, y + 38.0);
    let path = format!(
        "M{l} {u}H{r}a11 11 0 0 1 0 22H{l}a11 11 0 0 1 0 -22z",
        l = number(left),
        r = number(right),
        u = number(up)
    );
    canvas.stroke(&path, "", Stroke { dash: "3 3", ..Stroke::plain(Ink::Lowest, 1.25) });
    canvas.line(&line, "", Pen::at(left, down - 7.0, SMALL, Ink::Lowest).bold());
}

/// A number as it is written: one decimal below 100, none above.
fn tenth(value: f64) -> String {
    let value = within(value, 0.0, 1e9);
    if value < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// The trends in words.
fn said(rows: &[TopicRow], rest: Option<&str>) -> String {
    let said = rows.iter().map(|row| {
        let name = Line::fit(&row.name, false, 40.0).text;
        let leader = row
            .leader
            .as_deref()
            .map_or("no leader".into(), |leader| format!("led by {}", Line::fit(leader, false, 40.0).text));
        format!(
            "{name}: {}, activity {:.0}, expected {}, {leader}.",
            row.direction.word(),
            within(row.activity, 0.0, 1e9),
            tenth(row.expected)
        )
    });
    let said: Vec<String> = said.chain(rest.map(|rest| format!("{rest}."))).collect();
    if said.is_empty() { "No topics to show.".into() } else { said.join("\n") }
}
