//! A struct that is a row of a table.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Visibility};

use super::attr::{Place, Settings, Word};
use super::case::Case;
use super::{Column, Field, Name};
use crate::diagnostics::Diagnostics;

/// A struct that is a row of a table.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The path of `scylla-orm`.
    pub(crate) krate: Path,
    pub(crate) keyspace: Option<Name>,
    pub(crate) table: Name,
    /// In the order in which they are written, which is the order of columns in every statement.
    pub(crate) fields: Vec<Field>,
}

impl Model {
    /// Reads a struct. `None` if nothing can be generated for it, not even for other errors' sake.
    pub(crate) fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Model> {
        super::no_generics(&input.generics, "a model", diagnostics)?;
        let settings = Settings::read(&input.attrs, Place::Model, diagnostics);
        let case = super::rename_all(&settings, diagnostics);
        let mut fields = Vec::new();
        match named_fields(input) {
            Some(named) => {
                for field in &named.named {
                    fields.extend(Field::parse(field, &input.ident, case, diagnostics));
                }
            }
            None => diagnostics.error(input.ident.span(), "a model is a struct with named fields"),
        }
        let name = input.ident.unraw().to_string();
        let table = table_part(&settings, Word::Table, diagnostics);
        Some(Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            krate: super::crate_path(&settings, diagnostics),
            keyspace: table_part(&settings, Word::Keyspace, diagnostics),
            table: table.unwrap_or_else(|| Name {
                text: Case::Snake.apply(&name),
                span: input.ident.span(),
            }),
            fields,
        })
    }

    /// The fields that are columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.fields.iter().filter_map(|field| match field {
            Field::Column(column) => Some(&**column),
            Field::Skipped(..) => None,
        })
    }

    /// Where a mistake of the whole struct is reported.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }
}

fn named_fields(input: &DeriveInput) -> Option<&syn::FieldsNamed> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}

fn table_part(settings: &Settings, key: Word, diagnostics: &mut Diagnostics) -> Option<Name> {
    let text: &LitStr = settings.text(key)?;
    let name = text.value();
    // CQL lets columns have any name in quotes, but not tables and keyspaces.
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message = "names of keyspaces and tables consist of ASCII letters, digits and `_`";
        diagnostics.error(text.span(), message);
        return None;
    }
    Some(Name {
        text: name,
        span: text.span(),
    })
}
