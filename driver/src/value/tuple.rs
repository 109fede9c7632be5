//! Tuples: their members as `[bytes]`, one behind the other. Rows are read from and sent as tuples too.

use std::cmp::Ordering;
use std::sync::Arc;

use super::decode::present;
use super::row::{column_type, take_column};
use super::ty::members;
use super::{
    Cells, Column, CqlType, Fault, Field, FromCql, FromRow, Mismatch, ToCql, ToRow, Type, Wrote,
};

/// The next member; members that the sender's version of the type did not have are null.
#[inline]
pub(super) fn member<'f, T: FromCql<'f>>(cells: &mut Cells<'f>) -> Result<T, Fault> {
    if cells.rest().is_empty() {
        T::decode(None)
    } else {
        T::take(cells)
    }
}

/// The same, of a member of type `ty`.
#[inline]
pub(super) fn member_as<'f, T: FromCql<'f>>(ty: &Type, cells: &mut Cells<'f>) -> Result<T, Fault> {
    if cells.rest().is_empty() {
        T::decode_as(ty, None)
    } else {
        T::take_as(ty, cells)
    }
}

pub(super) fn counted(columns: &[Column], values: usize) -> Result<(), Mismatch> {
    if columns.len() == values {
        Ok(())
    } else {
        Err(Mismatch::Count {
            columns: columns.len(),
            values,
        })
    }
}

pub(super) fn judge<T>(good: bool, index: usize, column: &Column) -> Result<(), Mismatch> {
    if good {
        Ok(())
    } else {
        Err(Mismatch::of::<T>(index, column))
    }
}

macro_rules! tuple {
    ($count:literal: $($T:ident $i:tt),+) => {
        impl<$($T: ToCql),+> ToCql for ($($T,)+) {
            fn fits(&self, ty: &Type) -> bool {
                match ty.bare() {
                    Type::Tuple(types) if types.len() == $count => {
                        let mut types = types.iter();
                        $(types.next().is_some_and(|ty| self.$i.fits(ty)))&&+
                    }
                    _ => false,
                }
            }

            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                $(self.$i.write_value(out);)+
                Wrote::Value
            }

            fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
                $(self.$i.write_value_as(ty.member($i), out);)+
                Wrote::Value
            }

            fn order(a: &[u8], b: &[u8]) -> Ordering {
                members(a, b, |member, a, b| match member {
                    $($i => $T::order(a, b),)+
                    _ => a.cmp(b),
                })
            }
        }

        impl<'f, $($T: FromCql<'f>),+> FromCql<'f> for ($($T,)+) {
            fn accepts(ty: &Type) -> bool {
                match ty.bare() {
                    Type::Tuple(types) if types.len() == $count => {
                        let mut types = types.iter();
                        $(types.next().is_some_and($T::accepts))&&+
                    }
                    _ => false,
                }
            }

            fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let mut cells = Cells::new(present(cell)?);
                let tuple = ($(member::<$T>(&mut cells)?,)+);
                if cells.rest().is_empty() { Ok(tuple) } else { Err(Fault::Length) }
            }

            fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let mut cells = Cells::new(present(cell)?);
                let tuple = ($(member_as::<$T>(ty.member($i), &mut cells)?,)+);
                if cells.rest().is_empty() { Ok(tuple) } else { Err(Fault::Length) }
            }
        }

        /// A member may be an `Option`: in CQL each can be null.
        impl<$($T: Field + ToCql + for<'f> FromCql<'f>),+> CqlType for ($($T,)+) {
            fn cql_type() -> Type {
                Type::Tuple(vec![$(<$T::Value as CqlType>::cql_type()),+])
            }
        }

        impl<$($T: ToCql),+> ToRow for ($($T,)+) {
            fn check(&self, markers: &[Column]) -> Result<(), Mismatch> {
                counted(markers, $count)?;
                let mut markers = markers.iter();
                $(if let Some(marker) = markers.next() {
                    judge::<$T>(self.$i.fits(&marker.ty), $i, marker)?;
                })+
                Ok(())
            }

            #[inline]
            fn write_row(&self, markers: &[Column], out: &mut Vec<u8>) -> u16 {
                $(self.$i.write_value_as(column_type(markers, $i), out);)+
                $count
            }
        }

        impl<'f, $($T: FromCql<'f>),+> FromRow<'f> for ($($T,)+) {
            type Plan = Arc<[Column]>;

            fn plan(all: &Arc<[Column]>) -> Result<Arc<[Column]>, Mismatch> {
                counted(all, $count)?;
                let mut columns = all.iter();
                $(if let Some(column) = columns.next() {
                    judge::<$T>($T::accepts(&column.ty), $i, column)?;
                })+
                Ok(all.clone())
            }

            #[inline]
            fn read(columns: &Arc<[Column]>, cells: &mut Cells<'f>) -> Result<Self, (u16, Fault)> {
                Ok(($(take_column::<$T>(columns, $i, cells)?,)+))
            }
        }
    };
}

tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
tuple!(5: A 0, B 1, C 2, D 3, E 4);
tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
tuple!(13: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
tuple!(14: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
tuple!(15: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
tuple!(16: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);

#[cfg(test)]
mod tests {
    use super::super::testing::{check, hex, written};
    use super::*;

    #[test]
    fn members_are_cells_and_can_be_null_or_missing() {
        type Tuple = (i8, Option<String>);
        let ty = Tuple::cql_type();
        assert_eq!(ty.to_string(), "tuple<tinyint, text>");
        check((1_i8, Some("a".to_owned())), &ty, "00000001 01 00000001 61");
        assert_eq!(
            written(&(1_i8, None::<String>)),
            hex("00000001 01 ffffffff")
        );
        assert_eq!(
            Tuple::decode(Some(&hex("00000001 01 ffffffff"))),
            Ok((1, None))
        );
        assert_eq!(Tuple::decode(Some(&hex("00000001 01"))), Ok((1, None)));
        assert_eq!(Tuple::decode(Some(&[])), Err(Fault::Null));
        assert_eq!(
            Tuple::decode(Some(&hex("00000001 01 ffffffff 00"))),
            Err(Fault::Length)
        );
        assert!(!(1_i8,).fits(&ty));
    }

    fn columns(types: &[Type]) -> Arc<[Column]> {
        let column = |(i, ty): (usize, &Type)| Column {
            keyspace: "k".into(),
            table: "t".into(),
            name: format!("c{i}").into(),
            ty: ty.clone(),
        };
        types.iter().enumerate().map(column).collect()
    }

    #[test]
    fn a_row_of_values_is_judged_by_its_markers() {
        let markers = columns(&[Type::Int, Type::Text]);
        assert_eq!((1, "a").check(&markers), Ok(()));
        assert_eq!((&1, Some("a".to_owned())).check(&markers), Ok(()));
        assert_eq!(
            (1,).check(&markers),
            Err(Mismatch::Count {
                columns: 2,
                values: 1
            })
        );
        let wrong = (1, 2.0_f64).check(&markers).unwrap_err();
        assert_eq!(wrong, Mismatch::of::<f64>(1, &markers[1]));
        assert_eq!(
            wrong.to_string(),
            "column `c1` (index 1) is a CQL `text`, which is `String` in Rust, not `f64`"
        );
    }

    #[test]
    fn a_row_is_read_as_a_tuple() {
        let columns = columns(&[Type::Int, Type::Text]);
        assert_eq!(<(i32, &str)>::plan(&columns), Ok(columns.clone()));
        assert_eq!(
            <(i32, i32)>::plan(&columns),
            Err(Mismatch::of::<i32>(1, &columns[1]))
        );
        assert_eq!(
            <(i32,)>::plan(&columns),
            Err(Mismatch::Count {
                columns: 2,
                values: 1
            })
        );

        let mut rows = Vec::new();
        assert_eq!((7, "x").write_row(&columns, &mut rows), 2);
        assert_eq!((8, None::<&str>).write_row(&columns, &mut rows), 2);
        let mut cells = Cells::new(&rows);
        assert_eq!(<(i32, &str)>::read(&columns, &mut cells), Ok((7, "x")));
        assert_eq!(
            <(i32, &str)>::read(&columns, &mut cells.clone()),
            Err((1, Fault::Null))
        );
        assert_eq!(
            <(i32, Option<&str>)>::read(&columns, &mut cells),
            Ok((8, None))
        );
        assert_eq!(
            <(i32, &str)>::read(&columns, &mut cells),
            Err((0, Fault::Short))
        );
    }
}
