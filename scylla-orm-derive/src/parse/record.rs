//! A struct that is a value of CQL, or a row: what the derives of `ToCql`, `FromCql`, `ToRow` and `FromRow` read.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Index, Member, Path, Type};

use super::Name;
use super::attr::{Place, Settings, Word};
use super::case::Case;
use crate::diagnostics::Diagnostics;

/// Which trait is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    ToCql,
    FromCql,
    ToRow,
    FromRow,
}

impl Derive {
    /// Whether the struct is one value, and not a row of them.
    pub(crate) fn is_value(self) -> bool {
        matches!(self, Derive::ToCql | Derive::FromCql)
    }

    /// Whether it is read.
    pub(crate) fn is_read(self) -> bool {
        matches!(self, Derive::FromCql | Derive::FromRow)
    }
}

/// A struct that is a value or a row.
pub(crate) struct Record {
    pub(crate) ident: Ident,
    /// The path of `scylla-orm`, or of its driver.
    pub(crate) krate: Path,
    pub(crate) generics: Generics,
    pub(crate) form: Form,
    /// `#[cql(by_order)]`: fields go by their places and not by their names.
    pub(crate) by_order: bool,
    /// `#[cql(deny_unknown_fields)]`, and where.
    pub(crate) exact: Option<Span>,
    pub(crate) parts: Vec<Part>,
    /// Whether something is wrong with it.
    pub(crate) broken: bool,
}

/// What the struct is as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A user-defined type.
    Named,
    /// A tuple.
    Tuple,
    /// Its only field.
    Transparent,
}

/// A field.
pub(crate) struct Part {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) name: Name,
    pub(crate) role: Role,
    pub(crate) settings: Settings,
}

/// How a field is written and read.
pub(crate) enum Role {
    Value {
        /// The module of `#[cql(with = "…")]`.
        with: Option<Path>,
        /// `#[cql(default)]`: null, or what is not there, is read as `Default::default()`.
        default: bool,
    },
    /// `#[cql(flatten)]`: its fields stand for it.
    Flattened,
    /// `#[cql(skip)]`: not written, and filled by `Default`.
    Skipped,
}

impl Record {
    /// Reads a struct. `None` if nothing can be generated for it.
    pub(crate) fn parse(
        input: &DeriveInput,
        derive: Derive,
        diagnostics: &mut Diagnostics,
    ) -> Option<Record> {
        let settings = Settings::read(&input.attrs, Place::Record, diagnostics);
        let case = super::rename_all(&settings, diagnostics);
        let fields = fields(input, derive, diagnostics)?;
        let parts: Vec<Part> = (0..)
            .zip(fields)
            .map(|(index, field)| Part::parse(index, field, case, diagnostics))
            .collect();
        let of_one = parts.iter().filter(|p| !p.is_skipped()).count() == 1;
        let transparent = settings.span(Word::Transparent);
        let form = match (fields, transparent) {
            (_, Some(_)) => Form::Transparent,
            (Fields::Unnamed(_), None) if of_one => Form::Transparent,
            (Fields::Unnamed(_), None) => Form::Tuple,
            _ => Form::Named,
        };
        if let (Some(span), false) = (transparent, of_one) {
            diagnostics.error(
                span,
                "`transparent` is for a struct of one field: `skip` the others",
            );
        }
        Some(Record {
            ident: input.ident.clone(),
            krate: super::crate_path(&settings, diagnostics),
            generics: input.generics.clone(),
            by_order: settings.span(Word::ByOrder).is_some()
                || matches!(fields, Fields::Unnamed(_)),
            exact: settings.span(Word::DenyUnknownFields),
            form,
            parts,
            broken: false,
        })
    }

    /// The fields that are values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Part> {
        let is_value = |part: &&Part| matches!(part.role, Role::Value { .. });
        self.parts.iter().filter(is_value)
    }

    /// The fields that are flattened.
    pub(crate) fn flattened(&self) -> impl Iterator<Item = &Part> {
        let flattened = |part: &&Part| matches!(part.role, Role::Flattened);
        self.parts.iter().filter(flattened)
    }

    /// Whether its fields have no names.
    pub(crate) fn is_tuple_struct(&self) -> bool {
        let unnamed = |part: &Part| matches!(part.member, Member::Unnamed(_));
        self.parts.iter().any(unnamed)
    }

    /// Whether a type names one of the struct's type parameters.
    pub(crate) fn is_generic(&self, ty: &Type) -> bool {
        let mut params = self.generics.type_params();
        params.any(|param| names(ty.to_token_stream(), &param.ident))
    }
}

impl Part {
    fn parse(
        index: u32,
        field: &syn::Field,
        case: Option<Case>,
        diagnostics: &mut Diagnostics,
    ) -> Part {
        let settings = Settings::read(&field.attrs, Place::Part, diagnostics);
        let span = field.ty.span();
        let (member, word) = match &field.ident {
            Some(ident) => (Member::from(ident.clone()), ident.unraw().to_string()),
            None => (Member::from(Index { index, span }), index.to_string()),
        };
        let name = match settings.text(Word::Rename) {
            Some(text) => Name {
                text: text.value(),
                span: text.span(),
            },
            None => Name {
                text: case.map_or_else(|| word.clone(), |case| case.apply(&word)),
                span: member.span(),
            },
        };
        let role = if settings.span(Word::Skip).is_some() {
            Role::Skipped
        } else if settings.span(Word::Flatten).is_some() {
            Role::Flattened
        } else {
            Role::Value {
                with: with(&settings, diagnostics),
                default: settings.span(Word::Default).is_some(),
            }
        };
        Part {
            member,
            ty: field.ty.clone(),
            name,
            role,
            settings,
        }
    }

    /// The field's name, or its number: what messages call it.
    pub(crate) fn word(&self) -> String {
        match &self.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    /// Whether it is left out.
    pub(crate) fn is_skipped(&self) -> bool {
        matches!(self.role, Role::Skipped)
    }
}

fn fields<'i>(
    input: &'i DeriveInput,
    derive: Derive,
    diagnostics: &mut Diagnostics,
) -> Option<&'i Fields> {
    let message = match (&input.data, derive.is_value()) {
        (Data::Struct(data), _) if !data.fields.is_empty() => return Some(&data.fields),
        (Data::Struct(_), true) => "a struct without fields is no value of CQL",
        (Data::Struct(_), false) => "a struct without fields is no row",
        (_, true) => "a value of CQL is a struct or an enum",
        (_, false) => "a row is a struct",
    };
    diagnostics.error(input.ident.span(), message);
    None
}

fn with(settings: &Settings, diagnostics: &mut Diagnostics) -> Option<Path> {
    let text = settings.text(Word::With)?;
    let path = text.parse_with(Path::parse_mod_style);
    if path.is_err() {
        diagnostics.error(
            text.span(),
            "`with` takes the path of a module with `to_cql` and `from_cql`",
        );
    }
    path.ok()
}

/// Whether an identifier is among tokens.
fn names(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *ident,
        TokenTree::Group(group) => names(group.stream(), ident),
        _ => false,
    })
}
