//! From written types to types: names resolved, and what may not be inside what.

use std::sync::Arc;

use scylla_orm_driver::value::{Type, UserType};

use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::is_multi_cell;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{QualifiedName, TypeName};

/// What `name` means in `keyspace`. What is inside `frozen<…>`, a tuple or a vector is frozen as well.
pub(super) fn resolve(
    name: &TypeName,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<Type, Failure> {
    Resolver { keyspace, flavor }.resolve(name, false)
}

/// Whether `ty` is, or has inside it, a type for which `is` holds.
pub(super) fn contains(ty: &Type, is: &dyn Fn(&Type) -> bool) -> bool {
    let inside = |ty: &Type| contains(ty, is);
    is(ty)
        || match ty {
            Type::List(t) | Type::Set(t) | Type::Vector(t, _) | Type::Frozen(t) => inside(t),
            Type::Map(k, v) => inside(k) || inside(v),
            Type::Tuple(members) => members.iter().any(inside),
            Type::User(user) => user.fields.iter().any(|(_, ty)| inside(ty)),
            _ => false,
        }
}

/// Whether `ty` is, or has inside it, the user-defined type of this name.
pub(super) fn uses(ty: &Type, name: &str) -> bool {
    contains(
        ty,
        &|ty| matches!(ty, Type::User(user) if &*user.name == name),
    )
}

/// `ty` with `user` in the place of the user-defined type of its name.
pub(super) fn replace(ty: &Type, user: &Arc<UserType>) -> Type {
    let again = |ty: &Type| replace(ty, user);
    let boxed = |ty: &Type| Box::new(replace(ty, user));
    match ty {
        Type::User(old) if old.name == user.name => Type::User(Arc::clone(user)),
        Type::User(old) => {
            let fields = old
                .fields
                .iter()
                .map(|(name, ty)| (name.clone(), again(ty)));
            Type::User(Arc::new(UserType {
                keyspace: old.keyspace.clone(),
                name: old.name.clone(),
                fields: fields.collect(),
            }))
        }
        Type::List(t) => Type::List(boxed(t)),
        Type::Set(t) => Type::Set(boxed(t)),
        Type::Frozen(t) => Type::Frozen(boxed(t)),
        Type::Vector(t, n) => Type::Vector(boxed(t), *n),
        Type::Map(k, v) => Type::Map(boxed(k), boxed(v)),
        Type::Tuple(members) => Type::Tuple(members.iter().map(again).collect()),
        other => other.clone(),
    }
}

struct Resolver<'a> {
    keyspace: &'a Keyspace,
    flavor: Flavor,
}

impl Resolver<'_> {
    fn resolve(&self, name: &TypeName, frozen: bool) -> Result<Type, Failure> {
        let wrap = |ty: Type| match frozen {
            true => Type::Frozen(Box::new(ty)),
            false => ty,
        };
        Ok(match name {
            TypeName::Native(native) => native.clone(),
            TypeName::Class(class) => Type::parse_class(class)
                .map_err(|error| Failure::syntax(format!("Error setting type {class}: {error}")))?,
            TypeName::List(element) => {
                wrap(Type::List(Box::new(self.member(element, name, frozen)?)))
            }
            TypeName::Set(element) => {
                let element = self.member(element, name, frozen)?;
                if contains(&element, &|ty| *ty == Type::Duration) {
                    return Err(invalid("Durations are not allowed inside sets", name));
                }
                wrap(Type::Set(Box::new(element)))
            }
            TypeName::Map(key, value) => {
                let key = self.member(key, name, frozen)?;
                if contains(&key, &|ty| *ty == Type::Duration) {
                    return Err(invalid("Durations are not allowed as map keys", name));
                }
                let value = self.member(value, name, frozen)?;
                wrap(Type::Map(Box::new(key), Box::new(value)))
            }
            TypeName::Tuple(members) => {
                let members = members.iter().map(|m| self.member(m, name, true));
                let members = members.collect::<Result<_, _>>()?;
                Type::Frozen(Box::new(Type::Tuple(members)))
            }
            TypeName::Vector(element, dimension) => {
                Type::Vector(Box::new(self.member(element, name, true)?), *dimension)
            }
            TypeName::Frozen(inner) if matches!(**inner, TypeName::Native(_)) => {
                return Err(Failure::invalid(format!(
                    "frozen<> is only allowed on collections, tuples, and user-defined types (got {inner})"
                )));
            }
            TypeName::Frozen(inner) => self.resolve(inner, true)?,
            TypeName::User(user) => wrap(Type::User(self.user(user)?)),
        })
    }

    /// A member of the collection, tuple or vector `outer`.
    fn member(&self, member: &TypeName, outer: &TypeName, frozen: bool) -> Result<Type, Failure> {
        let member = self.resolve(member, frozen)?;
        if member == Type::Counter {
            return Err(invalid(
                "Counters are not allowed inside collections",
                outer,
            ));
        }
        if is_multi_cell(&member) {
            let what = match (self.flavor, &member) {
                (Flavor::Scylla, _) => "user types or collections",
                (Flavor::Cassandra, Type::User(_)) => "UDTs",
                (Flavor::Cassandra, _) => "collections",
            };
            let text = format!("Non-frozen {what} are not allowed inside collections");
            return Err(invalid(&text, outer));
        }
        Ok(member)
    }

    fn user(&self, name: &QualifiedName) -> Result<Arc<UserType>, Failure> {
        let own = &*self.keyspace.name;
        if let Some(other) = name.keyspace.as_deref().filter(|other| *other != own) {
            return Err(Failure::invalid(format!(
                "Statement on keyspace {own} cannot refer to a user type in keyspace {other}; \
                 user types can only be used in the keyspace they are defined in"
            )));
        }
        let known = self.keyspace.types.get(&name.name).map(Arc::clone);
        known.ok_or_else(|| Failure::invalid(format!("Unknown type {own}.{}", name.name)))
    }
}

fn invalid(what: &str, outer: &TypeName) -> Failure {
    Failure::invalid(format!("{what}: {outer}"))
}
