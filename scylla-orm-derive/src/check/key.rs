//! Which columns can be a key.

use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::parse::{Column, Model, Role, Spelling};

/// What is wrong with a collection in the key.
pub(crate) const COLLECTION: &str =
    "is a collection, which can be a key only as a whole: add `frozen`, or use another type";

/// What is wrong with an `Option` in the key.
pub(crate) const OPTIONAL: &str = "is an `Option`, and a key is never null: leave `Option` out";

/// Every table has a partition key.
pub(super) fn partition_key(model: &Model, diagnostics: &mut Diagnostics) {
    if model.columns().any(|c| c.role == Role::Partition) {
        return;
    }
    let message = format!(
        "model `{}` has no partition key: mark the column that says where its rows are stored by `#[cql(partition_key)]`",
        model.ident.unraw()
    );
    diagnostics.error(model.span(), message);
}

/// A key column has a type that has an order, and is never null.
pub(super) fn column(column: &Column, diagnostics: &mut Diagnostics) {
    let what = match column.role {
        Role::Partition => "partition key column",
        Role::Clustering { .. } => "clustering column",
        _ => return,
    };
    let name = column.word();
    if let Some(why) = type_problem(column) {
        diagnostics.over(&column.ty, format_args!("{what} `{name}` {why}"));
    } else if column.optional {
        diagnostics.over(&column.ty, format_args!("{what} `{name}` {OPTIONAL}"));
    }
    if let Some(span) = column.default {
        let message = format!("{what} `{name}` is never null, so `default` does nothing: drop it");
        diagnostics.error(span, message);
    }
    if let Some(span) = column.index {
        let message = format!("{what} `{name}` cannot have an index as well: drop `index`");
        diagnostics.error(span, message);
    }
}

fn type_problem(column: &Column) -> Option<&'static str> {
    match column.spelling {
        Spelling::Collection if !column.is_frozen() => Some(COLLECTION),
        Spelling::Counter => {
            Some("is a counter, which cannot be a key: use another type, such as `i64`")
        }
        Spelling::Duration => Some(
            "is a duration, which has no order and cannot be a key: use another type, such as `i64`",
        ),
        _ => None,
    }
}
