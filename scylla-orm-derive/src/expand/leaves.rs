//! The messages of the key rules that name a column.
//!
//! A rule that fails asks the column for a trait of `scylla_orm::rules`. The column has it only if a trait of the
//! column's own holds, which never does, and whose message says the column's name: the compiler prints a type in a
//! message as a path (`models::_::bucket`), never as `bucket`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::parse::{Column, Model, Role};

/// What the compiler prints when a rule fails.
struct Leaf {
    /// The trait of `scylla_orm::rules` that the rule asks for.
    asked: &'static str,
    message: String,
    label: String,
    note: &'static str,
}

/// The traits of one column.
pub(super) fn traits(model: &Model, column: &Column) -> TokenStream {
    let name = column.ident.unraw().to_string();
    let leaves = match column.role {
        Role::Partition => vec![missing_partition(&name), no_order(&name), twice(&name)],
        Role::Clustering { .. } => vec![
            missing_clustering(&name),
            out_of_order(&name),
            unindexed(&name),
            twice(&name),
        ],
        Role::Static | Role::Counter | Role::Regular => vec![unindexed(&name), in_a_write(&name)],
    };
    leaves.iter().map(|leaf| one(model, column, leaf)).collect()
}

fn one(model: &Model, column: &Column, leaf: &Leaf) -> TokenStream {
    let (p, marker) = (&model.krate, &column.marker);
    let Leaf {
        asked,
        message,
        label,
        note,
    } = leaf;
    let own = format_ident!("__{asked}_{}", marker.unraw());
    let asked = format_ident!("{asked}");
    // Generic over who asks: a bound without a parameter that is false is an error at once.
    quote! {
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        trait #own {}
        impl<__Asker: #own> #p::private::#asked<__Asker> for #marker {}
    }
}

fn missing_partition(name: &str) -> Leaf {
    Leaf {
        asked: "Needed",
        message: format!("partition key column `{name}` has no `.eq(..)` or `.is_in(..)` filter"),
        label: format!("add a filter on `{name}`"),
        note: "a read filters every partition key column, or only an indexed column, or says \
               `.allow_filtering()`; a write and `.order_by(..)` need them all",
    }
}

fn missing_clustering(name: &str) -> Leaf {
    Leaf {
        asked: "Needed",
        message: format!("clustering column `{name}` has no `.eq(..)` filter"),
        label: format!("this writes a row, and which one is not said: add a filter on `{name}`"),
        note: "an update filters every key column by `.eq(..)`, or only the partition key if it sets only \
               static columns",
    }
}

fn out_of_order(name: &str) -> Leaf {
    Leaf {
        asked: "InOrder",
        message: format!("clustering column `{name}` is filtered, but one before it is not fixed"),
        label: format!("`{name}` cannot be used here"),
        note: "filters use the clustering columns in key order, a range only on the last one: add `.eq(..)` on \
               those before, or, to read, say `.allow_filtering()`",
    }
}

fn unindexed(name: &str) -> Leaf {
    Leaf {
        asked: "Indexless",
        message: format!("the filter on `{name}` needs `.allow_filtering()`"),
        label: format!("the server would check `{name}` row by row"),
        note: "without it, a query filters by the key in order and by at most one index, with the whole partition \
               key or none of it",
    }
}

fn twice(name: &str) -> Leaf {
    Leaf {
        asked: "Once",
        message: format!("column `{name}` is restricted twice"),
        label: format!("the query already has a filter on `{name}`"),
        note: "one `.eq(..)`, one `.is_in(..)`, or one lower and one upper bound per column",
    }
}

fn no_order(name: &str) -> Leaf {
    Leaf {
        asked: "Unordered",
        message: format!("partition key column `{name}` takes only `.eq(..)` or `.is_in(..)`"),
        label: format!("rows are placed by the hash of `{name}`, so it has no order"),
        note: "columns whose ranges are asked for are clustering columns",
    }
}

fn in_a_write(name: &str) -> Leaf {
    Leaf {
        asked: "ByKeyOnly",
        message: format!("a write filters by key columns only, and `{name}` is none"),
        label: format!("`{name}` is filtered"),
        note: "put conditions on other columns into `.only_if(..)`",
    }
}
