//! `impl Table`: the facts of a model.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use super::row;
use crate::parse::{Column, Model, Role};

/// `impl Table for …`
pub(super) fn implementation(model: &Model) -> TokenStream {
    let (p, name) = (&model.krate, &model.ident);
    let partition = list(model, Role::is_partition, &quote!(Missing));
    let clustering = list(model, Role::is_clustering, &quote!(Free));
    let (key, order) = (key(model), order(model));
    let definition = definition(model);
    let (from_row, cell) = (row::from_row(model), row::cell(model));
    quote! {
        impl #p::private::Table for #name {
            type Start = #p::private::Where<
                #partition,
                #clustering,
                #p::private::KeyOnly,
                #p::private::Unbounded,
            >;
            type Key = #key;
            type Order = #order;
            #definition
            #from_row
            #cell
        }
    }
}

/// What sort of table it is.
pub(super) fn markers(model: &Model) -> TokenStream {
    let (p, name) = (&model.krate, &model.ident);
    let counters = match model.columns().any(|c| c.role == Role::Counter) {
        true => quote!(Counting),
        false => quote!(NoCounters),
    };
    quote! {
        impl #p::private::Writable for #name {}
        impl #p::private::#counters for #name {}
    }
}

/// The columns of a role with the flag of a query without filters: `(Missing<a>, (Missing<b>, ()))`.
fn list(model: &Model, of: fn(Role) -> bool, flag: &TokenStream) -> TokenStream {
    let p = &model.krate;
    nested(model, of, |column| quote!(#p::private::#flag<#column>))
}

/// The clustering columns with their declared order.
pub(super) fn order(model: &Model) -> TokenStream {
    let p = &model.krate;
    let descending = |column: &Ident| {
        model
            .columns()
            .any(|c| c.marker == *column && c.role == Role::Clustering { descending: true })
    };
    nested(model, Role::is_clustering, |column| {
        let direction = match descending(column) {
            true => quote!(Desc),
            false => quote!(Asc),
        };
        quote!((#column, #p::private::#direction))
    })
}

fn nested(
    model: &Model,
    of: fn(Role) -> bool,
    item: impl Fn(&Ident) -> TokenStream,
) -> TokenStream {
    let columns: Vec<&Column> = model.columns().filter(|c| of(c.role)).collect();
    columns.iter().rev().fold(quote!(()), |rest, column| {
        let item = item(&column.marker);
        quote!((#item, #rest))
    })
}

/// The type of the primary key: the columns in a tuple, or `One<…>`.
pub(super) fn key(model: &Model) -> TokenStream {
    let p = &model.krate;
    let columns: Vec<&Ident> = key_columns(model)
        .map(|(_, column)| &column.marker)
        .collect();
    match &columns[..] {
        [one] => quote!(#p::private::One<#one>),
        columns => quote!((#(#columns,)*)),
    }
}

/// The columns of the key in key order, which need not be the order of fields, with their indexes.
fn key_columns(model: &Model) -> impl Iterator<Item = (u8, &Column)> {
    let of = |is: fn(Role) -> bool| {
        (0_u8..)
            .zip(model.columns())
            .filter(move |(_, c)| is(c.role))
    };
    of(Role::is_partition).chain(of(Role::is_clustering))
}

/// `Table::definition`
pub(super) fn definition(model: &Model) -> TokenStream {
    let p = &model.krate;
    let name = model.ident.unraw().to_string();
    let keyspace = match &model.keyspace {
        Some(keyspace) => {
            let text = &keyspace.text;
            quote!(::core::option::Option::Some(#text))
        }
        None => quote!(::core::option::Option::None),
    };
    let table = &model.table.text;
    let columns = model.columns().map(|column| column_def(model, column));
    let key = key_columns(model).map(|(index, _)| index);
    let partition = model
        .columns()
        .filter(|c| c.role == Role::Partition)
        .count();
    quote! {
        fn definition() -> &'static #p::private::TableDef {
            static DEFINITION: #p::private::TableDef = #p::private::TableDef {
                id: #p::private::ModelId::new(),
                model: #name,
                keyspace: #keyspace,
                table: #table,
                columns: &[#(#columns,)*],
                key: &[#(#key),*],
                partition: #partition,
            };
            &DEFINITION
        }
    }
}

/// Type and nullability come from the field's type, all else is false unless said.
fn column_def(model: &Model, column: &Column) -> TokenStream {
    let (p, marker, name) = (&model.krate, &column.marker, &column.name.text);
    let field = column.word();
    let kind = match column.role {
        Role::Partition => quote!(Partition),
        Role::Clustering { .. } => quote!(Clustering),
        Role::Static => quote!(Static),
        Role::Counter => quote!(Counter),
        Role::Regular => quote!(Regular),
    };
    let descending = column.role == Role::Clustering { descending: true };
    let flags = [
        (descending, quote!(descending)),
        (column.index.is_some(), quote!(indexed)),
        (column.is_frozen(), quote!(frozen)),
        (column.default.is_some(), quote!(nullable)),
    ];
    let flags: Vec<TokenStream> = flags.into_iter().filter(|f| f.0).map(|f| f.1).collect();
    let plain = quote!(#p::private::column::<#marker>(#name, #field, #p::private::Kind::#kind));
    match flags.is_empty() {
        true => plain,
        false => quote!(#p::private::ColumnDef { #(#flags: true,)* ..#plain }),
    }
}
