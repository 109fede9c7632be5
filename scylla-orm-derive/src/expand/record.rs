//! The impls of a struct that is a value of CQL or a row.

mod from_cql;
mod from_row;
mod to_cql;
mod to_row;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Generics, Lifetime, WherePredicate, parse_quote};

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
    let impls = match derive {
        Derive::ToRow if !record.by_order => row_by_names(record, &items),
        Derive::FromRow => {
            let (p, frame) = (path(record), frame(record));
            let of = quote!(#p::ReadRow<#frame>);
            let ways = implementation(record, &of, derive, &from_row::ways(record));
            let row = implementation(record, &derived(record, derive), derive, &items);
            quote!(#row #ways)
        }
        _ => implementation(record, &derived(record, derive), derive, &items),
    };
    let asserts = asserts(record, derive);
    quote! {
        #[allow(dead_code, unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #impls
            #asserts
        };
    }
}

/// `impl<…> Trait for Struct<…> where …`: the type of each field must be able to do what is done with the field.
///
/// Asked there, a type that cannot is one error, and not another at each use. What is read from any answer can only be
/// asked apart, by [`asserts`]. Of types with lifetimes only the uses say it.
pub(super) fn implementation(
    record: &Record,
    of: &TokenStream,
    derive: Derive,
    items: &TokenStream,
) -> TokenStream {
    let mut generics = record.generics.clone();
    if derive.is_read() && generics.lifetimes().next().is_none() {
        let frame = frame(record);
        generics.params.insert(0, parse_quote!(#frame));
    }
    add_bounds(record, derive, &mut generics);
    with_generics(record, &generics, of, items)
}

/// `NamedFields`, and `ToRow` that leans on it: what the fields' types must be able to do is asked once.
fn row_by_names(record: &Record, items: &TokenStream) -> TokenStream {
    let (p, name) = (path(record), &record.ident);
    let (_, ty_generics, _) = record.generics.split_for_impl();
    let mut generics = record.generics.clone();
    let predicate = parse_quote!(for<'__any> #name #ty_generics: #p::NamedFields<'__any>);
    generics.make_where_clause().predicates.push(predicate);
    let row = with_generics(record, &generics, &quote!(#p::ToRow), items);
    let mut generics = record.generics.clone();
    generics.params.insert(0, parse_quote!('__any));
    add_bounds(record, Derive::ToRow, &mut generics);
    let of = quote!(#p::NamedFields<'__any>);
    let named = with_generics(record, &generics, &of, &to_row::named(record));
    quote!(#row #named)
}

fn with_generics(
    record: &Record,
    generics: &Generics,
    of: &TokenStream,
    items: &TokenStream,
) -> TokenStream {
    let name = &record.ident;
    let (_, ty_generics, _) = record.generics.split_for_impl();
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote!(impl #impl_generics #of for #name #ty_generics #where_clause { #items })
}

fn add_bounds(record: &Record, derive: Derive, generics: &mut Generics) {
    for part in &record.parts {
        let ty = &part.ty;
        let predicates = &mut generics.make_where_clause().predicates;
        if record.is_generic(ty) {
            let bounds = bounds_of(record, part, derive, &frame(record));
            predicates.extend(bounds.map(|bound| -> WherePredicate { parse_quote!(#ty: #bound) }));
        } else if asked(record, part) {
            let any = parse_quote!('__any);
            let any_of = derive.is_read().then(|| quote!(for<#any>));
            let bounds = bounds_of(record, part, derive, &any);
            predicates.extend(
                bounds.map(|bound| -> WherePredicate { parse_quote!(#any_of #ty: #bound) }),
            );
        }
    }
}

/// Whether a field's type is asked beforehand for what its uses need.
fn asked(record: &Record, part: &Part) -> bool {
    !record.broken && !record.is_generic(&part.ty) && !borrows(part.ty.to_token_stream())
}

/// One error for each type that cannot be read: for all answers, which the compiler does not ask where the impl says it.
fn asserts(record: &Record, derive: Derive) -> TokenStream {
    let any = parse_quote!('__any);
    let parts = record
        .parts
        .iter()
        .filter(|part| derive.is_read() && asked(record, part));
    let asserts = parts.flat_map(|part| {
        bounds_of(record, part, derive, &any).map(|bound| {
            let ty = &part.ty;
            let assert = quote! {
                const _: () = {
                    fn can<T: for<'__any> #bound>() {}
                    fn field() {
                        can::<#ty>()
                    }
                };
            };
            at(ty.span(), assert)
        })
    });
    asserts.collect()
}

/// What the type of a field must be able to do.
fn bounds_of(
    record: &Record,
    part: &Part,
    derive: Derive,
    frame: &Lifetime,
) -> impl Iterator<Item = TokenStream> + use<> {
    let p = path(record);
    let default = || derive.is_read().then(|| quote!(::core::default::Default));
    let bounds = match &part.role {
        PartRole::Skipped => [default(), None],
        PartRole::Flattened if derive.is_read() => [Some(quote!(#p::FromRow<#frame>)), None],
        PartRole::Flattened => [Some(quote!(#p::NamedFields<'static>)), None],
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

/// Whether a type has a lifetime in it.
fn borrows(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '\'' | '&'),
        TokenTree::Group(group) => borrows(group.stream()),
        _ => false,
    })
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
