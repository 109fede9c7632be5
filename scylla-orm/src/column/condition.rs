//! Conditions: of `.filter(..)`, and of `.only_if(..)` in a light-weight transaction.

use std::marker::PhantomData;

use scylla_orm_driver::value::Fault;

use crate::cql::{Op, Raw};
use crate::rules::{Indexed, Regular, Restrict, Static};
use crate::table::{Column, ColumnOf, NamedRow, Table};

/// Appends the bytes of a value.
type Put<V> = fn(V, &mut Vec<u8>);

/// One condition: a column, an operator and a value.
///
/// `Op` is for the rules, `op` for the text. The value's encoder was found where the condition was written, so that
/// neither `.filter(..)` nor its errors have to look for it again.
#[must_use = "a condition does nothing until it is given to `.filter(..)`"]
pub struct Cond<K, Operator, V> {
    op: Op,
    value: V,
    put: Put<V>,
    of: PhantomData<fn() -> (K, Operator)>,
}

impl<K, Operator, V> Cond<K, Operator, V> {
    pub(crate) fn new(op: Op, value: V, put: Put<V>) -> Self {
        Cond {
            op,
            value,
            put,
            of: PhantomData,
        }
    }

    /// Both conditions.
    pub fn and<F>(self, other: F) -> And<Self, F> {
        And(self, other)
    }
}

// Not derived: that would ask `Clone` of the column.
impl<K, Operator, V: Clone> Clone for Cond<K, Operator, V> {
    fn clone(&self) -> Self {
        Cond {
            op: self.op,
            value: self.value.clone(),
            put: self.put,
            of: PhantomData,
        }
    }
}

impl<K, Operator, V: Copy> Copy for Cond<K, Operator, V> {}

impl<K: Column, Operator, V: std::fmt::Debug> std::fmt::Debug for Cond<K, Operator, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = K::Model::definition().column(K::INDEX).name;
        write!(f, "{name} {} {:?}", self.op.sign(), self.value)
    }
}

/// Two conditions.
#[derive(Debug, Clone, Copy)]
#[must_use = "a condition does nothing until it is given to `.filter(..)`"]
pub struct And<A, B>(A, B);

impl<A, B> And<A, B> {
    /// These conditions and one more.
    pub fn and<F>(self, other: F) -> And<Self, F> {
        And(self, other)
    }
}

/// Conditions, as far as running goes: one, several joined by `.and(..)`, or a tuple of up to 8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "use `Model::COLUMN.eq(..)` and the like, joined by `.and(..)` or in a tuple of up to 8"
)]
pub trait Conditions<M> {
    /// Adds their clauses and values to a statement.
    #[doc(hidden)]
    fn apply(self, raw: &mut Raw);
}

/// Conditions, as far as the rules go: the state after them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "use `Model::COLUMN.eq(..)` and the like, joined by `.and(..)` or in a tuple of up to 8"
)]
pub trait Filter<M, W>: Conditions<M> {
    /// The next state.
    type Out;
}

impl<M, K: ColumnOf<M>, Operator, V> Conditions<M> for Cond<K, Operator, V> {
    fn apply(self, raw: &mut Raw) {
        raw.bind(K::INDEX, self.op, self.value, self.put);
    }
}

impl<M, W: Restrict<K, Operator>, K: ColumnOf<M>, Operator, V> Filter<M, W>
    for Cond<K, Operator, V>
{
    type Out = W::Out;
}

impl<M, A: Conditions<M>, B: Conditions<M>> Conditions<M> for And<A, B> {
    fn apply(self, raw: &mut Raw) {
        self.0.apply(raw);
        self.1.apply(raw);
    }
}

impl<M, W, A: Filter<M, W>, B: Filter<M, A::Out>> Filter<M, W> for And<A, B> {
    type Out = B::Out;
}

/// The role of a column that a light-weight transaction can have a condition on.
#[diagnostic::on_unimplemented(
    message = "a key column cannot be a condition of `.only_if(..)`",
    label = "the key says which row; it is in `.filter(..)`"
)]
pub trait Conditional {}
impl Conditional for Regular {}
impl Conditional for Indexed {}
impl Conditional for Static {}

/// Conditions of a light-weight transaction: one, several joined by `.and(..)`, or a tuple of up to 8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition of `.only_if(..)`",
    label = "use `Model::COLUMN.eq(..)` and the like, joined by `.and(..)` or in a tuple of up to 8"
)]
pub trait IfCond<M> {
    /// What a row has in the conditions' columns, when they do not hold: the fields' types.
    type Row;

