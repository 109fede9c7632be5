//! User-defined types of a keyspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cluster::ask::Asker;
use crate::cluster::record::records;
use crate::error::Result;
use crate::value::{Type, UserType};

/// The types of a keyspace, by name.
pub(super) type Types = BTreeMap<String, Arc<UserType>>;

/// Names and types of the fields, as text: a type may be made of types that are listed after it.
type Texts = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// No server nests types deeper; a circle, which none can have, ends here.
const DEEPEST: usize = 32;

pub(super) async fn read(asker: &Asker, keyspace: &str) -> Result<Types> {
    const TYPES: &str = "SELECT type_name, field_names, field_types FROM system_schema.types WHERE keyspace_name = ?";
    let rows = asker.ask(TYPES, (keyspace,)).await?;
    let texts: Texts = records(&rows)
        .map_err(|_| asker.broken())?
        .iter()
        .map(|r| {
            let fields = |column| r.read(column).unwrap_or_default();
            (
                r.text("type_name"),
                (fields("field_names"), fields("field_types")),
            )
        })
        .collect();
    Ok(texts
        .keys()
        .filter_map(|name| Some((name.clone(), resolve(keyspace, name, &texts, 0)?)))
        .collect())
}

fn resolve(keyspace: &str, name: &str, texts: &Texts, depth: usize) -> Option<Arc<UserType>> {
    if depth > DEEPEST {
        return None;
    }
    let (names, types) = texts.get(name)?;
    let inner = |name: &str| resolve(keyspace, name, texts, depth + 1);
    let fields = names
        .iter()
        .zip(types)
        .map(|(name, ty)| (name.as_str().into(), parse(ty, &inner)))
        .collect();
    Some(Arc::new(UserType {
        keyspace: keyspace.into(),
        name: name.into(),
        fields,
    }))
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

    #[test]
    fn types_may_be_made_of_types_that_come_later() {
        let texts = texts(&[("a", "x", "frozen<b>"), ("b", "y", "int")]);
        let a = resolve("k", "a", &texts, 0).unwrap();
        let Type::Frozen(inner) = &a.fields[0].1 else {
            panic!("{a:?}");
        };
        let Type::User(b) = &**inner else {
            panic!("{a:?}");
        };
        assert_eq!((&*b.name, &b.fields[0].1), ("b", &Type::Int));
    }

    #[test]
    fn a_circle_ends() {
        let texts = texts(&[("a", "x", "frozen<b>"), ("b", "y", "frozen<a>")]);
        assert!(resolve("k", "a", &texts, 0).is_some());
    }
}
