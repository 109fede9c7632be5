//! A field of a model: a column, or one that is left out.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Type};

use super::attr::{Place, Setting, Settings, Value, Word};
use super::case::Case;
use super::{Name, Spelling, spelling};
use crate::diagnostics::Diagnostics;

/// A field of a model.
pub(crate) enum Field {
    Column(Box<Column>),
    /// `#[cql(skip)]`: filled by `Default`, which is looked for at the type.
    Skipped(Ident, Span),
}

/// A field that is a column.
pub(crate) struct Column {
    pub(crate) ident: Ident,
    /// The type that stands for the column: named like the field, so that errors read well.
    pub(crate) marker: Ident,
    pub(crate) ty: Type,
    /// What the spelling of its type tells.
    pub(crate) spelling: Spelling,
    /// Whether its type is spelled as an `Option`.
    pub(crate) optional: bool,
    pub(crate) docs: Vec<Attribute>,
    /// The column's name in CQL.
    pub(crate) name: Name,
    /// The constant's name: the field's in capitals.
    pub(crate) constant: Ident,
    pub(crate) role: Role,
    /// `#[cql(index)]`, and where.
    pub(crate) index: Option<Span>,
    /// `#[cql(frozen)]`, and where.
    pub(crate) frozen: Option<Span>,
    /// `#[cql(default)]`, and where: null is read as `Default::default()`.
    pub(crate) default: Option<Span>,
}

/// What a column is in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Partition,
    Clustering { descending: bool },
    Static,
    Counter,
    Regular,
}

impl Role {
    pub(crate) fn is_partition(self) -> bool {
        self == Role::Partition
    }

    pub(crate) fn is_clustering(self) -> bool {
        matches!(self, Role::Clustering { .. })
    }

    /// Of either part of the key.
    pub(crate) fn is_key(self) -> bool {
        self.is_partition() || self.is_clustering()
    }
}

impl Field {
    /// Reads a field; `None` if its name makes no constant.
    pub(crate) fn parse(
        field: &syn::Field,
        model: &Ident,
        case: Option<Case>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Field> {
        let ident = field.ident.clone()?;
        let settings = Settings::read(&field.attrs, Place::Field, diagnostics);
        if settings.span(Word::Skip).is_some() {
            nothing_else(&ident, &settings, diagnostics);
            return Some(Field::Skipped(ident, field.ty.span()));
        }
        let word = ident.unraw().to_string();
        let constant = constant(&ident, &word, diagnostics)?;
        let spelling = Spelling::of(&field.ty);
        Some(Field::Column(Box::new(Column {
            marker: match ident == *model {
                true => quote::format_ident!("{ident}_"),
                false => ident.clone(),
            },
            ty: field.ty.clone(),
            spelling,
            optional: spelling::option(&field.ty).is_some(),
            docs: super::docs(&field.attrs),
            name: name(&ident, &word, case, &settings, diagnostics),
            constant,
            role: role(&word, spelling, &settings, diagnostics),
            index: settings.span(Word::Index),
            frozen: settings.span(Word::Frozen),
            default: settings.span(Word::Default),
            ident,
        })))
    }
}

impl Column {
    /// The field's name, which is what messages call the column: it is what users write.
    pub(crate) fn word(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// Where a mistake of the column is reported.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }

    /// Where a mistake of the column's type is reported.
    pub(crate) fn ty_span(&self) -> Span {
        self.ty.span()
    }

    /// Whether `#[cql(frozen)]` is there.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }
}

/// A skipped field has no column for other keys to describe.
fn nothing_else(ident: &Ident, settings: &Settings, diagnostics: &mut Diagnostics) {
    for other in settings.iter().filter(|s| s.word != Word::Skip) {
        let (word, name) = (ident.unraw(), other.name);
        let message = format!(
            "`{word}` is skipped, so it has no column that `{name}` could describe: drop one of the two"
        );
        diagnostics.error(other.span, message);
    }
}

fn constant(ident: &Ident, word: &str, diagnostics: &mut Diagnostics) -> Option<Ident> {
    // `_` alone, left over from a name such as `_`, or letters whose capitals are no identifier.
    match syn::parse_str::<Ident>(&word.to_uppercase()) {
        Ok(parsed) => Some(Ident::new(&parsed.to_string(), ident.span())),
        Err(_) => {
            let message = format!(
                "`{word}` in capitals is not a name for a constant: rename the field, and keep the column's name by `rename`"
            );
            diagnostics.error(ident.span(), message);
            None
        }
    }
}

fn name(
    ident: &Ident,
    word: &str,
    case: Option<Case>,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Name {
    let Some(text) = settings.text(Word::Rename) else {
        return Name {
            text: case.map_or_else(|| word.to_owned(), |case| case.apply(word)),
            span: ident.span(),
        };
    };
    if text.value().is_empty() {
        diagnostics.error(text.span(), "the name of a column cannot be empty");
    }
    Name {
        text: text.value(),
        span: text.span(),
    }
}

fn role(
    word: &str,
    spelling: Spelling,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Role {
    let mut first: Option<(&Setting, Role)> = None;
    for setting in settings.iter() {
        let Some(role) = role_of(setting) else {
            continue;
        };
        match first {
            None => first = Some((setting, role)),
            Some((before, _)) => {
                let (one, two) = (before.name, setting.name);
                let message =
                    format!("`{word}` cannot be both `{one}` and `{two}`: drop one of the two");
                diagnostics.error(setting.span, message);
            }
        }
    }
    match first {
        Some((_, role)) => role,
        // The type says it already.
        None if spelling == Spelling::Counter => Role::Counter,
        None => Role::Regular,
    }
}

fn role_of(setting: &Setting) -> Option<Role> {
    match setting.word {
        Word::PartitionKey => Some(Role::Partition),
        Word::ClusteringKey => Some(Role::Clustering {
            descending: matches!(setting.value, Value::Descending(true)),
        }),
        Word::StaticColumn => Some(Role::Static),
        Word::Counter => Some(Role::Counter),
        _ => None,
    }
}
