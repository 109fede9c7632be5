//! The inside of `#[cql(…)]`: one table of known attributes for every derive.

use proc_macro2::{Span, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Token};

use crate::diagnostics::Diagnostics;

/// An attribute inside `#[cql(…)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    ByOrder,
    ClusteringKey,
    Counter,
    Crate,
    Default,
    DenyUnknownFields,
    Flatten,
    Frozen,
    Index,
    Keyspace,
    PartitionKey,
    Rename,
    RenameAll,
    Repr,
    Skip,
    StaticColumn,
    Table,
    Transparent,
    With,
}

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Model,
    Field,
    Enum,
    Variant,
    /// A struct that is a value or a row.
    Record,
    /// A field of one.
    Part,
}

/// What follows an attribute's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing.
    Flag,
    /// `= "…"`
    Text,
    /// Nothing, or `(asc)`, or `(desc)`.
    Direction,
}

const KEYS: [(&str, Word, Form, &[Place]); 19] = {
    use Form::{Direction, Flag, Text};
    use Place::{Enum, Field, Model, Part, Record, Variant};
    [
        ("keyspace", Word::Keyspace, Text, &[Model]),
        ("table", Word::Table, Text, &[Model]),
        ("rename_all", Word::RenameAll, Text, &[Model, Enum, Record]),
        ("crate", Word::Crate, Text, &[Model, Enum, Record]),
        ("by_order", Word::ByOrder, Flag, &[Record]),
        (
            "deny_unknown_fields",
            Word::DenyUnknownFields,
            Flag,
            &[Record],
        ),
        ("transparent", Word::Transparent, Flag, &[Record]),
        ("repr", Word::Repr, Text, &[Enum]),
        ("partition_key", Word::PartitionKey, Flag, &[Field]),
        ("clustering_key", Word::ClusteringKey, Direction, &[Field]),
        ("static_column", Word::StaticColumn, Flag, &[Field]),
        ("counter", Word::Counter, Flag, &[Field]),
        ("index", Word::Index, Flag, &[Field]),
        ("frozen", Word::Frozen, Flag, &[Field]),
        ("rename", Word::Rename, Text, &[Field, Variant, Part]),
        ("default", Word::Default, Flag, &[Field, Part]),
        ("skip", Word::Skip, Flag, &[Field, Part]),
        ("flatten", Word::Flatten, Flag, &[Part]),
        ("with", Word::With, Text, &[Part]),
    ]
};

/// What was written behind the name.
#[derive(Clone)]
pub(crate) enum Value {
    None,
    Text(LitStr),
    Descending(bool),
}

/// One `name`, `name = "…"` or `name(…)`.
pub(crate) struct Setting {
    pub(crate) word: Word,
    pub(crate) name: &'static str,
    /// Of the name alone.
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What all `#[cql(…)]` of one item say; each attribute at most once.
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    /// Reads the `#[cql(…)]` among `attrs`. Mistakes are reported and left out.
    pub(crate) fn read(
        attrs: &[Attribute],
        place: Place,
        diagnostics: &mut Diagnostics,
    ) -> Settings {
        let mut settings = Settings(Vec::new());
        for attr in attrs.iter().filter(|a| a.path().is_ident("cql")) {
            let read = attr.parse_nested_meta(|meta| {
                match setting(&meta, place) {
                    Ok(Some(new)) => settings.add(new, diagnostics),
                    Ok(None) => skip_to_comma(&meta)?,
                    Err(error) => {
                        diagnostics.push(error);
                        skip_to_comma(&meta)?;
                    }
                }
                Ok(())
            });
            if let Err(error) = read {
                diagnostics.push(error);
            }
        }
        settings
    }

    /// All of them, as written.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    /// Where it is written, if it is.
    pub(crate) fn span(&self, word: Word) -> Option<Span> {
        self.find(word).map(|s| s.span)
    }

