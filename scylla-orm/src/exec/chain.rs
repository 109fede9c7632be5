//! The rows of several requests, one after another.

use std::cmp::Ordering;

use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream::FuturesOrdered;
use scylla_orm_driver::frame::response::Rows;

use crate::error::Result;

use super::Exec;
use super::page::Found;
use super::several::{AT_ONCE, Opened, Several};
use super::token::{PageToken, Place};

/// The rows of several requests, one after another. While those of one are read, the next are fetched.
pub(super) struct Chain {
    several: Several,
    /// The request to be opened next.
    next: usize,
    /// Those that are being opened, in order.
    opening: FuturesOrdered<BoxFuture<'static, Result<Opened>>>,
    /// The one whose pages are being read.
    current: Option<Exec<'static>>,
    sparing: bool,
    /// Requests whose first page was read, and rows in those pages.
    seen: (usize, usize),
}

impl Chain {
    pub(super) fn new(several: Several, sparing: bool) -> Self {
        Chain {
            several,
            next: 0,
            opening: FuturesOrdered::new(),
            current: None,
            sparing,
            seen: (0, 0),
        }
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Rows>> {
        if self.several.left() == 0 {
            return Ok(None);
        }
        self.open();
        if let Some(exec) = &mut self.current
            && let Some(page) = exec.next().await
        {
            return page.map(|page| Some(self.several.take(page)));
        }
        let Some(opened) = self.opening.next().await else {
            return Ok(None);
        };
        let (page, exec) = opened?;
        self.current = Some(exec);
        self.seen.0 += 1;
        self.seen.1 += page.count;
        self.open();
        Ok(Some(self.several.take(page)))
    }

    fn open(&mut self) {
        while self.opening.len() < self.width()
            && let Some(opening) = self.several.open(self.next, None, None)
        {
            self.opening.push_back(opening);
            self.next += 1;
        }
    }

    /// How many requests are opened ahead.
    fn width(&self) -> usize {
        if !self.sparing {
            return AT_ONCE;
        }
        let page = usize::try_from(self.several.page_size()).unwrap_or(usize::MAX);
        expected(page, self.seen)
    }
}

/// As many requests as may have so many rows, judged by those that were seen; at least one.
fn expected(rows: usize, seen: (usize, usize)) -> usize {
    let (requests, had) = seen;
    rows.saturating_mul(requests)
        .checked_div(had.max(1))
        .map_or(1, |n| n.clamp(1, AT_ONCE))
}

/// One page of the rows, from `place` on. Requests are made until it is full, or there are no more: one, and then as
/// many at once as may fill it.
pub(super) async fn page(mut several: Several, query: u64, mut place: Place) -> Result<Found> {
    let wanted = several.page_size().min(several.left());
    let (mut parts, mut rows, mut requests) = (Vec::new(), 0_u32, 0_usize);
    while rows < wanted && index(&place) < several.len() {
        let room = wanted - rows;
        let width = match place.state() {
            Some(_) => 1,
            None => expected(size(room), (requests, size(rows))),
        };
        let opening = (0..width).filter_map(|n| {
            let from = if n == 0 { place.state() } else { None };
            several.open(index(&place) + n, from, Some(room))
        });
        for (n, (page, _)) in try_join_all(opening).await?.into_iter().enumerate() {
            let count = u32::try_from(page.count).unwrap_or(u32::MAX);
            // One that has more rows than there is room for is asked again, for fewer.
            if n > 0 && rows.saturating_add(count).cmp(&wanted) == Ordering::Greater {
                break;
            }
            rows = rows.saturating_add(count);
            requests += 1;
            let state = page.metadata.paging_state.clone();
            parts.push(several.take(page));
            if let Some(state) = state {
                place.state = state.to_vec();
                break;
            }
            place = Place {
                request: place.request.saturating_add(1),
                ..Place::default()
            };
        }
    }
    let more = several.left() > 0 && index(&place) < several.len();
    let next = more.then(|| PageToken {
        query,
        left: several.left(),
        places: vec![place],
    });
    Ok((parts, next))
}

fn index(place: &Place) -> usize {
    size(place.request)
}

fn size(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_requests_as_may_fill_a_page() {
        for (rows, seen, width) in [
            (100, (0, 0), 1),
            (100, (1, 10), 10),
            (100, (1, 1000), 1),
            (100, (2, 0), AT_ONCE),
            (100, (5, 5), AT_ONCE),
            (90, (1, 10), 9),
            (usize::MAX, (3, 7), AT_ONCE),
        ] {
            assert_eq!(expected(rows, seen), width, "{rows} {seen:?}");
        }
    }
}
