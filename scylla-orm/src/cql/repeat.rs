//! Which statements may be sent again when it is not known whether they were executed.

use scylla_orm_driver::value::Type;

use crate::table::TableDef;

use super::shape::{Op, Shape};

impl Shape {
    /// Whether executing it twice does the same as executing it once. The mapper knows it, so users need not say it.
    ///
    /// A condition may have been made false by the first time; a counter counts twice, and a list takes elements
    /// twice, or at positions that have moved.
    pub fn is_idempotent(&self, table: &TableDef) -> bool {
        !self.is_conditional()
            && self
                .clauses()
                .all(|(column, op)| repeatable(table, column, op))
    }
}

fn repeatable(table: &TableDef, column: u8, op: Op) -> bool {
    match op {
        Op::PREPEND => false,
        Op::ADD | Op::PUT_AT | Op::SUB => {
            let ty = (table.column(column).ty)().thawed();
            !matches!(
                (op, ty),
                (_, Type::Counter) | (Op::ADD | Op::PUT_AT, Type::List(_))
            )
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use scylla_orm_derive::Model;
    use scylla_orm_driver::value::Counter;

    use super::super::raw::Raw;
    use super::super::shape::Verb;
    use crate::column::{Assign, IfCond};
    use crate::model::Model;
    use crate::table::Table;

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Item {
        #[cql(partition_key)]
        id: i32,
        count: i32,
        tags: HashSet<i32>,
        lines: Vec<i32>,
        links: HashMap<i32, i32>,
    }

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Hits {
        #[cql(partition_key)]
        id: i32,
        views: Counter,
    }

    fn check<M: Model>(assignment: impl Assign<M>, expected: bool) {
        let mut raw = Raw::new(Verb::Update);
        assignment.apply(&mut raw);
        assert_eq!(
            raw.shape.is_idempotent(M::definition()),
            expected,
            "{:?}",
            raw.shape
        );
    }

    #[test]
    fn what_may_be_sent_again() {
        check::<Item>((Item::COUNT.set(1), Item::LINES.set([1])), true);
        check::<Item>((Item::TAGS.add([1]), Item::TAGS.remove([2])), true);
        check::<Item>((Item::LINKS.put(1, 2), Item::LINKS.remove([3])), true);
        check::<Item>(Item::LINES.remove([1]), true);
        check::<Item>(Item::LINES.append([1]), false);
        check::<Item>(Item::LINES.prepend([1]), false);
        check::<Item>(Item::LINES.set_at(0, 1), false);
        check::<Hits>(Hits::VIEWS.inc(1), false);
        check::<Hits>(Hits::VIEWS.dec(1), false);
        let mut raw = Raw::new(Verb::Delete);
        assert!(raw.shape.is_idempotent(Item::definition()));
        IfCond::<Item>::apply(Item::COUNT.eq(1), &mut raw);
        assert!(!raw.shape.is_idempotent(Item::definition()));
    }
}
