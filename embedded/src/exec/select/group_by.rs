//! GROUP BY: which columns of the key make a group.

use scylla_orm_driver::value::Type;

use crate::catalog::table::Table;
use crate::exec::function::signature::Given;
use crate::exec::function::{self, Call, Function};
use crate::exec::record::Record;
use crate::exec::restrict::Restrictions;
use crate::exec::scope::{Scope, spec, unknown_column};
use crate::exec::select::output::Source;
use crate::exec::term::{self, Bound, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::select::Grouping;
use crate::parse::syntax::{QualifiedName, Term};

/// What the rows of a group have in common: the partition, and the first columns of the clustering key.
#[derive(Debug)]
pub(super) struct GroupBy {
    /// How many columns of the key, from the first.
    columns: usize,
    /// A function of the last one instead of its value.
    of_last: Option<Computed>,
}

/// A call with a column among its arguments, which has no expression.
#[derive(Debug)]
struct Computed {
    function: Function,
    arguments: Vec<Option<Expression>>,
}

/// How many columns of the key make a group. Columns that have one value by the WHERE may be left out.
pub(super) fn plan(
    groupings: &[Grouping],
    restrictions: &Restrictions,
    table: &Table,
    scope: &mut Scope<'_>,
) -> Result<Option<GroupBy>, Failure> {
    let flavor = scope.flavor();
    if groupings.is_empty() {
        return Ok(None);
    }
    let mut next = 0;
    let mut of_last = None;
    for grouping in groupings {
        let name = &grouping.column;
        let Some((at, column)) = table.column(name) else {
            return Err(match flavor {
                Flavor::Scylla => Failure::invalid(format!("Group by unknown column {name}")),
                Flavor::Cassandra => unknown_column(flavor, table, name),
            });
        };
        if of_last.is_some() {
            return Err(Failure::invalid(
                "Functions are only supported on the last element of the GROUP BY clause",
            ));
        }
        if let Some((function, arguments)) = &grouping.function {
            of_last = Some(computed(
                function, arguments, &column.ty, name, table, scope,
            )?);
        }
        if !column.is_key() {
            return Err(Failure::invalid(flavor.pick(
                format!("Group by non-primary-key column {name}"),
                format!("Group by is currently only supported on the columns of the PRIMARY KEY, got {name}"),
            )));
        }
        while next < at && restrictions.is_fixed(next) {
            next += 1;
        }
        if next != at {
            return Err(Failure::invalid(flavor.pick(
                format!("Group by column {name} is out of order"),
                "Group by currently only support groups of columns following their declared order in the PRIMARY KEY"
                    .to_owned(),
            )));
        }
        next += 1;
    }
    Ok(Some(GroupBy {
        columns: whole_partition(next, restrictions, table, flavor)?,
        of_last,
    }))
}

impl GroupBy {
    /// Refuses, as Cassandra does, groups of rows where partitions are asked for.
    pub(super) fn check_distinct(&self, table: &Table, flavor: Flavor) -> Result<(), Failure> {
        match flavor == Flavor::Cassandra && self.columns > table.partition {
            true => Err(Failure::invalid(
                "Grouping on clustering columns is not allowed for SELECT DISTINCT queries",
            )),
            false => Ok(()),
        }
    }
}

/// How many columns make a group, with those of the partition key that have one value by the WHERE.
fn whole_partition(
    mut columns: usize,
    restrictions: &Restrictions,
    table: &Table,
    flavor: Flavor,
) -> Result<usize, Failure> {
    while columns < table.partition && restrictions.is_fixed(columns) {
        columns += 1;
    }
    if columns < table.partition {
        return Err(Failure::invalid(flavor.pick(
            "GROUP BY must include the entire partition key",
            "Group by is not supported on only a part of the partition key",
        )));
    }
    Ok(columns)
}

/// A function of a column: one that keeps the order, so that a group's rows stand together.
fn computed(
    name: &QualifiedName,
    arguments: &[Option<Term>],
    ty: &Type,
    column: &str,
    table: &Table,
    scope: &mut Scope<'_>,
) -> Result<Computed, Failure> {
    let given: Vec<Given> = arguments
        .iter()
        .map(|argument| match argument {
            Some(term) => Given::term(term, scope.flavor()),
            None => Given::typed(ty.clone(), column),
        })
        .collect();
    let call = Call {
        name,
        given: &given,
        partition: &[],
        receiver: None,
        flavor: scope.flavor(),
    };
    let unknown = || Failure::invalid(format!("Unknown function {} called", name.name));
    let signature = function::resolve(&call)?.ok_or_else(unknown)?;
    if !matches!(signature.function, Function::Floor(_)) {
        return Err(Failure::invalid(format!(
            "Only monotonic functions are supported in the GROUP BY clause. Got: {signature} "
        )));
    }
    let mut planned = Vec::with_capacity(arguments.len());
    for ((at, argument), ty) in arguments.iter().enumerate().zip(&signature.arguments) {
        let place = spec(table, &format!("arg{at}(system.{})", signature.name), ty);
        planned.push(match argument {
            Some(term) => Some(term::plan(term, &place, scope)?),
            None => None,
        });
    }
    Ok(Computed {
        function: signature.function,
        arguments: planned,
    })
}

impl GroupBy {
    /// Whether two rows are of one group.
    pub(super) fn same(
        &self,
        a: &Record<'_>,
        b: &Record<'_>,
        source: &Source<'_>,
    ) -> Result<bool, Failure> {
        Ok(a.key == b.key && self.prefix(a, source)? == self.prefix(b, source)?)
    }

    /// The values that a group has in common, without those of the partition key.
    fn prefix(
        &self,
        record: &Record<'_>,
        source: &Source<'_>,
    ) -> Result<Vec<Option<Vec<u8>>>, Failure> {
        let clustering = self.columns.saturating_sub(source.table.partition);
        let position = record.position;
        let values = position.map_or(&[][..], |position| position.values());
        let mut prefix: Vec<Option<Vec<u8>>> =
            values.iter().take(clustering).cloned().map(Some).collect();
        if let (Some(computed), Some(last)) = (&self.of_last, prefix.last_mut()) {
            *last = computed.of(last.take(), source)?;
        }
        Ok(prefix)
    }
}

impl Computed {
    fn of(&self, value: Option<Vec<u8>>, source: &Source<'_>) -> Result<Option<Vec<u8>>, Failure> {
        let mut arguments = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            arguments.push(match argument {
                None => value.clone(),
                Some(term) => match term.evaluate(source.values, source.env)? {
                    Bound::Value(value) => Some(value),
                    Bound::Null | Bound::Unset => None,
                },
            });
        }
        self.function.call(&arguments, source.env)
    }
}
