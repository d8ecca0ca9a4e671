//! Owns changing single numbers in an XMP packet, as text.
//! Does not own: XML. A packet in another encoding than UTF-8, or with other prefixes than the usual ones, stays as it is.
//!
//! Source: XMP specification part 1 (ISO 16684-1), 7.4 and 7.5: a simple value is an element or an attribute.

use std::ops::Range;

/// Sets every `name="6"` and `<name>6</name>` to this number.
pub(super) fn set_number(packet: &mut Vec<u8>, name: &str, value: u32) {
    let places = numbers(packet, name.as_bytes());
    if places.is_empty() {
        return;
    }
    let text = value.to_string();
    let mut out = Vec::with_capacity(packet.len() + places.len() * text.len());
    let mut from = 0;
    for place in places {
        out.extend_from_slice(&packet[from..place.start]);
        out.extend_from_slice(text.as_bytes());
        from = place.end;
    }
    out.extend_from_slice(&packet[from..]);
    *packet = out;
}

/// Where the digits of each value with this name are.
fn numbers(packet: &[u8], name: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(place) = packet[at..].windows(name.len()).position(|window| window == name) {
        at += place + name.len();
        let Some(start) = value_start(packet, at - name.len(), at) else { continue };
        let digits = packet[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + digits;
        let closed = matches!(packet.get(end), Some(b'"' | b'\'' | b'<'));
        if digits > 0 && closed {
            found.push(start..end);
            at = end;
        }
    }
    found
}

/// Where the value of a name that stands at `name..after` begins, if it is the name of an attribute or of an element.
fn value_start(packet: &[u8], name: usize, after: usize) -> Option<usize> {
    let before = *packet.get(name.checked_sub(1)?)?;
    if before == b'<' && packet.get(after) == Some(&b'>') {
        return Some(after + 1);
    }
    let rest = skip_space(packet, after);
    let equals = (before.is_ascii_whitespace() && packet.get(rest) == Some(&b'=')).then_some(rest + 1)?;
    let quote = skip_space(packet, equals);
    matches!(packet.get(quote), Some(b'"' | b'\'')).then_some(quote + 1)
}

fn skip_space(packet: &[u8], at: usize) -> usize {
    let rest = packet.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(text: &str, value: u32) -> String {
        let mut packet = text.as_bytes().to_vec();
        set_number(&mut packet, "tiff:Orientation", value);
        String::from_utf8(packet).unwrap()
    }

    #[test]
    fn attributes_and_elements_are_set() {
        assert_eq!(set("<r a='1' tiff:Orientation='8'/>", 1), "<r a='1' tiff:Orientation='1'/>");
        assert_eq!(set("<r\ntiff:Orientation = \"8\"/>", 10), "<r\ntiff:Orientation = \"10\"/>");
        let twice = "<tiff:Orientation>6</tiff:Orientation><tiff:Orientation>3</tiff:Orientation>";
        assert_eq!(
            set(twice, 1),
            "<tiff:Orientation>1</tiff:Orientation><tiff:Orientation>1</tiff:Orientation>"
        );
    }

    #[test]
    fn what_is_not_such_a_value_stays() {
        for text in [
            "",
            "tiff:Orientation",
            "<a tiff:Orientation=\"\"/>",
            "<a tiff:Orientation=\"6",
            "<a tiff:Orientation=\"6x\"/>",
            "<xtiff:Orientation>6</xtiff:Orientation>",
            "<tiff:OrientationX>6</tiff:OrientationX>",
        ] {
            assert_eq!(set(text, 1), text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_packet(mut packet in prop::collection::vec(prop::sample::select(b"<>\"'= n6".to_vec()), 0..40)) {
            set_number(&mut packet, "n", 7);
            let again = packet.clone();
            set_number(&mut packet, "n", 7);
            prop_assert_eq!(packet, again);
        }
    }
}
