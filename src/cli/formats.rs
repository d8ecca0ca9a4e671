//! `pipeline formats`: what each format can hold, and what of it is read and written. Owns: how it is printed.
//! Does not own: the table (the stages).

use clap::builder::{StyledStr, Styles};
use serde_json::{Value, json};

use super::wrap;
use crate::job::{Capabilities, Format};

const HEADS: [&str; 6] = ["Format", "Reads", "Writes", "Alpha", "Metadata read", "Metadata written"];

const LEGEND: &str = "Reads and Writes give bits per sample; files of fewer than 8 bits become 8, those of 9 to 15 bits \
                      16. What a format cannot hold is reduced by a rule or refused by name, and a warning says so.";

/// For people, in lines of at most `width` columns.
pub(super) fn text(width: usize) -> StyledStr {
    let styles = Styles::styled();
    let (head, literal) = (styles.get_header(), styles.get_literal());
    let rows: Vec<[String; 6]> = Format::ALL.iter().map(|format| row(*format)).collect();
    let widths: [usize; 6] = std::array::from_fn(|at| {
        rows.iter().map(|row| wrap::columns(&row[at])).max().unwrap_or(0).max(wrap::columns(HEADS[at]))
    });
    let line = |cells: [&str; 6]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - wrap::columns(cell))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![format!("{head}{}{head:#}", line(HEADS))];
    lines.extend(rows.iter().map(|row| line(row.each_ref().map(String::as_str))));
    lines.push(String::new());
    lines.extend(wrap::wrapped(LEGEND, 0, width));
    lines.push(String::new());
    let notes: Vec<(&str, String)> =
        Format::ALL.iter().map(|format| (format.name(), note(*format))).collect();
    let told = notes.iter().map(|(name, note)| (*name, note.as_str()));
    lines.extend(wrap::pairs(told, 0, width, |name| format!("{literal}{name}{literal:#}")));
    lines.push(String::new());
    lines.join("\n").into()
}

fn row(format: Format) -> [String; 6] {
    let can = format.capabilities();
    let words = |words: &[&str]| if words.is_empty() { "-".to_owned() } else { words.join(" ") };
    let metadata_out = if can.writes { words(can.metadata_out) } else { String::new() };
    [
        format.name().to_owned(),
        if can.reads { depths(can.depths_in) } else { "no".to_owned() },
        if can.writes { depths(can.depths_out) } else { "no".to_owned() },
        if can.alpha { "yes" } else { "no" }.to_owned(),
        words(can.metadata_in),
        metadata_out,
    ]
}

fn depths(bits: &[u8]) -> String {
    bits.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn note(format: Format) -> String {
    let can = format.capabilities();
    let several = if can.several { "the first picture of several" } else { "" };
    let feature = feature(&can);
    let names: Vec<String> = format.extensions().iter().map(|name| format!(".{name}")).collect();
    let names = names.join(" ");
    let parts =
        [names.as_str(), can.notes, several, feature.as_str()].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

fn feature(can: &Capabilities) -> String {
    match can.feature {
        Some(feature) if can.reads => format!("this build has the feature {feature} for it"),
        Some(feature) => format!("read by builds with the feature {feature}"),
        None => String::new(),
    }
}

/// For machines: an array of objects.
pub(super) fn json() -> String {
    let formats: Vec<Value> = Format::ALL.iter().map(|format| object(*format)).collect();
    format!("{:#}\n", Value::from(formats))
}

fn object(format: Format) -> Value {
    let can = format.capabilities();
    json!({
        "name": format.name(),
        "extensions": format.extensions(),
        "reads": can.reads,
        "writes": can.writes,
        "depths_in": can.depths_in,
        "depths_out": can.depths_out,
        "alpha": can.alpha,
        "metadata_in": can.metadata_in,
        "metadata_out": can.metadata_out,
        "several": can.several,
        "feature": can.feature,
        "notes": can.notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_row_and_its_note() {
        let text = text(80).to_string();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for format in Format::ALL {
            assert!(text.lines().any(|line| line.starts_with(format.name())), "{format}");
            assert!(words.contains(format.capabilities().notes), "{format}");
        }
        assert!(text.lines().all(|line| wrap::columns(line) <= 80), "{text}");
    }

    #[test]
    fn machines_get_every_format() {
        let formats: Value = serde_json::from_str(&json()).unwrap();
        assert_eq!(formats.as_array().map(Vec::len), Some(Format::ALL.len()));
        assert_eq!(formats[0]["extensions"][0], "jpg");
    }
}
