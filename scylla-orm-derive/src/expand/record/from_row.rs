//! `FromRow`: a row of a result as a struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;

use super::{frame, path, read};
use crate::expand::at;
use crate::parse::{Part, PartRole, Record};

/// The items of the impl of `FromRow`. The plan is that of the own fields, and those of flattened structs.
pub(super) fn items(record: &Record) -> TokenStream {
    let (p, frame) = (path(record), frame(record));
    let count = record.values().count();
    let inner: Vec<_> = record
        .flattened()
        .map(|part| {
            let ty = &part.ty;
            at(ty.span(), quote!(<#ty as #p::FromRow<#frame>>))
        })
        .collect();
    let plan = plan(record);
    quote! {
        type Plan = (#p::Plan<#count>, #(#inner::Plan,)*);
        fn plan(
            columns: &::std::sync::Arc<[#p::Column]>,
        ) -> ::core::result::Result<Self::Plan, #p::Mismatch> {
            #plan
            ::core::result::Result::Ok((plan, #(#inner::plan(columns)?,)*))
        }
        #[inline]
        fn read(
            plan: &Self::Plan,
            cells: &mut #p::Cells<#frame>,
        ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::Fault)> {
            #p::read_row::<Self>(plan, plan.0.is_straight(), cells)
        }
        #[inline]
        fn read_each(
            plan: &Self::Plan,
            cells: &mut #p::Cells<#frame>,
            count: ::core::primitive::usize,
            to: impl ::core::ops::FnMut(Self),
        ) -> ::core::result::Result<(), #p::At> {
            #p::read_rows::<Self>(plan, plan.0.is_straight(), cells, count, to)
        }
    }
}

/// The items of the impl of `ReadRow`: the two ways to read a row.
pub(super) fn ways(record: &Record) -> TokenStream {
    let (p, frame) = (path(record), frame(record));
    let (straight, picked) = (straight(record), picked(record));
    let inner: TokenStream = record
        .flattened()
        .zip(0..)
        .map(|(part, n)| {
            let (ty, value, plan) = (&part.ty, format_ident!("inner{n}"), syn::Index::from(n + 1));
            let of = at(ty.span(), quote!(<#ty as #p::FromRow<#frame>>));
            // They read the same row, before the own fields pass it.
            quote!(let #value = #of::read(&plan.#plan, &mut cells.clone())?;)
        })
        .collect();
    quote! {
        #[inline]
        fn straight(
            plan: &Self::Plan,
            cells: &mut #p::Cells<#frame>,
        ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::Fault)> {
            #inner
            let plan = &plan.0;
            let row = #straight;
            plan.skip(cells)?;
            ::core::result::Result::Ok(row)
        }
        #[inline]
        fn picked(
            plan: &Self::Plan,
            cells: &mut #p::Cells<#frame>,
        ) -> ::core::result::Result<Self, (::core::primitive::u16, #p::Fault)> {
            #inner
            let plan = &plan.0;
            let picked = plan.pick(cells)?;
            ::core::result::Result::Ok(#picked)
        }
    }
}

/// Statements that make `plan` out of `columns`.
fn plan(record: &Record) -> TokenStream {
    let p = path(record);
    let count = record.values().count();
    let names = record.values().map(|part| &part.name.text);
    let made = match record.by_order {
        true => quote!(#p::Plan::<#count>::by_order(columns)?),
        false => quote!(#p::Plan::<#count>::by_name(columns, [#(#names),*])),
    };
    let checks = record
        .values()
        .zip(0_usize..)
        .map(|(part, index)| check(part, index));
    let exact = record.exact.map(|_| quote!(plan.no_others::<Self>()?;));
    quote!(let plan = #made; #(#checks)* #exact)
}

fn check(part: &Part, index: usize) -> TokenStream {
    let (ty, name) = (&part.ty, &part.name.text);
    let check = match &part.role {
        PartRole::Value {
            with: None,
            default: false,
        } => {
            quote!(plan.required::<#ty>(#index, #name)?;)
        }
        PartRole::Value {
            with: None,
            default: true,
        } => quote!(plan.optional::<#ty>(#index)?;),
        PartRole::Value {
            with: Some(module),
            default: false,
        } => {
            quote!(plan.required_by(#module::from_cql, #index, #name)?;)
        }
        PartRole::Value {
            with: Some(module),
            default: true,
        } => {
            quote!(plan.optional_by(#module::from_cql, #index)?;)
        }
        PartRole::Flattened | PartRole::Skipped => TokenStream::new(),
    };
    at(ty.span(), check)
}

/// The struct, its fields' columns being the next in order.
fn straight(record: &Record) -> TokenStream {
    build(record, &|part, index| {
        let place = u16::try_from(index).unwrap_or(u16::MAX);
        let take = |ty| quote!(plan.take::<#ty>(#place, cells));
        read(record, part, take, &fault(index))
    })
}

/// The struct, its fields' cells having been picked.
fn picked(record: &Record) -> TokenStream {
    build(record, &|part, index| {
        let decode = |ty| quote!(plan.decode::<#ty>(#index, &picked));
        read(record, part, decode, &fault(index))
    })
}

/// Says the column behind what gives a fault alone.
fn fault(index: usize) -> TokenStream {
    quote!(.map_err(|fault| (plan.place(#index), fault)))
}

fn build(record: &Record, value: &dyn Fn(&Part, usize) -> TokenStream) -> TokenStream {
    let name = &record.ident;
    let (mut values, mut inner) = (0_usize.., 0_usize..);
    let fields = record.parts.iter().map(|part| {
        let member = &part.member;
        let value = match part.role {
            PartRole::Value { .. } => value(part, values.next().unwrap_or(usize::MAX)),
            PartRole::Flattened => {
                let n = inner.next().unwrap_or(usize::MAX);
                format_ident!("inner{n}").to_token_stream()
            }
            PartRole::Skipped => value(part, 0),
        };
        quote!(#member: #value,)
    });
    quote!(#name { #(#fields)* })
}
