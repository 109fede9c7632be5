//! The rows of several requests, merged by the clustering columns.
//!
//! A server would refuse this: it does not page through several partitions in one order.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use scylla_orm_driver::frame::response::{Metadata, Rows};
use scylla_orm_driver::value::{Cells, Column, Fault, Type};

use crate::cql::{Flag, Op, Shape};
use crate::error::Result;
use crate::table::TableDef;

use super::Exec;
use super::page::Found;
use super::read::broken;
use super::several::{AT_ONCE, Several};
use super::token::{PageToken, Place};

/// By what rows are merged.
pub(super) struct Sort {
    /// Places in a row, types, and whether larger values come first.
    columns: Vec<(usize, Type, bool)>,
    /// Cells of a row that were asked for; those behind them are only for sorting.
    asked: usize,
}

/// The rows of several requests, merged. One page of each is held.
pub(super) struct Merge {
    several: Several,
    sort: Sort,
    /// Requests to be opened, and from where on.
    unopened: Vec<Place>,
    sources: Vec<Source>,
    /// The sources that have a row, the one whose row comes first at the end.
    heads: Vec<usize>,
    /// The sources whose row is not known: it was given, or they were just opened.
    unknown: Vec<usize>,
}

/// A request, and where in it we are.
struct Source {
    request: u32,
    exec: Exec<'static>,
    /// The server's state where the page begins; empty at the beginning.
    state: Bytes,
    page: Rows,
    /// Rows of the page that were given.
    given: usize,
    /// Bytes that they take.
    read: usize,
    /// The next row: where its cells are in the page, null or not.
    row: Vec<Option<Range<usize>>>,
    /// Where it ends.
    end: usize,
}

impl Sort {
    /// Selects what is missing for sorting.
    pub(super) fn of(table: &'static TableDef, shape: &mut Shape) -> Sort {
        let picked = |shape: &Shape| {
            let clauses = shape.clauses().filter(|(_, op)| *op == Op::PICK);
            clauses.map(|(column, _)| column).collect::<Vec<_>>()
        };
        let reversed = shape.has(Flag::REVERSED);
        let asked = picked(shape);
        if !asked.is_empty() {
            for &column in table.clustering_key() {
                if !asked.contains(&column) {
                    shape.clause(column, Op::PICK);
                }
            }
        }
        let all = picked(shape);
        let at = |column: u8| match all.iter().position(|picked| *picked == column) {
            Some(at) => at,
            None => column.into(),
        };
        let columns = table.clustering_key().iter().map(|&index| {
            let column = table.column(index);
            (at(index), (column.ty)(), column.descending != reversed)
        });
        Sort {
            columns: columns.collect(),
            asked: match asked.len() {
                0 => table.columns.len(),
                asked => asked,
            },
        }
    }

