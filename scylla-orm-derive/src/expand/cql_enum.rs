//! The impls of an enum that is stored as text or as a number.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::parse::{Derive, Enum, Repr};

/// How an enum becomes what it is stored as, and back.
pub(super) struct Codec {
    /// From `self` to the stored value.
    pub(super) write: TokenStream,
    /// From `stored` to `Result<Self, Fault>`.
    pub(super) read: TokenStream,
    /// The type that is stored.
    pub(super) ty: TokenStream,
    /// The same as it is read, for the lifetime `'f`.
    pub(super) borrowed: TokenStream,
    /// From `self` to the variant's name.
    pub(super) name: TokenStream,
}

/// All impls of an enum.
pub(super) fn item(item: &Enum) -> TokenStream {
    match item.repr {
        Repr::Text => with(item, &text(item)),
        Repr::Number { cql, rust } => {
            let impls = with(item, &number(item, rust));
            let asserts = fitting(item, cql, rust);
            let (p, name) = (&item.krate, &item.ident);
            quote! {
                #impls
                const _: () = {
                    #asserts
                    // Numbers have an order that the enum's author chose; texts have the alphabet's.
                    impl #p::private::RangeOps for #name {}
                };
            }
        }
    }
}

fn text(item: &Enum) -> Codec {
    let (p, name) = (&item.krate, &item.ident);
    let variants: Vec<_> = item
        .variants
        .iter()
        .map(|v| (&v.ident, &v.name.text))
        .collect();
    let writes = variants
        .iter()
        .map(|(ident, text)| quote!(#name::#ident => #text,));
    let reads = variants
        .iter()
        .map(|(ident, text)| quote!(#text => ::core::result::Result::Ok(#name::#ident),));
    Codec {
        write: quote!(match self { #(#writes)* }),
        read: quote! {
            match stored {
                #(#reads)*
                _ => ::core::result::Result::Err(#p::private::Fault::Range),
            }
        },
        ty: quote!(::std::string::String),
        borrowed: quote!(&'f ::core::primitive::str),
        name: name_of(item),
    }
}

fn number(item: &Enum, rust: &str) -> Codec {
    let (p, name) = (&item.krate, &item.ident);
    let rust = format_ident!("{rust}");
    let ty = quote!(::core::primitive::#rust);
    let writes = item.variants.iter().map(|v| {
        let ident = &v.ident;
        quote!(#name::#ident => #name::#ident as #ty,)
    });
    let reads = item.variants.iter().map(|v| {
        let ident = &v.ident;
        quote! {
            if stored == #name::#ident as #ty {
                return ::core::result::Result::Ok(#name::#ident);
            }
        }
    });
    Codec {
        write: quote!(match self { #(#writes)* }),
        read: quote! {
            #(#reads)*
            ::core::result::Result::Err(#p::private::Fault::Range)
        },
        borrowed: ty.clone(),
        ty,
        name: name_of(item),
    }
}

/// The impl of `ToCql` or `FromCql` alone.
pub(super) fn as_value(item: &Enum, derive: Derive) -> TokenStream {
    let (codec, asserts) = match item.repr {
        Repr::Text => (text(item), TokenStream::new()),
        Repr::Number { cql, rust } => (number(item, rust), fitting(item, cql, rust)),
    };
    let implementation = one_way(item, &codec, derive);
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #implementation
            #asserts
        };
    }
}

/// The impl of `ToCql` or `FromCql` around a codec.
pub(super) fn one_way(item: &Enum, codec: &Codec, derive: Derive) -> TokenStream {
    match derive {
        Derive::ToCql => to_cql(item, codec),
        _ => from_cql(item, codec),
    }
}

/// Every discriminant must be one of the stored type; `as` alone would cut it off.
fn fitting(item: &Enum, cql: &str, rust: &str) -> TokenStream {
    let (name, rust) = (&item.ident, format_ident!("{rust}"));
    let asserts = item.variants.iter().map(|v| {
        let ident = &v.ident;
        let message = format!("the number of variant `{ident}` does not fit into `{cql}`: give it another, or take a larger `repr`");
        let assert = quote! {
            const _: () = ::core::assert!(
                #name::#ident as ::core::primitive::i128
                    == (#name::#ident as ::core::primitive::#rust) as ::core::primitive::i128,
                #message
            );
        };
        super::at(ident.span(), assert)
    });
    asserts.collect()
}

/// The impls around a codec.
pub(super) fn with(item: &Enum, codec: &Codec) -> TokenStream {
    let (codec_impls, names) = (codec_impls(item, codec), names(item, &codec.name));
    let (p, name) = (&item.krate, &item.ident);
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #codec_impls
            impl #p::private::Bind<#name> for #name {
                fn put(&self, out: &mut ::std::vec::Vec<::core::primitive::u8>) {
                    #p::private::ToCql::write(self, out);
                }
            }
            impl #p::private::EqOps for #name {}
            impl #p::private::SetValue for #name {}
            #names
        };
    }
}

/// From `self` to the variant's name.
fn name_of(item: &Enum) -> TokenStream {
    let name = &item.ident;
    let arms = item.variants.iter().map(|v| {
        let (ident, text) = (&v.ident, &v.name.text);
        quote!(#name::#ident => #text,)
    });
    quote!(match self { #(#arms)* })
}

/// `CqlEnum`: variants by name.
fn names(item: &Enum, to_name: &TokenStream) -> TokenStream {
    let (p, name) = (&item.krate, &item.ident);
    let idents: Vec<_> = item.variants.iter().map(|v| &v.ident).collect();
    let texts: Vec<_> = item.variants.iter().map(|v| &v.name.text).collect();
    quote! {
        impl #p::private::CqlEnum for #name {
            const NAMES: &'static [&'static ::core::primitive::str] = &[#(#texts),*];
            fn name(&self) -> &'static ::core::primitive::str {
                #to_name
            }
            fn from_name(name: &::core::primitive::str) -> ::core::option::Option<Self> {
                match name {
                    #(#texts => ::core::option::Option::Some(#name::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

/// `ToCql`, `FromCql`, `CqlType`.
fn codec_impls(item: &Enum, codec: &Codec) -> TokenStream {
    let (p, name, ty) = (&item.krate, &item.ident, &codec.ty);
    let (to_cql, from_cql) = (to_cql(item, codec), from_cql(item, codec));
    quote! {
        #to_cql
        #from_cql
        impl #p::private::CqlType for #name {
            fn cql_type() -> #p::private::Type {
                <#ty as #p::private::CqlType>::cql_type()
            }
        }
    }
}

fn to_cql(item: &Enum, codec: &Codec) -> TokenStream {
    let (p, name) = (&item.krate, &item.ident);
    let (write, ty) = (&codec.write, &codec.ty);
    quote! {
        impl #p::private::ToCql for #name {
            fn fits(&self, ty: &#p::private::Type) -> ::core::primitive::bool {
                #p::private::ToCql::fits(&{ #write }, ty)
            }
            fn write(&self, out: &mut ::std::vec::Vec<::core::primitive::u8>) -> #p::private::Wrote {
                #p::private::ToCql::write(&{ #write }, out)
            }
            fn order(
                a: &[::core::primitive::u8],
                b: &[::core::primitive::u8],
            ) -> ::core::cmp::Ordering {
                <#ty as #p::private::ToCql>::order(a, b)
            }
        }
    }
}

fn from_cql(item: &Enum, codec: &Codec) -> TokenStream {
    let (p, name) = (&item.krate, &item.ident);
    let (read, borrowed) = (&codec.read, &codec.borrowed);
    quote! {
        impl<'f> #p::private::FromCql<'f> for #name {
            fn accepts(ty: &#p::private::Type) -> ::core::primitive::bool {
                <#borrowed as #p::private::FromCql<'f>>::accepts(ty)
            }
            fn decode(
                cell: ::core::option::Option<&'f [::core::primitive::u8]>,
            ) -> ::core::result::Result<Self, #p::private::Fault> {
                let stored = <#borrowed as #p::private::FromCql<'f>>::decode(cell)?;
                #read
            }
        }
    }
}
