//! Owns the page that shows a report: one file without any request, put together from a document, a style and a script.
//! Does not own: the figures. The page takes them all from the JSON report that it carries.
//!
//! Names of files are written by anybody. They reach the page only inside that JSON, in which nothing can end its element,
//! and the script puts them into the page as text.

use serde_json::Value;
use std::hash::{BuildHasher, RandomState};

const DOCUMENT: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of a run that has ended, from a report made by [`report_json`](super::report_json) and
/// [`Recorder::describe`](super::Recorder::describe). It may have `previews` too: objects with `picture`, and `before` and
/// `after` as `data:` addresses.
///
/// ```
/// use pipeline_images::observe::report_page;
///
/// let page = report_page(&serde_json::json!({ "stages": [{ "name": "</script>" }] }));
/// assert!(page.starts_with("<!doctype html>"));
/// assert!(page.contains(r"\u003c/script\u003e"));
/// ```
pub fn report_page(report: &Value) -> String {
    assemble(report, "report")
}

/// The page of a run that goes on, which asks where it came from for later figures.
pub(super) fn live_page(report: &Value) -> String {
    assemble(report, "live")
}

fn assemble(report: &Value, mode: &str) -> String {
    let json = embedded(report);
    // Only elements that know it count; it differs from page to page.
    let nonce = format!("{:016x}", RandomState::new().hash_one(0u8));
    let mut page = String::with_capacity(DOCUMENT.len() + STYLE.len() + SCRIPT.len() + json.len());
    let mut rest = DOCUMENT;
    // From left to right, so that what was put in is not looked at again.
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
    {
        page.push_str(before);
        page.push_str(match name {
            "style" => STYLE,
            "script" => SCRIPT,
            "report" => &json,
            "mode" => mode,
            "nonce" => &nonce,
            _ => "",
        });
        rest = after;
    }
    page.push_str(rest);
    page
}

/// JSON in which nothing looks like an element.
fn embedded(report: &Value) -> String {
    report.to_string().replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What the page carries.
    fn carried(page: &str) -> Value {
        let from = page.find("type=\"application/json\"").unwrap();
        let json = &page[from + page[from..].find('>').unwrap() + 1..];
        serde_json::from_str(&json[..json.find('<').unwrap()]).unwrap()
    }

    #[test]
    fn the_page_asks_for_nothing_and_has_no_place_left_open() {
        let page = report_page(&json!({}));
        for request in ["http://", "https://", "src=", "@import", "url(", "{{"] {
            // Namespaces are names, not addresses.
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.contains(request), "{request}");
        }
        assert!(
            page.contains("data-mode=\"report\"") && live_page(&json!({})).contains("data-mode=\"live\"")
        );
    }

    #[test]
    fn markup_is_made_by_the_script_from_text_alone() {
        for hole in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
        {
            assert!(!SCRIPT.contains(hole), "{hole}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_carried_whole_and_ends_nothing(text in "[<>&\"'\\\\/{}!a-z\\PC\n\u{2028}-]{0,40}") {
            let report = json!({ "stages": [], "slowest": [{ "picture": text }] });
            let page = report_page(&report);
            prop_assert_eq!(carried(&page), report);
            prop_assert_eq!(page.matches("</script").count(), DOCUMENT.matches("</script").count());
            prop_assert_eq!(page.matches("<!--").count(), DOCUMENT.matches("<!--").count());
        }
    }
}
