//! Owns what the benches share: how much is measured, medians, tables.
//! Does not own: any measurement.

use std::error::Error;

/// Whatever goes wrong ends a bench with its message.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Whether little is to be measured: it shows that the bench works, not how fast anything is.
///
/// Asked for by `--quick`, and by whoever does not pass the `--bench` that `cargo bench` adds: `cargo test --all-targets`.
pub(crate) fn is_quick() -> bool {
    let has = |flag: &str| std::env::args_os().any(|argument| argument == flag);
    has("--quick") || !has("--bench")
}

/// The middle one, or the mean of the two in the middle; not a number when there are none.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match samples.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => samples[middle],
        _ => f64::midpoint(samples[middle - 1], samples[middle]),
    }
}

/// Prints rows of equal length; the first column is text, the others are figures.
pub(crate) fn print_table(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (column, cell) in cells.enumerate() {
            let width = width(column);
            line += &if column == 0 { format!("{cell:width$}") } else { format!("  {cell:>width$}") };
        }
        println!("{}", line.trim_end());
    };
    println!("\n{title}");
    print(&mut head.iter().copied());
    for row in rows {
        print(&mut row.iter().map(String::as_str));
    }
}
