//! Rows become rows of the answer: one by one, or a group of them together.

use std::borrow::Cow;

use crate::exec::Rows;
use crate::exec::function::json;
use crate::exec::record::Record;
use crate::exec::select::Select;
use crate::exec::select::aggregate::State;
use crate::exec::select::nearest::Nearest;
use crate::exec::select::output::Source;
use crate::exec::select::page::{Page, Place};
use crate::exec::select::reader::{Next, Reader};
use crate::failure::Failure;
use crate::store::{Data, Key};

/// How much of an answer is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) total: Option<u32>,
    pub(super) per_partition: Option<u32>,
    pub(super) page: Option<usize>,
}

/// An answer in the making.
pub(super) struct Groups<'r, 'a> {
    select: &'r Select,
    source: Source<'r>,
    /// `total` counts down as groups begin.
    limits: Limits,
    /// The partition of the last group, and how many groups of it there were.
    partition: Option<Key>,
    of_partition: u32,
    /// The group that is being read.
    group: Option<Group<'a>>,
    rows: Vec<Vec<Option<Vec<u8>>>>,
    /// The last row of the last group in `rows`, and how many groups of its partition there were.
    last: Option<(Place, u32)>,
    more: bool,
}

/// Rows that make one row of the answer: without aggregates and GROUP BY a single one.
struct Group<'a> {
    first: Option<Record<'a>>,
    last: Option<Place>,
    states: Vec<State>,
}

impl<'r, 'a> Groups<'r, 'a> {
    /// An empty answer, or the continuation of one.
    pub(super) fn new(
        select: &'r Select,
        source: Source<'r>,
        mut limits: Limits,
        resumed: Option<&Page>,
    ) -> Self {
        if let Some(page) = resumed {
            limits.total = page.left;
        }
        Groups {
            select,
            source,
            limits,
            partition: resumed.map(|page| page.place.key.clone()),
            of_partition: resumed.map_or(0, |page| page.of_partition),
            group: None,
            rows: Vec::new(),
            last: None,
            more: false,
        }
    }

    /// Takes a row: it continues the group, or begins another one if that is allowed.
    pub(super) fn take(&mut self, record: Record<'a>) -> Result<Next, Failure> {
        if !self.continues(&record)? {
            self.close()?;
            let same_partition = self.partition.as_ref() == Some(record.key);
            if !same_partition {
                self.of_partition = 0;
            }
            if self.limits.total == Some(0) {
                return Ok(Next::End);
            }
            if self
                .limits
                .per_partition
                .is_some_and(|limit| self.of_partition >= limit)
            {
                return Ok(Next::Partition);
            }
            if self.limits.page.is_some_and(|size| self.rows.len() >= size) {
                self.more = true;
                return Ok(Next::End);
            }
            self.limits.total = self.limits.total.map(|left| left - 1);
            self.of_partition += 1;
            if !same_partition {
                self.partition = Some(record.key.clone());
            }
            self.group = Some(Group {
                first: Some(record.clone()),
                last: None,
                states: self.states(),
            });
        }
        self.add(&record)?;
        Ok(Next::Row)
    }

    fn states(&self) -> Vec<State> {
        self.select
            .aggregates
            .iter()
            .map(|_| State::default())
            .collect()
    }

    /// Whether a row belongs to the group that is being read.
    fn continues(&self, record: &Record<'_>) -> Result<bool, Failure> {
        let Some(first) = self.group.as_ref().and_then(|group| group.first.as_ref()) else {
            return Ok(false);
        };
        match &self.select.group_by {
            Some(group_by) => group_by.same(first, record, &self.source),
            None => Ok(self.select.is_one_group()),
        }
    }

    fn add(&mut self, record: &Record<'a>) -> Result<(), Failure> {
        let Some(group) = &mut self.group else {
            return Ok(());
        };
        for (aggregate, state) in self.select.aggregates.iter().zip(&mut group.states) {
            let value = match &aggregate.argument {
                Some(argument) => argument.compute(Some(record), &self.source)?,
                None => None,
            };
            aggregate.add(state, value.as_deref());
        }
        group.last = self.limits.page.map(|_| Place {
            key: record.key.clone(),
            row: record.position.map(|position| position.values().to_vec()),
        });
        Ok(())
    }

