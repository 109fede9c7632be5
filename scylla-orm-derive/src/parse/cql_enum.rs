//! An enum that is stored as text or as a number.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, Path};

use super::attr::{Place, Settings, Word};
use super::case::Case;
use super::{Name, no_generics};
use crate::diagnostics::Diagnostics;

/// An enum of unit variants.
pub(crate) struct Enum {
    pub(crate) ident: Ident,
    /// The path of `scylla-orm`.
    pub(crate) krate: Path,
    pub(crate) repr: Repr,
    pub(crate) variants: Vec<Variant>,
}

/// One variant.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// The text that it is stored as.
    pub(crate) name: Name,
}

/// What an enum is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repr {
    /// The variants' names.
    Text,
    /// The variants' discriminants, in the CQL type and the Rust type of these names.
    Number {
        cql: &'static str,
        rust: &'static str,
    },
}

impl Repr {
    const ALL: [(&'static str, Repr); 5] = {
        const fn number(cql: &'static str, rust: &'static str) -> (&'static str, Repr) {
            (cql, Repr::Number { cql, rust })
        }
        [
            ("text", Repr::Text),
            number("tinyint", "i8"),
            number("smallint", "i16"),
            number("int", "i32"),
            number("bigint", "i64"),
        ]
    };
}

impl Enum {
    /// Reads an enum; `what` messages call it. `None` if nothing can be generated for it.
    pub(crate) fn parse(
        input: &DeriveInput,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Enum> {
        no_generics(&input.generics, what, diagnostics)?;
        let settings = Settings::read(&input.attrs, Place::Enum, diagnostics);
        let repr = repr(&settings, diagnostics);
        let case = super::rename_all(&settings, diagnostics);
        if let (Repr::Number { cql, .. }, Some(span)) = (repr, settings.span(Word::RenameAll)) {
            diagnostics.error(span, no_names(cql));
        }
        let mut variants = Vec::new();
        match &input.data {
            Data::Enum(data) => {
                for variant in &data.variants {
                    variants.extend(Variant::parse(variant, what, repr, case, diagnostics));
                }
            }
            _ => diagnostics.error(input.ident.span(), "`CqlEnum` is for enums"),
        }
        Some(Enum {
            ident: input.ident.clone(),
            krate: super::crate_path(&settings, diagnostics),
            repr,
            variants,
        })
    }

    /// Where a mistake of the whole enum is reported.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }
}

impl Variant {
    fn parse(
        variant: &syn::Variant,
        what: &str,
        repr: Repr,
        case: Option<Case>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Variant> {
        let settings = Settings::read(&variant.attrs, Place::Variant, diagnostics);
        let ident = variant.ident.clone();
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "variant `{ident}` has fields: {what} is one value of CQL, so its variants have none"
            );
            diagnostics.error(ident.span(), message);
            return None;
        }
        if let (Repr::Number { cql, .. }, Some(span)) = (repr, settings.span(Word::Rename)) {
            diagnostics.error(span, no_names(cql));
        }
        let word = ident.unraw().to_string();
        let name = match settings.text(Word::Rename) {
            Some(text) => Name {
                text: text.value(),
                span: text.span(),
            },
            None => Name {
                text: case.map_or(word.clone(), |case| case.apply(&word)),
                span: ident.span(),
            },
        };
        Some(Variant { ident, name })
    }
}

fn repr(settings: &Settings, diagnostics: &mut Diagnostics) -> Repr {
    let Some(text) = settings.text(Word::Repr) else {
        return Repr::Text;
    };
    let written = text.value();
    match Repr::ALL.iter().find(|(name, _)| *name == written) {
        Some((_, repr)) => *repr,
        None => {
            let names = Repr::ALL.map(|(name, _)| name);
            diagnostics.error(text.span(), super::not_one_of(text, &names));
            Repr::Text
        }
    }
}

fn no_names(cql: &str) -> String {
    format!("an enum that is stored as `{cql}` has numbers, not names: set them by `Variant = 1`")
}