    /// The order of the next rows of two sources. Rows of the same place come in the order of the requests.
    fn compare(&self, a: &Source, b: &Source) -> Ordering {
        for (at, ty, descending) in &self.columns {
            // Null, of a partition that has only static columns, comes first.
            let order = match (a.cell(*at), b.cell(*at)) {
                (Some(a), Some(b)) => ty.compare(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            };
            let order = if *descending { order.reverse() } else { order };
            if order.is_ne() {
                return order;
            }
        }
        a.request.cmp(&b.request)
    }
}

impl Merge {
    /// From the beginning, or from `places` on.
    pub(super) fn new(several: Several, sort: Sort, places: Option<Vec<Place>>) -> Self {
        let all = || (0..several.len()).filter_map(|request| u32::try_from(request).ok());
        let unopened = places.unwrap_or_else(|| {
            all()
                .map(|request| Place {
                    request,
                    ..Place::default()
                })
                .collect()
        });
        Merge {
            several,
            sort,
            unopened,
            sources: Vec::new(),
            heads: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// The next rows, at most so many; `None` if there are no more.
    pub(super) async fn next(&mut self, most: u32) -> Result<Option<Rows>> {
        self.open().await?;
        let most = most.min(self.several.left());
        let (mut body, mut count) = (Vec::new(), 0);
        while count < most {
            self.look().await?;
            let Some(first) = self.heads.pop() else {
                break;
            };
            if let Some(source) = self.sources.get_mut(first) {
                source.give(self.sort.asked, &mut body);
                count += 1;
            }
            self.unknown.push(first);
        }
        if count == 0 {
            return Ok(None);
        }
        let rows = Rows {
            metadata: Metadata::new(self.columns()),
            count: usize::try_from(count).unwrap_or(usize::MAX),
            body: body.into(),
        };
        Ok(Some(self.several.take(rows)))
    }

    /// One page of so many rows, and where the next begins.
    pub(super) async fn page(mut self, query: u64, most: u32) -> Result<Found> {
        let rows = self.next(most).await?;
        let places: Vec<Place> = self.sources.iter().filter_map(Source::place).collect();
        let more = !places.is_empty() && self.several.left() > 0;
        let next = more.then(|| PageToken {
            query,
            left: self.several.left(),
            places,
        });
        Ok((rows.into_iter().collect(), next))
    }

    /// Opens all requests: the first row of none is known before.
    async fn open(&mut self) -> Result<()> {
        let mut places = std::mem::take(&mut self.unopened).into_iter();
        let mut opening = FuturesOrdered::new();
        loop {
            for place in places.by_ref().take(AT_ONCE - opening.len()) {
                let request = usize::try_from(place.request).unwrap_or(usize::MAX);
                if let Some(opened) = self.several.open(request, place.state(), None) {
                    opening.push_back(async move { (place, opened.await) });
                }
            }
            let Some((place, opened)) = opening.next().await else {
                return Ok(());
            };
            let (page, exec) = opened?;
            let mut source = Source {
                request: place.request,
                exec,
                state: place.state.into(),
                page,
                given: 0,
                read: 0,
                row: Vec::new(),
                end: 0,
            };
            source.skip(place.skip, self.several.table()).await?;
            self.unknown.push(self.sources.len());
            self.sources.push(source);
        }
    }

    /// Finds the next row of each source whose row is not known, and its place among the others.
    async fn look(&mut self) -> Result<()> {
        while let Some(&number) = self.unknown.last() {
            if let Some(source) = self.sources.get_mut(number)
                && source.look(self.several.table()).await?
            {
                let source = &self.sources[number];
                let before = |head: &usize| self.sort.compare(&self.sources[*head], source).is_gt();
                let at = self.heads.partition_point(before);
                self.heads.insert(at, number);
            }
            self.unknown.pop();
        }
        Ok(())
    }

    /// The columns that were asked for.
    fn columns(&self) -> Arc<[Column]> {
        let columns = self
            .sources
            .first()
            .map(|source| &source.page.metadata.columns);
        let columns = columns.cloned().unwrap_or_default();
        match columns.get(..self.sort.asked) {
            Some(asked) if asked.len() < columns.len() => asked.into(),
            _ => columns,
        }
    }
}

impl Source {
    /// Looks at the next row; false if there are no more. It fetches pages until it finds one.
    async fn look(&mut self, table: &TableDef) -> Result<bool> {
        while self.given == self.page.count {
            // Where the page after this one begins, this one has said.
            let state = self.page.metadata.paging_state.take();
            match self.exec.next().await.transpose()? {
                Some(page) => self.page = page,
                None => return Ok(false),
            }
            self.state = state.unwrap_or_default();
            (self.given, self.read) = (0, 0);
        }
        self.scan()
            .map_err(|(column, fault)| broken(table, &self.page, column, self.given, fault))?;
        Ok(true)
    }

    /// Finds the cells of the next row.
    fn scan(&mut self) -> std::result::Result<(), (u16, Fault)> {
        let body = self.page.body.get(self.read..).unwrap_or_default();
        let mut cells = Cells::new(body);
        self.row.clear();
        for column in 0..self.page.metadata.columns.len() {
            let cell = cells.next().map_err(|fault| {
                let column = u16::try_from(column).unwrap_or(u16::MAX);
                (column, fault)
            })?;
            let end = self.page.body.len() - cells.rest().len();
            self.row.push(cell.map(|cell| end - cell.len()..end));
        }
        self.end = self.page.body.len() - cells.rest().len();
        Ok(())
    }

    /// A cell of the next row.
    fn cell(&self, at: usize) -> Option<&[u8]> {
        let range = self.row.get(at)?.clone()?;
        self.page.body.get(range)
    }

    /// Appends the first cells of the next row, and passes it.
    fn give(&mut self, cells: usize, out: &mut Vec<u8>) {
        let body = self.page.body.get(self.read..self.end).unwrap_or_default();
        let mut rest = Cells::new(body);
        for _ in 0..cells {
            // It was scanned before.
            let _ = rest.next();
        }
        let length = body.len() - rest.rest().len();
        out.extend_from_slice(body.get(..length).unwrap_or_default());
        self.pass();
    }

    fn pass(&mut self) {
        self.given += 1;
        self.read = self.end;
    }

    /// Passes rows that were given before.
    async fn skip(&mut self, rows: u32, table: &TableDef) -> Result<()> {
        for _ in 0..rows {
            if !self.look(table).await? {
                break;
            }
            self.pass();
        }
        Ok(())
    }

    /// Where it goes on; `None` if it is at its end.
    fn place(&self) -> Option<Place> {
        let (state, skip) = match &self.page.metadata.paging_state {
            _ if self.given < self.page.count => (&self.state, self.given),
            next => (next.as_ref()?, 0),
        };
        Some(Place {
            request: self.request,
            state: state.to_vec(),
            skip: u32::try_from(skip).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use scylla_orm_derive::Model;
    use scylla_orm_driver::wire;

    use super::*;
    use crate::column::Columns;
    use crate::cql::{Raw, Verb};
    use crate::model::Model;
    use crate::table::Table;

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Reading {
        value: i32,
        #[cql(partition_key)]
        station: i32,
        #[cql(clustering_key(desc))]
        day: i32,
        #[cql(clustering_key)]
        hour: i32,
    }

    fn sort<C: Columns<Reading>>(_: C) -> (Sort, String) {
        let mut raw = Raw::new(Verb::Select);
        C::pick(&mut raw);
        let table = Reading::definition();
        let sort = Sort::of(table, &mut raw.shape);
        (sort, raw.shape.text(table, None))
    }

    /// A source that stands before a row of these cells, which end as much of the page as it has.
    fn source(request: u32, cells: &[Option<i32>]) -> Source {
        let mut body = Vec::new();
        for cell in cells {
            match cell {
                None => wire::put_int(&mut body, -1),
                Some(value) => wire::put_sized(&mut body, |out| wire::put_int(out, *value)),
            }
        }
        let column = |_: &Option<i32>| Column {
            keyspace: "ks".into(),
            table: "reading".into(),
            name: "c".into(),
            ty: Type::Int,
        };
        let mut source = Source {
            request,
            exec: Exec::done(Reading::definition()),
            state: Bytes::new(),
            page: Rows {
                metadata: Metadata::new(cells.iter().map(column).collect()),
                count: 1,
                body: body.into(),
            },
            given: 0,
            read: 0,
            row: Vec::new(),
            end: 0,
        };
        source.scan().unwrap();
        source
    }

    #[test]
    fn selects_what_it_sorts_by() {
        drop(Reading::objects());
        let one = sort(Reading::VALUE);
        assert_eq!(one.1, "SELECT value, day, hour FROM reading");
        assert_eq!(one.0.asked, 1);
        let some = sort((Reading::HOUR, Reading::VALUE));
        assert_eq!(some.1, "SELECT hour, value, day FROM reading");
        let places = some
            .0
            .columns
            .iter()
            .map(|(at, _, descending)| (*at, *descending));
        assert_eq!(places.collect::<Vec<_>>(), [(2, true), (0, false)]);
    }

    /// Whole rows: value, station, day, hour.
    fn check(a: [Option<i32>; 2], b: [Option<i32>; 2], expected: Ordering) {
        let row = |[day, hour]: [Option<i32>; 2]| [Some(0), Some(0), day, hour];
        let (a, b) = (source(0, &row(a)), source(1, &row(b)));
        let mut shape = Shape::new(Verb::Select);
        let declared = Sort::of(Reading::definition(), &mut shape);
        assert_eq!(declared.compare(&a, &b), expected);
        assert_eq!(declared.compare(&b, &a), expected.reverse());
        shape.flag(Flag::REVERSED);
        let reversed = Sort::of(Reading::definition(), &mut shape);
        let same = a.row == b.row && a.page.body == b.page.body;
        let expected = if same { expected } else { expected.reverse() };
        assert_eq!(reversed.compare(&a, &b), expected);
    }

    #[test]
    fn rows_come_in_the_order_of_their_clustering_columns() {
        let row = |day, hour| [Some(day), Some(hour)];
        check(row(2, 1), row(1, 1), Ordering::Less);
        check(row(-1, 1), row(1, 1), Ordering::Greater);
        check(row(2, 1), row(2, 3), Ordering::Less);
        check(row(2, 1), row(2, 1), Ordering::Less);
        check([None, None], row(2, 1), Ordering::Greater);
    }

    #[test]
    fn gives_the_cells_that_were_asked_for() {
        let mut source = source(3, &[Some(1), None, Some(7)]);
        assert_eq!(source.cell(2), Some(&[0, 0, 0, 7][..]));
        assert_eq!((source.cell(1), source.cell(3)), (None, None));
        let place = source.place().unwrap();
        assert_eq!((place.request, place.skip), (3, 0));
        let mut out = Vec::new();
        source.give(2, &mut out);
        assert_eq!(out, [0, 0, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(source.place(), None);
        source.page.metadata.paging_state = Some(Bytes::from_static(&[9]));
        assert_eq!(source.place().unwrap().state, [9]);
    }
}
