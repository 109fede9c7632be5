//! Some hundred tablets, one behind the other: small enough to be copied when one of them changes.

use std::ops::Range;
use std::sync::Arc;

use super::Learned;

/// The most tablets of a chunk; one that would have more becomes two.
const LIMIT: usize = 256;

/// Tablets that do not overlap, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    spans: Vec<Span>,
    /// The nodes of all replicas, tablet by tablet, and their shards.
    nodes: Vec<u16>,
    shards: Vec<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: i64,
    last: i64,
    version: Option<i64>,
    /// Where its replicas begin, and how many there are.
    from: u32,
    count: u16,
    complete: bool,
}

/// A tablet that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// The nodes of its replicas, as places in the topology.
    pub(crate) nodes: &'a [u16],
    /// Their shards.
    pub(crate) shards: &'a [u16],
    pub(crate) version: Option<i64>,
}

/// A tablet of a chunk.
pub(super) struct Entry<'a> {
    span: &'a Span,
    found: Found<'a>,
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The token before the first one of its first tablet.
    pub(super) fn first(&self) -> i64 {
        self.spans.first().map_or(i64::MAX, |span| span.first)
    }

    /// The last token of its last tablet.
    pub(super) fn last(&self) -> i64 {
        self.spans.last().map_or(i64::MIN, |span| span.last)
    }

    #[inline]
    pub(super) fn find(&self, token: i64) -> Option<Found<'_>> {
        let at = self.spans.partition_point(|span| span.last < token);
        let span = self.spans.get(at).filter(|span| span.first < token)?;
        self.found(span)
    }

    #[inline]
    fn found(&self, span: &Span) -> Option<Found<'_>> {
        let from = span.from as usize;
        let to = from + usize::from(span.count);
        Some(Found {
            nodes: self.nodes.get(from..to)?,
            shards: self.shards.get(from..to)?,
            version: span.version,
        })
    }

    /// Whether it has exactly this tablet.
    pub(super) fn has(&self, tablet: &Learned) -> bool {
        let at = self.spans.partition_point(|span| span.last < tablet.last);
        let entry = self.spans.get(at).and_then(|span| self.entry(span));
        entry.is_some_and(|entry| entry.learned() == *tablet)
    }

    /// The memory that it takes, in bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of::<Chunk>()
            + self.spans.capacity() * size_of::<Span>()
            + (self.nodes.capacity() + self.shards.capacity()) * size_of::<u16>()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.spans.iter().filter_map(|span| self.entry(span))
    }

    fn entry<'a>(&'a self, span: &'a Span) -> Option<Entry<'a>> {
        let found = self.found(span)?;
        Some(Entry { span, found })
    }

    /// The tablets of chunks that lie one behind the other, without those that overlap another one, and that one: as one
    /// chunk, or as two if it is too large.
    pub(super) fn merged(chunks: &[Arc<Chunk>], tablet: &Learned) -> Vec<Chunk> {
        let mut all = Chunk::default();
        for chunk in chunks {
            let spans = &chunk.spans;
            all.append(
                chunk,
                0..spans.partition_point(|span| span.last <= tablet.first),
            );
        }
        all.push(tablet);
        for chunk in chunks {
            let spans = &chunk.spans;
            let from = spans.partition_point(|span| span.first < tablet.last);
            all.append(chunk, from..spans.len());
        }
        if all.len() <= LIMIT {
            return vec![all];
        }
        let half = all.len() / 2;
        let part = |range| {
            let mut part = Chunk::default();
            part.append(&all, range);
            part
        };
        vec![part(0..half), part(half..all.len())]
    }

    /// Appends tablets of another chunk, which lie behind all others.
    fn append(&mut self, chunk: &Chunk, range: Range<usize>) {
        let spans = chunk.spans.get(range).unwrap_or_default();
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return;
        };
        let replicas = first.from as usize..last.from as usize + usize::from(last.count);
        let (before, now) = (first.from, self.nodes.len());
        self.nodes
            .extend_from_slice(chunk.nodes.get(replicas.clone()).unwrap_or_default());
        self.shards
            .extend_from_slice(chunk.shards.get(replicas).unwrap_or_default());
        // A chunk has far fewer replicas than 32 bits can count.
        let now = u32::try_from(now).unwrap_or(u32::MAX);
        self.spans.extend(spans.iter().map(|span| Span {
            from: span.from - before + now,
            ..*span
        }));
    }

    /// Appends a tablet, which lies behind all others.
    fn push(&mut self, tablet: &Learned) {
        // No chunk has so many, nor any tablet so many replicas.
        let (Ok(from), Ok(count)) = (
            u32::try_from(self.nodes.len()),
            u16::try_from(tablet.replicas.len()),
        ) else {
            return;
        };
        let (nodes, shards): (Vec<u16>, Vec<u16>) = tablet.replicas.iter().copied().unzip();
        self.nodes.extend(nodes);
        self.shards.extend(shards);
        self.spans.push(Span {
            first: tablet.first,
            last: tablet.last,
            version: tablet.version,
            from,
            count,
            complete: tablet.complete,
        });
    }
}

impl FromIterator<Learned> for Chunk {
    fn from_iter<I: IntoIterator<Item = Learned>>(tablets: I) -> Chunk {
        let mut chunk = Chunk::default();
        for tablet in tablets {
            chunk.push(&tablet);
        }
        chunk
    }
}

impl Entry<'_> {
    pub(super) fn learned(&self) -> Learned {
        let Found { nodes, shards, .. } = self.found;
        Learned {
            first: self.span.first,
            last: self.span.last,
            replicas: nodes.iter().copied().zip(shards.iter().copied()).collect(),
            complete: self.span.complete,
            version: self.span.version,
        }
    }
}
