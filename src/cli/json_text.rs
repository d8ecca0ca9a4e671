//! Owns how a report's JSON is laid out: objects a member a line, lists of numbers on one line.

use serde_json::Value;
use std::fmt::Write as _;

/// As text that people can read and compare line by line.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter().map(|(name, value)| (Some(name), value));
            lines(members, depth, ['{', '}'], text);
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            lines(items.iter().map(|item| (None, item)), depth, ['[', ']'], text);
        }
        // Writing to a string does not fail.
        other => drop(write!(text, "{other}")),
    }
}

fn lines<'v>(
    members: impl Iterator<Item = (Option<&'v String>, &'v Value)>,
    depth: usize,
    [open, close]: [char; 2],
    text: &mut String,
) {
    text.push(open);
    for (at, (name, value)) in members.enumerate() {
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            let _ = write!(text, "{}: ", Value::from(name.as_str()));
        }
        write(value, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_stand_on_one_line_and_it_reads_back() {
        let value = json!({ "a\"": [1, [2, 3]], "b": [{ "c": null }, {}], "d": {}, "e": [] });
        let text = pretty(&value);
        assert_eq!(
            text,
            "{\n  \"a\\\"\": [1,[2,3]],\n  \"b\": [\n    {\n      \"c\": null\n    },\n    {}\n  ],\n  \"d\": {},\n  \"e\": []\n}\n"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
