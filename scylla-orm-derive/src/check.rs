//! What must hold between the fields of a model, or the variants of an enum.

mod key;
mod names;
mod record;
mod roles;

pub(crate) use key::{COLLECTION, OPTIONAL};
pub(crate) use record::record;

use crate::diagnostics::Diagnostics;
use crate::parse::{Column, Enum, Foreign, Model, foreign};

/// Columns are numbered by seven bits in the shapes of statements.
const MOST_COLUMNS: usize = 127;

/// Reports what is wrong with a model.
pub(crate) fn model(model: &Model, diagnostics: &mut Diagnostics) {
    key::partition_key(model, diagnostics);
    for column in model.columns() {
        if let Some(foreign) = foreign(&column.ty) {
            not_in_cql(column, &foreign, diagnostics);
            continue;
        }
        key::column(column, diagnostics);
        roles::column(column, diagnostics);
    }
    roles::statics(model, diagnostics);
    roles::counters(model, diagnostics);
    names::columns(model, diagnostics);
    names::constants(model, diagnostics);
    let columns = model.columns().count();
    if columns > MOST_COLUMNS {
        let message = format!(
            "`{}` has {columns} columns, and a model at most {MOST_COLUMNS}",
            model.ident
        );
        diagnostics.error(model.span(), message);
    }
}

fn not_in_cql(column: &Column, foreign: &Foreign<'_>, diagnostics: &mut Diagnostics) {
    let (name, ty, instead) = (column.word(), &foreign.name, foreign.instead);
    let message =
        format!("column `{name}` has the type `{ty}`, which CQL does not have: use `{instead}`");
    diagnostics.over(foreign.ty, message);
}

/// Reports what is wrong with an enum.
pub(crate) fn cql_enum(item: &Enum, diagnostics: &mut Diagnostics) {
    if item.variants.is_empty() {
        let message = format!(
            "`{}` has no variants, so no value of it could be stored",
            item.ident
        );
        diagnostics.error(item.span(), message);
    }
    names::variants(item, diagnostics);
}

#[cfg(test)]
mod tests;
