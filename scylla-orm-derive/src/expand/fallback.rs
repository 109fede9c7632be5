//! What is generated after a mistake: enough that one mistake is one message, and not another for each use.
//!
//! The stub's columns are all alike, its queries may do anything, and nothing of it ever runs.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{columns, in_scope, table};
use crate::parse::{Enum, Model};

/// The stub of a model.
pub(super) fn model(model: &Model) -> TokenStream {
    let (p, name) = (&model.krate, &model.ident);
    let kind = quote!(#p::private::Regular);
    let numbered = model.columns().zip(0..);
    let columns: TokenStream = numbered
        .map(|(column, index)| columns::items(model, column, index, &kind))
        .collect();
    let mut seen = HashSet::new();
    let constants = model.columns().filter(|c| seen.insert(&c.constant));
    let constants = columns::constants(model, constants);
    let table = stub_table(model);
    in_scope(
        model,
        &quote! {
            #columns
            #constants
            #table
            impl #p::private::Writable for #name {}
            impl #p::private::NoCounters for #name {}
        },
    )
}

/// A table whose partition key is known and which is filtered by a column, itself, that may be filtered in any way.
fn stub_table(model: &Model) -> TokenStream {
    let (p, name) = (&model.krate, &model.ident);
    let (key, order) = (table::key(model), table::order(model));
    quote! {
        impl<__Asker> #p::private::Indexless<__Asker> for #name {}
        impl<__Asker> #p::private::ByKeyOnly<__Asker> for #name {}
        impl #p::private::Table for #name {
            type Start = #p::private::Where<
                (#p::private::Bound<#name>, ()),
                (),
                #p::private::Unindexed<#name>,
                #p::private::Unbounded,
            >;
            type Key = #key;
            type Order = #order;
            fn definition() -> &'static #p::private::TableDef {
                ::core::unreachable!()
            }
            fn from_row(
                _: &mut #p::private::Cells<'_>,
            ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::private::Fault)> {
                ::core::unreachable!()
            }
            fn cell(
                &self,
                _: ::core::primitive::u8,
                _: &mut ::std::vec::Vec<::core::primitive::u8>,
            ) -> ::core::primitive::bool {
                ::core::unreachable!()
            }
        }
    }
}

/// The stub of an enum.
pub(super) fn cql_enum(item: &Enum) -> TokenStream {
    let codec = super::cql_enum::Codec {
        write: quote!(""),
        read: quote!(::core::unreachable!()),
        ty: quote!(::std::string::String),
        borrowed: quote!(&'f ::core::primitive::str),
        name: quote!(""),
    };
    super::cql_enum::with(item, &codec)
}
