//! User-defined types of a keyspace.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::cluster::record::Record;
use crate::value::{Type, UserType};

use super::{Complaints, named};

/// The types of a keyspace, by name.
pub(super) type Types = BTreeMap<String, Arc<UserType>>;

/// Names and types of the fields, as text: a type may be made of types that are listed after it.
type Texts = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// No server nests types deeper; a circle, which none can have, ends here.
const DEEPEST: usize = 32;

/// No type has as many parts, those of its parts included. Types that are made of one another can be small as text and
/// have more than anybody could look at.
const MOST_PARTS: usize = 10_000;

pub(super) fn read(keyspace: &str, records: &[Record<'_>], complaints: &mut Complaints) -> Types {
    let mut texts = Texts::new();
    for record in records {
        let fields = |column| record.read(column).unwrap_or_default();
        if let Some(name) = named(record, "type_name", complaints) {
            texts.insert(name, (fields("field_names"), fields("field_types")));
        }
    }
    resolve(keyspace, &texts, complaints)
}

/// All types; one that has too many parts, or is made of itself, is left out.
fn resolve(keyspace: &str, texts: &Texts, complaints: &mut Complaints) -> Types {
    let resolver = Resolver {
        keyspace,
        texts,
        known: RefCell::default(),
    };
    let mut types = Types::new();
    for name in texts.keys() {
        match resolver.find(name, 0) {
            Some((ty, _)) => _ = types.insert(name.clone(), ty),
            None => complaints.push(
                format!("the type `{keyspace}.{name}` is made of itself, or of too many parts")
                    .into(),
            ),
        }
    }
    types
}

/// Each type is resolved once, whoever is made of it.
struct Resolver<'a> {
    keyspace: &'a str,
    texts: &'a Texts,
    known: RefCell<HashMap<&'a str, Option<Counted>>>,
}

/// A type, and how many parts it has.
type Counted = (Arc<UserType>, usize);

impl<'a> Resolver<'a> {
    fn find(&self, name: &str, depth: usize) -> Option<Counted> {
        if depth > DEEPEST {
            return None;
        }
        let (name, (names, types)) = self.texts.get_key_value(name)?;
        if let Some(known) = self.known.borrow().get(name.as_str()) {
            return known.clone();
        }
        // Until it is known it is not there: who asks for it meanwhile is a part of it.
        self.known.borrow_mut().insert(name, None);
        let parts = Cell::new(names.len());
        let inner = |name: &str| {
            let (ty, more) = self.find(name, depth + 1)?;
            parts.set(parts.get().saturating_add(more));
            Some(ty)
        };
        let fields = names
            .iter()
            .zip(types)
            .map(|(name, ty)| (name.as_str().into(), parse(ty, &inner)))
            .collect();
        let ty = Arc::new(UserType {
            keyspace: self.keyspace.into(),
            name: name.as_str().into(),
            fields,
        });
        let found = (parts.get() <= MOST_PARTS).then(|| (ty, parts.get()));
        self.known.borrow_mut().insert(name, found.clone());
        found
    }
}

/// The type that `text` names; one that this driver cannot read is kept as it is written.
pub(super) fn parse(text: &str, types: &dyn Fn(&str) -> Option<Arc<UserType>>) -> Type {
    Type::parse(text, types).unwrap_or_else(|_| Type::Custom(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(types: &[(&str, &str, &str)]) -> Texts {
        types
            .iter()
            .map(|(name, field, ty)| {
                (
                    (*name).to_owned(),
                    (vec![(*field).to_owned()], vec![(*ty).to_owned()]),
                )
            })
            .collect()
    }

    fn resolved(types: &[(&str, &str, &str)]) -> (Types, usize) {
        let mut complaints = Vec::new();
        let types = resolve("k", &texts(types), &mut complaints);
        (types, complaints.len())
    }

    #[test]
    fn types_may_be_made_of_types_that_come_later() {
        let (types, complaints) = resolved(&[("a", "x", "frozen<b>"), ("b", "y", "int")]);
        let Type::Frozen(inner) = &types["a"].fields[0].1 else {
            panic!("{types:?}");
        };
        let Type::User(b) = &**inner else {
            panic!("{types:?}");
        };
        assert_eq!((&*b.name, &b.fields[0].1), ("b", &Type::Int));
        assert_eq!(complaints, 0);
    }

    #[test]
    fn a_circle_ends() {
        let (types, _) = resolved(&[("a", "x", "frozen<b>"), ("b", "y", "frozen<a>")]);
        assert_eq!(types.len(), 2);
        assert!(format!("{types:?}").len() < 1000);
    }

    /// Sixty types, each made of the next one twice: 2⁶⁰ parts.
    #[test]
    fn what_grows_beyond_measure_is_left_out() {
        let mut texts = Texts::new();
        for n in 0..60 {
            let ty = format!("frozen<t{:02}>", n + 1);
            let fields = vec!["x".to_owned(), "y".to_owned()];
            texts.insert(format!("t{n:02}"), (fields, vec![ty.clone(), ty]));
        }
        texts.insert("t60".into(), (vec!["x".into()], vec!["int".into()]));
        let mut complaints = Vec::new();
        let types = resolve("k", &texts, &mut complaints);
        assert_eq!(types["t60"].fields[0].1, Type::Int);
        assert!(!complaints.is_empty());
        assert!(format!("{types:?}").len() < 100_000_000);
    }
}
