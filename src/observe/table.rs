//! Owns the layout of a table: the first column to the left, the others to the right, no more than [`WIDTH`] columns.
//! Does not own: what stands in it.

/// The widest that a table for people may be.
pub(super) const WIDTH: usize = 80;

/// One table row per input row. Names in the first column are cut where the table would get too wide.
pub(super) fn layout(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| columns_of(cell)).max();
    let mut widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    let gaps = columns.saturating_sub(1);
    let total = |gap: usize, widths: &[usize]| widths.iter().sum::<usize>() + gap * gaps;
    let gap = if total(2, &widths) <= WIDTH { 2 } else { 1 };
    let excess = total(gap, &widths).saturating_sub(WIDTH);
    if let Some(first) = widths.first_mut() {
        *first = first.saturating_sub(excess).max(4);
    }
    rows.iter().map(|row| line(row, &widths, gap)).collect()
}

fn line(row: &[String], widths: &[usize], gap: usize) -> String {
    let mut out = String::new();
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        let cell = cut(cell, *width);
        let pad = " ".repeat(width.saturating_sub(columns_of(&cell)));
        if at == 0 {
            out.extend([cell.as_str(), pad.as_str()]);
        } else {
            out.extend([" ".repeat(gap).as_str(), pad.as_str(), cell.as_str()]);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn columns_of(text: &str) -> usize {
    text.chars().count()
}

/// As much of a text as fits; what is left out shows as `…`.
pub(super) fn cut(text: &str, width: usize) -> String {
    if columns_of(text) <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain((width > 0).then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn names_stand_left_and_numbers_right() {
        let lines = layout(&rows(&[&["stage", "busy"], &["read", "7 %"], &["decode", "100 %"]]));
        assert_eq!(lines, ["stage    busy", "read      7 %", "decode  100 %"]);
    }

    #[test]
    fn a_long_name_is_cut_rather_than_the_table_widened() {
        let name = "n".repeat(90);
        let lines = layout(&rows(&[&["stage", "busy"], &[&name, "1 %"]]));
        assert_eq!(lines[1].chars().count(), WIDTH);
        assert!(lines[1].ends_with("n…  1 %"), "{}", lines[1]);
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!([cut("übung", 5), cut("übung", 4), cut("übung", 0)], ["übung", "übu…", ""]);
    }
}
