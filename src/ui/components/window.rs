//! The rows of a long list that are in sight: arithmetic only.

use std::ops::Range;

/// Up to this many rows a list is drawn whole.
const WHOLE: usize = 200;
/// Rows drawn above and below those in sight.
const MARGIN: usize = 12;
/// Rows taken to be in sight before anything was measured.
const FIRST: usize = 40;
/// Browsers stop at heights of 17 to 33 million pixels; above this the list is scaled.
const MAX_HEIGHT: f64 = 12_000_000.0;

/// No screen shows more rows than this.
const MOST: usize = 2000;

/// The measured positions, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    /// The distance of the list's top above the top of the screen; negative below it.
    pub(super) scrolled: f64,
    /// Height of the screen.
    pub(super) screen: f64,
    /// Height of a row.
    pub(super) row: f64,
}

/// The part of a list that is in sight, with its position.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RowWindow {
    /// Rows in sight.
    pub(super) seen: Range<usize>,
    /// Rows in the document.
    pub(super) drawn: Range<usize>,
    /// Height of the whole list in CSS pixels; `None` if the rows themselves make it.
    pub(super) height: Option<f64>,
    /// The distance of the drawn rows below the list's top, in CSS pixels.
    pub(super) offset: f64,
}

impl RowWindow {
    /// The window before anything was measured.
    pub(super) fn unmeasured(count: usize) -> Self {
        let seen = 0..count.min(FIRST);
        let drawn = if count <= WHOLE { 0..count } else { seen.clone() };
        Self { seen, drawn, height: None, offset: 0.0 }
    }

    /// The window onto `count` rows.
    pub(super) fn new(count: usize, measure: Measure) -> Self {
        let row = measure.row.max(1.0);
        // The part of the screen below the list's top, which may stand far down the page.
        let room = measure.screen + measure.scrolled.min(0.0);
        let fitting = whole(room / row).min(MOST) + 1;
        let natural = count as f64 * row;
        let height = natural.min(MAX_HEIGHT);
        let scrolled = measure.scrolled.max(0.0);
        let first = if natural <= MAX_HEIGHT {
            whole(scrolled / row)
        } else {
            let share = (scrolled / (height - measure.screen).max(1.0)).min(1.0);
            whole(share * (count + 1).saturating_sub(fitting) as f64)
        };
        let first = first.min(count);
        let seen = first..count.min(first + fitting);
        if count <= WHOLE {
            return Self { seen, drawn: 0..count, height: None, offset: 0.0 };
        }
        let drawn = first.saturating_sub(MARGIN)..count.min(first + fitting + MARGIN);
        // Where the list is scaled, the first row in sight stands at the top of the screen.
        let above = (first - drawn.start) as f64 * row;
        let at = if natural <= MAX_HEIGHT { first as f64 * row } else { scrolled };
        let lowest = (height - drawn.len() as f64 * row).max(0.0);
        Self { seen, drawn, height: Some(height), offset: (at - above).clamp(0.0, lowest) }
    }
}

/// A length for a style sheet, such as `12.50px`. In integers: a float formatter costs the page some
/// kilobytes.
pub(super) fn pixels(length: f64) -> String {
    let hundredths = whole(length * 100.0);
    format!("{}.{:02}px", hundredths / 100, hundredths % 100)
}

/// The whole part of a length that is not negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> usize {
    // `as` saturates, and NaN becomes 0.
    value as usize
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn window(count: usize, scrolled: f64) -> RowWindow {
        RowWindow::new(count, Measure { scrolled, screen: 720.0, row: 36.0 })
    }

    #[test]
    fn lengths_are_written_for_a_style_sheet() {
        let check = |length, expected: &str| assert_eq!(pixels(length), expected);
        check(0.0, "0.00px");
        check(1234.567, "1234.56px");
        check(12_000_000.0, "12000000.00px");
        check(-1.0, "0.00px");
        check(f64::NAN, "0.00px");
    }

    #[test]
    fn a_short_list_is_drawn_whole() {
        let window = window(200, 360.0);
        assert_eq!(window.drawn, 0..200);
        assert_eq!(window.seen, 10..31);
        assert_eq!(window.height, None);
    }

    #[test]
    fn rows_below_the_screen_are_not_in_sight() {
        assert_eq!(window(300, -360.0).seen, 0..11);
        assert_eq!(window(300, -10_000.0).seen, 0..1);
    }

    #[test]
    fn a_long_list_draws_what_is_in_sight_and_a_margin() {
        let window = window(10_000, 36_000.0);
        assert_eq!(window.seen, 1000..1021);
        assert_eq!(window.drawn, 988..1033);
        assert_eq!(window.height, Some(360_000.0));
        assert!((window.offset - 988.0 * 36.0).abs() < 0.001);
    }

    #[test]
    fn a_list_higher_than_browsers_allow_still_reaches_both_ends() {
        let count = 5_000_000;
        assert_eq!(window(count, 0.0).seen.start, 0);
        let end = window(count, MAX_HEIGHT - 720.0);
        assert_eq!(end.seen.end, count);
        assert_eq!(end.seen.start, count - 20);
        let bottom = end.offset + end.drawn.len() as f64 * 36.0;
        assert!((bottom - MAX_HEIGHT).abs() < 0.001);
    }

    #[test]
    fn any_measure_gives_rows_that_exist() {
        let values = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e9, f64::NEG_INFINITY];
        for count in [0, 1, 199, 201, 1_000_000] {
            for scrolled in values {
                for screen in values {
                    for row in values {
                        let window = RowWindow::new(count, Measure { scrolled, screen, row });
                        assert!(window.seen.end <= count && window.drawn.end <= count);
                        assert!(window.seen.start <= window.seen.end);
                    }
                }
            }
        }
    }
}
