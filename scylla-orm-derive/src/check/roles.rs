//! Which keys of `#[cql(…)]` go together, in one column and in one model.

use crate::diagnostics::Diagnostics;
use crate::parse::{Column, Model, Role, Spelling};

/// What a single column says must agree with itself.
pub(super) fn column(column: &Column, diagnostics: &mut Diagnostics) {
    let name = column.word();
    if let (Some(span), Role::Static | Role::Counter) = (column.index, column.role) {
        let what = if column.role == Role::Static {
            "static"
        } else {
            "counter"
        };
        let message = format!("{what} column `{name}` cannot have an index: drop `index`");
        diagnostics.error(span, message);
    }
    if let (Some(span), Spelling::Scalar | Spelling::Counter) = (column.frozen, column.spelling) {
        let message = format!(
            "column `{name}` is a single value, and only collections, tuples and user-defined types are frozen: drop `frozen`"
        );
        diagnostics.error(span, message);
    }
    if let (Some(span), true) = (column.default, column.optional) {
        let message = format!(
            "column `{name}` is an `Option`, which is null by itself: drop `default` or `Option`"
        );
        diagnostics.error(span, message);
    }
    let counts = matches!(column.spelling, Spelling::Counter | Spelling::Other);
    if column.role == Role::Counter && !counts {
        let message = format!("counter column `{name}` needs the type `Counter`");
        diagnostics.over(&column.ty, message);
    }
    if column.role == Role::Static && column.spelling == Spelling::Counter {
        let message = format!(
            "static column `{name}` cannot be a counter: drop `static_column`, or use another type"
        );
        diagnostics.over(&column.ty, message);
    }
}

/// A static column is shared by the rows of a partition, so there must be rows.
pub(super) fn statics(model: &Model, diagnostics: &mut Diagnostics) {
    let is_clustering = |c: &Column| matches!(c.role, Role::Clustering { .. });
    if model.columns().any(is_clustering) {
        return;
    }
    for column in model.columns().filter(|c| c.role == Role::Static) {
        let name = column.word();
        let message = format!(
            "static column `{name}` needs a model with a clustering column, since else a partition is one row: drop `static_column`, or add a `clustering_key`"
        );
        diagnostics.error(column.span(), message);
    }
}

/// Outside the key, a table has only counters or none.
pub(super) fn counters(model: &Model, diagnostics: &mut Diagnostics) {
    let Some(counter) = model.columns().find(|c| c.role == Role::Counter) else {
        return;
    };
    let values = model.columns().filter(|c| !c.role.is_key());
    for column in values.filter(|c| c.role != Role::Counter) {
        let (name, counter) = (column.word(), counter.word());
        let message = format!(
            "column `{name}` cannot stand beside the counter `{counter}`: outside the key, a table has only counters or none, so move one of them to another model"
        );
        diagnostics.error(column.span(), message);
    }
}
