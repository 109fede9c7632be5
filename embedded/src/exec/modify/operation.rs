//! What a modification does to one column.

use std::sync::Arc;

use scylla_orm_driver::value::{self, Type};

use crate::catalog::table::{self, Table};
use crate::exec::function::number::is_number;
use crate::exec::modify::column;
use crate::exec::scope::{Scope, spec, spec_of};
use crate::exec::term::{self, Expression, show};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Assignment, Change, Target, Term};

/// What is said of null where a counter counts.
pub(super) const NULL_COUNT: &str = "Invalid null value for counter increment/decrement";

/// A change of one column.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The column's place in the table.
    pub(crate) column: usize,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    /// `c = value`
    Set(Expression),
    /// `c[key] = value`: by index of a list, by key of a map.
    SetElement(Expression, Expression),
    /// `c.field = value`
    SetField(usize, Expression),
    /// `c = c + value` of a list, set or map.
    Add(Expression),
    /// `c = c + value` of a number or text, which Cassandra knows under a condition.
    Augment(Expression),
    /// `c = value + c` of a list.
    Prepend(Expression),
    /// `c = c - value` of a list or set; of a map a set of keys.
    Subtract(Expression),
    /// `c = c + value` or `c - value` of a counter, and whether it is the latter.
    Count(Expression, bool),
    /// `DELETE c`
    Delete,
    /// `DELETE c[key]`: by index of a list, by member of a set, by key of a map.
    DeleteElement(Expression),
    /// `DELETE c.field`
    DeleteField(usize),
}

/// A column outside the key, found by the name that a statement says.
struct Found<'t> {
    table: &'t Table,
    at: usize,
    column: &'t table::Column,
}

impl Operation {
    /// `name = term`, in UPDATE and INSERT.
    pub(super) fn set(
        table: &Arc<Table>,
        name: &str,
        term: &Term,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let found = Found::new(table, name, scope)?;
        if found.column.ty == Type::Counter {
            if scope.flavor() == Flavor::Cassandra && matches!(term, Term::Null) {
                return Err(Failure::invalid(NULL_COUNT));
            }
            return Err(Failure::invalid(format!(
                "Cannot set the value of counter column {name} (counters can only be incremented/decremented, not set)"
            )));
        }
        let value = term::plan(term, &found.place(), scope)?;
        Ok(found.operation(Action::Set(value)))
    }

    /// One assignment of UPDATE; whether that has conditions.
    pub(super) fn assign(
        table: &Arc<Table>,
        assignment: &Assignment,
        conditional: bool,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let name = name_of(&assignment.target)?;
        let found = Found::new(table, name, scope)?;
        if found.column.is_key() {
            return Err(Failure::invalid(format!(
                "PRIMARY KEY part {name} found in SET part"
            )));
        }
        match (&assignment.target, &assignment.change) {
            (Target::Element(_, key), Change::Set(value)) => found.set_element(key, value, scope),
            (Target::Field(_, field), Change::Set(value)) => found.set_field(field, value, scope),
            (Target::Column(_), Change::Set(value)) => Operation::set(table, name, value, scope),
            (Target::Column(_), Change::Add(value)) => found.add(value, conditional, scope),
            (Target::Column(_), Change::Subtract(value)) => found.subtract(value, scope),
            (Target::Column(_), Change::Prepend(value)) => found.prepend(value, scope),
            _ => Err(Failure::syntax(
                "Only the whole of a column can be added to or subtracted from",
            )),
        }
    }

    /// One target of DELETE.
    pub(super) fn delete(
        table: &Arc<Table>,
        target: &Target,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let name = name_of(target)?;
        let found = Found::new(table, name, scope)?;
        if found.column.is_key() {
            return Err(Failure::invalid(format!(
                "Invalid identifier {name} for deletion (should not be a PRIMARY KEY part)"
            )));
        }
        match target {
            Target::Element(_, key) => found.delete_element(key, scope),
            Target::Field(_, field) => found.delete_field(field),
            _ => Ok(found.operation(Action::Delete)),
        }
    }
}

