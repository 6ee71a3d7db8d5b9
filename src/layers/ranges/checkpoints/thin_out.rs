//! Bounding a list of places by dropping every other one.

/// Drops every other item, but the first; and of an odd number the last.
pub(super) fn thin_out<T>(items: &mut Vec<T>) {
    let mut at = 0;
    items.retain(|_| {
        at += 1;
        at % 2 == 1
    });
}
