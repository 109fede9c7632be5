//! A column: the type that stands for it, and the model's constant.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::{at, field_alias};
use crate::parse::{Column, Model, Role};

/// The type of one column and what it says of the column.
pub(super) fn items(model: &Model, column: &Column, index: u8, kind: &TokenStream) -> TokenStream {
    let (p, vis, name) = (&model.krate, &model.vis, &model.ident);
    let marker = &column.marker;
    // Where the column's type is not one of CQL, or less visible than the model, the error is at the field.
    let field = field_alias(index, column.ty_span());
    let field = quote_spanned!(column.ty_span()=> type Field = #field;);
    let store = match column.is_frozen() {
        true => quote!(Whole),
        false => quote!(Plain),
    };
    quote! {
        // Braces: in the world of values, the name stays free.
        #vis struct #marker {}
        impl #p::private::Column for #marker {
            type Model = #name;
            #field
            type Store = #p::private::#store;
            type Kind = #kind;
            const INDEX: ::core::primitive::u8 = #index;
        }
        impl #p::private::ColumnOf<#name> for #marker {}
    }
}

/// The column's place in the rules.
pub(super) fn kind(model: &Model, column: &Column) -> TokenStream {
    let p = &model.krate;
    match column.role {
        Role::Partition => {
            let place = place(model, column, |r| r == Role::Partition);
            quote!(#p::private::Pk<#place>)
        }
        Role::Clustering { .. } => {
            let place = place(model, column, |r| matches!(r, Role::Clustering { .. }));
            quote!(#p::private::Ck<#place>)
        }
        Role::Static => quote!(#p::private::Static),
        Role::Counter => quote!(#p::private::Counted),
        Role::Regular if column.index.is_some() => quote!(#p::private::Indexed),
        Role::Regular => quote!(#p::private::Regular),
    }
}

/// How many columns of its role stand before it, as a type.
fn place(model: &Model, column: &Column, same: fn(Role) -> bool) -> TokenStream {
    let p = &model.krate;
    let before = model.columns().take_while(|c| c.ident != column.ident);
    before
        .filter(|c| same(c.role))
        .fold(quote!(#p::private::Z), |n, _| quote!(#p::private::S<#n>))
}

/// `Post::AUTHOR` and so on.
pub(super) fn constants<'m>(
    model: &'m Model,
    columns: impl Iterator<Item = &'m Column>,
) -> TokenStream {
    let name = &model.ident;
    let constants = columns.map(|column| constant(model, column));
    quote!(impl #name { #(#constants)* })
}

fn constant(model: &Model, column: &Column) -> TokenStream {
    let (p, vis, marker, constant) = (&model.krate, &model.vis, &column.marker, &column.constant);
    let docs = &column.docs;
    let docs = match docs.is_empty() {
        true => {
            let line = format!("The column `{}`.", column.ident.unraw());
            quote!(#[doc = #line])
        }
        false => quote!(#(#docs)*),
    };
    // A constant of the user's with the same name is reported at the field.
    let item = quote!(#vis const #constant: #p::private::Col<#marker> = #p::private::Col::NEW;);
    let item = at(column.span(), item);
    quote!(#docs #item)
}
