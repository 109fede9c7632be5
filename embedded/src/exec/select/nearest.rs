//! ORDER BY … ANN OF: the rows whose vectors are nearest to a given one, nearest first.

use scylla_orm_driver::frame::Consistency;

use crate::catalog::table::Table;
use crate::exec::function::Similarity;
use crate::exec::record::Record;
use crate::exec::restrict::{Restrictions, needs};
use crate::exec::scope::{Scope, spec_of};
use crate::exec::select::Select;
use crate::exec::select::output::Source;
use crate::exec::term::{self, Bound, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Direction, Operator, Ordering, Relation, Target};

/// How many rows a search may ask for.
const MOST: u32 = 1000;

/// What rows are near to.
#[derive(Debug)]
pub(super) struct Nearest {
    /// The place of the vectors among the table's columns.
    column: usize,
    to: Expression,
    similarity: Similarity,
}

/// The search that an ORDER BY means, if it means one.
pub(super) fn plan(
    order_by: &[Ordering],
    table: &Table,
    scope: &mut Scope<'_>,
) -> Result<Option<Nearest>, Failure> {
    let searches = order_by.iter().filter(|o| o.nearest_to.is_some()).count();
    let Some((ordering, term)) = order_by
        .iter()
        .find_map(|o| Some((o, o.nearest_to.as_ref()?)))
    else {
        return Ok(None);
    };
    let refused = |why: &str| Err(Failure::invalid(why));
    if searches > 1 {
        return refused("Cannot specify more than one ANN ordering");
    }
    if order_by.len() > 1 {
        return refused("ANN ordering does not support any other ordering");
    }
    if ordering.direction == Direction::Descending {
        return refused("Descending ANN ordering is not supported");
    }
    let found = table.column(&ordering.column);
    let (at, column) = found.ok_or_else(|| scope.unknown_column(table, &ordering.column))?;
    let to = term::plan(term, &spec_of(table, column), scope)?;
    let mut indexes = table.indexes.iter();
    let Some(index) = indexes.find(|index| index.column == column.name) else {
        return refused("ANN ordering by vector requires the column to be indexed");
    };
    let named = index.options.get("similarity_function");
    let similarity = named.and_then(|name| Similarity::of_index(name));
    Ok(Some(Nearest {
        column: at,
        to,
        similarity: similarity.unwrap_or(Similarity::Cosine),
    }))
}

/// What a failure of the WHERE is called beside a search.
pub(super) fn restricted(failure: Failure, order_by: &[Ordering]) -> Failure {
    let searches = order_by.iter().any(|o| o.nearest_to.is_some());
    match searches && needs::is_of_filtering(&failure) {
        true => Failure::invalid(
            "ANN ordering by vector requires all restricted column(s) to be indexed",
        ),
        false => failure,
    }
}

/// Refuses what Cassandra's index of vectors does not answer.
pub(super) fn check_relations(
    relations: &[Relation],
    table: &Table,
    flavor: Flavor,
) -> Result<(), Failure> {
    let is_indexed = |name: &str| {
        let is_vector = |column: &str| {
            let found = table.column(column);
            found.is_some_and(|(_, c)| {
                matches!(c.ty.bare(), scylla_orm_driver::value::Type::Vector(..))
            })
        };
        is_vector(name) && table.indexes.iter().any(|index| *index.column == *name)
    };
    let asked = |relation: &Relation| {
        let compares = matches!(
            relation.operator,
            Operator::Equal
                | Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual
        );
        compares && matches!(&relation.target, Target::Column(name) if is_indexed(name))
    };
    match flavor == Flavor::Cassandra && relations.iter().any(asked) {
        true => Err(Failure::invalid("Vector indexes only support ANN queries")),
        false => Ok(()),
    }
}

/// Refuses what does not go together with a search.
pub(super) fn check(select: &Select) -> Result<(), Failure> {
    let restrictions: &Restrictions = &select.restrictions;
    let why = if restrictions.has_partition_in() {
        "Select on indexed columns and with IN clause for the PRIMARY KEY are not supported"
    } else if select.distinct {
        "SELECT DISTINCT with WHERE clause only supports restriction by partition key and/or static columns."
    } else if !select.aggregates.is_empty() || select.group_by.is_some() {
        "Top-K queries can not be run with aggregation"
    } else if select.per_partition_limit.is_some() {
        "Top-K queries do not support per-partition limits"
    } else if select.limit.is_none() {
        "Top-K queries must have a limit specified and the limit must be less than the query page size"
    } else {
        return Ok(());
    };
    Err(Failure::invalid(why))
}

/// Refuses a search for more rows than it may find.
pub(super) fn check_limit(limit: Option<u32>) -> Result<(), Failure> {
    match limit {
        Some(limit) if limit > MOST => Err(Failure::invalid(format!(
            "Use of ANN OF in an ORDER BY clause requires a LIMIT that is not greater than {MOST}. LIMIT was {limit}"
        ))),
        _ => Ok(()),
    }
}

/// The level of a search that is asked for at this one: each replica finds its own nearest rows, and nobody compares
/// them.
pub(super) fn level(asked: u16) -> u16 {
    use Consistency::{LocalOne, LocalQuorum, One};
    match Consistency::try_from(asked) {
        Ok(LocalQuorum | LocalOne) => LocalOne.code(),
        Ok(level) if !level.is_serial() => One.code(),
        _ => asked,
    }
}

/// What a client is warned of that asked for more.
pub(super) fn warning(asked: u16) -> Option<String> {
    let asked = Consistency::try_from(asked).ok()?;
    let level = Consistency::try_from(level(asked.code())).ok()?;
    (asked != level).then(|| {
        format!(
            "Top-K queries can only be run with consistency level ONE / LOCAL_ONE / NODE_LOCAL. Consistency level {asked} \
             was requested. Downgrading the consistency level to {level}."
        )
    })
}

impl Nearest {
    /// The records that have a vector, nearest first.
    pub(super) fn sorted<'a>(
        &self,
        records: Vec<Record<'a>>,
        source: &Source<'_>,
    ) -> Result<Vec<Record<'a>>, Failure> {
        let Bound::Value(to) = self.to.evaluate(source.values, source.env)? else {
            let column = source.table.columns.get(self.column);
            return Err(Failure::invalid(format!(
                "Unsupported null value for column {}",
                column.map_or("", |column| &column.name)
            )));
        };
        let mut found: Vec<(f32, Record<'a>)> = Vec::new();
        for record in records {
            let vector = record.value(source.table, self.column, source.env.now);
            let nearness = vector.map(|vector| self.similarity.between(&vector, &to));
            // To a vector of zeros nothing has an angle.
            if let Some(nearness) = nearness.filter(|nearness| !nearness.is_nan()) {
                found.push((nearness, record));
            }
        }
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }
}
