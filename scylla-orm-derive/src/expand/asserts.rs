//! Checks that need types, for those whose spelling tells nothing: the compiler makes them, at the field.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::at;
use crate::parse::{Column, Model, Role, Spelling};

/// The checks of one column; mostly none.
pub(super) fn column(model: &Model, column: &Column) -> TokenStream {
    if column.spelling != Spelling::Other {
        return TokenStream::new();
    }
    match column.role {
        Role::Partition => key(model, column, "partition key column"),
        Role::Clustering { .. } => key(model, column, "clustering column"),
        Role::Counter => has(model, column, &quote!(CounterOps)),
        Role::Static | Role::Regular => TokenStream::new(),
    }
}

/// A key is compared as a whole, and never null.
fn key(model: &Model, column: &Column, what: &str) -> TokenStream {
    let comparable = has(model, column, &quote!(EqOps));
    if column.is_frozen() {
        return comparable;
    }
    let (p, marker) = (&model.krate, &column.marker);
    let message = format!(
        "{what} `{}` is an `Option`, and a key is never null: leave `Option` out",
        column.word()
    );
    let never_null = quote! {
        const _: () = ::core::assert!(!#p::private::nullable::<#marker>(), #message);
    };
    let never_null = at(column.ty_span(), never_null);
    quote!(#comparable #never_null)
}

fn has(model: &Model, column: &Column, operators: &TokenStream) -> TokenStream {
    let (p, marker) = (&model.krate, &column.marker);
    let check = quote_spanned! { column.ty_span() =>
        check::<<#marker as #p::private::Column>::Cql>
    };
    quote! {
        const _: fn() = || {
            fn check<T: ?::core::marker::Sized + #p::private::#operators>() {}
            let _ = #check;
        };
    }
}
