//! Owns where the cursor rests between two drawings of the bar: at the beginning of its last line.
//!
//! `indicatif` leaves it behind the last column. There, the `^C` that a terminal shows for Ctrl-C goes to a line of its
//! own, every way up from it is one line short, and the head of the bar stays on the screen for good.

use indicatif::TermLike;
use std::io;

/// A terminal that is drawn on.
#[derive(Debug)]
pub(super) struct Screen<T>(T);

impl<T: TermLike> Screen<T> {
    pub(super) fn new(terminal: T) -> Self {
        Self(terminal)
    }
}

impl<T: TermLike> TermLike for Screen<T> {
    fn width(&self) -> u16 {
        self.0.width()
    }

    fn height(&self) -> u16 {
        self.0.height()
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    /// The end of a drawing.
    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
    use std::sync::{Arc, Mutex};

    /// Rows of a terminal of 10 columns, which wraps as real ones do: only when something follows the last column.
    #[derive(Debug, Default)]
    struct Rows {
        rows: Vec<String>,
        row: usize,
        column: usize,
    }

    const COLUMNS: usize = 10;

    impl Rows {
        fn put(&mut self, text: &str) {
            for c in text.chars() {
                match c {
                    '\r' => self.column = 0,
                    '\n' => self.row += 1,
                    c => {
                        if self.column == COLUMNS {
                            (self.row, self.column) = (self.row + 1, 0);
                        }
                        self.rows.resize(self.rows.len().max(self.row + 1), " ".repeat(COLUMNS));
                        self.rows[self.row].replace_range(self.column..=self.column, &c.to_string());
                        self.column += 1;
                    }
                }
            }
        }
    }

    #[derive(Clone, Debug, Default)]
    struct Emulated(Arc<Mutex<Rows>>);

    impl Emulated {
        fn with(&self, change: impl FnOnce(&mut Rows)) -> io::Result<()> {
            change(&mut self.0.lock().unwrap());
            Ok(())
        }
    }

    impl TermLike for Emulated {
        fn width(&self) -> u16 {
            COLUMNS as u16
        }

        fn move_cursor_up(&self, n: usize) -> io::Result<()> {
            self.with(|rows| rows.row = rows.row.saturating_sub(n))
        }

        fn move_cursor_down(&self, n: usize) -> io::Result<()> {
            self.with(|rows| rows.row += n)
        }

        fn move_cursor_right(&self, n: usize) -> io::Result<()> {
            self.with(|rows| rows.column = (rows.column + n).min(COLUMNS))
        }

        fn move_cursor_left(&self, n: usize) -> io::Result<()> {
            self.with(|rows| rows.column = rows.column.saturating_sub(n))
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.with(|rows| rows.put(&format!("{text}\r\n")))
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.with(|rows| rows.put(text))
        }

        fn clear_line(&self) -> io::Result<()> {
            self.with(|rows| {
                rows.column = 0;
                if let Some(row) = rows.rows.get_mut(rows.row) {
                    *row = " ".repeat(COLUMNS);
                }
            })
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is left on the screen after a bar of three lines over which the terminal wrote `^C`.
    fn left_by(terminal: impl TermLike + 'static, emulated: &Emulated) -> String {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(terminal)));
        bar.set_style(ProgressStyle::with_template("{msg}").unwrap());
        bar.set_message("head\none\ntwo");
        bar.tick();
        emulated.write_str("^C").unwrap();
        bar.suspend(|| emulated.write_line("ending").unwrap());
        bar.finish_and_clear();
        emulated.0.lock().unwrap().rows.join("").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nothing_of_the_bar_stays_after_ctrl_c() {
        let emulated = Emulated::default();
        assert_eq!(left_by(Screen::new(emulated.clone()), &emulated), "ending");
        let bare = Emulated::default();
        assert_ne!(left_by(bare.clone(), &bare), "ending", "the fault that this type is for is gone");
    }
}
