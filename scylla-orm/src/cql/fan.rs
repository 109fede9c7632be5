//! One request per partition: a filter by `IN` on the partition key becomes several statements with `=`.
//!
//! A server could not be asked for several partitions at once without doing the same work itself, on a node that
//! owns none of them.

use std::ops::Range;

use scylla_orm_driver::value::Cells;
use scylla_orm_driver::wire;

use crate::table::TableDef;

use super::raw::Raw;
use super::shape::{Flag, Op, Shape};

/// The statements, one per partition: every combination of the values given, each once, in the order in which they
/// were given, the last key column varying fastest, whatever the order of the filters.
#[derive(Debug)]
pub(crate) struct Fan {
    raw: Raw,
    /// What stands in place of each `IN` on the partition key.
    places: Vec<Place>,
    length: usize,
}

#[derive(Debug)]
struct Place {
    /// Where its `[value]` is among the values of `raw`.
    at: Range<usize>,
    /// Its elements, each once, without their lengths.
    keys: Vec<Box<[u8]>>,
    /// How many statements follow each other before its key changes.
    stride: usize,
}

impl Raw {
    /// The statements that this one must be sent as, if it filters the partition key by `IN`; `None` if it is sent
    /// as it is. Ask before [`finish`](Raw::finish), since each statement is finished by itself.
    pub(crate) fn fan(&self, table: &TableDef) -> Option<Fan> {
        if !self.shape.has(Flag::SEVERAL) {
            return None;
        }
        let apart = |column: u8, op: Op| op == Op::IN && table.is_partition(column);
        if !self.shape.clauses().any(|(column, op)| apart(column, op)) {
            return None;
        }
        let (mut places, mut columns) = (Vec::new(), Vec::new());
        let mut shape = Shape::new(self.shape.verb());
        for flag in Flag::KEPT {
            if self.shape.has(flag) {
                shape.flag(flag);
            }
        }
        let mut values = Cells::new(&self.values);
        skip(&mut values, self.before_clauses());
        for (column, op) in self.shape.clauses_of_values() {
            let start = self.values.len() - values.rest().len();
            if apart(column, op) {
                let list = values.next().ok().flatten().unwrap_or_default();
                let end = self.values.len() - values.rest().len();
                places.push(Place {
                    at: start..end,
                    keys: elements(list),
                    stride: 1,
                });
                columns.push(column);
                shape.clause(column, Op::EQ);
            } else {
                skip(&mut values, op.markers());
                shape.clause(column, op);
            }
        }
        // A PICK has no value.
        for (column, op) in self.shape.clauses().filter(|(_, op)| *op == Op::PICK) {
            shape.clause(column, op);
        }
        let mut length = 1_usize;
        for column in table.partition_key().iter().rev() {
            let place = columns.iter().position(|filtered| filtered == column);
            if let Some(place) = place.and_then(|at| places.get_mut(at)) {
                place.stride = length;
                length = length.saturating_mul(place.keys.len());
            }
        }
        let raw = Raw {
            shape,
            values: self.values.clone(),
            limit: self.limit,
        };
        Some(Fan {
            raw,
            places,
            length,
        })
    }

    /// Values that stand before those of the clauses.
    fn before_clauses(&self) -> usize {
        [Flag::TTL, Flag::TIMESTAMP]
            .iter()
            .filter(|flag| self.shape.has(**flag))
            .count()
    }
}

impl Fan {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// One of them.
    pub(crate) fn statement(&self, number: usize) -> Option<Raw> {
        if number >= self.length {
            return None;
        }
        let mut values = Vec::with_capacity(self.raw.values.len());
        let mut from = 0;
        for place in &self.places {
            let key = number / place.stride % place.keys.len();
            values.extend_from_slice(
                self.raw
                    .values
                    .get(from..place.at.start)
                    .unwrap_or_default(),
            );
            wire::put_sized(&mut values, |out| {
                out.extend_from_slice(place.keys.get(key).map_or(&[], |key| key))
            });
            from = place.at.end;
        }
        values.extend_from_slice(self.raw.values.get(from..).unwrap_or_default());
        Some(Raw {
            shape: self.raw.shape.clone(),
            values,
            limit: self.raw.limit,
        })
    }
}

fn skip(values: &mut Cells<'_>, count: usize) {
    for _ in 0..count {
        // Our own encoding, so that no cell is cut short.
        let _ = values.next();
    }
}

