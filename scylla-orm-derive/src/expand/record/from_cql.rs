//! `FromCql`: a user-defined type, a tuple, or a single value as a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;

use super::{arms, frame, path, read};
use crate::expand::at;
use crate::parse::{Form, Part, PartRole, Record};

/// The items of the impl.
pub(super) fn items(record: &Record) -> TokenStream {
    match record.form {
        Form::Transparent => transparent(record),
        _ => members(record),
    }
}

/// All methods are those of the only field.
fn transparent(record: &Record) -> TokenStream {
    let (p, frame) = (path(record), frame(record));
    let ty = quote!(ty);
    let accepts: TokenStream = record
        .values()
        .map(|part| accepts(record, part, &ty))
        .collect();
    let by = |call: &dyn Fn(TokenStream) -> TokenStream| {
        fields(record, |part| read(record, part, call, &TokenStream::new()))
    };
    let value = |ty: TokenStream| quote!(<#ty as #p::FromCql<#frame>>);
    let decode = by(&|ty| {
        let value = value(ty);
        quote!(#value::decode(cell))
    });
    let decode_as = by(&|ty| {
        let value = value(ty);
        quote!(#value::decode_as(ty, cell))
    });
    let take = by(&|ty| {
        let value = value(ty);
        quote!(#value::take(cells))
    });
    let take_as = by(&|ty| {
        let value = value(ty);
        quote!(#value::take_as(ty, cells))
    });
    quote! {
        fn accepts(ty: &#p::Type) -> ::core::primitive::bool { #accepts }
        #[inline]
        fn decode(
            cell: ::core::option::Option<&#frame [::core::primitive::u8]>,
        ) -> ::core::result::Result<Self, #p::Fault> { ::core::result::Result::Ok(#decode) }
        #[inline]
        fn decode_as(
            ty: &#p::Type,
            cell: ::core::option::Option<&#frame [::core::primitive::u8]>,
        ) -> ::core::result::Result<Self, #p::Fault> { ::core::result::Result::Ok(#decode_as) }
        #[inline]
        fn take(
            cells: &mut #p::Cells<#frame>,
        ) -> ::core::result::Result<Self, #p::Fault> { ::core::result::Result::Ok(#take) }
        #[inline]
        fn take_as(
            ty: &#p::Type,
            cells: &mut #p::Cells<#frame>,
        ) -> ::core::result::Result<Self, #p::Fault> { ::core::result::Result::Ok(#take_as) }
    }
}

fn members(record: &Record) -> TokenStream {
    let (p, frame) = (path(record), frame(record));
    let accepts = accepts_all(record);
    let value = fields(record, |part| {
        let name = &part.name.text;
        let take = |ty| match record.by_order {
            true => quote!(members.part::<#ty>()),
            false => quote!(members.field::<#ty>(#name)),
        };
        read(record, part, take, &TokenStream::new())
    });
    quote! {
        fn accepts(ty: &#p::Type) -> ::core::primitive::bool { #accepts }
        fn decode(
            cell: ::core::option::Option<&#frame [::core::primitive::u8]>,
        ) -> ::core::result::Result<Self, #p::Fault> {
            <Self as #p::FromCql<#frame>>::decode_as(#p::untyped(), cell)
        }
        fn decode_as(
            ty: &#p::Type,
            cell: ::core::option::Option<&#frame [::core::primitive::u8]>,
        ) -> ::core::result::Result<Self, #p::Fault> {
            let mut members = #p::Members::new(ty, cell)?;
            let value = #value;
            members.end()?;
            ::core::result::Result::Ok(value)
        }
    }
}

/// The struct, each field as `value` makes it.
fn fields(record: &Record, value: impl Fn(&Part) -> TokenStream) -> TokenStream {
    let name = &record.ident;
    let fields = record.parts.iter().map(|part| {
        let (member, value) = (&part.member, value(part));
        quote!(#member: #value,)
    });
    quote!(#name { #(#fields)* })
}

fn accepts_all(record: &Record) -> TokenStream {
    let p = path(record);
    let exact = record.exact.is_some();
    let ty = quote!(ty);
    let arms = arms(record, |part| {
        let accepts = accepts(record, part, &ty);
        match (record.by_order, &part.role) {
            (true, _) => accepts,
            (_, PartRole::Value { default: true, .. }) => quote!(ty.is_none_or(|ty| #accepts)),
            _ => quote!(ty.is_some_and(|ty| #accepts)),
        }
    });
    let judge = quote!(|index, ty| match index { #arms _ => false });
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

fn accepts(record: &Record, part: &Part, cql: &TokenStream) -> TokenStream {
    let (p, frame, ty) = (path(record), frame(record), &part.ty);
    let accepts = match &part.role {
        PartRole::Value {
            with: Some(module), ..
        } => {
            quote!(#p::accepts_by(#module::from_cql, #cql))
        }
        _ => quote!(<#ty as #p::FromCql<#frame>>::accepts(#cql)),
    };
    at(ty.span(), accepts)
}
