//! Verb, flags and clauses of a statement, packed into 128 bits.
//!
//! From the low end: verb (4 bits), flags (16), then up to nine clauses of 12 bits, a column (7) and an operator (5)
//! each. What does not fit, and columns from 128 on, spill into a list. No operator is 0, so no clause is: their
//! number need not be in the key.
//!
//! The order of the filters is part of the shape: two orders are two statements. That is harmless, and sorting would
//! have to move encoded values.

/// The first bit above the verb and the flags.
const CLAUSES: u32 = 20;

/// Clauses that fit into the key.
const INLINE: u8 = 9;

/// The shape of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Bytes, because a `u128` would be aligned to 16 and make every query larger.
    key: [u8; 16],
    inline: u8,
    spill: Option<Box<Spill>>,
}

/// A box of its own keeps `Shape` small: it is in every future.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Spill(Vec<u16>);

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `SELECT` of columns.
    Select = 1,
    /// `SELECT count(*)`.
    Count = 2,
    /// `INSERT` of all columns.
    Insert = 3,
    /// `UPDATE`.
    Update = 4,
    /// `DELETE` of rows.
    Delete = 5,
}

/// A flag of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(u128);

impl Flag {
    /// `LIMIT ?`.
    pub const LIMIT: Flag = Flag(1 << 4);
    /// `ALLOW FILTERING`.
    pub const FILTERING: Flag = Flag(1 << 5);
    /// `ORDER BY`.
    pub const ORDERED: Flag = Flag(1 << 6);
    /// The order is against the declared one.
    pub const REVERSED: Flag = Flag(1 << 7);
    /// Every row is meant. Not in the text.
    pub const SCAN: Flag = Flag(1 << 8);
    /// `USING TTL ?`.
    pub const TTL: Flag = Flag(1 << 9);
    /// `USING TIMESTAMP ?`.
    pub const TIMESTAMP: Flag = Flag(1 << 10);
    /// `IF EXISTS`.
    pub const IF_EXISTS: Flag = Flag(1 << 11);
    /// `IF NOT EXISTS`.
    pub const IF_NOT_EXISTS: Flag = Flag(1 << 12);
    /// Made at run time: the number of such shapes is not bounded by the code. Not in the text.
    pub const DYNAMIC: Flag = Flag(1 << 13);
    /// Some filter is an `IN`, so that it may have to be sent as several requests.
    pub const SEVERAL: Flag = Flag(1 << 14);
    /// An update of all columns outside the key, in the row of the whole key: it needs no clauses.
    pub const WHOLE: Flag = Flag(1 << 15);
    /// All but [`SEVERAL`](Flag::SEVERAL), which follows from the clauses.
    pub(crate) const KEPT: [Flag; 11] = [
        Flag::LIMIT,
        Flag::FILTERING,
        Flag::ORDERED,
        Flag::REVERSED,
        Flag::SCAN,
        Flag::TTL,
        Flag::TIMESTAMP,
        Flag::IF_EXISTS,
        Flag::IF_NOT_EXISTS,
        Flag::DYNAMIC,
        Flag::WHOLE,
    ];
}

/// The operator of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Op(u8);

impl Op {
    /// `c = ?`
    pub const EQ: Op = Op(1);
    /// `c IN ?`
    pub const IN: Op = Op(2);
    /// `c > ?`
    pub const GT: Op = Op(3);
    /// `c >= ?`
    pub const GE: Op = Op(4);
    /// `c < ?`
    pub const LT: Op = Op(5);
    /// `c <= ?`
    pub const LE: Op = Op(6);
    /// `c CONTAINS ?`
    pub const CONTAINS: Op = Op(7);
    /// `c CONTAINS KEY ?`
    pub const CONTAINS_KEY: Op = Op(8);
    /// `c LIKE ?`
    pub const LIKE: Op = Op(9);
    /// `SET c = ?`
    pub const SET: Op = Op(10);
    /// `SET c = c + ?`
    pub const ADD: Op = Op(11);
    /// `SET c = c - ?`
    pub const SUB: Op = Op(12);
    /// `SET c = ? + c`
    pub const PREPEND: Op = Op(13);
    /// `SET c[?] = ?`
    pub const PUT_AT: Op = Op(14);
    /// `SELECT c`: the column is selected, instead of all.
    pub const PICK: Op = Op(15);
    /// Added to a comparison: it stands in IF, not in WHERE.
    const IF: u8 = 15;
    /// `IF c != ?`. There is none in WHERE.
    pub const IF_NE: Op = Op(25);
    /// `IF c = null`. In WHERE null is compared with nothing.
    pub const IF_NULL: Op = Op(26);
    /// `IF c != null`.
    pub const IF_NOT_NULL: Op = Op(27);

    /// The same comparison in IF.
    #[must_use]
    pub fn conditional(self) -> Op {
        Op(self.0 + Op::IF)
    }

    /// The same comparison in WHERE, if it is one in IF that is there, too.
    pub(crate) fn plain(self) -> Op {
        match self {
            Op::IF_NE | Op::IF_NULL | Op::IF_NOT_NULL => self,
            _ if self.is_condition() => Op(self.0 - Op::IF),
            _ => self,
        }
    }

    /// A comparison in WHERE.
    pub fn is_filter(self) -> bool {
        self.0 <= Op::LIKE.0
    }

    /// A comparison in IF.
    pub fn is_condition(self) -> bool {
        self.0 > Op::IF
    }

    /// A part of SET.
    pub fn is_assignment(self) -> bool {
        (Op::SET.0..=Op::PUT_AT.0).contains(&self.0)
    }

