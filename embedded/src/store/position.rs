//! Places in a partition: where rows stand, and where ranges of rows begin and end.

use std::cmp::Ordering;
use std::sync::Arc;

use scylla_orm_driver::value::Type;

use crate::catalog::table::Table;

/// How the rows of a table's partitions are ordered: type and direction of each clustering column.
#[derive(Debug, Clone)]
pub(crate) struct Order(Arc<[(Type, bool)]>);

/// A place among the rows of a partition.
///
/// A row stands [`At`](Edge::At) all its clustering values. A range begins and ends before or after what has
/// certain values, all of them or the first few: a prefix includes every row that begins with it.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    order: Order,
    values: Vec<Vec<u8>>,
    edge: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edge {
    Before,
    At,
    After,
}

/// The rows between two places.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl FromIterator<(Type, bool)> for Order {
    fn from_iter<I: IntoIterator<Item = (Type, bool)>>(columns: I) -> Order {
        Order(columns.into_iter().collect())
    }
}

impl Order {
    pub(crate) fn of(table: &Table) -> Order {
        let columns = table.clustering_key().iter();
        columns.map(|c| (c.ty.clone(), c.descending)).collect()
    }

    /// Compares two values of the clustering column at `index`, in the order of rows.
    fn compare(&self, index: usize, a: &[u8], b: &[u8]) -> Ordering {
        match self.0.get(index) {
            Some((ty, false)) => ty.compare(a, b),
            Some((ty, true)) => ty.compare(b, a),
            None => a.cmp(b),
        }
    }

    /// Where the row with these values stands.
    pub(crate) fn row(&self, values: Vec<Vec<u8>>) -> Position {
        self.position(values, Edge::At)
    }

    pub(crate) fn position(&self, values: Vec<Vec<u8>>, edge: Edge) -> Position {
        Position {
            order: self.clone(),
            values,
            edge,
        }
    }

    /// All rows that begin with these values.
    pub(crate) fn prefix(&self, values: Vec<Vec<u8>>) -> Range {
        Range {
            start: self.position(values.clone(), Edge::Before),
            end: self.position(values, Edge::After),
        }
    }
}

impl Position {
    /// Where the row with these values stands, which are all that it has.
    pub(crate) fn row(&self) -> Position {
        Position {
            edge: Edge::At,
            ..self.clone()
        }
    }

    pub(crate) fn edge(&self) -> Edge {
        self.edge
    }

    pub(crate) fn values(&self) -> &[Vec<u8>] {
        &self.values
    }
}

impl Range {
    pub(crate) fn holds(&self, position: &Position) -> bool {
        &self.start <= position && position <= &self.end
    }

    pub(crate) fn covers(&self, other: &Range) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Position) -> Ordering {
        let values = self.values.iter().zip(&other.values).enumerate();
        for (index, (a, b)) in values {
            let ordering = self.order.compare(index, a, b);
            if ordering.is_ne() {
                return ordering;
            }
        }
        // One is a prefix of the other: the edge of the shorter one says on which side of the longer it lies.
        let side = |edge| match edge {
            Edge::After => Ordering::Greater,
            Edge::Before | Edge::At => Ordering::Less,
        };
        match self.values.len().cmp(&other.values.len()) {
            Ordering::Equal => self.edge.cmp(&other.edge),
            Ordering::Less => side(self.edge),
            Ordering::Greater => side(other.edge).reverse(),
        }
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Position) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Position {
    fn eq(&self, other: &Position) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Position {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of (a ASC, b DESC) as two small numbers.
    fn order() -> Order {
        Order::from_iter([(Type::Int, false), (Type::Int, true)])
    }

    fn at(values: &[i32], edge: Edge) -> Position {
        let values = values.iter().map(|v| v.to_be_bytes().to_vec()).collect();
        order().position(values, edge)
    }

    #[test]
    fn stand_in_clustering_order() {
        let sorted = [
            at(&[], Edge::Before),
            at(&[-1], Edge::Before),
            at(&[-1, 5], Edge::At),
            at(&[-1], Edge::After),
            at(&[1], Edge::Before),
            at(&[1, 9], Edge::At),
            at(&[1, 2], Edge::Before),
            at(&[1, 2], Edge::At),
            at(&[1, 2], Edge::After),
            at(&[1], Edge::After),
            at(&[], Edge::After),
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} against {b:?}");
            }
        }
    }

    #[test]
    fn a_prefix_holds_what_begins_with_it() {
        let prefix = order().prefix(vec![1i32.to_be_bytes().to_vec()]);
        assert!(prefix.holds(&at(&[1, 2], Edge::At)));
        assert!(!prefix.holds(&at(&[2, 2], Edge::At)));
        assert!(order().prefix(Vec::new()).covers(&prefix));
        assert!(!prefix.covers(&order().prefix(Vec::new())));
        assert!(!prefix.is_empty());
    }
}
