//! What an operation writes of one column: a cell, or elements of a collection.

use scylla_orm_driver::value::Type;

use crate::catalog::table::Column;
use crate::exec::function::Function;
use crate::exec::modify::list;
use crate::exec::modify::using::Stamp;
use crate::exec::record::field_key;
use crate::exec::term::{Bound, Env, collection, unset};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Arithmetic;
use crate::store::cell::Cell;
use crate::store::row::{Elements, Row, Stored};

/// One column of a row that is written.
pub(super) struct Edit<'e> {
    pub(super) column: &'e Column,
    /// The row as it was.
    pub(super) before: Option<&'e Row>,
    pub(super) stamp: &'e Stamp,
    pub(super) env: &'e Env<'e>,
}

impl Edit<'_> {
    /// The whole column.
    pub(super) fn set(&self, value: Bound) -> Result<Option<Stored>, Failure> {
        let value = match value {
            Bound::Unset => return Ok(None),
            Bound::Null => None,
            Bound::Value(value) => Some(value),
        };
        if !self.column.is_multi_cell() {
            let cell = match value {
                Some(value) => self.stamp.live(value),
                None => self.stamp.dead(),
            };
            return Ok(Some(Stored::Atomic(cell)));
        }
        let mut elements = Elements {
            deletion: Some(self.stamp.deletion_before()),
            ..Elements::default()
        };
        if let Some(value) = value {
            elements.cells = self.cells(&value).into_iter().collect();
        }
        Ok(Some(Stored::Elements(elements)))
    }

    /// Elements added to a list, set or map.
    pub(super) fn add(&self, value: Bound) -> Option<Stored> {
        match value {
            Bound::Value(value) => some(self.cells(&value)),
            Bound::Null | Bound::Unset => None,
        }
    }

    /// A number or text that is added to what the column has; nothing if it has none.
    pub(super) fn augment(&self, value: Bound) -> Result<Option<Stored>, Failure> {
        let value = match value {
            Bound::Value(value) => value,
            Bound::Null => {
                return Err(Failure::invalid(format!(
                    "Invalid null value for addition to column {}",
                    self.column.name
                )));
            }
            Bound::Unset => return Err(unset(self.env.flavor, &self.column.name)),
        };
        let now = self.stamp.now;
        let cell = self.before.and_then(|row| row.atomic(self.column.id, now));
        let Some(before) = cell.and_then(|cell| cell.value(now)) else {
            return Ok(None);
        };
        let ty = self.column.ty.bare();
        let add = Function::Operation(Arithmetic::Add, ty.clone(), ty.clone());
        let sum = add.call(&[Some(before.to_vec()), Some(value)], self.env)?;
        Ok(sum.map(|sum| Stored::Atomic(self.stamp.live(sum))))
    }

    pub(super) fn prepend(&self, value: Bound) -> Result<Option<Stored>, Failure> {
        let Bound::Value(value) = value else {
            return Ok(None);
        };
        let members = collection::members(&value);
        let places = list::before(members.len(), self.list_time(), self.env.flavor)?;
        let cells = places.into_iter().zip(members);
        let live = |(place, member): (Vec<u8>, &[u8])| (place, self.stamp.live(member.to_vec()));
        Ok(some(cells.map(live).collect()))
    }

    /// All equal elements of a list, elements of a set, keys of a map.
    pub(super) fn subtract(&self, value: Bound) -> Option<Stored> {
        let Bound::Value(value) = value else {
            return None;
        };
        let members = collection::members(&value);
        let dead = |key: &[u8]| (key.to_vec(), self.stamp.dead());
        if !matches!(self.column.ty, Type::List(_)) {
            return some(members.into_iter().map(dead).collect());
        }
        let now = self.stamp.now;
        let equal = self.elements().into_iter().filter(|(_, cell)| {
            cell.value(now)
                .is_some_and(|value| members.contains(&value))
        });
        some(equal.map(|(place, _)| dead(place)).collect())
    }

    pub(super) fn set_element(&self, key: Bound, value: Bound) -> Result<Option<Stored>, Failure> {
        let Some(place) = self.place(key, "set")? else {
            return Ok(None);
        };
        let cell = match value {
            Bound::Value(value) => self.stamp.live(value),
            Bound::Null => self.stamp.dead(),
            Bound::Unset => return Ok(None),
        };
        Ok(some(vec![(place, cell)]))
    }

    pub(super) fn delete_element(&self, key: Bound) -> Result<Option<Stored>, Failure> {
        let place = self.place(key, "delete")?;
        Ok(place.and_then(|place| some(vec![(place, self.stamp.dead())])))
    }

    pub(super) fn set_field(&self, index: usize, value: Bound) -> Option<Stored> {
        let cell = match value {
            Bound::Value(value) => self.stamp.live(value),
            Bound::Null => self.stamp.dead(),
            Bound::Unset => return None,
        };
        some(vec![(field_key(index), cell)])
    }

    /// DELETE of the whole column.
    pub(super) fn delete(&self) -> Stored {
        match self.column.is_multi_cell() {
            false => Stored::Atomic(self.stamp.dead()),
            true => Stored::Elements(Elements {
                deletion: Some(self.stamp.deletion()),
                ..Elements::default()
            }),
        }
    }

    /// Under which key the element is stored that an operation names; None if it names none.
    fn place(&self, key: Bound, verb: &str) -> Result<Option<Vec<u8>>, Failure> {
        let name = &self.column.name;
        let key = match (key, &self.column.ty) {
            (Bound::Value(key), _) => key,
            (Bound::Unset, _) => return Err(unset(self.env.flavor, name)),
            (Bound::Null, Type::List(_)) => {
                return Err(Failure::invalid("Invalid null value for list index"));
            }
            (Bound::Null, Type::Map(..)) => return Err(Failure::invalid("Invalid null map key")),
            (Bound::Null, _) => return Err(Failure::invalid("Invalid null set element")),
        };
        if !matches!(self.column.ty, Type::List(_)) {
            return Ok(Some(key));
        }
        let elements = self.elements();
        let index = key.as_slice().try_into().map_or(-1, i32::from_be_bytes);
        if elements.is_empty() {
            let what = match verb {
                "set" => "set an element on",
                _ => "delete an element from",
            };
            return Err(Failure::invalid(format!(
                "Attempted to {what} a list which is null"
            )));
        }
        let found = usize::try_from(index).ok().and_then(|i| elements.get(i));
        match found {
            Some((place, _)) => Ok(Some(place.to_vec())),
            None => Err(Failure::invalid(format!(
                "List index {index} out of bound, list has size {}",
                elements.len()
            ))),
        }
    }

    /// By which the places of new list elements are ordered: ScyllaDB takes the write's timestamp, Cassandra the time.
    fn list_time(&self) -> i64 {
        match self.env.flavor {
            Flavor::Scylla => self.stamp.timestamp,
            Flavor::Cassandra => self.env.clock.timestamp(),
        }
    }

    /// The live elements as they were.
    fn elements(&self) -> Vec<(&[u8], &Cell)> {
        let elements = self
            .before
            .map(|row| row.elements(self.column.id, self.stamp.now));
        elements.into_iter().flatten().collect()
    }

    /// The cells of a collection or user-defined type, each under its key.
    fn cells(&self, value: &[u8]) -> Vec<(Vec<u8>, Cell)> {
        let live = |value: &[u8]| self.stamp.live(value.to_vec());
        match &self.column.ty {
            Type::Set(_) => {
                let members = collection::members(value).into_iter();
                members.map(|m| (m.to_vec(), live(&[]))).collect()
            }
            Type::Map(..) => {
                let pairs = collection::pairs(value).into_iter();
                pairs.map(|(k, v)| (k.to_vec(), live(v))).collect()
            }
            Type::User(_) => {
                let fields = collection::fields(value).into_iter().enumerate();
                fields
                    .filter_map(|(index, field)| Some((field_key(index), live(field?))))
                    .collect()
            }
            _ => {
                let members = collection::members(value);
                let places = list::after(members.len(), self.list_time());
                let cells = places.into_iter().zip(members);
                cells.map(|(place, m)| (place, live(m))).collect()
            }
        }
    }
}

fn some(cells: Vec<(Vec<u8>, Cell)>) -> Option<Stored> {
    let elements = Elements {
        deletion: None,
        cells: cells.into_iter().collect(),
    };
    (!elements.cells.is_empty()).then_some(Stored::Elements(elements))
}
