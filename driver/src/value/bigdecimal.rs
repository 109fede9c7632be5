//! Decimal numbers of the `bigdecimal` crate.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use super::{CqlType, Decimal, Fault, FromCql, OutOfRange, ToCql, Type, Varint, Wrote};

impl TryFrom<&BigDecimal> for Decimal {
    type Error = OutOfRange;

    /// Fails for a scale beyond 32 bits, which CQL does not have.
    fn try_from(n: &BigDecimal) -> Result<Self, OutOfRange> {
        let (unscaled, scale) = n.as_bigint_and_exponent();
        Ok(Decimal {
            unscaled: Varint::from_be_bytes(&unscaled.to_signed_bytes_be()),
            scale: scale.try_into().map_err(|_| OutOfRange)?,
        })
    }
}

impl TryFrom<BigDecimal> for Decimal {
    type Error = OutOfRange;

    /// Fails for a scale beyond 32 bits, which CQL does not have.
    fn try_from(n: BigDecimal) -> Result<Self, OutOfRange> {
        Decimal::try_from(&n)
    }
}

impl From<&Decimal> for BigDecimal {
    fn from(n: &Decimal) -> Self {
        let unscaled = BigInt::from_signed_bytes_be(n.unscaled.as_be_bytes());
        BigDecimal::new(unscaled, n.scale.into())
    }
}

impl From<Decimal> for BigDecimal {
    fn from(n: Decimal) -> Self {
        BigDecimal::from(&n)
    }
}

/// A number whose scale CQL does not have fits no column.
impl ToCql for BigDecimal {
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::Decimal) && Decimal::try_from(self).is_ok()
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        match Decimal::try_from(self) {
            Ok(n) => n.write(out),
            Err(OutOfRange) => {
                // No decimal has a single byte: should nobody have asked whether it fits, the server refuses it.
                out.push(0);
                Wrote::Value
            }
        }
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::Decimal.compare(a, b)
    }
}

impl FromCql<'_> for BigDecimal {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Decimal)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        Decimal::decode(cell).map(BigDecimal::from)
    }
}

impl CqlType for BigDecimal {
    fn cql_type() -> Type {
        Type::Decimal
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, written};
    use super::*;

    #[test]
    fn bytes_are_those_of_decimal_with_the_scale_kept() {
        for (n, bytes) in [
            ("0", "0000000000"),
            ("1.5", "000000010f"),
            ("-1.50", "00000002ff6a"),
            ("-0.001", "00000003ff"),
            ("1e3", "fffffffd01"),
            ("0.00", "0000000200"),
        ] {
            let n: BigDecimal = n.parse().unwrap();
            assert_eq!(written(&n), written(&Decimal::try_from(&n).unwrap()));
            check(n, &Type::Decimal, bytes);
        }
    }

    #[test]
    fn a_scale_that_cql_does_not_have_fits_nothing() {
        for scale in [i64::MAX, i64::MIN, 1 << 31] {
            let n = BigDecimal::new(1.into(), scale);
            assert!(!n.fits(&Type::Decimal));
            assert!(Type::Decimal.validate(&written(&n)).is_err());
        }
        let least = BigDecimal::new(1.into(), i32::MIN.into());
        assert!(least.fits(&Type::Decimal));
    }
}
