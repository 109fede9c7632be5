//! `ToRow`: a struct as the values of a statement.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;

use super::{arms, path, sent};
use crate::expand::at;
use crate::parse::{Part, Record};

/// The items of the impl of `ToRow`.
pub(super) fn items(record: &Record) -> TokenStream {
    let p = path(record);
    let (check, write) = match record.by_order {
        true => by_order(record),
        false => (
            quote!(#p::check_markers(self, markers)),
            quote!(#p::put_markers(self, markers, out)),
        ),
    };
    quote! {
        fn check(&self, markers: &[#p::Column]) -> ::core::result::Result<(), #p::Mismatch> {
            #check
        }
        fn write_row(
            &self,
            markers: &[#p::Column],
            out: &mut ::std::vec::Vec<::core::primitive::u8>,
        ) -> ::core::primitive::u16 {
            #write
        }
    }
}

fn by_order(record: &Record) -> (TokenStream, TokenStream) {
    let p = path(record);
    let count = record.values().count();
    let (fits, puts) = (fits(record), puts(record));
    let types = arms(record, type_name);
    let check = quote! {
        #p::check_order(
            markers,
            #count,
            |index, ty| match index { #fits _ => false },
            |index| match index { #types _ => "" },
        )
    };
    let put = quote!(|index, ty, out| match index { #puts _ => {} });
    (check, quote!(#p::put_order(markers, #count, out, #put)))
}

/// The items of the impl of `NamedFields`.
pub(super) fn named(record: &Record) -> TokenStream {
    let p = path(record);
    let names: Vec<_> = record.values().map(|part| &part.name.text).collect();
    let count = names.len();
    let flattened: Vec<_> = record.flattened().map(|part| &part.ty).collect();
    let (fits, puts) = (fits(record), puts(record));
    let described = arms(record, |part| {
        let (name, rust) = (&part.name.text, type_name(part));
        quote!((#name, #rust))
    });
    let describe_inner = inner(record, |of, _, at| quote!(#of::describe(#at)));
    let fits_inner = inner(
        record,
        |of, member, at| quote!(#of::fits_at(#member, #at, ty)),
    );
    let put_inner = inner(
        record,
        |of, member, at| quote!(#of::put_at(#member, #at, ty, out)),
    );
    let place = place(record);
    quote! {
        const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
        const COUNT: ::core::primitive::usize =
            #count #(+ <#flattened as #p::NamedFields<'static>>::COUNT)*;
        #place
        fn describe(
            index: ::core::primitive::usize,
        ) -> (&'static ::core::primitive::str, &'static ::core::primitive::str) {
            match index { #described #describe_inner _ => ("", "") }
        }
        fn fits_at(
            &self,
            index: ::core::primitive::usize,
            ty: &#p::Type,
        ) -> ::core::primitive::bool {
            match index { #fits #fits_inner _ => false }
        }
        fn put_at(
            &self,
            index: ::core::primitive::usize,
            ty: &#p::Type,
            out: &mut ::std::vec::Vec<::core::primitive::u8>,
        ) {
            match index { #puts #put_inner _ => {} }
        }
    }
}

/// `NamedFields::place`
fn place(record: &Record) -> TokenStream {
    let p = path(record);
    let own = record.values().zip(0_usize..).map(|(part, index)| {
        let name = &part.name.text;
        quote!(#name => ::core::option::Option::Some(#index),)
    });
    let within = starts(record).into_iter().map(|(part, start)| {
        let ty = &part.ty;
        quote! {
            if let ::core::option::Option::Some(place) = <#ty as #p::NamedFields<'static>>::place(name) {
                return ::core::option::Option::Some(#start + place);
            }
        }
    });
    quote! {
        fn place(
            name: &::core::primitive::str,
        ) -> ::core::option::Option<::core::primitive::usize> {
            match name {
                #(#own)*
                _ => {
                    #(#within)*
                    ::core::option::Option::None
                }
            }
        }
    }
}

/// The flattened structs, each with the place of its first field: behind the own fields come those of the first, and so
/// on.
fn starts(record: &Record) -> Vec<(&Part, TokenStream)> {
    let p = path(record);
    let own = record.values().count();
    let mut start = quote!(#own);
    let mut starts = Vec::new();
    for part in record.flattened() {
        starts.push((part, quote!((#start))));
        let ty = &part.ty;
        start = quote!(#start + <#ty as #p::NamedFields<'static>>::COUNT);
    }
    starts
}

/// Arms for the places of the fields of flattened structs; `call` is given the trait, the struct and the place there.
fn inner(
    record: &Record,
    call: impl Fn(TokenStream, TokenStream, TokenStream) -> TokenStream,
) -> TokenStream {
    let p = path(record);
    let arms = starts(record).into_iter().map(|(part, start)| {
        let (ty, member) = (&part.ty, &part.member);
        let of = quote!(<#ty as #p::NamedFields<'static>>);
        let call = call(of.clone(), quote!(&self.#member), quote!(at - #start));
        at(
            ty.span(),
            quote!(at if at >= #start && at - #start < #of::COUNT => #call,),
        )
    });
    arms.collect()
}

fn fits(record: &Record) -> TokenStream {
    let p = path(record);
    arms(record, |part| {
        let value = sent(part);
        at(part.ty.span(), quote!(#p::ToCql::fits(#value, ty)))
    })
}

fn puts(record: &Record) -> TokenStream {
    let p = path(record);
    arms(record, |part| {
        let value = sent(part);
        at(
            part.ty.span(),
            quote!(#p::ToCql::write_value_as(#value, ty, out)),
        )
    })
}

fn type_name(part: &Part) -> TokenStream {
    let ty = &part.ty;
    quote!(::core::any::type_name::<#ty>())
}
