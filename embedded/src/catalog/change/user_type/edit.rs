//! ALTER TYPE: fields added, renamed, given another type.

use scylla_orm_driver::value::UserType;

use crate::catalog::change::user_type::{Field, resolve};
use crate::catalog::keyspace::Keyspace;
use crate::catalog::types;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::AlterType;
use crate::parse::syntax::{Name, TypeName};

/// Changes a type of `keyspace`.
pub(super) struct Editor<'a> {
    pub(super) keyspace: &'a Keyspace,
    pub(super) flavor: Flavor,
}

impl Editor<'_> {
    pub(super) fn edit(&self, user: &mut UserType, change: &AlterType) -> Result<(), Failure> {
        match change {
            AlterType::Add {
                fields,
                if_not_exists,
            } => {
                for (field, ty) in fields {
                    self.add(user, field, ty, *if_not_exists)?;
                }
            }
            AlterType::Rename { renames, if_exists } => {
                for (from, to) in renames {
                    let field = user.fields.iter_mut().find(|(field, _)| field == from);
                    match field {
                        Some((field, _)) => *field = to.clone(),
                        None if *if_exists => {}
                        None => return Err(self.unknown(user, from)),
                    }
                }
                let again = |(i, (field, _)): &(usize, &Field)| {
                    user.fields.iter().take(*i).any(|(f, _)| f == field)
                };
                if let Some((_, (field, _))) = user.fields.iter().enumerate().find(again) {
                    return Err(Failure::invalid(self.flavor.pick(
                        format!(
                            "Duplicate field name {field} in type {}.{}",
                            self.keyspace.name, user.name
                        ),
                        format!(
                            "Duplicate field name {field} in type {}",
                            self.keyspace.name
                        ),
                    )));
                }
            }
            AlterType::Retype(..) if self.flavor == Flavor::Cassandra => {
                return Err(Failure::invalid(
                    "Altering field types is no longer supported",
                ));
            }
            AlterType::Retype(name, ty) => self.retype(user, name, ty)?,
        }
        Ok(())
    }

    fn add(
        &self,
        user: &mut UserType,
        field: &Name,
        ty: &TypeName,
        if_not_exists: bool,
    ) -> Result<(), Failure> {
        let name = format!("{}.{}", self.keyspace.name, user.name);
        if user.fields.iter().any(|(known, _)| known == field) {
            return match if_not_exists {
                true => Ok(()),
                false => Err(Failure::invalid(self.flavor.pick(
                    format!(
                        "Cannot add new field {field} to type {name}: a field of the same name already exists"
                    ),
                    format!(
                        "Cannot add field {field} to type {name}: a field with name {field} already exists"
                    ),
                ))),
            };
        }
        let (field, resolved) = resolve(field, ty, self.keyspace, self.flavor)?;
        if types::uses(&resolved, &user.name) {
            return Err(Failure::invalid(self.flavor.pick(
                format!(
                    "Cannot add new field {field} of type {ty} to type {name} as this would create a circular \
                     reference"
                ),
                format!(
                    "Cannot add new field {field} of type {} to user type {name} as it would create a circular \
                     reference",
                    ty.to_string().replace(&*user.name, &name)
                ),
            )));
        }
        user.fields.push((field, resolved));
        Ok(())
    }

    fn retype(&self, user: &mut UserType, name: &Name, ty: &TypeName) -> Result<(), Failure> {
        let (_, new) = resolve(name, ty, self.keyspace, self.flavor)?;
        let field = user.fields.iter().find(|(field, _)| field == name);
        match field {
            None => Err(self.unknown(user, name)),
            Some((_, old)) if *old == new => Ok(()),
            Some((_, old)) => Err(Failure::invalid(format!(
                "Type {ty} in incompatible with previous type {old} of field {name} in user type {}.{}",
                self.keyspace.name, user.name
            ))),
        }
    }

    fn unknown(&self, user: &UserType, field: &str) -> Failure {
        Failure::invalid(self.flavor.pick(
            format!(
                "Unknown field {field} in type {}.{}",
                self.keyspace.name, user.name
            ),
            format!(
                "Unkown field {field} in user type {}.{}",
                self.keyspace.name, user.name
            ),
        ))
    }
}
