//! What WRITETIME and TTL look at: a column or an element of one, that has a cell.

use scylla_orm_driver::value::Type;

use crate::catalog::table::{self, ColumnKind};
use crate::exec::scope::{Scope, spec};
use crate::exec::select::output::{Element, Part};
use crate::exec::select::projection::{Planner, field_of};
use crate::exec::term;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Selector;

impl Planner<'_> {
    /// What WRITETIME and TTL look at, and whether it is each element of a collection.
    pub(super) fn part(
        &self,
        selector: &Selector,
        function: &str,
        scope: &mut Scope<'_>,
    ) -> Result<(Part, bool), Failure> {
        let whole = |name: &str, scope: &Scope<'_>| self.cell_column(name, function, scope);
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
                    return Err(not_a_cell(function));
                };
                let place = spec(self.table, &format!("key({name})"), key_type);
                (at, Element::Key(term::plan(key, &place, scope)?))
            }
            Selector::Field(inner, field) if let Selector::Column(name) = &**inner => {
                let (at, column) = whole(name, scope)?;
                if !column.is_multi_cell() {
                    return Err(not_a_cell(function));
                }
                (at, Element::Field(field_of(name, &column.ty, field)?.0))
            }
            _ => return Err(not_a_cell(function)),
        };
        let each = matches!(element, Element::Each);
        Ok((Part { column, element }, each))
    }

    /// A column that has cells: none of the key.
    fn cell_column(
        &self,
        name: &str,
        function: &str,
        scope: &Scope<'_>,
    ) -> Result<(usize, &table::Column), Failure> {
        let (at, column) = self.column(name, scope)?;
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
                if function == "TTL" {
                    "ttl"
                } else {
                    "writetime"
                }
            ),
        )))
    }
}

fn not_a_cell(function: &str) -> Failure {
    Failure::invalid(format!(
        "{function} expects a column, or an element of one, that has a cell"
    ))
}