    /// Makes a row of the answer of the group.
    fn close(&mut self) -> Result<(), Failure> {
        let Some(group) = self.group.take() else {
            return Ok(());
        };
        let aggregated = self
            .select
            .aggregates
            .iter()
            .zip(group.states)
            .map(|(aggregate, state)| aggregate.finish(state))
            .collect::<Result<Vec<_>, _>>()?;
        let source = Source {
            aggregated: &aggregated,
            ..self.source
        };
        let outputs = self.select.outputs.iter();
        let values = outputs.map(|output| output.compute(group.first.as_ref(), &source));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        self.rows.push(match &self.select.json {
            Some(columns) => vec![Some(json::object(columns, &values, self.select.flavor))],
            None => values.into_iter().map(|v| v.map(Cow::into_owned)).collect(),
        });
        self.last = group.last.map(|place| (place, self.of_partition));
        Ok(())
    }

    /// Reads the rows of several partitions in one order.
    pub(super) fn merge(&mut self, reader: &Reader<'_>, data: &'a Data) -> Result<(), Failure> {
        let mut records: Vec<Record<'a>> = Vec::new();
        let mut of_partition = 0;
        let limit = self.limits.per_partition.take();
        reader.read(data, |record| {
            if records.last().is_none_or(|last| last.key != record.key) {
                of_partition = 0;
            }
            of_partition += 1;
            if limit.is_some_and(|limit| of_partition > limit) {
                return Ok(Next::Partition);
            }
            records.push(record);
            Ok::<_, Failure>(Next::Row)
        })?;
        records.sort_by(|a, b| match reader.reversed {
            false => a.position.cmp(&b.position),
            true => b.position.cmp(&a.position),
        });
        for record in records {
            if self.take(record)? == Next::End {
                break;
            }
        }
        Ok(())
    }

    /// Reads all rows and takes those that are nearest to what is looked for.
    pub(super) fn search(
        &mut self,
        nearest: &Nearest,
        reader: &Reader<'_>,
        data: &'a Data,
    ) -> Result<(), Failure> {
        let mut records: Vec<Record<'a>> = Vec::new();
        reader.read(data, |record| {
            records.push(record);
            Ok::<_, Failure>(Next::Row)
        })?;
        for record in nearest.sorted(records, &self.source)? {
            if self.take(record)? == Next::End {
                break;
            }
        }
        Ok(())
    }

    /// The answer. `end` is the last partition, if partitions are named by their keys.
    pub(super) fn finish(mut self, end: Option<&Key>) -> Result<Rows, Failure> {
        if self.group.is_none() && self.rows.is_empty() && self.select.is_one_group() {
            // Aggregates over nothing are a row too.
            self.group = Some(Group {
                first: None,
                last: None,
                states: self.states(),
            });
        }
        self.close()?;
        let full = self.limits.page.is_some_and(|size| self.rows.len() >= size);
        // A server does not look whether there is a row behind a full page.
        self.more |= full && self.limits.total != Some(0) && !self.is_at_end(end);
        let page = |(place, of_partition)| Page {
            place,
            left: self.limits.total,
            of_partition,
        };
        let paging_state = self.last.take().filter(|_| self.more).map(page);
        Ok(Rows {
            columns: self.select.columns.clone(),
            rows: self.rows,
            paging_state: paging_state.map(|page| page.encode()),
            warnings: self.select.warnings(),
        })
    }

    /// Whether the last partition has no row behind the last one.
    fn is_at_end(&self, end: Option<&Key>) -> bool {
        let Some((place, of_partition)) = &self.last else {
            return true;
        };
        let limit = self.limits.per_partition;
        let limited = limit.is_some_and(|limit| *of_partition >= limit);
        // Without a clustering key a partition is one row.
        let one_row = place.row.is_none() || self.select.table.clustering == 0;
        end == Some(&place.key) && (one_row || limited)
    }
}
