//! `pipeline ops`: what every op says of itself. Owns: how it is printed. Does not own: what is said (the stages).

use clap::builder::{PossibleValuesParser, StyledStr, Styles};
use serde_json::{Value, json};

use super::wrap;
use crate::job::{Op, OpHelp};

/// The names of all ops, for completion and for a refusal that suggests one.
pub(super) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(Op::all().iter().map(|op| op.name))
}

/// The op of a name, or all of them.
fn chosen(name: Option<&str>) -> impl Iterator<Item = &'static OpHelp> {
    Op::all().iter().filter(move |op| name.is_none_or(|name| op.name == name))
}

/// For people, in lines of at most `width` columns.
pub(super) fn text(name: Option<&str>, width: usize) -> StyledStr {
    let mut lines = Vec::new();
    for op in chosen(name) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(page(op, width));
    }
    if name.is_none() {
        lines.push(String::new());
        let how = "Ops are run in the order in which they are given, each on what the one before made: \
                   --op 'resize 512x512 fit=inside' --op gray";
        lines.extend(wrap::wrapped(how, 0, width));
    }
    lines.push(String::new());
    lines.join("\n").into()
}

fn page(op: &OpHelp, width: usize) -> Vec<String> {
    let styles = Styles::styled();
    let dressed = |style: &clap::builder::styling::Style, text: &str| format!("{style}{text}{style:#}");
    let head = |text: &str| dressed(styles.get_header(), text);
    let literal = |text: &str| dressed(styles.get_literal(), text);
    // Each way to write it on a line of its own.
    let ways = op.usage.split(" | ").flat_map(|way| wrap::wrapped(way, 4, width));
    let unindented = |line: String| {
        if line.trim_start().starts_with(op.name) { line.trim_start().to_owned() } else { line }
    };
    let mut lines: Vec<String> = ways.map(|line| head(&unindented(line))).collect();
    lines.extend(wrap::wrapped(op.summary, 2, width));
    if !op.options.is_empty() {
        lines.push(String::new());
        lines.extend(wrap::pairs(op.options.iter().copied(), 2, width, literal));
    }
    lines.push(String::new());
    let facts = [("Formula", op.formula), ("Source", op.source)];
    lines.extend(wrap::pairs(facts.into_iter().filter(|(_, text)| !text.is_empty()), 2, width, head));
    for (at, (example, what)) in op.examples.iter().enumerate() {
        let title = if at == 0 { head("Example") } else { " ".repeat("Example".len()) };
        lines.push(format!("  {title}  {}", literal(&format!("--op '{example}'"))));
        lines.extend(wrap::wrapped(what, 15, width));
    }
    lines
}

/// For machines: an array of objects.
pub(super) fn json(name: Option<&str>) -> String {
    let ops: Vec<Value> = chosen(name).map(object).collect();
    format!("{:#}\n", Value::from(ops))
}

fn object(op: &OpHelp) -> Value {
    let options = op.options.iter().map(|(option, does)| json!({"option": option, "does": does}));
    let examples = op.examples.iter().map(|(example, purpose)| json!({"op": example, "for": purpose}));
    json!({
        "name": op.name,
        "usage": op.usage,
        "summary": op.summary,
        "options": options.collect::<Vec<_>>(),
        "formula": op.formula,
        "source": op.source,
        "examples": examples.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_is_told_with_all_that_it_says() {
        let text = text(None, 80).to_string();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        let told = words(&text);
        for op in Op::all() {
            for part in [op.summary, op.formula, op.source] {
                assert!(told.contains(&words(part)), "{part}");
            }
            for (example, what) in op.examples {
                assert!(told.contains(&words(&format!("--op '{example}' {what}"))), "{example}");
            }
            assert!(op.options.iter().all(|(_, does)| told.contains(&words(does))), "{}", op.name);
        }
    }

    #[test]
    fn lines_are_no_wider_than_asked_unless_there_is_nowhere_to_break() {
        for width in [60, 80, 110] {
            let text = text(None, width).to_string();
            let prose = text.lines().filter(|line| line.starts_with("   ") && !line.contains("--op"));
            for line in prose {
                assert!(wrap::columns(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn one_op_is_told_alone() {
        let text = text(Some("crop"), 80).to_string();
        assert!(
            text.starts_with("crop WxH+X+Y\ncrop WxH [gravity=PLACE]\ncrop W:H [gravity=PLACE]\n  Cuts out"),
            "{text}"
        );
        assert!(!text.contains("rotate"));
        let one: Value = serde_json::from_str(&json(Some("crop"))).unwrap();
        assert_eq!((one[0]["name"].as_str(), one.as_array().map(Vec::len)), (Some("crop"), Some(1)));
    }
}
