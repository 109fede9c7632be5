//! What is generated after a mistake: enough that one mistake is one message, and not another for each use.
//!
//! The stub's columns are all alike, its queries may do anything, and nothing of it ever runs.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{columns, in_scope, record as records, table};
use crate::parse::{Derive, Enum, Model, Record};

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
    super::cql_enum::with(item, &codec())
}

/// The stub of an enum that is only sent or read.
pub(super) fn enum_as_value(item: &Enum, derive: Derive) -> TokenStream {
    super::cql_enum::one_way(item, &codec(), derive)
}

fn codec() -> super::cql_enum::Codec {
    super::cql_enum::Codec {
        write: quote!(""),
        read: quote!(::core::unreachable!()),
        ty: quote!(::std::string::String),
        borrowed: quote!(&'f ::core::primitive::str),
        name: quote!(""),
    }
}

/// The stub of a value or a row.
pub(super) fn record(record: &Record, derive: Derive) -> TokenStream {
    let (p, frame) = (records::path(record), records::frame(record));
    let items = match derive {
        Derive::ToCql => quote! {
            fn fits(&self, _: &#p::Type) -> ::core::primitive::bool {
                ::core::unreachable!()
            }
            fn write(&self, _: &mut ::std::vec::Vec<::core::primitive::u8>) -> #p::Wrote {
                ::core::unreachable!()
            }
        },
        Derive::FromCql => quote! {
            fn accepts(_: &#p::Type) -> ::core::primitive::bool {
                ::core::unreachable!()
            }
            fn decode(
                _: ::core::option::Option<&#frame [::core::primitive::u8]>,
            ) -> ::core::result::Result<Self, #p::Fault> {
                ::core::unreachable!()
            }
        },
        Derive::ToRow => quote! {
            fn check(&self, _: &[#p::Column]) -> ::core::result::Result<(), #p::Mismatch> {
                ::core::unreachable!()
            }
            fn write_row(
                &self,
                _: &[#p::Column],
                _: &mut ::std::vec::Vec<::core::primitive::u8>,
            ) -> ::core::primitive::u16 {
                ::core::unreachable!()
            }
        },
        Derive::FromRow => quote! {
            type Plan = ();
            fn plan(
                _: &::std::sync::Arc<[#p::Column]>,
            ) -> ::core::result::Result<(), #p::Mismatch> {
                ::core::unreachable!()
            }
            fn read(
                _: &(),
                _: &mut #p::Cells<#frame>,
            ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::Fault)> {
                ::core::unreachable!()
            }
        },
    };
    records::implementation(record, &records::derived(record, derive), derive, &items)
}
