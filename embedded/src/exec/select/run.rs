//! A SELECT at work: rows are read, grouped, limited, and shown a page at a time.

use scylla_orm_driver::wire::Cell;

use crate::exec::restrict::{Partitions, Selection};
use crate::exec::select::Select;
use crate::exec::select::groups::{Groups, Limits};
use crate::exec::select::nearest;
use crate::exec::select::output::Source;
use crate::exec::select::page::Page;
use crate::exec::select::reader::Reader;
use crate::exec::term::{Bound, Env, Expression};
use crate::exec::{Rows, SERIAL};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::Data;

/// What a client asks for beside the statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) values: &'a [Cell<'a>],
    /// Rows per page; zero and less, and none at all, mean all of them.
    pub(crate) page_size: Option<i32>,
    pub(crate) paging_state: Option<&'a [u8]>,
    /// The code of the consistency level.
    pub(crate) consistency: u16,
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
        self.check_bounds(request.values, env)?;
        let resumed = request.paging_state.map(Page::decode).transpose()?;
        check_place(resumed.as_ref(), &selection)?;
        let source = Source {
            table: &self.table,
            values: request.values,
            env,
            aggregated: &[],
        };
        let limits = self.limits(request, &selection, env)?;
        if SERIAL.contains(&request.consistency) {
            self.check_serial(&selection, &limits)?;
        }
        let mut groups = Groups::new(self, source, limits, resumed.as_ref());
        let reader = Reader {
            table: &self.table,
            selection: &selection,
            reversed: self.order.reversed,
            distinct: self.distinct,
            shows_statics: self.shows_statics,
            now: env.now,
            after: resumed.as_ref().map(|page| &page.place),
        };
        match &self.nearest {
            Some(nearest) => groups.search(nearest, &reader, data)?,
            None if self.order.merged => groups.merge(&reader, data)?,
            None => reader.read(data, |record| groups.take(record))?,
        }
        let mut rows = groups.finish(selection.keys().last())?;
        if self.nearest.is_some() && self.flavor == Flavor::Cassandra {
            rows.warnings.extend(nearest::warning(request.consistency));
        }
        Ok(rows)
    }

    /// Refuses what is not about one partition; Cassandra takes one after another where it reads page by page, and does
    /// not look at ranges.
    fn check_serial(&self, selection: &Selection, limits: &Limits) -> Result<(), Failure> {
        let paged = limits.page.is_some_and(|page| {
            let total = limits.total.and_then(|total| usize::try_from(total).ok());
            total.is_none_or(|total| total > page)
        });
        let one = match self.flavor {
            Flavor::Scylla => selection.keys().len() == 1,
            Flavor::Cassandra => selection.keys().len() <= 1 || paged,
        };
        match one {
            true => Ok(()),
            false => Err(Failure::invalid(
                "SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time",
            )),
        }
    }

    /// Refuses null as the bound of a slice, whether there are rows or not.
    fn check_bounds(&self, values: &[Cell<'_>], env: &Env<'_>) -> Result<(), Failure> {
        for bound in &self.bounds {
            if bound.value.evaluate(values, env)? == Bound::Null {
                return Err(Failure::invalid(format!(
                    "Invalid null value for slice selection on {}",
                    bound.of
                )));
            }
        }
        Ok(())
    }

    fn limits(
        &self,
        request: &Request<'_>,
        selection: &Selection,
        env: &Env<'_>,
    ) -> Result<Limits, Failure> {
        let page = request
            .page_size
            .and_then(|size| usize::try_from(size).ok());
        let page = page.filter(|size| *size > 0);
        let limit = |limit, name| self.limit(limit, name, request, env);
        let total = limit(&self.limit, "LIMIT")?;
        if self.order.merged && page.is_some() && self.pages(selection) {
            return Err(Failure::invalid(
                "Cannot page queries with both ORDER BY and a IN restriction on the partition key; you must either \
                 remove the ORDER BY or the IN and sort client side, or disable paging for this query",
            ));
        }
        if self.nearest.is_some() {
            nearest::check_limit(total)?;
        }
        Ok(Limits {
            total,
            per_partition: limit(&self.per_partition_limit, "PER PARTITION LIMIT")?,
            // One row is the answer of all rows: it cannot be split. The nearest rows stand in no order of the table.
            page: page.filter(|_| !self.is_one_group() && self.nearest.is_none()),
        })
    }

    /// Whether the answer is read page by page. Cassandra does not if it is clear that no row is selected, unless it
    /// counts them.
    fn pages(&self, selection: &Selection) -> bool {
        let nothing = selection.keys().is_empty() || selection.ranges.is_empty();
        self.flavor == Flavor::Scylla || !nothing || !self.aggregates.is_empty()
    }

    /// Whether all rows make one row of the answer.
    pub(super) fn is_one_group(&self) -> bool {
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
            // Cassandra calls both by one name.
            Ok(_) => Err(Failure::invalid(format!(
                "{} must be strictly positive",
                env.flavor.pick(name, "LIMIT")
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
