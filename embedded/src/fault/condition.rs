//! Which requests a fault is about.

use std::fmt;
use std::sync::Arc;

use scylla_orm_driver::frame::Opcode;

/// Which requests a fault is about: those that meet everything that was said. Ends with what happens to them, which makes
/// it a [`Fault`](crate::Fault).
#[derive(Clone)]
#[must_use = "say what happens: `.delay(..)`, `.error(..)`, `.cut_rst()`"]
pub struct Condition {
    nodes: Vec<usize>,
    shards: Vec<u16>,
    opcodes: Vec<Opcode>,
    statements: Vec<Text>,
    values: Vec<Arc<Values>>,
    keyspace: Option<Box<str>>,
    table: Option<Box<str>>,
    probability: f64,
    pub(super) seed: u64,
    /// Those before it are let off.
    pub(super) from: u64,
    pub(super) count: u64,
}

/// What is asked of a statement's text.
#[derive(Clone)]
enum Text {
    Contains(Box<str>),
    Holds(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

/// What is asked of the values that are bound in a statement.
type Values = dyn Fn(&[Option<&[u8]>]) -> bool + Send + Sync;

/// A request, as far as a condition asks about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) node: usize,
    pub(crate) shard: u16,
    pub(crate) opcode: Opcode,
    pub(crate) statements: &'a [Said],
}

/// A statement of a request.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: Arc<str>,
    /// As they came: null and unset are `None`.
    pub(crate) values: Vec<Option<Box<[u8]>>>,
    /// Keyspace and table, if it is about one.
    pub(crate) table: Option<(Box<str>, Box<str>)>,
}

impl Default for Condition {
    fn default() -> Condition {
        Condition {
            nodes: Vec::new(),
            shards: Vec::new(),
            opcodes: Vec::new(),
            statements: Vec::new(),
            values: Vec::new(),
            keyspace: None,
            table: None,
            probability: 1.0,
            seed: 1,
            from: 0,
            count: u64::MAX,
        }
    }
}

impl Condition {
    /// Requests to this node, counted from 0 in the order of the contact points; said again: to that one, too.
    pub fn node(mut self, node: usize) -> Self {
        self.nodes.push(node);
        self
    }

    /// Requests on connections to this shard, of whichever node; said again: on those to that one, too.
    pub fn shard(mut self, shard: u16) -> Self {
        self.shards.push(shard);
        self
    }

    /// Requests of this kind; said again: of that one, too.
    pub fn opcode(mut self, opcode: Opcode) -> Self {
        self.opcodes.push(opcode);
        self
    }

    /// Requests with a statement whose text contains this, letter by letter: QUERY, PREPARE, EXECUTE by the text that was
    /// prepared, BATCH if one of its statements does. Said again: it contains both.
    pub fn statement(mut self, text: &str) -> Self {
        self.statements.push(Text::Contains(text.into()));
        self
    }

    /// As [`statement`](Condition::statement), for a text of which `holds` is true.
    pub fn statement_where(mut self, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.statements.push(Text::Holds(Arc::new(holds)));
        self
    }

    /// Requests with a statement whose values, in the order of its markers, are such that `holds` is true; null and unset
    /// are `None`. A statement that binds none is asked about, too, with an empty list.
    ///
    /// ```
    /// # use scylla_orm_embedded::Fault;
    /// // Each connection that asks for customer 7 ends.
    /// let seven = 7_i32.to_be_bytes();
    /// Fault::on()
    ///     .statement("FROM shop.customers")
    ///     .values_where(move |values| values.first() == Some(&Some(&seven)))
    ///     .cut_rst();
    /// ```
    pub fn values_where(
        mut self,
        holds: impl Fn(&[Option<&[u8]>]) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.values.push(Arc::new(holds));
        self
    }

    /// Requests with a statement that reads or writes a table of this keyspace.
    pub fn keyspace(mut self, keyspace: &str) -> Self {
        self.keyspace = Some(keyspace.into());
        self
    }

    /// Requests with a statement that reads or writes a table of this name.
    pub fn table(mut self, table: &str) -> Self {
        self.table = Some(table.into());
        self
    }