    /// Adds their clauses and values to a statement.
    #[doc(hidden)]
    fn apply(self, raw: &mut Raw);

    /// Reads the columns; a fault comes with the index of its column in the model.
    #[doc(hidden)]
    fn read(row: &NamedRow<'_>) -> Result<Self::Row, (u16, Fault)>;
}

impl<M, K: ColumnOf<M>, Operator, V> IfCond<M> for Cond<K, Operator, V>
where
    K::Kind: Conditional,
{
    type Row = K::Field;

    fn apply(self, raw: &mut Raw) {
        raw.bind(K::INDEX, self.op.conditional(), self.value, self.put);
    }

    fn read(row: &NamedRow<'_>) -> Result<K::Field, (u16, Fault)> {
        let name = K::Model::definition().column(K::INDEX).name;
        row.field(name).map_err(|fault| (K::INDEX.into(), fault))
    }
}

/// A condition that CQL has in light-weight transactions alone: not equal, null, not null.
#[must_use = "a condition does nothing until it is given to `.only_if(..)`"]
pub struct OnlyIf<K, V> {
    op: Op,
    /// None for null, which is written into the text.
    value: Option<(V, Put<V>)>,
    of: PhantomData<fn() -> K>,
}

impl<K, V> OnlyIf<K, V> {
    pub(crate) fn new(op: Op, value: Option<(V, Put<V>)>) -> Self {
        OnlyIf {
            op,
            value,
            of: PhantomData,
        }
    }

    /// Both conditions.
    pub fn and<F>(self, other: F) -> And<Self, F> {
        And(self, other)
    }
}

impl<K: Column, V> std::fmt::Debug for OnlyIf<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = K::Model::definition().column(K::INDEX).name;
        write!(f, "{name} {}", self.op.sign())
    }
}

impl<M, K: ColumnOf<M>, V> IfCond<M> for OnlyIf<K, V>
where
    K::Kind: Conditional,
{
    type Row = K::Field;

    fn apply(self, raw: &mut Raw) {
        match self.value {
            Some((value, put)) => raw.bind(K::INDEX, self.op, value, put),
            None => raw.shape.clause(K::INDEX, self.op),
        }
    }

    fn read(row: &NamedRow<'_>) -> Result<K::Field, (u16, Fault)> {
        let name = K::Model::definition().column(K::INDEX).name;
        row.field(name).map_err(|fault| (K::INDEX.into(), fault))
    }
}

impl<M, A: IfCond<M>, B: IfCond<M>> IfCond<M> for And<A, B> {
    type Row = (A::Row, B::Row);

    fn apply(self, raw: &mut Raw) {
        self.0.apply(raw);
        self.1.apply(raw);
    }

    fn read(row: &NamedRow<'_>) -> Result<Self::Row, (u16, Fault)> {
        Ok((A::read(row)?, B::read(row)?))
    }
}

/// `$state` is what the condition before it left behind.
macro_rules! tuples {
    ($($(($t:ident $i:tt $state:ty)),+;)+) => { $(
        impl<M, $($t: Conditions<M>),+> Conditions<M> for ($($t,)+) {
            fn apply(self, raw: &mut Raw) {
                $(self.$i.apply(raw);)+
            }
        }
        impl<M, W, $($t: Filter<M, $state>),+> Filter<M, W> for ($($t,)+) {
            type Out = tuples!(@last $($t)+);
        }
        impl<M, $($t: IfCond<M>),+> IfCond<M> for ($($t,)+) {
            type Row = ($($t::Row,)+);
            fn apply(self, raw: &mut Raw) {
                $(self.$i.apply(raw);)+
            }
            fn read(row: &NamedRow<'_>) -> Result<Self::Row, (u16, Fault)> {
                Ok(($($t::read(row)?,)+))
            }
        }
    )+ };
    (@last $t:ident) => { $t::Out };
    (@last $t:ident $($rest:ident)+) => { tuples!(@last $($rest)+) };
}
tuples! {
    (A 0 W);
    (A 0 W), (B 1 A::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out), (D 3 C::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out), (D 3 C::Out), (E 4 D::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out), (D 3 C::Out), (E 4 D::Out), (F 5 E::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out), (D 3 C::Out), (E 4 D::Out), (F 5 E::Out), (G 6 F::Out);
    (A 0 W), (B 1 A::Out), (C 2 B::Out), (D 3 C::Out), (E 4 D::Out), (F 5 E::Out), (G 6 F::Out), (H 7 G::Out);
}
