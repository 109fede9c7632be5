//! From syntax to what was meant: each item is read, and what is wrong in itself is reported.

mod attr;
mod case;
mod cql_enum;
mod field;
mod model;
mod record;
mod spelling;

pub(crate) use attr::{Word, nearest};
pub(crate) use cql_enum::{Enum, Repr};
pub(crate) use field::{Column, Field, Role};
pub(crate) use model::Model;
pub(crate) use record::{Derive, Form, Part, Record, Role as PartRole};
pub(crate) use spelling::{Foreign, Spelling, foreign};

use proc_macro2::Span;
use syn::{Attribute, Generics, LitStr, Path};

use crate::diagnostics::Diagnostics;
use attr::Settings;
use case::Case;

/// The path of `scylla-orm`, for generated code: `::scylla_orm`, or what `crate = "…"` says.
fn crate_path(settings: &Settings, diagnostics: &mut Diagnostics) -> Path {
    let usual = || syn::parse_quote!(::scylla_orm);
    let Some(text) = settings.text(Word::Crate) else {
        return usual();
    };
    text.parse_with(Path::parse_mod_style).unwrap_or_else(|_| {
        diagnostics.error(
            text.span(),
            "`crate` takes the path of scylla-orm, such as `crate = \"my_app::orm\"`",
        );
        usual()
    })
}

/// The value of `rename_all`.
fn rename_all(settings: &Settings, diagnostics: &mut Diagnostics) -> Option<Case> {
    let text = settings.text(Word::RenameAll)?;
    let case = Case::named(&text.value());
    if case.is_none() {
        let names = Case::NAMES.map(|(name, _)| name);
        diagnostics.error(text.span(), not_one_of(text, &names));
    }
    case
}

/// The message for a text that is not one of a few.
fn not_one_of(text: &LitStr, names: &[&str]) -> String {
    let text = text.value();
    match nearest(&text, names.iter().copied()) {
        Some(name) => format!("unknown value `{text}`: did you mean `{name}`?"),
        None => format!("unknown value `{text}`: known are `{}`", names.join("`, `")),
    }
}

/// A model, an enum, is one type: `None` if it has parameters.
fn no_generics(generics: &Generics, what: &str, diagnostics: &mut Diagnostics) -> Option<()> {
    let Some(first) = generics.params.first() else {
        return Some(());
    };
    let message = format!("{what} cannot have generic parameters: write the types out");
    diagnostics.over(first, message);
    None
}

/// Documentation, which constants take over from their fields.
fn docs(attrs: &[Attribute]) -> Vec<Attribute> {
    let docs = attrs.iter().filter(|a| a.path().is_ident("doc"));
    docs.cloned().collect()
}

/// A name and where it was written.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}
