//! What the runs came to, as tables.

use std::fmt::Write;

use super::Plan;

/// What one run came to.
#[derive(Debug)]
pub struct Figures {
    pub what: String,
    pub frames: usize,
    pub expected: usize,
    pub seconds: f64,
    pub cpu: f64,
    /// Milliseconds from the answer to the subscriber.
    pub p50: f64,
    pub p99: f64,
    /// Kilobytes for each subscriber.
    pub memory: f64,
}

impl Figures {
    /// Microseconds of the server for each frame.
    pub fn per_frame(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.cpu * 1e6 / self.frames as f64 }
    }
}

/// All tables.
pub fn table(plan: &Plan, all: &[Figures; 10], (frames, seconds): (usize, f64)) -> String {
    let mut out = String::from(
        "| run | frames | of | frames/s | µs of the server a frame | p50 ms | p99 ms | KB a subscriber |\n|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for f in all {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.0} | {:.2} | {:.1} | {:.1} | {:.1} |",
            f.what,
            f.frames,
            f.expected,
            f.frames as f64 / f.seconds,
            f.per_frame(),
            f.p50,
            f.p99,
            f.memory
        );
    }
    out.push_str("\n| what | measured | goal |\n|---|--:|--:|\n");
    let [ours, by_hand, library, asking, apart, many, unheard, many_by_hand, fed, fed_by_hand] = all;
    let mut line = |what: &str, measured: String, goal: &str| {
        let _ = writeln!(out, "| {what} | {measured} | {goal} |");
    };
    let share = 100.0 * by_hand.per_frame() / ours.per_frame();
    line("frames for each second of processor time, against a broadcast by hand", format!("{share:.0} %"), "70 %");
    let times = |of: f64, to: f64| format!("{:.1} times", of / to.max(0.01));
    line(
        "processor time of the library, an execution each that asks the database, against ours",
        times(asking.per_frame(), ours.per_frame()),
        "5 times",
    );
    line("the same of one that has everything at hand", times(library.per_frame(), ours.per_frame()), "5 times");
    line(
        "the same without the writing to sockets that a broadcast needs too",
        times(library.per_frame() - by_hand.per_frame(), ours.per_frame() - by_hand.per_frame()),
        "",
    );
    line("processor time of ours when nobody shares, against ours", times(apart.per_frame(), ours.per_frame()), "");
    line(
        "over many contents, each rating durable by itself: processor time against a broadcast by hand",
        times(many.cpu, many_by_hand.cpu),
        "at most 3",
    );
    line(
        "the same without what the ratings cost when nobody listens",
        times(many.cpu - unheard.cpu, many_by_hand.cpu),
        "",
    );
    line("the same, the ratings fed in durable batches", times(fed.cpu, fed_by_hand.cpu), "at most 3");
    line(
        &format!("{} who come back at once: {frames} missed frames", plan.returning),
        format!("{seconds:.2} s"),
        "2 s",
    );
    out
}
