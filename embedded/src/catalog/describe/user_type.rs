//! CREATE TYPE.

use scylla_orm_driver::value::{Ident, UserType};

use crate::catalog::describe::{Element, by_name};
use crate::catalog::keyspace::Keyspace;
use crate::catalog::types::uses;

/// Those of a keyspace, each behind those that it uses.
pub(super) fn all(keyspace: &Keyspace) -> Vec<Element> {
    let (mut told, mut elements) = (Vec::new(), Vec::new());
    for user in by_name(keyspace.types.values(), |user| &user.name) {
        tell(user, keyspace, &mut told, &mut elements);
    }
    elements
}

/// Tells those that `user` uses, and then it; each once.
fn tell<'k>(
    user: &'k UserType,
    keyspace: &'k Keyspace,
    told: &mut Vec<&'k str>,
    elements: &mut Vec<Element>,
) {
    if told.contains(&&*user.name) {
        return;
    }
    told.push(&user.name);
    for other in by_name(keyspace.types.values(), |user| &user.name) {
        if user.fields.iter().any(|(_, ty)| uses(ty, &other.name)) {
            tell(other, keyspace, told, elements);
        }
    }
    elements.push(describe(user));
}

pub(super) fn describe(user: &UserType) -> Element {
    let fields = user.fields.iter();
    let fields: Vec<String> = fields
        .map(|(name, ty)| format!("    {} {ty}", Ident(name)))
        .collect();
    let statement = format!(
        "CREATE TYPE {}.{} (\n{}\n);",
        Ident(&user.keyspace),
        Ident(&user.name),
        fields.join(",\n")
    );
    Element::new(&user.keyspace, "type", &user.name, statement)
}
