//! The rules of [`rules`](crate::rules) at run time, for queries that are put together there, and those that types do
//! not see. A check depends on the shape only, so it runs once, before the statement is prepared.

use crate::table::{ColumnDef, Kind, TableDef};

use super::shape::{Flag, Op, Shape, Verb};

impl Shape {
    /// Whether the server would take it.
    ///
    /// # Errors
    /// The rule that it breaks, in the same words as the compiler's message.
    pub fn check(&self, table: &TableDef) -> Result<(), String> {
        if self.has(Flag::WHOLE) {
            return Ok(());
        }
        let filters = Filters::of(self, table)?;
        match self.verb() {
            Verb::Select | Verb::Count => self.check_read(table, &filters),
            Verb::Insert => self.check_conditional(table, &filters),
            Verb::Update => {
                self.check_assignments(table)?;
                filters.one_partition()?;
                filters.keys_only()?;
                self.check_reach(table, &filters)?;
                self.check_conditional(table, &filters)
            }
            Verb::Delete => {
                filters.one_partition()?;
                filters.keys_only()?;
                filters.in_order()?;
                self.check_conditional(table, &filters)
            }
        }
    }

    fn check_read(&self, table: &TableDef, filters: &Filters) -> Result<(), String> {
        if self.verb() == Verb::Count && self.has(Flag::LIMIT) {
            return Err(
                "`.count()` does not go with `.limit(..)`: the server counts before it limits"
                    .into(),
            );
        }
        if self.has(Flag::ORDERED) {
            filters.one_partition()?;
            if let Some(index) = filters.index {
                return Err(format!(
                    "`.order_by(..)` does not go with a filter on `{index}`: an index has no order"
                ));
            }
        }
        if self.has(Flag::FILTERING) {
            return Ok(());
        }
        filters.indexed()?;
        match (filters.missing, filters.index) {
            (None, _) => filters.in_order(),
            (Some(_), _) if filters.some_part => filters.one_partition(),
            (Some(_), Some(_)) => filters
                .first_clustering
                .map_or(Ok(()), |column| Err(needs_filtering(column))),
            (Some(_), None) if filters.first_clustering.is_some() => filters.one_partition(),
            (Some(_), None) if self.has(Flag::LIMIT) || self.has(Flag::SCAN) => Ok(()),
            (Some(_), None) => Err(format!(
                "this query reads the whole table of `{}`: add a filter or `.limit(n)`, or say `.scan()` if you mean every row",
                table.model
            )),
        }
    }

    fn check_assignments(&self, table: &TableDef) -> Result<(), String> {
        let ops = |index: u8| {
            self.clauses()
                .filter(move |(column, op)| *column == index && op.is_assignment())
                .map(|(_, op)| op)
        };
        for (index, _) in self.clauses().filter(|(_, op)| *op == Op::SET) {
            if ops(index).count() > 1 {
                return Err(format!(
                    "column `{}` is set twice in one update",
                    table.column(index).name
                ));
            }
        }
        Ok(())
    }

    /// An update of a row names it; one of static columns names no row.
    fn check_reach(&self, table: &TableDef, filters: &Filters) -> Result<(), String> {
        let mut set = self.clauses().filter(|(_, op)| op.is_assignment());
        if set.all(|(column, _)| table.column(column).kind == Kind::Static) {
            return match filters.first_clustering {
                None => Ok(()),
                Some(_) => Err(
                    "this update sets only static columns, but filters a clustering column".into(),
                ),
            };
        }
        filters.one_row()
    }

    /// What the server asks of a light-weight transaction.
    fn check_conditional(&self, table: &TableDef, filters: &Filters) -> Result<(), String> {
        if !self.is_conditional() {
            return Ok(());
        }
        if self.has(Flag::TIMESTAMP) {
            return Err(
                "a conditional write has no `.timestamp(..)`: the replicas agree on one".into(),
            );
        }
        if let Some((column, _)) = self.clauses().find(|(_, op)| *op == Op::IN) {
            let name = table.column(column).name;
            return Err(format!(
                "a conditional write names one row: key column `{name}` is filtered by `.is_in(..)`"
            ));
        }
        let of_partition =
            |(column, op): (u8, Op)| op.is_condition() && table.column(column).kind == Kind::Static;
        let conditions = self.clauses().filter(|(_, op)| op.is_condition());
        let only_static = !self.has(Flag::IF_EXISTS)
            && conditions.count() == self.clauses().filter(|c| of_partition(*c)).count();
        if self.verb() == Verb::Delete && !only_static {
            return filters.one_row();
        }
        Ok(())
    }
}