    /// Each request that meets the rest, with this probability: 0 is never, 1 always. Drawn by the [seed](Condition::seed).
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// What random choices of this fault begin with: the same seed, the same choices. 1 if not said.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Only the `nth` request that meets the rest, counted from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        (self.from, self.count) = (nth.saturating_sub(1), 1);
        self
    }

    /// Only the first `count` requests that meet the rest.
    pub fn first(mut self, count: u64) -> Self {
        (self.from, self.count) = (0, count);
        self
    }

    /// How likely a request that meets the rest is concerned; `None` if it does not meet it.
    pub(super) fn judge(&self, subject: &Subject<'_>) -> Option<f64> {
        let met = self.is_place(subject.node, subject.shard)
            && allows(&self.opcodes, &subject.opcode)
            && (!self.asks_for_statement()
                || subject.statements.iter().any(|said| self.fits(said)));
        met.then_some(self.probability)
    }

    /// The same for a connection that is to be accepted.
    pub(super) fn judge_place(&self, node: usize, shard: u16) -> Option<f64> {
        self.is_place(node, shard).then_some(self.probability)
    }

    /// The nodes of which every request meets it; none if more is asked of requests than their node.
    pub(super) fn whole_nodes(&self) -> &[usize] {
        let always = self.probability >= 1.0 && (self.from, self.count) == (0, u64::MAX);
        let everything = self.shards.is_empty() && self.opcodes.is_empty();
        match always && everything && !self.asks_for_statement() {
            true => &self.nodes,
            false => &[],
        }
    }

    fn is_place(&self, node: usize, shard: u16) -> bool {
        allows(&self.nodes, &node) && allows(&self.shards, &shard)
    }

    fn asks_for_statement(&self) -> bool {
        !self.statements.is_empty()
            || !self.values.is_empty()
            || self.keyspace.is_some()
            || self.table.is_some()
    }

    fn fits(&self, said: &Said) -> bool {
        let (keyspace, table) = match &said.table {
            Some((keyspace, table)) => (Some(keyspace), Some(table)),
            None => (None, None),
        };
        let is = |wanted: &Option<Box<str>>, found| wanted.is_none() || wanted.as_ref() == found;
        is(&self.keyspace, keyspace)
            && is(&self.table, table)
            && self.statements.iter().all(|text| match text {
                Text::Contains(part) => said.text.contains(&**part),
                Text::Holds(holds) => holds(&said.text),
            })
            && self.fits_values(&said.values)
    }

    fn fits_values(&self, values: &[Option<Box<[u8]>>]) -> bool {
        if self.values.is_empty() {
            return true;
        }
        let values: Vec<_> = values.iter().map(Option::as_deref).collect();
        self.values.iter().all(|holds| holds(&values))
    }
}

/// An empty list allows all.
fn allows<T: PartialEq>(list: &[T], item: &T) -> bool {
    list.is_empty() || list.contains(item)
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.statements.iter().map(|text| match text {
            Text::Contains(part) => part,
            Text::Holds(_) => "(a predicate)",
        });
        f.debug_struct("Condition")
            .field("nodes", &self.nodes)
            .field("shards", &self.shards)
            .field("opcodes", &self.opcodes)
            .field("statements", &texts.collect::<Vec<_>>())
            .field("values", &self.values.len())
            .field("keyspace", &self.keyspace)
            .field("table", &self.table)
            .field("probability", &self.probability)
            .field("from", &self.from)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(condition: Condition, expected: bool) {
        let said = |text: &str, table: Option<(&str, &str)>| Said {
            text: text.into(),
            values: vec![Some(text.as_bytes().into()), None],
            table: table.map(|(keyspace, table)| (keyspace.into(), table.into())),
        };
        let statements = [
            said(
                "INSERT INTO shop.items (id) VALUES (?)",
                Some(("shop", "items")),
            ),
            said(
                "DELETE FROM shop.carts WHERE id = ?",
                Some(("shop", "carts")),
            ),
        ];
        let subject = Subject {
            node: 1,
            shard: 3,
            opcode: Opcode::Batch,
            statements: &statements,
        };
        assert_eq!(
            condition.judge(&subject).is_some(),
            expected,
            "{condition:?}"
        );
    }

    #[test]
    fn everything_that_was_said_must_be_met() {
        let on = Condition::default;
        check(on(), true);
        check(on().node(1).shard(3).opcode(Opcode::Batch), true);
        check(on().node(0), false);
        check(on().node(0).node(1), true);
        check(on().node(1).shard(2), false);
        check(on().opcode(Opcode::Query).opcode(Opcode::Batch), true);
        check(on().opcode(Opcode::Query), false);
        check(on().statement("INTO shop.items"), true);
        check(on().statement("shop.carts").statement("DELETE"), true);
        // Of one and the same statement.
        check(on().statement("shop.carts").statement("INSERT"), false);
        check(on().statement_where(|cql| cql.starts_with("DELETE")), true);
        check(on().statement_where(|cql| cql.starts_with("SELECT")), false);
        check(on().keyspace("shop").table("carts"), true);
        check(on().table("carts").statement("INSERT"), false);
        check(on().keyspace("other"), false);
        let begins_with = |first: &'static [u8]| {
            on().values_where(move |values| {
                values.len() == 2 && values[0].is_some_and(|value| value.starts_with(first))
            })
        };
        check(begins_with(b"DELETE"), true);
        check(begins_with(b"SELECT"), false);
        check(begins_with(b"DELETE").table("items"), false);
    }
}
