//! Ranges of tokens, and where they are cut. Pure.

/// A range of tokens that is still to be read: those behind `after` up to and with `to`. No key has the token
/// `i64::MIN`, so that the whole ring is one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) after: i64,
    pub(super) to: i64,
    /// Where the next page begins, if one was read.
    pub(super) state: Option<Box<[u8]>>,
}

impl Piece {
    pub(super) const WHOLE: Piece = Piece {
        after: i64::MIN,
        to: i64::MAX,
        state: None,
    };

    /// How many tokens it has.
    pub(super) fn width(&self) -> u64 {
        self.to.wrapping_sub(self.after).cast_unsigned()
    }

    /// In parts that end at `cuts`, which are sorted. One that has begun stays whole: its state belongs to its ends.
    pub(super) fn cut(self, cuts: &[i64]) -> Vec<Piece> {
        if self.state.is_some() {
            return vec![self];
        }
        let from = cuts.partition_point(|cut| *cut <= self.after);
        let inside = cuts.iter().skip(from).take_while(|cut| **cut < self.to);
        let mut after = self.after;
        let ends = inside.copied().chain([self.to]);
        ends.map(|to| {
            let after = std::mem::replace(&mut after, to);
            Piece {
                after,
                to,
                state: None,
            }
        })
        .collect()
    }
}

/// Neighbours of which none has begun, as one.
pub(super) fn merged(pieces: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for piece in pieces {
        match all.last_mut() {
            Some(last)
                if last.to == piece.after && last.state.is_none() && piece.state.is_none() =>
            {
                last.to = piece.to;
            }
            _ => all.push(piece),
        }
    }
    all
}

/// Where the ring is cut: at `ends`, and evenly if that makes fewer than `least` parts. Sorted.
pub(super) fn cuts(ends: impl IntoIterator<Item = i64>, least: usize) -> Vec<i64> {
    let mut cuts: Vec<i64> = ends.into_iter().collect();
    cuts.sort_unstable();
    cuts.dedup();
    // At the ends of the ring there is nothing to cut.
    cuts.retain(|cut| *cut != i64::MIN && *cut != i64::MAX);
    if cuts.len() < least.saturating_sub(1) {
        cuts.extend(evenly(least));
        cuts.sort_unstable();
        cuts.dedup();
    }
    cuts
}

/// The ends of so many equal parts, without the last.
fn evenly(parts: usize) -> impl Iterator<Item = i64> {
    let parts = u64::try_from(parts).unwrap_or(u64::MAX).max(1);
    let width = u64::MAX / parts;
    (1..parts).map(move |nth| i64::MIN.wrapping_add_unsigned(width * nth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(after: i64, to: i64) -> Piece {
        Piece {
            after,
            to,
            state: None,
        }
    }

    fn check(piece: Piece, at: &[i64], expected: &[(i64, i64)]) {
        let parts = piece.cut(at);
        let ends: Vec<_> = parts.iter().map(|p| (p.after, p.to)).collect();
        assert_eq!(ends, expected, "{at:?}");
    }

    #[test]
    fn parts_end_where_owners_change() {
        const MIN: i64 = i64::MIN;
        const MAX: i64 = i64::MAX;
        check(Piece::WHOLE, &[], &[(MIN, MAX)]);
        check(Piece::WHOLE, &[-5, 7], &[(MIN, -5), (-5, 7), (7, MAX)]);
        check(piece(0, 10), &[-5, 0, 7, 10, 12], &[(0, 7), (7, 10)]);
        check(piece(0, 10), &[20], &[(0, 10)]);
        let begun = Piece {
            state: Some([1].into()),
            ..piece(0, 10)
        };
        check(begun, &[5], &[(0, 10)]);
    }

    /// A node may own the token at an end of the ring: the range that ends there is the last one, wherever it begins.
    #[test]
    fn the_ring_is_not_cut_at_its_ends() {
        assert_eq!(cuts([i64::MIN, 5, i64::MAX, -5, 5], 0), [-5, 5]);
        assert_eq!(cuts([i64::MIN], 1), [0_i64; 0]);
        assert_eq!(cuts([], 2), [-1]);
        assert_eq!(cuts([3], 2), [3], "two parts are there");
    }

    #[test]
    fn parts_cover_the_ring_once() {
        for least in [1, 2, 3, 7, 64, 1000] {
            let cuts = cuts([-9, 12, 100], least);
            let parts = Piece::WHOLE.cut(&cuts);
            assert!(parts.len() >= least, "{} of {least}", parts.len());
            let width: u128 = parts.iter().map(|p| u128::from(p.width())).sum();
            assert_eq!(width, u128::from(Piece::WHOLE.width()));
            assert_eq!(merged(parts), [Piece::WHOLE]);
        }
    }

    #[test]
    fn what_has_begun_is_not_merged() {
        let begun = Piece {
            state: Some([1].into()),
            ..piece(5, 8)
        };
        let pieces = [
            piece(0, 2),
            piece(2, 5),
            begun.clone(),
            piece(8, 9),
            piece(10, 11),
        ];
        let expected = [piece(0, 5), begun, piece(8, 9), piece(10, 11)];
        assert_eq!(merged(pieces), expected);
    }
}
