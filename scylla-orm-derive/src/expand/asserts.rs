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
    if column.is_frozen() {
        return TokenStream::new();
    }
    let (p, marker) = (&model.krate, &column.marker);
    let name = column.word();
    let collection = format!("{what} `{name}` {}", crate::check::COLLECTION);
    let optional = format!("{what} `{name}` {}", crate::check::OPTIONAL);
    let asserts = quote! {
        const _: () = {
            ::core::assert!(!#p::private::collection::<#marker>(), #collection);
            ::core::assert!(!#p::private::nullable::<#marker>(), #optional);
        };
    };
    at(column.ty_span(), asserts)
}

fn has(model: &Model, column: &Column, operators: &TokenStream) -> TokenStream {
    let (p, marker) = (&model.krate, &column.marker);
    let check = quote_spanned! { column.ty_span() =>
        check::<#p::private::CqlOf<#marker>>
    };
    quote! {
        const _: fn() = || {
            fn check<T: ?::core::marker::Sized + #p::private::#operators>() {}
            let _ = #check;
        };
    }
}
