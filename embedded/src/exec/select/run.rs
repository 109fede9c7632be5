//! A SELECT at work: rows are read, grouped, limited, and shown a page at a time.

use scylla_orm_driver::wire::Cell;

use crate::exec::Rows;
use crate::exec::record::Record;
use crate::exec::restrict::{Partitions, Selection};
use crate::exec::select::Select;
use crate::exec::select::aggregate::State;
use crate::exec::select::output::Source;
use crate::exec::select::page::{Page, Place};
use crate::exec::select::reader::{Next, Reader};
use crate::exec::term::{Bound, Env, Expression};
use crate::failure::Failure;
use crate::store::{Data, Key};

/// What a client asks for beside the statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) values: &'a [Cell<'a>],
    /// Rows per page; zero and less, and none at all, mean all of them.
    pub(crate) page_size: Option<i32>,
    pub(crate) paging_state: Option<&'a [u8]>,
    /// Whether the consistency level is a serial one.
    pub(crate) serial: bool,
}

impl Select {
    /// Reads a page from `data`.
    ///
    /// # Errors
    /// Values that do not fit, and a paging state that is none.
    pub(crate) fn run(
        &self,
        data: &Data,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Rows, Failure> {
        let selection = self.restrictions.bind(request.values, env)?;
        if request.serial && selection.keys().len() != 1 {
            return Err(Failure::invalid(
                "SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time",
            ));
        }
        let page_size = request
            .page_size
            .and_then(|size| usize::try_from(size).ok());
        let page_size = page_size.filter(|size| *size > 0);
        if self.order.merged && page_size.is_some() {
            return Err(Failure::invalid(
                "Cannot page queries with both ORDER BY and a IN restriction on the partition key; you must either \
                 remove the ORDER BY or the IN and sort client side, or disable paging for this query",
            ));
        }
        let resumed = request.paging_state.map(Page::decode).transpose()?;
        check_place(resumed.as_ref(), &selection)?;
        let limit = self.limit(&self.limit, "LIMIT", request, env)?;
        let mut run = Run {
            select: self,
            source: Source {
                table: &self.table,
                values: request.values,
                env,
                aggregated: &[],
            },
            left: resumed.as_ref().map_or(limit, |page| page.left),
            per_partition: self.limit(
                &self.per_partition_limit,
                "PER PARTITION LIMIT",
                request,
                env,
            )?,
            // One row is the answer of all rows: it cannot be split.
            page_size: page_size.filter(|_| !self.is_one_group()),
            of_partition: resumed.as_ref().map_or(0, |page| page.of_partition),
            partition: resumed.as_ref().map(|page| page.place.key.clone()),
            group: None,
            rows: Vec::new(),
            last: None,
            more: false,
        };
        let reader = Reader {
            table: &self.table,
            selection: &selection,
            reversed: self.order.reversed,
            distinct: self.distinct,
            shows_statics: self.shows_statics,
            now: env.now,
            after: resumed.as_ref().map(|page| &page.place),
        };
        match self.order.merged {
            false => reader.read(data, |record| run.take(record))?,
            true => run.merge(&reader, data)?,
        }
        run.finish()
    }

    /// Whether all rows make one row of the answer.
    fn is_one_group(&self) -> bool {
        !self.aggregates.is_empty() && self.group_by.is_none()
    }

    fn limit(
        &self,
        limit: &Option<Expression>,
        name: &str,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Option<u32>, Failure> {
        let Some(limit) = limit else {
            return Ok(None);
        };
        let value = match limit.evaluate(request.values, env)? {
            Bound::Unset => return Ok(None),
            Bound::Null => {
                return Err(Failure::invalid(format!(
                    "Invalid null value of {}",
                    name.to_lowercase()
                )));
            }
            Bound::Value(value) => value,
        };
        let value = value.as_slice().try_into().map(i32::from_be_bytes);
        match value.map(u32::try_from) {
            Ok(Ok(rows)) if rows > 0 => Ok(Some(rows)),
            Ok(_) => Err(Failure::invalid(format!(
                "{name} must be strictly positive"
            ))),
            Err(_) => Err(Failure::invalid("Invalid limit value")),
        }
    }
}

/// A paging state of another statement names a partition that this one does not read.
fn check_place(resumed: Option<&Page>, selection: &Selection) -> Result<(), Failure> {
    let Some(page) = resumed else {
        return Ok(());
    };
    match &selection.partitions {
        Partitions::Keys(keys) if !keys.contains(&page.place.key) => {
            Err(Failure::protocol("Invalid value for the paging state"))
        }
        _ => Ok(()),
    }
}

struct Run<'r, 'a> {
    select: &'r Select,
    source: Source<'r>,
    /// How many groups LIMIT still allows to begin.
    left: Option<u32>,
    per_partition: Option<u32>,
    page_size: Option<usize>,
    /// The partition of the group before, and how many groups of it there were.
    partition: Option<Key>,
    of_partition: u32,
    /// The group that is being read.
    group: Option<Group<'a>>,
    rows: Vec<Vec<Option<Vec<u8>>>>,
    /// The last row of the last group in `rows`.
    last: Option<Place>,
    more: bool,
}

/// Rows that make one row of the answer: without aggregates and GROUP BY a single one.
struct Group<'a> {
    first: Option<Record<'a>>,
    last: Option<Place>,
    states: Vec<State>,
}

impl<'a> Run<'_, 'a> {
    /// Takes a row: it continues the group, or begins another one if that is allowed.
    fn take(&mut self, record: Record<'a>) -> Result<Next, Failure> {
        if !self.continues(&record) {
            self.close()?;
            let same_partition = self.partition.as_ref() == Some(record.key);
            if !same_partition {
                self.of_partition = 0;
            }
            if self.left == Some(0) {
                return Ok(Next::End);
            }
            if self
                .per_partition
                .is_some_and(|limit| self.of_partition >= limit)
            {
                return Ok(Next::Partition);
            }
            if self.page_size.is_some_and(|size| self.rows.len() >= size) {
                self.more = true;
                return Ok(Next::End);
            }
            self.left = self.left.map(|left| left - 1);
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
    fn continues(&self, record: &Record<'_>) -> bool {
        let Some(first) = self.group.as_ref().and_then(|group| group.first.as_ref()) else {
            return false;
        };
        let Some(columns) = self.select.group_by else {
            return self.select.is_one_group();
        };
        let clustering = columns.saturating_sub(self.select.table.partition);
        let prefix = |record: &Record<'_>| -> Vec<Vec<u8>> {
            let values = record
                .position
                .map_or(&[][..], |position| position.values());
            values.iter().take(clustering).cloned().collect()
        };
        first.key == record.key && prefix(first) == prefix(record)
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
        group.last = self.page_size.map(|_| Place {
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
        let outputs = self.select.outputs.iter().map(|output| {
            let value = output.compute(group.first.as_ref(), &source)?;
            Ok(value.map(std::borrow::Cow::into_owned))
        });
        self.rows.push(outputs.collect::<Result<_, Failure>>()?);
        self.last = group.last;
        Ok(())
    }

    /// Reads the rows of several partitions in one order.
    fn merge(&mut self, reader: &Reader<'_>, data: &'a Data) -> Result<(), Failure> {
        let mut records: Vec<Record<'a>> = Vec::new();
        let mut of_partition = 0;
        let limit = self.per_partition.take();
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

    fn finish(mut self) -> Result<Rows, Failure> {
        if self.group.is_none() && self.rows.is_empty() && self.select.is_one_group() {
            // Aggregates over nothing are a row too.
            self.group = Some(Group {
                first: None,
                last: None,
                states: self.states(),
            });
        }
        self.close()?;
        let page = |place: Place| Page {
            place,
            left: self.left,
            of_partition: self.of_partition,
        };
        let paging_state = self.last.take().filter(|_| self.more).map(page);
        Ok(Rows {
            columns: self.select.columns.clone(),
            rows: self.rows,
            paging_state: paging_state.map(|page| page.encode()),
            warnings: self.select.restrictions.warnings.clone(),
        })
    }
}
