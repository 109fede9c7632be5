//! Between a struct and the cells of its row.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::parse::{Field, Model};

/// `Table::from_row`
pub(super) fn from_row(model: &Model) -> TokenStream {
    let (p, name) = (&model.krate, &model.ident);
    let mut fields = TokenStream::new();
    for field in &model.fields {
        let field = match field {
            Field::Skipped(ident, ty) => {
                let default = quote_spanned!(*ty=> ::core::default::Default::default());
                quote!(#ident: #default,)
            }
            Field::Column(column) => {
                let (ident, marker, ty) = (&column.ident, &column.marker, column.ty_span());
                let take = match column.default {
                    Some(_) => quote_spanned!(ty=> take_or_default::<#marker>),
                    None => quote!(take::<#marker>),
                };
                quote!(#ident: #p::private::#take(cells)?,)
            }
        };
        fields.extend(field);
    }
    quote! {
        fn from_row(
            cells: &mut #p::private::Cells<'_>,
        ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::private::Fault)> {
            ::core::result::Result::Ok(#name { #fields })
        }
    }
}

/// `Table::cell`
pub(super) fn cell(model: &Model) -> TokenStream {
    let p = &model.krate;
    let arms = model.columns().zip(0_u8..).map(|(column, index)| {
        let (field, marker) = (&column.ident, &column.marker);
        let write = match column.is_frozen() {
            true => quote!(frozen_cell),
            false => quote!(cell),
        };
        quote!(#index => #p::private::#write::<#marker>(&self.#field, out),)
    });
    quote! {
        fn cell(
            &self,
            index: ::core::primitive::u8,
            out: &mut ::std::vec::Vec<::core::primitive::u8>,
        ) -> ::core::primitive::bool {
            match index {
                #(#arms)*
                _ => false,
            }
        }
    }
}