    /// How a comparison is written.
    pub(crate) fn sign(self) -> &'static str {
        match self.plain() {
            Op::EQ => "=",
            Op::IN => "IN",
            Op::GT => ">",
            Op::GE => ">=",
            Op::LT => "<",
            Op::LE => "<=",
            Op::CONTAINS => "CONTAINS",
            Op::CONTAINS_KEY => "CONTAINS KEY",
            Op::IF_NE => "!=",
            Op::IF_NULL => "= null",
            Op::IF_NOT_NULL => "!= null",
            _ => "LIKE",
        }
    }

    /// How many bind markers it has.
    pub(crate) fn markers(self) -> usize {
        match self {
            Op::PICK | Op::IF_NULL | Op::IF_NOT_NULL => 0,
            Op::PUT_AT => 2,
            _ => 1,
        }
    }
}

impl Shape {
    /// A verb without clauses.
    pub fn new(verb: Verb) -> Self {
        Shape {
            key: (verb as u128).to_le_bytes(),
            inline: 0,
            spill: None,
        }
    }

    /// The whole shape, unless it [spills](Shape::is_inline).
    #[inline]
    pub fn key(&self) -> u128 {
        u128::from_le_bytes(self.key)
    }

    /// Whether [`key`](Shape::key) says everything.
    #[inline]
    pub fn is_inline(&self) -> bool {
        self.spill.is_none()
    }

    /// What [`key`](Shape::key) does not say.
    #[inline]
    pub(crate) fn spilled(&self) -> &[u16] {
        self.spill.as_ref().map_or(&[], |spill| &spill.0)
    }

    /// Adds a clause.
    #[inline]
    pub fn clause(&mut self, column: u8, op: Op) {
        let code = u16::from(column) << 5 | u16::from(op.0);
        if op == Op::IN {
            self.flag(Flag::SEVERAL);
        }
        if self.inline < INLINE && column < 128 && self.is_inline() {
            self.set(u128::from(code) << (CLAUSES + 12 * u32::from(self.inline)));
            self.inline += 1;
        } else {
            self.spill(code);
        }
    }

    #[cold]
    fn spill(&mut self, code: u16) {
        self.spill.get_or_insert_default().0.push(code);
    }

    #[inline]
    fn set(&mut self, bits: u128) {
        self.key = (self.key() | bits).to_le_bytes();
    }

    /// Sets a flag.
    #[inline]
    pub fn flag(&mut self, flag: Flag) {
        self.set(flag.0);
    }

    /// Whether a flag is set.
    #[inline]
    pub fn has(&self, flag: Flag) -> bool {
        self.key() & flag.0 != 0
    }

    /// The same without a flag.
    #[must_use]
    pub fn without(mut self, flag: Flag) -> Shape {
        self.key = (self.key() & !flag.0).to_le_bytes();
        self
    }

    /// What the statement does.
    pub fn verb(&self) -> Verb {
        match self.key() & 15 {
            1 => Verb::Select,
            2 => Verb::Count,
            3 => Verb::Insert,
            4 => Verb::Update,
            _ => Verb::Delete,
        }
    }

    /// The same clauses under another verb.
    pub fn set_verb(&mut self, verb: Verb) {
        self.key = (self.key() & !15 | verb as u128).to_le_bytes();
    }

    /// Whether it is a light-weight transaction.
    pub fn is_conditional(&self) -> bool {
        self.has(Flag::IF_EXISTS)
            || self.has(Flag::IF_NOT_EXISTS)
            || self.clauses().any(|(_, op)| op.is_condition())
    }

    /// The clauses in the order in which their values stand: that of the text.
    pub(crate) fn clauses_of_values(&self) -> impl Iterator<Item = (u8, Op)> + '_ {
        let class = |which: fn(Op) -> bool| self.clauses().filter(move |(_, op)| which(*op));
        class(Op::is_assignment)
            .chain(class(Op::is_filter))
            .chain(class(Op::is_condition))
    }

    /// The clauses, in the order in which they were added.
    pub fn clauses(&self) -> impl Iterator<Item = (u8, Op)> + '_ {
        let inline = (0..u32::from(self.inline)).map(|i| {
            let bits = (self.key() >> (CLAUSES + 12 * i)).to_le_bytes();
            u16::from_le_bytes([bits[0], bits[1]]) & 0xfff
        });
        inline.chain(self.spilled().iter().copied()).map(|code| {
            let [low, _] = code.to_le_bytes();
            let [column, _] = (code >> 5).to_le_bytes();
            (column, Op(low & 31))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_come_back_in_order_wherever_they_are_kept() {
        let mut shape = Shape::new(Verb::Update);
        let clauses: Vec<_> = (0..12)
            .map(|i| {
                (
                    i * 20,
                    if i % 2 == 0 {
                        Op::EQ
                    } else {
                        Op::LIKE.conditional()
                    },
                )
            })
            .collect();
        for &(column, op) in &clauses {
            shape.clause(column, op);
        }
        assert_eq!(shape.clauses().collect::<Vec<_>>(), clauses);
        assert_eq!(shape.verb(), Verb::Update);
        assert!(!shape.is_inline());
        assert!(shape.is_conditional());
    }

    #[test]
    fn flags_and_verbs_do_not_touch_each_other() {
        let mut shape = Shape::new(Verb::Select);
        shape.flag(Flag::LIMIT);
        shape.clause(127, Op::EQ);
        shape.set_verb(Verb::Delete);
        assert_eq!(shape.verb(), Verb::Delete);
        assert!(shape.has(Flag::LIMIT) && !shape.has(Flag::SEVERAL));
        let without = shape.clone().without(Flag::LIMIT);
        assert!(!without.has(Flag::LIMIT));
        assert_eq!(without.clauses().collect::<Vec<_>>(), [(127, Op::EQ)]);
    }

    #[test]
    fn a_shape_is_small() {
        assert_eq!(size_of::<Shape>(), 32);
    }
}