/// What is filtered, summed up as in `rules`.
#[derive(Default)]
struct Filters {
    /// The first partition key column without a filter.
    missing: Option<&'static str>,
    /// Some partition key column has one.
    some_part: bool,
    /// The first clustering column with a filter.
    first_clustering: Option<&'static str>,
    /// The first clustering column that is filtered after one that is not fixed.
    gap: Option<&'static str>,
    /// The first clustering column that is not equal to a value, or one of several.
    unfixed: Option<&'static str>,
    /// The column whose index answers.
    index: Option<&'static str>,
    /// The first other column whose filter no index answers.
    plain: Option<&'static str>,
}

impl Filters {
    fn of(shape: &Shape, table: &TableDef) -> Result<Filters, String> {
        let mut filters = Filters::default();
        for (i, (index, op)) in shape
            .clauses()
            .enumerate()
            .filter(|(_, (_, op))| op.is_filter())
        {
            let column = table.column(index);
            let before = shape
                .clauses()
                .take(i)
                .filter(|(other, op)| *other == index && op.is_filter());
            step(column, op, &before.map(|(_, op)| op).collect::<Vec<_>>())?;
            if !matches!(column.kind, Kind::Partition | Kind::Clustering) {
                filters.other(column, op);
            }
        }
        let ops = |index: u8| {
            shape
                .clauses()
                .filter(move |(column, op)| *column == index && op.is_filter())
        };
        for &index in table.partition_key() {
            match ops(index).next() {
                None => filters.missing = filters.missing.or(Some(table.column(index).name)),
                Some(_) => filters.some_part = true,
            }
        }
        for &index in table.clustering_key() {
            filters.clustering(
                table.column(index).name,
                ops(index).next().map(|(_, op)| op),
            );
        }
        Ok(filters)
    }

    fn clustering(&mut self, name: &'static str, op: Option<Op>) {
        if op.is_some() {
            self.first_clustering = self.first_clustering.or(Some(name));
            if self.unfixed.is_some() {
                self.gap = self.gap.or(Some(name));
            }
        }
        if !matches!(op, Some(Op::EQ | Op::IN)) {
            self.unfixed = self.unfixed.or(Some(name));
        }
    }

    fn other(&mut self, column: &'static ColumnDef, op: Op) {
        let answered = column.indexed && matches!(op, Op::EQ | Op::CONTAINS | Op::CONTAINS_KEY);
        if answered && self.index.is_none() {
            self.index = Some(column.name);
        } else {
            self.plain = self.plain.or(Some(column.name));
        }
    }

    fn one_partition(&self) -> Result<(), String> {
        match self.missing {
            None => Ok(()),
            Some(name) => Err(format!(
                "partition key column `{name}` has no `.eq(..)` or `.is_in(..)` filter"
            )),
        }
    }

    fn in_order(&self) -> Result<(), String> {
        match self.gap {
            None => Ok(()),
            Some(name) => Err(format!(
                "clustering column `{name}` is filtered, but one before it is not fixed"
            )),
        }
    }

    fn one_row(&self) -> Result<(), String> {
        match self.unfixed {
            None => Ok(()),
            Some(name) => Err(format!(
                "clustering column `{name}` has no `.eq(..)` filter"
            )),
        }
    }

    fn indexed(&self) -> Result<(), String> {
        self.plain.map_or(Ok(()), |name| Err(needs_filtering(name)))
    }

    fn keys_only(&self) -> Result<(), String> {
        match self.index.or(self.plain) {
            None => Ok(()),
            Some(_) => Err("a write filters by key columns only".into()),
        }
    }
}

/// One more filter on a column that has `before` already.
fn step(column: &ColumnDef, op: Op, before: &[Op]) -> Result<(), String> {
    let name = column.name;
    if column.kind == Kind::Partition && !matches!(op, Op::EQ | Op::IN) {
        return Err(format!(
            "a partition key column takes only `.eq(..)` or `.is_in(..)`, and `{name}` is one"
        ));
    }
    let repeatable = |op: Op| matches!(op, Op::CONTAINS | Op::CONTAINS_KEY | Op::LIKE);
    let bounds = |op: Op, other: Op| {
        matches!(
            (op, other),
            (Op::GT | Op::GE, Op::LT | Op::LE) | (Op::LT | Op::LE, Op::GT | Op::GE)
        )
    };
    let fits = match before {
        [] => true,
        [other] if bounds(op, *other) => true,
        _ => repeatable(op) && before.iter().all(|other| repeatable(*other)),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("column `{name}` is restricted twice"))
    }
}

fn needs_filtering(name: &str) -> String {
    format!(
        "the filter on `{name}` needs `.allow_filtering()`: the server would check `{name}` row by row"
    )
}
