//! Owns how a curve is drawn: as an SVG of its own, and with letters for a terminal.

use super::super::units::three;
use super::curve::{Curve, curves};
use super::model::Model;
use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 34.0;
const RIGHT: f64 = 20.0;

/// Throughput against cores and against workers, as one SVG picture that needs nothing else; light or dark as its
/// surroundings are.
pub fn svg(model: &Model) -> String {
    let curves = curves(model);
    let height = HEIGHT * curves.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<title>Predicted pictures per second</title>\n<style>\n\
         .paper {{ fill: #fff }} text {{ fill: #222 }} .axis {{ stroke: #888; stroke-opacity: .35 }}\n\
         .line {{ stroke: #06c; fill: none; stroke-width: 2 }} .range {{ fill: #06c; fill-opacity: .15 }}\n\
         .point {{ fill: #06c }} .here {{ fill: #d40 }}\n\
         @media (prefers-color-scheme: dark) {{ .paper {{ fill: #181818 }} text {{ fill: #ddd }} .line {{ stroke: #6bf }}\n\
         .range {{ fill: #6bf }} .point {{ fill: #6bf }} .here {{ fill: #f95 }} }}\n</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    for (at, curve) in curves.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate(0 {})\">", HEIGHT * at as f64);
        panel(&mut out, curve);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, curve: &Curve) {
    let most = curve.points.iter().map(|(_, _, (_, high))| *high).fold(f64::MIN_POSITIVE, f64::max);
    let last = curve.points.last().map_or(1, |(n, ..)| *n).max(2) as f64;
    let x = |n: f64| LEFT + (n.max(1.0).log2() / last.log2()) * (WIDTH - LEFT - RIGHT);
    let y = |rate: f64| HEIGHT - BOTTOM - rate / most * (HEIGHT - BOTTOM - TOP);
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"20\">pictures/s against {}</text>", escaped(&curve.along));
    for part in 0..=4 {
        let rate = most * f64::from(part) / 4.0;
        let (y, label) = (y(rate), three(rate));
        let _ = writeln!(
            out,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            WIDTH - RIGHT
        );
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
    let join = |points: &mut dyn Iterator<Item = (f64, f64)>| {
        points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
    };
    let low = curve.points.iter().map(|(n, _, (low, _))| (x(*n as f64), y(*low)));
    let high = curve.points.iter().rev().map(|(n, _, (_, high))| (x(*n as f64), y(*high)));
    let _ = writeln!(out, "<polygon class=\"range\" points=\"{}\"/>", join(&mut low.chain(high)));
    let line = join(&mut curve.points.iter().map(|(n, rate, _)| (x(*n as f64), y(*rate))));
    let _ = writeln!(out, "<polyline class=\"line\" points=\"{line}\"/>");
    for (n, rate, (low, high)) in &curve.points {
        let (cx, cy) = (x(*n as f64), y(*rate));
        let class = if *n == curve.here { "here" } else { "point" };
        let _ = writeln!(
            out,
            "<circle class=\"{class}\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\"><title>{n}: {} ({} to {})</title></circle>",
            three(*rate),
            three(*low),
            three(*high)
        );
        if n.is_power_of_two() || *n == curve.here {
            let _ = writeln!(
                out,
                "<text x=\"{cx:.1}\" y=\"{}\" text-anchor=\"middle\">{n}</text>",
                HEIGHT - 18.0
            );
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same with letters: a bar for each number.
pub fn ascii(model: &Model) -> String {
    let mut out = String::new();
    for curve in curves(model) {
        let most = curve.points.iter().map(|(_, rate, _)| *rate).fold(f64::MIN_POSITIVE, f64::max);
        let _ = writeln!(out, "pictures/s against {}", curve.along);
        for (n, rate, _) in &curve.points {
            let mark = if *n == curve.here { '>' } else { ' ' };
            let bar = "█".repeat((rate / most * 50.0).round() as usize);
            let _ = writeln!(out, "{mark}{n:>5}  {bar:<50}  {}", three(*rate));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
