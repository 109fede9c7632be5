//! Whole primary keys, for `Model::get(..)`.

use std::marker::PhantomData;

use crate::cql::{Op, Raw};
use crate::table::{Column, ValueOf};

use super::bind::Bind;

/// The key of a model with one key column: makes it distinct from a tuple.
pub struct One<K>(PhantomData<K>);

/// Values for a whole primary key: a tuple of up to 12 in key order, or the bare value if the key is one column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the primary key of this model",
    label = "give one value per key column, in key order, in a tuple"
)]
pub trait KeyValues<Key> {
    /// Adds a filter by the key.
    #[doc(hidden)]
    fn bind_key(self, raw: &mut Raw);
}

impl<K: Column, B: Bind<ValueOf<K>>> KeyValues<One<K>> for B {
    fn bind_key(self, raw: &mut Raw) {
        raw.bind(K::INDEX, Op::EQ, self, |value, out| value.put(out));
    }
}

macro_rules! keys {
    ($($($k:ident $v:ident $i:tt),+;)+) => { $(
        impl<$($k: Column, $v: Bind<ValueOf<$k>>),+> KeyValues<($($k,)+)> for ($($v,)+) {
            fn bind_key(self, raw: &mut Raw) {
                $(raw.bind($k::INDEX, Op::EQ, self.$i, |value, out| value.put(out));)+
            }
        }
    )+ };
}
keys! {
    K0 A 0, K1 B 1;
    K0 A 0, K1 B 1, K2 C 2;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6, K7 H 7;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6, K7 H 7, K8 I 8;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6, K7 H 7, K8 I 8, K9 J 9;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6, K7 H 7, K8 I 8, K9 J 9, K10 L 10;
    K0 A 0, K1 B 1, K2 C 2, K3 D 3, K4 E 4, K5 F 5, K6 G 6, K7 H 7, K8 I 8, K9 J 9, K10 L 10, K11 N 11;
}
