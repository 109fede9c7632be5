//! Some columns of a model, for `.only(..)`.

use scylla_orm_driver::value::{Cells, Fault, Field};

use crate::cql::{Op, Raw};
use crate::table::{Column, ColumnOf};

use super::Col;

/// Some columns of a model: one, or a tuple of up to 8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not columns of `{M}`",
    label = "use `Model::COLUMN`, several in a tuple of up to 8"
)]
pub trait Columns<M> {
    /// The fields' types: one, or a tuple.
    type Row;

    /// Selects them.
    #[doc(hidden)]
    fn pick(raw: &mut Raw);

    /// Reads them; a fault comes with the place of its column among these.
    #[doc(hidden)]
    fn read(cells: &mut Cells<'_>) -> Result<Self::Row, (u16, Fault)>;
}

impl<M, K: ColumnOf<M>> Columns<M> for Col<K> {
    type Row = <K as Column>::Field;

    fn pick(raw: &mut Raw) {
        raw.shape.clause(K::INDEX, Op::PICK);
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self::Row, (u16, Fault)> {
        K::Field::take(cells).map_err(|fault| (0, fault))
    }
}

macro_rules! tuples {
    ($($($t:ident $i:tt),+;)+) => { $(
        impl<M, $($t: ColumnOf<M>),+> Columns<M> for ($(Col<$t>,)+) {
            type Row = ($($t::Field,)+);
            fn pick(raw: &mut Raw) {
                $(raw.shape.clause($t::INDEX, Op::PICK);)+
            }
            fn read(cells: &mut Cells<'_>) -> Result<Self::Row, (u16, Fault)> {
                Ok(($($t::Field::take(cells).map_err(|fault| ($i, fault))?,)+))
            }
        }
    )+ };
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
