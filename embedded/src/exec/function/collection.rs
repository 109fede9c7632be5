//! Functions of collections: keys and values of maps, and what aggregates are, over members.

use scylla_orm_driver::value::Type;

use crate::exec::function::number::{Number, Total, is_number};
use crate::exec::term::collection::{encode_members, members, pairs};
use crate::failure::Failure;
use crate::flavor::Flavor;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    MapKeys,
    MapValues,
    Count,
    Min,
    Max,
    Sum,
    Avg,
}

impl Collection {
    pub(super) fn of(name: &str) -> Option<Collection> {
        Some(match name {
            "map_keys" => Collection::MapKeys,
            "map_values" => Collection::MapValues,
            "collection_count" => Collection::Count,
            "collection_min" => Collection::Min,
            "collection_max" => Collection::Max,
            "collection_sum" => Collection::Sum,
            "collection_avg" => Collection::Avg,
            _ => return None,
        })
    }

    /// What the server calls the parameter.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Collection::MapKeys | Collection::MapValues => "map",
            Collection::Count => "collection",
            Collection::Min => "set_or_list",
            // So the server calls it for the maximum, too.
            Collection::Max | Collection::Sum | Collection::Avg => "numeric_set_or_list",
        }
    }

    /// What the parameter has to be.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Collection::MapKeys | Collection::MapValues => "a map argument",
            Collection::Count => "a collection argument",
            Collection::Min | Collection::Max => "a set or list argument",
            Collection::Sum | Collection::Avg => "a numeric set/list argument",
        }
    }

    /// The type of the result for a collection of this type; none if it is not what the function takes.
    pub(super) fn result(self, ty: &Type) -> Option<Type> {
        match (self, ty.bare()) {
            (Collection::MapKeys, Type::Map(key, _)) => Some(Type::Set(key.clone())),
            (Collection::MapValues, Type::Map(_, value)) => Some(Type::List(value.clone())),
            (Collection::Count, Type::Map(..) | Type::Set(_) | Type::List(_)) => Some(Type::Int),
            (Collection::Min | Collection::Max, Type::Set(member) | Type::List(member)) => {
                Some(Type::clone(member))
            }
            (Collection::Sum | Collection::Avg, Type::Set(member) | Type::List(member)) => {
                is_number(member).then(|| Type::clone(member))
            }
            _ => None,
        }
    }

    pub(super) fn call(self, ty: &Type, value: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let (Type::Set(member) | Type::List(member)) = ty.bare() else {
            let pairs = pairs(value);
            return Ok(Some(match self {
                Collection::MapKeys => encode_members(&keys(&pairs)),
                Collection::MapValues => {
                    encode_members(&pairs.iter().map(|(_, value)| *value).collect::<Vec<_>>())
                }
                _ => count(pairs.len()),
            }));
        };
        let members = members(value).into_iter();
        Ok(match self {
            Collection::Min => members
                .min_by(|a, b| member.compare(a, b))
                .map(<[u8]>::to_vec),
            Collection::Max => members
                .max_by(|a, b| member.compare(a, b))
                .map(<[u8]>::to_vec),
            Collection::Sum | Collection::Avg => {
                return self.of_numbers(member, members.filter_map(|m| Number::read(m, member)));
            }
            _ => Some(count(members.len())),
        })
    }

    /// Sum or average, as of rows.
    fn of_numbers(
        self,
        ty: &Type,
        numbers: impl Iterator<Item = Number>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut total = Total::default();
        numbers.for_each(|number| total.add(number));
        let result = match self {
            Collection::Avg => total.average(ty, Flavor::Cassandra),
            _ => total.sum(ty),
        };
        result.write(ty).map(Some)
    }
}

fn keys<'v>(pairs: &[(&'v [u8], &'v [u8])]) -> Vec<&'v [u8]> {
    pairs.iter().map(|(key, _)| *key).collect()
}

fn count(members: usize) -> Vec<u8> {
    let count = i32::try_from(members).unwrap_or(i32::MAX);
    count.to_be_bytes().to_vec()
}
