//! What WRITETIME and TTL look at: a column or an element of one, that has a cell.

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, ColumnKind, Table};
use crate::exec::scope::{Scope, spec};
use crate::exec::select::output::{Element, Part};
use crate::exec::select::projection::{Planner, field_of, no_elements};
use crate::exec::term;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Selector, Term};

impl Planner<'_> {
    /// What WRITETIME and TTL look at, and whether it is each element of a collection.
    pub(super) fn part(
        &mut self,
        selector: &Selector,
        function: &str,
        scope: &mut Scope<'_>,
    ) -> Result<(Part, bool), Failure> {
        let table = self.table;
        let whole = |name: &str, scope: &Scope<'_>| cell_column(table, name, function, scope);
        let (column, element) = match selector {
            Selector::Column(name) => {
                let (at, column) = whole(name, scope)?;
                let element = match (column.is_multi_cell(), scope.flavor()) {
                    (false, _) => Element::Whole,
                    (true, Flavor::Cassandra) => Element::Each,
                    (true, Flavor::Scylla) => {
                        return Err(Failure::invalid(format!(
                            "{function} expects an atomic column, but {name} is a non-frozen collection"
                        )));
                    }
                };
                (at, element)
            }
            Selector::Element(inner, key) if let Selector::Column(name) = &**inner => {
                let (at, column) = whole(name, scope)?;
                let (Type::Map(key_type, _) | Type::Set(key_type)) = &column.ty else {
                    return Err(match (column.ty.bare(), scope.flavor()) {
                        (Type::List(_), Flavor::Cassandra) => {
                            no_elements("Element", name, &column.ty)
                        }
                        _ => not_a_cell(function),
                    });
                };
                let place = spec(self.table, &format!("key({name})"), key_type);
                (at, Element::Key(term::plan(key, &place, scope)?))
            }
            Selector::Slice(inner, from, to) if let Selector::Column(name) = &**inner => {
                let (at, column) = whole(name, scope)?;
                (at, self.range(column, [from, to], scope)?)
            }
            Selector::Field(inner, field) if let Selector::Column(name) = &**inner => {
                let (at, column) = whole(name, scope)?;
                let field = field_of(name, &column.ty, field)?.0;
                match (column.is_multi_cell(), scope.flavor()) {
                    (true, _) => (at, Element::Field(field)),
                    // A frozen value was written as one.
                    (false, Flavor::Cassandra) => (at, Element::Whole),
                    (false, Flavor::Scylla) => return Err(not_a_cell(function)),
                }
            }
            _ => return Err(not_a_cell(function)),
        };
        let each = matches!(element, Element::Each | Element::Range(..));
        Ok((Part { column, element }, each))
    }

    /// `c[from..to]` of a set or map.
    fn range(
        &mut self,
        column: &Column,
        [from, to]: [&Option<Term>; 2],
        scope: &mut Scope<'_>,
    ) -> Result<Element, Failure> {
        let (Type::Map(key_type, _) | Type::Set(key_type)) = column.ty.bare() else {
            return Err(no_elements("Slice", &column.name, &column.ty));
        };
        let place = spec(self.table, &format!("key({})", column.name), key_type);
        let mut bound = |bound: &Option<Term>| {
            let bound = bound.as_ref();
            bound
                .map(|bound| term::plan(bound, &place, scope))
                .transpose()
        };
        let (from, to) = (bound(from)?, bound(to)?);
        self.bound(&column.name, [&from, &to]);
        Ok(match column.is_multi_cell() {
            true => Element::Range(Type::clone(key_type), from, to),
            false => Element::Whole,
        })
    }
}

/// A column that has cells: none of the key.
fn cell_column<'t>(
    table: &'t Table,
    name: &str,
    function: &str,
    scope: &Scope<'_>,
) -> Result<(usize, &'t Column), Failure> {
    let found = table.column(name);
    let (at, column) = found.ok_or_else(|| scope.unknown_column(table, name))?;
    if !column.is_key() {
        return Ok((at, column));
    }
    let part = match column.kind {
        ColumnKind::Partition => "partition key",
        _ => "primary key",
    };
    Err(Failure::invalid(scope.flavor().pick(
        format!("{function} is not legal on {part} component {name}"),
        format!(
            "Cannot use selection function {} on PRIMARY KEY part {name}",
            function.to_lowercase()
        ),
    )))
}

fn not_a_cell(function: &str) -> Failure {
    Failure::invalid(format!(
        "{function} expects a column, or an element of one, that has a cell"
    ))
}
