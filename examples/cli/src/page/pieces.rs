//! A text cut where marks begin and end, so that overlapping marks can be shown.

use std::collections::BTreeSet;

use careline::model::Span;

/// More marks than this help nobody, and would let a hostile text cost us time.
const MOST: usize = 500;

/// A stretch of a text with the marks that lie on it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Places in the list of spans, in order.
    pub(super) marks: Vec<usize>,
}

/// Cuts `text` at the edges of `spans`. Spans that do not fit the text mark nothing; the text itself is always whole.
pub(super) fn pieces<'a>(text: &'a str, spans: &[Span]) -> Vec<Piece<'a>> {
    let fitting = spans.iter().take(MOST).enumerate().filter(|(_, span)| !span.of(text).is_empty());
    let mut edges: Vec<(usize, bool, usize)> = fitting
        .flat_map(|(place, span)| [(span.start as usize, true, place), (span.end as usize, false, place)])
        .collect();
    edges.sort_unstable();
    let (mut pieces, mut active, mut from) = (Vec::new(), BTreeSet::new(), 0);
    for (at, begins, place) in edges {
        if from < at {
            pieces.push(Piece { text: &text[from..at], marks: active.iter().copied().collect() });
            from = at;
        }
        if begins {
            active.insert(place)
        } else {
            active.remove(&place)
        };
    }
    if from < text.len() {
        pieces.push(Piece { text: &text[from..], marks: Vec::new() });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, spans: &[(usize, usize)]) -> String {
        let spans: Vec<_> = spans.iter().map(|(start, end)| Span::new(*start, *end).unwrap()).collect();
        let cut = pieces(text, &spans);
        assert_eq!(cut.iter().map(|piece| piece.text).collect::<String>(), text);
        cut.iter().map(|piece| format!("{}{:?}", piece.text, piece.marks)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn overlapping_and_nested_marks_are_cut_apart() {
        assert_eq!(shown("abcdef", &[(0, 4), (2, 6)]), "ab[0] cd[0, 1] ef[1]");
        assert_eq!(shown("abcdef", &[(0, 6), (2, 3)]), "ab[0] c[0, 1] def[0]");
        assert_eq!(shown("abc", &[(0, 1), (1, 2)]), "a[0] b[1] c[]");
    }

    #[test]
    fn marks_that_do_not_fit_mark_nothing() {
        assert_eq!(shown("aé👩‍🚀", &[(1, 2), (0, 99), (1, 1)]), "aé👩‍🚀[]");
        assert_eq!(shown("aé👩‍🚀", &[(3, 14)]), "aé[] 👩‍🚀[0]");
        assert!(pieces("", &[]).is_empty());
    }

    #[test]
    fn thousands_of_marks_are_bounded() {
        let spans: Vec<_> = (0..20_000).filter_map(|at| Span::new(at, 40_000)).collect();
        assert!(pieces(&"x".repeat(40_000), &spans).len() <= MOST * 2 + 1);
    }
}