/// The elements of an encoded list, each once.
fn elements(list: &[u8]) -> Vec<Box<[u8]>> {
    let mut keys: Vec<Box<[u8]>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    // Behind the number of elements they stand as cells do.
    let mut cells = Cells::new(list.get(4..).unwrap_or_default());
    while let Ok(Some(key)) = cells.next() {
        if seen.insert(key) {
            keys.push(key.into());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::super::shape::Verb;
    use super::*;
    use crate::column::Columns;
    use crate::model::Model;
    use crate::table::Table;
    use scylla_orm_derive::Model;

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Reading {
        #[cql(partition_key)]
        station: i32,
        #[cql(partition_key)]
        year: i32,
        #[cql(clustering_key)]
        day: i32,
        value: i32,
    }

    /// `expected`: the text, and the values of each statement.
    fn check(raw: &Raw, expected: &str, values: &[&[u8]]) {
        let table = Reading::definition();
        let fan = raw.fan(table).expect("it filters the partition key by IN");
        assert_eq!(fan.len(), values.len());
        let statements: Vec<Raw> = (0..fan.len()).filter_map(|n| fan.statement(n)).collect();
        for (raw, values) in statements.iter().zip(values) {
            assert_eq!(raw.shape.text(table, table.keyspace), expected);
            let cells: Vec<u8> = values
                .iter()
                .flat_map(|value| [0, 0, 0, 4, 0, 0, 0, *value])
                .collect();
            assert_eq!(raw.values, cells);
        }
    }

    fn raw<F: crate::column::Conditions<Reading>>(verb: Verb, conditions: F) -> Raw {
        let mut raw = Raw::new(verb);
        conditions.apply(&mut raw);
        raw
    }

    fn picked<C: Columns<Reading>>(_: C, raw: &mut Raw) {
        C::pick(raw);
    }

    #[test]
    fn each_key_is_a_statement_of_its_own() {
        let filters = (Reading::STATION.is_in([1, 2, 1]), Reading::YEAR.eq(7));
        check(
            &raw(Verb::Select, filters),
            "SELECT station, year, day, value FROM ks.reading WHERE station = ? AND year = ?",
            &[&[1, 7], &[2, 7]],
        );
        let filters = (
            Reading::YEAR.is_in([7, 8]),
            Reading::DAY.gt(9),
            Reading::STATION.is_in([1, 2]),
        );
        check(
            &raw(Verb::Select, filters),
            "SELECT station, year, day, value FROM ks.reading WHERE year = ? AND day > ? AND station = ?",
            &[&[7, 9, 1], &[8, 9, 1], &[7, 9, 2], &[8, 9, 2]],
        );
        let none: [i32; 0] = [];
        check(
            &raw(
                Verb::Select,
                (Reading::STATION.is_in(none), Reading::YEAR.eq(7)),
            ),
            "",
            &[],
        );
    }

    #[test]
    fn what_stands_around_the_keys_stays() {
        let mut update = raw(
            Verb::Update,
            (
                Reading::STATION.is_in([1, 2]),
                Reading::YEAR.eq(7),
                Reading::DAY.eq(8),
            ),
        );
        let filters = update.values.len();
        crate::column::Assign::<Reading>::apply(Reading::VALUE.set(9), &mut update);
        update.values.rotate_left(filters);
        check(
            &update,
            "UPDATE ks.reading SET value = ? WHERE station = ? AND year = ? AND day = ?",
            &[&[9, 1, 7, 8], &[9, 2, 7, 8]],
        );
        let mut some = raw(
            Verb::Select,
            (Reading::STATION.is_in([1]), Reading::YEAR.eq(7)),
        );
        picked(Reading::VALUE, &mut some);
        some.set_limit(3);
        check(
            &some,
            "SELECT value FROM ks.reading WHERE station = ? AND year = ? LIMIT ?",
            &[&[1, 7]],
        );
    }

    #[test]
    fn other_statements_are_sent_as_they_are() {
        let table = Reading::definition();
        let key = (Reading::STATION.eq(1), Reading::YEAR.eq(7));
        assert!(raw(Verb::Select, key).fan(table).is_none());
        let days = (
            Reading::STATION.eq(1),
            Reading::YEAR.eq(7),
            Reading::DAY.is_in([1]),
        );
        assert!(raw(Verb::Select, days).fan(table).is_none());
        drop(Reading::objects());
    }
}
