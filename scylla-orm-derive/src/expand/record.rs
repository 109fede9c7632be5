//! The impls of a struct that is a value of CQL or a row.

mod from_cql;
mod from_row;
mod to_cql;
mod to_row;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Lifetime, parse_quote};

use super::at;
use crate::parse::{Derive, Part, PartRole, Record};

/// The impl of the derived trait.
pub(super) fn item(record: &Record, derive: Derive) -> TokenStream {
    let items = match derive {
        Derive::ToCql => to_cql::items(record),
        Derive::FromCql => from_cql::items(record),
        Derive::ToRow => to_row::items(record),
        Derive::FromRow => from_row::items(record),
    };
    let trait_impl = implementation(record, &derived(record, derive), derive, &items);
    let helper = match derive {
        Derive::ToRow if !record.by_order => {
            let p = path(record);
            let items = to_row::named(record);
            implementation(record, &quote!(#p::NamedFields), derive, &items)
        }
        Derive::FromRow => {
            let (p, frame) = (path(record), frame(record));
            let items = from_row::ways(record);
            implementation(record, &quote!(#p::ReadRow<#frame>), derive, &items)
        }
        _ => TokenStream::new(),
    };
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #trait_impl
            #helper
        };
    }
}

/// `impl<…> Trait for Struct<…> where …`: each type that names a parameter of the struct must be able to do what is
/// done with its field.
pub(super) fn implementation(
    record: &Record,
    of: &TokenStream,
    derive: Derive,
    items: &TokenStream,
) -> TokenStream {
    let name = &record.ident;
    let (_, ty_generics, _) = record.generics.split_for_impl();
    let mut generics = record.generics.clone();
    if derive.is_read() && generics.lifetimes().next().is_none() {
        let frame = frame(record);
        generics.params.insert(0, parse_quote!(#frame));
    }
    let bounds = record.parts.iter().filter(|p| record.is_generic(&p.ty));
    for (part, bound) in bounds.flat_map(|p| bounds_of(record, p, derive).map(move |b| (p, b))) {
        let ty = &part.ty;
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#ty: #bound));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote!(impl #impl_generics #of for #name #ty_generics #where_clause { #items })
}

/// What the type of a field must be able to do.
fn bounds_of(
    record: &Record,
    part: &Part,
    derive: Derive,
) -> impl Iterator<Item = TokenStream> + use<> {
    let (p, frame) = (path(record), frame(record));
    let default = || derive.is_read().then(|| quote!(::core::default::Default));
    let bounds = match &part.role {
        PartRole::Skipped => [default(), None],
        PartRole::Flattened if derive.is_read() => [Some(quote!(#p::FromRow<#frame>)), None],
        PartRole::Flattened => [Some(quote!(#p::NamedFields)), None],
        PartRole::Value {
            with,
            default: null,
        } => {
            let value = match derive.is_read() {
                true => quote!(#p::FromCql<#frame>),
                false => quote!(#p::ToCql),
            };
            [
                with.is_none().then_some(value),
                null.then(default).flatten(),
            ]
        }
    };
    bounds.into_iter().flatten()
}

/// The derived trait.
pub(super) fn derived(record: &Record, derive: Derive) -> TokenStream {
    let (p, frame) = (path(record), frame(record));
    match derive {
        Derive::ToCql => quote!(#p::ToCql),
        Derive::FromCql => quote!(#p::FromCql<#frame>),
        Derive::ToRow => quote!(#p::ToRow),
        Derive::FromRow => quote!(#p::FromRow<#frame>),
    }
}

/// Where the items are that generated code names.
pub(super) fn path(record: &Record) -> TokenStream {
    let krate = &record.krate;
    quote!(#krate::private::codec)
}

/// The lifetime of the answer that is read from: the struct's own, if it borrows.
pub(super) fn frame(record: &Record) -> Lifetime {
    let own = record.generics.lifetimes().next();
    own.map_or_else(|| parse_quote!('__f), |param| param.lifetime.clone())
}

/// An expression for the value of a field, as it is sent.
fn sent(part: &Part) -> TokenStream {
    let member = &part.member;
    let value = match &part.role {
        PartRole::Value {
            with: Some(module), ..
        } => quote!(&#module::to_cql(&self.#member)),
        _ => quote!(&self.#member),
    };
    at(part.ty.span(), value)
}

/// An expression for the value of a field, out of what `read` makes of a type: a `Result` with that type, or with what
/// the compiler takes it for. `fault` is put behind what gives a bare `Fault`.
fn read(
    record: &Record,
    part: &Part,
    read: impl Fn(TokenStream) -> TokenStream,
    fault: &TokenStream,
) -> TokenStream {
    let (p, ty) = (path(record), &part.ty);
    let value = match &part.role {
        PartRole::Value {
            with: None,
            default: false,
        } => {
            let read = read(ty.to_token_stream());
            quote!(#read?)
        }
        PartRole::Value {
            with: None,
            default: true,
        } => {
            let read = read(quote!(::core::option::Option<#ty>));
            quote!(::core::option::Option::unwrap_or_default(#read?))
        }
        PartRole::Value {
            with: Some(module),
            default: false,
        } => {
            let read = read(quote!(_));
            quote!(#module::from_cql(#read?) #fault ?)
        }
        PartRole::Value {
            with: Some(module),
            default: true,
        } => {
            let read = read(quote!(::core::option::Option<_>));
            quote!(#p::by_or_default(#module::from_cql, #read?) #fault ?)
        }
        PartRole::Flattened | PartRole::Skipped => quote!(::core::default::Default::default()),
    };
    at(part.ty.span(), value)
}

/// Arms of a `match` over the places of fields: `0 => …, 1 => …,`.
fn arms(record: &Record, arm: impl Fn(&Part) -> TokenStream) -> TokenStream {
    let arms = record.values().zip(0_usize..).map(|(part, index)| {
        let arm = arm(part);
        quote!(#index => #arm,)
    });
    arms.collect()
}
