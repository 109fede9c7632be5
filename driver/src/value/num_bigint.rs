//! Integers of the `num-bigint` crate.

use std::cmp::Ordering;

use num_bigint::BigInt;

use super::{CqlType, Fault, FromCql, ToCql, Type, Varint, Wrote};

impl From<&BigInt> for Varint {
    fn from(n: &BigInt) -> Self {
        Varint::from_be_bytes(&n.to_signed_bytes_be())
    }
}

impl From<BigInt> for Varint {
    fn from(n: BigInt) -> Self {
        Varint::from(&n)
    }
}

impl From<&Varint> for BigInt {
    fn from(n: &Varint) -> Self {
        BigInt::from_signed_bytes_be(n.as_be_bytes())
    }
}

impl From<Varint> for BigInt {
    fn from(n: Varint) -> Self {
        BigInt::from(&n)
    }
}

impl ToCql for BigInt {
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::VarInt)
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        Varint::from(self).write(out)
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::VarInt.compare(a, b)
    }
}

impl FromCql<'_> for BigInt {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::VarInt)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        Varint::decode(cell).map(BigInt::from)
    }
}

impl CqlType for BigInt {
    fn cql_type() -> Type {
        Type::VarInt
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn bytes_are_those_of_varint() {
        for (n, bytes) in [
            (0, "00"),
            (127, "7f"),
            (128, "0080"),
            (256, "0100"),
            (-1, "ff"),
            (-128, "80"),
            (-129, "ff7f"),
            (-256, "ff00"),
        ] {
            check(BigInt::from(n), &Type::VarInt, bytes);
        }
        let large: BigInt = "-170141183460469231731687303715884105729".parse().unwrap();
        check(large, &Type::VarInt, "ff7fffffffffffffffffffffffffffffff");
    }
}
