//! Things found by model and shape, without a lock: they are added and never removed.
//!
//! The model's number finds a table in chunks; the shape finds its slot there by open addressing. A table in which a
//! slot is not found within [`PROBES`] steps goes on in a larger one.

use std::fmt;
use std::sync::OnceLock;

/// Models in a chunk, and chunks: more than 4,095 models do not occur.
const CHUNK: usize = 64;

/// Slots of a model's first table.
const FIRST: usize = 16;

/// How far a slot may lie from where its shape's hash points.
const PROBES: usize = 8;

pub(super) struct Slots<T> {
    chunks: [OnceLock<Box<[Table<T>; CHUNK]>>; CHUNK],
}

struct Table<T> {
    slots: OnceLock<Box<[Slot<T>]>>,
    next: OnceLock<Box<Table<T>>>,
}

/// A shape and what belongs to it.
type Slot<T> = OnceLock<(u128, T)>;

impl<T> Slots<T> {
    pub(super) fn has_room_for(model: usize) -> bool {
        model < CHUNK * CHUNK
    }

    #[inline]
    pub(super) fn find(&self, model: usize, shape: u128) -> Option<&T> {
        let chunk = self.chunks.get(model / CHUNK)?.get()?;
        chunk.get(model % CHUNK)?.find(shape, mix(shape))
    }

    /// Adds it, unless the shape has one already. Returns the one that the shape has now.
    ///
    /// # Panics
    /// If there is no [room](Slots::has_room_for) for that model.
    pub(super) fn keep(&self, model: usize, shape: u128, new: T) -> &T {
        let chunk = self.chunks.get(model / CHUNK).expect("there is room");
        let chunk = chunk.get_or_init(|| Box::new(std::array::from_fn(|_| Table::default())));
        chunk[model % CHUNK].keep(shape, mix(shape), FIRST, new)
    }
}

impl<T> Table<T> {
    #[inline]
    fn find(&self, shape: u128, hash: usize) -> Option<&T> {
        let slots = self.slots.get()?;
        for slot in probe(slots, hash) {
            match slot.get() {
                Some((found, value)) if *found == shape => return Some(value),
                Some(_) => {}
                None => return None,
            }
        }
        self.next.get()?.find(shape, hash)
    }

    fn keep(&self, shape: u128, hash: usize, size: usize, new: T) -> &T {
        let slots = self
            .slots
            .get_or_init(|| (0..size).map(|_| OnceLock::new()).collect());
        let mut new = Some(new);
        for slot in probe(slots, hash) {
            let (found, value) = slot.get_or_init(|| (shape, new.take().expect("not used yet")));
            if *found == shape {
                return value;
            }
        }
        let next = self.next.get_or_init(Box::default);
        // A slot that took it would have been the one found.
        next.keep(shape, hash, size * 2, new.expect("not used yet"))
    }
}

/// The slots in which a shape with that hash may be.
#[inline]
fn probe<T>(slots: &[Slot<T>], hash: usize) -> impl Iterator<Item = &Slot<T>> {
    (0..PROBES).filter_map(move |step| slots.get((hash + step) & (slots.len() - 1)))
}

/// The upper bits of a product, which depend on all bits of the shape.
#[inline]
fn mix(shape: u128) -> usize {
    let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
    let folded = half(shape >> 64) ^ half(shape);
    usize::try_from(folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).unwrap_or_default()
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots {
            chunks: [const { OnceLock::new() }; CHUNK],
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table {
            slots: OnceLock::new(),
            next: OnceLock::new(),
        }
    }
}

impl<T> fmt::Debug for Slots<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chunks = self.chunks.iter().filter(|chunk| chunk.get().is_some());
        f.debug_struct("Slots")
            .field("chunks", &chunks.count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_however_many_there_are() {
        let slots = Slots::default();
        // Shapes that differ in few bits, as real ones do.
        let shapes: Vec<u128> = (0..1000_u128).map(|n| n << (n % 100)).collect();
        for model in [1, CHUNK - 1, CHUNK, CHUNK * CHUNK - 1] {
            for &shape in &shapes {
                slots.keep(model, shape, (model, shape));
            }
        }
        for model in [1, CHUNK - 1, CHUNK, CHUNK * CHUNK - 1] {
            for &shape in &shapes {
                assert_eq!(slots.find(model, shape), Some(&(model, shape)));
            }
        }
        assert_eq!(slots.find(2, 1), None);
        assert_eq!(slots.find(usize::MAX, 1), None);
        assert_eq!(slots.find(1, u128::MAX), None);
    }

    #[test]
    fn the_first_stays() {
        let slots = Slots::default();
        assert_eq!(*slots.keep(1, 7, "a"), "a");
        assert_eq!(*slots.keep(1, 7, "b"), "a");
        assert_eq!(slots.find(1, 7), Some(&"a"));
    }

    #[test]
    fn many_threads_agree() {
        let slots = Slots::default();
        let found: Vec<Vec<usize>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let slots = &slots;
                    scope.spawn(move || (0..200).map(|n| *slots.keep(1, n, thread)).collect())
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        for other in &found {
            assert_eq!(*other, found[0]);
        }
    }
}
