//! From what was meant to code: one function per generated item.
//!
//! All of it stands inside `const _: () = { … };`, so that nothing but the columns' constants meets the user's
//! names, and it names nothing but `scylla_orm::private` and `core`.

mod asserts;
mod columns;
mod cql_enum;
mod fallback;
mod leaves;
mod record;
mod row;
mod table;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{DeriveInput, Ident};

use crate::check;
use crate::diagnostics::Diagnostics;
use crate::parse::{Derive, Enum, Model, Record, foreign};

/// `#[derive(Model)]`
pub(crate) fn model(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let model = Model::parse(input, &mut diagnostics);
    // A key that could not be read would be missed here, and one mistake is one message.
    if let (Some(model), true) = (&model, diagnostics.is_empty()) {
        check::model(model, &mut diagnostics);
    }
    let broken = !diagnostics.is_empty();
    let errors = diagnostics.finish();
    let items = match &model {
        None => TokenStream::new(),
        Some(model) if broken => fallback::model(model),
        Some(model) => whole_model(model),
    };
    quote!(#errors #items)
}

/// `#[derive(CqlEnum)]`
pub(crate) fn cql_enum(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let item = Enum::parse(input, "a `CqlEnum`", &mut diagnostics);
    if let (Some(item), true) = (&item, diagnostics.is_empty()) {
        check::cql_enum(item, &mut diagnostics);
    }
    let broken = !diagnostics.is_empty();
    let errors = diagnostics.finish();
    let items = match &item {
        None => TokenStream::new(),
        Some(item) if broken => fallback::cql_enum(item),
        Some(item) => cql_enum::item(item),
    };
    quote!(#errors #items)
}

/// `#[derive(ToCql)]`, `FromCql`, `ToRow` or `FromRow`.
pub(crate) fn record(input: &DeriveInput, derive: Derive) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    if let (syn::Data::Enum(_), true) = (&input.data, derive.is_value()) {
        let item = Enum::parse(input, "an enum", &mut diagnostics);
        if let (Some(item), true) = (&item, diagnostics.is_empty()) {
            check::cql_enum(item, &mut diagnostics);
        }
        let broken = !diagnostics.is_empty();
        let errors = diagnostics.finish();
        let item = item.map(|item| match broken {
            true => fallback::enum_as_value(&item, derive),
            false => cql_enum::as_value(&item, derive),
        });
        return quote!(#errors #item);
    }
    let record = Record::parse(input, derive, &mut diagnostics);
    if let (Some(record), true) = (&record, diagnostics.is_empty()) {
        check::record(record, derive, &mut diagnostics);
    }
    let broken = !diagnostics.is_empty();
    let errors = diagnostics.finish();
    let item = record.map(|record| match broken {
        true => fallback::record(&Record { broken, ..record }, derive),
        false => record::item(&record, derive),
    });
    quote!(#errors #item)
}

fn whole_model(model: &Model) -> TokenStream {
    let columns: TokenStream = model
        .columns()
        .zip(0..)
        .map(|(column, index)| {
            let kind = columns::kind(model, column);
            let items = columns::items(model, column, index, &kind);
            let leaves = leaves::traits(model, column);
            let asserts = asserts::column(model, column);
            quote!(#items #leaves #asserts)
        })
        .collect();
    let constants = columns::constants(model, model.columns());
    let table = table::implementation(model);
    let markers = table::markers(model);
    in_scope(model, &quote!(#columns #constants #table #markers))
}

/// Puts the items of a model into a scope of their own.
///
/// The columns' types are named like the fields, which may be the name of a crate or a type (`uuid: uuid::Uuid`).
/// So the fields' types are named outside the scope that has the columns.
fn in_scope(model: &Model, items: &TokenStream) -> TokenStream {
    let types = model.columns().zip(0..).map(|(column, index)| {
        let alias = field_alias(index, Span::call_site());
        // A type that CQL does not have has been reported.
        let ty = match foreign(&column.ty) {
            None => column.ty.to_token_stream(),
            Some(_) => quote!(::core::primitive::i64),
        };
        quote!(type #alias = #ty;)
    });
    quote! {
        // Users may deny these lints; the names are theirs and need not follow our style.
        #[allow(
            non_camel_case_types,
            dead_code,
            unnameable_types,
            missing_debug_implementations,
            missing_copy_implementations,
            unused_qualifications,
            clippy::all,
            clippy::pedantic
        )]
        const _: () = {
            #(#types)*
            const _: () = { #items };
        };
    }
}

/// The alias of a field's type; the span is where errors about the type are shown.
fn field_alias(index: u8, span: Span) -> Ident {
    format_ident!("__Field{index}", span = span)
}

/// The same tokens, all at one place: an error in any of them is then shown there, and not at the derive.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let respan = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(span, group.stream())).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(respan).collect()
}

#[cfg(test)]
mod tests;
