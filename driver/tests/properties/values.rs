//! Values of all types.

use std::cmp::Ordering;

use proptest::prelude::*;
use scylla_orm_driver::value::{Cells, ToCql, Value, Varint, Wrote};

use super::arbitrary::{quiet, typed, varint};

proptest! {
    #![proptest_config(quiet())]

    #[test]
    fn a_value_is_read_as_it_was_written((ty, value) in typed()) {
        prop_assert!(value.fits(&ty), "{} {}", ty, value);
        let mut out = Vec::new();
        prop_assert_eq!(value.write_as(&ty, &mut out), Wrote::Value);
        prop_assert_eq!(ty.validate(&out), Ok(()));
        let read = Value::decode(&ty, Some(&out)).unwrap().unwrap();
        // Sets and maps are written in the server's order, and NaN is not equal to itself: bytes are compared.
        let mut again = Vec::new();
        read.write_as(&ty, &mut again);
        prop_assert_eq!(&again, &out);
        prop_assert_eq!(ty.compare(&out, &again), Ordering::Equal);
    }

    #[test]
    fn a_cell_ends_where_the_next_begins((ty, value) in typed()) {
        let mut row = Vec::new();
        value.write_value_as(&ty, &mut row);
        row.extend_from_slice(b"next");
        let mut cells = Cells::new(&row);
        let cell = cells.next().unwrap();
        prop_assert!(Value::decode(&ty, cell).unwrap().is_some());
        prop_assert_eq!(cells.rest(), b"next");
    }

    #[test]
    fn a_value_cut_short_is_another_or_none((ty, value) in typed(), cut in any::<prop::sample::Index>()) {
        let mut out = Vec::new();
        value.write_as(&ty, &mut out);
        prop_assume!(!out.is_empty());
        let short = &out[..cut.index(out.len())];
        if let Ok(Some(read)) = Value::decode(&ty, Some(short)) {
            let mut again = Vec::new();
            read.write_as(&ty, &mut again);
            prop_assert_ne!(again, out);
        }
    }

    #[test]
    fn integers_of_any_size_are_their_digits(n in any::<i128>(), any in varint()) {
        let varint = Varint::from(n);
        prop_assert_eq!(varint.to_string(), n.to_string());
        prop_assert_eq!(i128::try_from(&varint), Ok(n));
        prop_assert_eq!(any.to_string().parse::<Varint>(), Ok(any));
    }
}
