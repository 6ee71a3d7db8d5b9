//! Texts in order with their places, to find one among very many in few steps. One sort of one type, so that
//! the page carries it once.

/// Texts in order, each with its place in the list that it came from.
pub struct SortedTexts<'a>(Vec<(&'a str, usize)>);

impl<'a> SortedTexts<'a> {
    /// Sorts texts.
    pub fn of(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<(&str, usize)> = texts.zip(0..).collect();
        sorted.sort_unstable();
        Self(sorted)
    }

    /// Returns the first place of a text.
    pub fn first(&self, text: &str) -> Option<usize> {
        let at = self.0.partition_point(|(known, _)| *known < text);
        self.0.get(at).filter(|(known, _)| *known == text).map(|(_, place)| *place)
    }

    /// Returns the different texts in order, each with its places in order.
    pub fn groups(&self) -> impl Iterator<Item = &[(&'a str, usize)]> {
        self.0.chunk_by(|(one, _), (next, _)| one == next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_at_their_first_place_and_in_groups() {
        let sorted = SortedTexts::of(["b", "a", "b", "", "c", "b"].into_iter());
        let places = ["a", "b", "c", "", "d", "aa"].map(|text| sorted.first(text));
        assert_eq!(places, [Some(1), Some(0), Some(4), Some(3), None, None]);
        let groups: Vec<_> = sorted.groups().map(<[_]>::to_vec).collect();
        let b = vec![("b", 0), ("b", 2), ("b", 5)];
        assert_eq!(groups, [vec![("", 3)], vec![("a", 1)], b, vec![("c", 4)]]);
    }
}
