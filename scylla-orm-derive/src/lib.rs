//! Derives of `scylla-orm`. Use them through that crate.

mod expand;

mod check;

mod parse;

mod diagnostics;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the row of a table.
#[proc_macro_derive(Model, attributes(cql))]
pub fn model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::model(&input).into()
}

/// Makes an enum a value of CQL.
#[proc_macro_derive(CqlEnum, attributes(cql))]
pub fn cql_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::cql_enum(&input).into()
}