impl<'t> Found<'t> {
    fn new(table: &'t Table, name: &str, scope: &Scope<'_>) -> Result<Found<'t>, Failure> {
        let (at, column) = column(table, name, scope.flavor())?;
        Ok(Found { table, at, column })
    }

    fn operation(&self, action: Action) -> Operation {
        Operation {
            column: self.at,
            action,
        }
    }

    /// Where the column's own value stands.
    fn place(&self) -> value::Column {
        spec_of(self.table, self.column)
    }

    /// Where a part of it stands: `what(column)`.
    fn part(&self, what: &str, ty: &Type) -> value::Column {
        spec(self.table, &format!("{what}({})", self.column.name), ty)
    }

    fn set_element(
        &self,
        key: &Term,
        value: &Term,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let shown = || {
            let (key, value) = (show::term(key), show::term(value));
            format!("{}[{key}] = {value}", self.column.name)
        };
        let (key, value) = match &self.column.ty {
            Type::List(member) => (
                term::plan(key, &self.part("idx", &Type::Int), scope)?,
                term::plan(value, &self.part("value", member), scope)?,
            ),
            Type::Map(of_key, of_value) => (
                term::plan(key, &self.part("key", of_key), scope)?,
                term::plan(value, &self.part("value", of_value), scope)?,
            ),
            Type::Set(_) => return Err(self.invalid(&shown(), "set")),
            Type::Frozen(_) => return Err(self.invalid(&shown(), "frozen collection")),
            _ => return Err(self.invalid(&shown(), "non collection")),
        };
        Ok(self.operation(Action::SetElement(key, value)))
    }

    fn set_field(
        &self,
        field: &str,
        value: &Term,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let name = &self.column.name;
        let shown = || format!("{name}.{field} = {}", show::term(value));
        let Type::User(user) = self.column.ty.bare() else {
            return Err(self.invalid(&shown(), "non-UDT"));
        };
        if !self.column.is_multi_cell() {
            return Err(self.invalid(&shown(), "frozen UDT"));
        }
        let index = self.field(field)?;
        let ty = user.fields.get(index).map_or(&Type::Blob, |(_, ty)| ty);
        let place = spec(self.table, &format!("{name}.{field}"), ty);
        let value = term::plan(value, &place, scope)?;
        Ok(self.operation(Action::SetField(index, value)))
    }

    fn add(
        &self,
        value: &Term,
        conditional: bool,
        scope: &mut Scope<'_>,
    ) -> Result<Operation, Failure> {
        let shown = || format!("{0} = {0} + {1}", self.column.name, show::term(value));
        let planned = |scope: &mut Scope<'_>| term::plan(value, &self.place(), scope);
        match &self.column.ty {
            Type::Counter => Ok(self.operation(Action::Count(planned(scope)?, false))),
            Type::Map(..)
                if scope.flavor() == Flavor::Cassandra
                    && matches!(value, Term::Set(members) if !members.is_empty()) =>
            {
                Err(Failure::invalid(format!(
                    "Value for a map addition has to be a map, but was: '{}'",
                    show::term(value)
                )))
            }
            Type::List(_) | Type::Set(_) | Type::Map(..) => {
                Ok(self.operation(Action::Add(planned(scope)?)))
            }
            ty if is_collection(ty) => Err(self.invalid(&shown(), "frozen collection")),
            ty => match (ty.bare(), scope.flavor()) {
                (Type::Tuple(_) | Type::User(_), Flavor::Cassandra) => {
                    Err(self.invalid(&shown(), "tuple"))
                }
                (ty, Flavor::Cassandra) if conditional => {
                    if !is_number(ty) && !matches!(ty, Type::Text | Type::Ascii) {
                        return Err(Failure::invalid(format!(
                            "Invalid operation ({}) for non-numeric and non-text type {}",
                            shown(),
                            self.column.name
                        )));
                    }
                    Ok(self.operation(Action::Augment(planned(scope)?)))
                }
                _ => Err(self.invalid(&shown(), "non counter")),
            },
        }
    }

    fn subtract(&self, value: &Term, scope: &mut Scope<'_>) -> Result<Operation, Failure> {
        let shown = || format!("{0} = {0} - {1}", self.column.name, show::term(value));
        let mut place = self.place();
        match &self.column.ty {
            Type::Counter => {
                let delta = term::plan(value, &place, scope)?;
                return Ok(self.operation(Action::Count(delta, true)));
            }
            Type::List(_) | Type::Set(_) => {}
            Type::Map(..) if matches!(value, Term::Map(_)) => {
                return Err(Failure::invalid(format!(
                    "Value for a map substraction has to be a set, but was: '{}'",
                    show::term(value)
                )));
            }
            Type::Map(key, _) => place.ty = Type::Set(key.clone()),
            ty if is_collection(ty) => return Err(self.invalid(&shown(), "frozen collection")),
            _ => return Err(self.invalid(&shown(), "non counter")),
        }
        Ok(self.operation(Action::Subtract(term::plan(value, &place, scope)?)))
    }

    fn prepend(&self, value: &Term, scope: &mut Scope<'_>) -> Result<Operation, Failure> {
        // Cassandra shows the wrong sign.
        let sign = scope.flavor().pick('+', '-');
        let shown = || format!("{0} = {1} {sign} {0}", self.column.name, show::term(value));
        match &self.column.ty {
            Type::List(_) => {
                let value = term::plan(value, &self.place(), scope)?;
                Ok(self.operation(Action::Prepend(value)))
            }
            ty if matches!(ty.bare(), Type::List(_)) => Err(self.invalid(&shown(), "frozen list")),
            _ => Err(self.invalid(&shown(), "non list")),
        }
    }

    fn delete_element(&self, key: &Term, scope: &mut Scope<'_>) -> Result<Operation, Failure> {
        let name = &self.column.name;
        let place = match &self.column.ty {
            Type::List(_) => self.part("idx", &Type::Int),
            Type::Set(member) => self.part("value", member),
            Type::Map(key, _) => self.part("key", key),
            ty if is_collection(ty) => {
                return Err(Failure::invalid(format!(
                    "Invalid deletion operation for frozen collection column {name}"
                )));
            }
            _ => {
                return Err(Failure::invalid(format!(
                    "Invalid deletion operation for non collection column {name}"
                )));
            }
        };
        let key = term::plan(key, &place, scope)?;
        Ok(self.operation(Action::DeleteElement(key)))
    }

    fn delete_field(&self, field: &str) -> Result<Operation, Failure> {
        let name = &self.column.name;
        if !matches!(self.column.ty.bare(), Type::User(_)) {
            return Err(Failure::invalid(format!(
                "Invalid field deletion operation for non-UDT column {name}"
            )));
        }
        if !self.column.is_multi_cell() {
            return Err(Failure::invalid(format!(
                "Frozen UDT column {name} does not support field deletions"
            )));
        }
        Ok(self.operation(Action::DeleteField(self.field(field)?)))
    }

    /// The place of a field in the user-defined type.
    fn field(&self, field: &str) -> Result<usize, Failure> {
        let index = match self.column.ty.bare() {
            Type::User(user) => user.fields.iter().position(|(name, _)| &**name == field),
            _ => None,
        };
        index.ok_or_else(|| {
            Failure::invalid(format!(
                "UDT column {} does not have a field named {field}",
                self.column.name
            ))
        })
    }

    fn invalid(&self, operation: &str, kind: &str) -> Failure {
        Failure::invalid(format!(
            "Invalid operation ({operation}) for {kind} column {}",
            self.column.name
        ))
    }
}

fn is_collection(ty: &Type) -> bool {
    matches!(ty.bare(), Type::List(_) | Type::Set(_) | Type::Map(..))
}

/// The column that an assignment is to.
pub(super) fn name_of(target: &Target) -> Result<&str, Failure> {
    match target {
        Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => Ok(name),
        Target::Tuple(_) | Target::Token(_) => Err(Failure::syntax("a column is expected")),
    }
}