    /// The text behind it.
    pub(crate) fn text(&self, word: Word) -> Option<&LitStr> {
        match &self.find(word)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn find(&self, word: Word) -> Option<&Setting> {
        self.0.iter().find(|s| s.word == word)
    }

    fn add(&mut self, new: Setting, diagnostics: &mut Diagnostics) {
        if self.find(new.word).is_some() {
            diagnostics.error(new.span, format_args!("`{}` is given twice", new.name));
        } else {
            self.0.push(new);
        }
    }
}

/// One attribute; `None` if another derive reads it.
fn setting(meta: &ParseNestedMeta<'_>, place: Place) -> syn::Result<Option<Setting>> {
    let written = match meta.path.get_ident() {
        Some(ident) => ident.to_string(),
        None => return Err(meta.error("an attribute is one word")),
    };
    let Some(&(name, word, form, places)) = KEYS.iter().find(|k| k.0 == written) else {
        return Err(meta.error(unknown(&written, place)));
    };
    if !places.contains(&place) {
        // A model can be a value or a row as well.
        let model = match place {
            Place::Record => Place::Model,
            Place::Part => Place::Field,
            other => other,
        };
        if places.contains(&model) {
            return Ok(None);
        }
        return Err(meta.error(misplaced(name, place, places)));
    }
    let span = meta.path.segments[0].ident.span();
    let value = match form {
        Form::Flag => flag(meta, name)?,
        Form::Text => text(meta, name)?,
        Form::Direction => direction(meta, name)?,
    };
    Ok(Some(Setting {
        word,
        name,
        span,
        value,
    }))
}

fn flag(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Result<Value> {
    if meta.input.is_empty() || meta.input.peek(Token![,]) {
        return Ok(Value::None);
    }
    Err(meta.error(format_args!("`{name}` stands alone, without a value")))
}

fn text(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Result<Value> {
    let wrong = || meta.error(format_args!("`{name}` takes text: `{name} = \"..\"`"));
    meta.value().map_err(|_| wrong())?;
    let text: LitStr = meta.input.parse().map_err(|_| wrong())?;
    Ok(Value::Text(text))
}

fn direction(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Result<Value> {
    if !meta.input.peek(syn::token::Paren) {
        flag(meta, name).map_err(|_| {
            meta.error(format_args!(
                "the direction of `{name}` stands in parentheses: `{name}(desc)`"
            ))
        })?;
        return Ok(Value::Descending(false));
    }
    let mut found = None;
    meta.parse_nested_meta(|inner| {
        let descending = inner.path.is_ident("desc");
        if found.is_some() || !(descending || inner.path.is_ident("asc")) {
            return Err(inner.error(format_args!("`{name}` takes `asc` or `desc`")));
        }
        found = Some(descending);
        Ok(())
    })?;
    Ok(Value::Descending(found.unwrap_or(false)))
}

/// After a mistake, so that the attributes behind it are read.
fn skip_to_comma(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn unknown(written: &str, place: Place) -> String {
    let here: Vec<&str> = KEYS
        .iter()
        .filter(|k| k.3.contains(&place))
        .map(|k| k.0)
        .collect();
    match nearest(written, here.iter().copied()) {
        Some(name) => format!("unknown attribute `{written}`: did you mean `{name}`?"),
        None => format!(
            "unknown attribute `{written}`: {} takes `{}`",
            place.noun(),
            here.join("`, `")
        ),
    }
}

fn misplaced(name: &str, place: Place, places: &[Place]) -> String {
    let belongs: Vec<&str> = places.iter().map(|p| p.noun()).collect();
    format!(
        "`{name}` belongs to {}, not to {}",
        belongs.join(" or "),
        place.noun()
    )
}

impl Place {
    fn noun(self) -> &'static str {
        match self {
            Place::Model => "a model",
            Place::Field => "a field",
            Place::Enum => "an enum",
            Place::Variant => "a variant",
            Place::Record => "a value or a row",
            Place::Part => "a field of a value or a row",
        }
    }
}

/// The candidate that was probably meant: one whose beginning was written, or the one with the fewest letters
/// to change, if that is at most a third of them.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let begins = |c: &&str| written.len() > 2 && c.starts_with(written);
    if let Some(name) = candidates.clone().find(begins) {
        return Some(name);
    }
    let (changes, name) = candidates.map(|c| (distance(written, c), c)).min()?;
    (changes * 3 <= name.chars().count()).then_some(name)
}

/// How many letters must be put in, left out or changed to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attr: Attribute, place: Place, expected: &[&str]) {
        let mut diagnostics = Diagnostics::new();
        Settings::read(&[attr], place, &mut diagnostics);
        assert_eq!(diagnostics.messages(), expected);
    }

    #[test]
    fn mistakes() {
        use syn::parse_quote as q;
        check(q!(#[cql(partition_key, rename = "x")]), Place::Field, &[]);
        check(q!(#[cql(clustering_key(desc),)]), Place::Field, &[]);
        check(q!(#[cql(crate = "a::b")]), Place::Model, &[]);
        check(
            q!(#[cql(partion_key)]),
            Place::Field,
            &["unknown attribute `partion_key`: did you mean `partition_key`?"],
        );
        check(
            q!(#[cql(static)]),
            Place::Field,
            &["unknown attribute `static`: did you mean `static_column`?"],
        );
        check(
            q!(#[cql(fast = 3)]),
            Place::Variant,
            &["unknown attribute `fast`: a variant takes `rename`"],
        );
        check(
            q!(#[cql(table = "t")]),
            Place::Field,
            &["`table` belongs to a model, not to a field"],
        );
        check(
            q!(#[cql(index = true)]),
            Place::Field,
            &["`index` stands alone, without a value"],
        );
        check(
            q!(#[cql(rename)]),
            Place::Field,
            &["`rename` takes text: `rename = \"..\"`"],
        );
        check(
            q!(#[cql(rename = 3)]),
            Place::Field,
            &["`rename` takes text: `rename = \"..\"`"],
        );
        check(
            q!(#[cql(clustering_key(down))]),
            Place::Field,
            &["`clustering_key` takes `asc` or `desc`"],
        );
        check(
            q!(#[cql(clustering_key = "desc")]),
            Place::Field,
            &["the direction of `clustering_key` stands in parentheses: `clustering_key(desc)`"],
        );
        check(
            q!(#[cql(index, index)]),
            Place::Field,
            &["`index` is given twice"],
        );
        check(q!(#[cql(partition_key, flatten)]), Place::Part, &[]);
        check(q!(#[cql(keyspace = "k", by_order)]), Place::Record, &[]);
        check(
            q!(#[cql(flaten)]),
            Place::Part,
            &["unknown attribute `flaten`: did you mean `flatten`?"],
        );
        check(
            q!(#[cql(flatten)]),
            Place::Field,
            &["`flatten` belongs to a field of a value or a row, not to a field"],
        );
        check(
            q!(#[cql(a::b)]),
            Place::Field,
            &["an attribute is one word"],
        );
    }

    #[test]
    fn all_mistakes_of_one_attribute_are_seen() {
        check(
            syn::parse_quote!(#[cql(indx, frozen(1), partition_ky, skip)]),
            Place::Field,
            &[
                "unknown attribute `indx`: did you mean `index`?",
                "`frozen` stands alone, without a value",
                "unknown attribute `partition_ky`: did you mean `partition_key`?",
            ],
        );
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("inedx", "index"), 2);
    }
}
