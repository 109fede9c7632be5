//! `ToCql`: a struct as a user-defined type, a tuple, or what its only field is.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;

use super::{arms, path, sent};
use crate::expand::at;
use crate::parse::{Form, Part, PartRole, Record};

/// The items of the impl.
pub(super) fn items(record: &Record) -> TokenStream {
    let p = path(record);
    let (fits, write, order) = match record.form {
        Form::Transparent => {
            let value: TokenStream = record.values().map(sent).collect();
            (
                quote!(#p::ToCql::fits(#value, ty)),
                quote!(#p::ToCql::write_as(#value, ty, out)),
                record.values().map(|part| order(&p, part)).collect(),
            )
        }
        _ => {
            let orders = arms(record, |part| order(&p, part));
            let members = quote!(#p::members(a, b, |member, a, b| match member {
                #orders
                _ => ::core::cmp::Ord::cmp(a, b),
            }));
            (fits(record), write(record), members)
        }
    };
    quote! {
        fn fits(&self, ty: &#p::Type) -> ::core::primitive::bool { #fits }
        fn write(&self, out: &mut ::std::vec::Vec<::core::primitive::u8>) -> #p::Wrote {
            let ty = #p::untyped();
            #write
        }
        fn write_as(
            &self,
            ty: &#p::Type,
            out: &mut ::std::vec::Vec<::core::primitive::u8>,
        ) -> #p::Wrote { #write }
        fn order(
            a: &[::core::primitive::u8],
            b: &[::core::primitive::u8],
        ) -> ::core::cmp::Ordering { #order }
    }
}

/// The order of two encoded values of a field; that of one which goes by a module is not known.
fn order(p: &TokenStream, part: &Part) -> TokenStream {
    let ty = &part.ty;
    let order = match part.role {
        PartRole::Value { with: None, .. } => quote!(<#ty as #p::ToCql>::order(a, b)),
        _ => quote!(::core::cmp::Ord::cmp(a, b)),
    };
    at(ty.span(), order)
}

fn fits(record: &Record) -> TokenStream {
    let p = path(record);
    let exact = record.exact.is_some();
    let fits = arms(record, |part| {
        let value = sent(part);
        match record.by_order {
            true => quote!(#p::ToCql::fits(#value, ty)),
            false => quote!(ty.is_some_and(|ty| #p::ToCql::fits(#value, ty))),
        }
    });
    let judge = quote!(|index, ty| match index { #fits _ => false });
    match record.by_order {
        true => {
            let (count, named) = (record.values().count(), record.form == Form::Named);
            quote!(#p::fits_parts(ty, #count, #named, #exact, #judge))
        }
        false => {
            let names = record.values().map(|part| &part.name.text);
            quote!(#p::fits_fields(ty, &[#(#names),*], #exact, #judge))
        }
    }
}

fn write(record: &Record) -> TokenStream {
    let p = path(record);
    let puts = arms(record, |part| {
        let value = sent(part);
        quote!(#p::put(#value, ty, out))
    });
    let put = quote!(|index, ty, out| match index { #puts _ => {} });
    let (count, names) = (
        record.values().count(),
        record.values().map(|part| &part.name.text),
    );
    match record.by_order {
        true => quote!(#p::put_parts(ty, #count, out, #put)),
        false => quote!(#p::put_fields(ty, &[#(#names),*], out, #put)),
    }
}
