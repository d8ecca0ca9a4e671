//! Owns numbers for people: three significant digits, units, separators. Pure functions.
//! Does not own: which numbers are shown.

use std::time::Duration;

/// A count; thousands are separated above 9999.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    if n <= 9999 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 picture`, `2 pictures`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Three significant digits, at most three of them decimals; whole numbers keep all their digits.
pub(super) fn three(x: f64) -> String {
    let x = if x.is_finite() { x.max(0.0) } else { 0.0 };
    if x < 0.0005 {
        return "0".to_owned();
    }
    // The limits are those at which rounding would give a fourth digit.
    match x {
        x if x < 0.9995 => format!("{x:.3}"),
        x if x < 9.995 => format!("{x:.2}"),
        x if x < 99.95 => format!("{x:.1}"),
        x => count(x.round() as u64),
    }
}

/// A part of a whole, in per cent.
pub(super) fn percent(part: f64) -> String {
    format!("{:.0} %", (part * 100.0).clamp(0.0, 100.0))
}

/// A number with the largest unit in which it is at least 1, as shown.
fn scaled(x: f64, step: f64, units: &[&str]) -> String {
    let mut x = x;
    let last = units.len().saturating_sub(1);
    for unit in units.iter().take(last) {
        // 999.5 of a unit would be shown with four digits.
        if x < if step < 1001.0 { 999.5 } else { step } {
            return format!("{} {unit}", three(x));
        }
        x /= step;
    }
    format!("{} {}", three(x), units.last().unwrap_or(&""))
}

/// Bytes on disk, in powers of 1000.
pub(super) fn bytes(n: u64) -> String {
    if n < 1000 { format!("{n} B") } else { scaled(n as f64 / 1e3, 1e3, &["kB", "MB", "GB", "TB", "PB"]) }
}

/// Bytes of memory, in powers of 1024.
pub(super) fn memory(n: u64) -> String {
    let kib = n as f64 / 1024.0;
    match n {
        0..1024 => format!("{n} B"),
        1024..1_048_576 => scaled(kib, 1024.0, &["KiB", "MiB"]),
        n if n.is_multiple_of(1 << 30) => format!("{} GiB", n >> 30),
        n if n.is_multiple_of(1 << 20) && n < 1 << 30 => format!("{} MiB", n >> 20),
        _ => scaled(kib / 1024.0, 1024.0, &["MiB", "GiB", "TiB"]),
    }
}

/// How long something took.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.9995 => format!("{} ms", three(s * 1e3)),
        s if s < 59.95 => format!("{} s", three(s)),
        s => clock(s),
    }
}

/// How long something will take: whole seconds, less for what is far away.
pub(super) fn clock(seconds: f64) -> String {
    let s = seconds.clamp(0.0, 1e9).round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        3600..86_400 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3600),
    }
}

/// Milliseconds, without the unit.
pub(super) fn millis(time: Duration) -> String {
    three(time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_above_9999() {
        let shown = [0, 9999, 10_000, 123_456, 1_234_567, u64::MAX].map(count);
        assert_eq!(shown, ["0", "9999", "10,000", "123,456", "1,234,567", "18,446,744,073,709,551,615"]);
        assert_eq!([counted(0, "picture"), counted(1, "picture")], ["0 pictures", "1 picture"]);
    }

    #[test]
    fn three_digits_matter_and_rounding_never_makes_a_fourth() {
        let numbers =
            [0.0, 0.0004, 0.0123, 0.9996, 1.234, 9.996, 12.34, 99.96, 100.4, 9999.6, f64::NAN, -1.0];
        let shown = numbers.map(three);
        assert_eq!(
            shown,
            ["0", "0", "0.012", "1.00", "1.23", "10.0", "12.3", "100", "100", "10,000", "0", "0"]
        );
    }

    #[test]
    fn bytes_on_disk_are_decimal_and_memory_is_binary() {
        let disk = [0, 999, 1000, 22_100_000, 999_999_999, 3_000_000_000_000].map(bytes);
        assert_eq!(disk, ["0 B", "999 B", "1.00 kB", "22.1 MB", "1.00 GB", "3.00 TB"]);
        let ram = [256 << 20, 1 << 30, 3 << 29, 1 << 19, 1000, 0].map(memory);
        assert_eq!(ram, ["256 MiB", "1 GiB", "1.50 GiB", "512 KiB", "1000 B", "0 B"]);
    }

    #[test]
    fn times_carry_their_unit() {
        let times = [0.000_012, 0.0123, 0.9999, 1.9, 59.96, 125.0, 3725.0, 90_000.0];
        let shown = times.map(|s| duration(Duration::from_secs_f64(s)));
        assert_eq!(
            shown,
            ["0.012 ms", "12.3 ms", "1.00 s", "1.90 s", "1 min 0 s", "2 min 5 s", "1 h 2 min", "1 d 1 h"]
        );
        assert_eq!(clock(f64::INFINITY), clock(1e9), "a hopeless estimate is no panic");
    }

    #[test]
    fn a_part_is_shown_as_whole_per_cent() {
        assert_eq!([0.0, 0.004, 0.976, 1.02].map(percent), ["0 %", "0 %", "98 %", "100 %"]);
    }
}
