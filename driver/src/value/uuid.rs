//! UUIDs of any version.

use std::cmp::Ordering;

use uuid::Uuid;

use super::decode::exactly;
use super::{Cells, CqlType, Fault, FromCql, ToCql, Type, Wrote};

/// A UUID can stand for a `timeuuid`; whether it is one, of version 1, is then for the server to say.
#[inline]
fn is_uuid(ty: &Type) -> bool {
    matches!(ty, Type::Uuid | Type::TimeUuid)
}

impl ToCql for Uuid {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        is_uuid(ty)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        out.extend_from_slice(self.as_bytes());
        Wrote::Value
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::Uuid.compare(a, b)
    }
}

impl FromCql<'_> for Uuid {
    fn accepts(ty: &Type) -> bool {
        is_uuid(ty)
    }

    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        exactly(cell).map(Uuid::from_bytes)
    }

    #[inline]
    fn take(cells: &mut Cells<'_>) -> Result<Self, Fault> {
        match cells.fixed() {
            Some(bytes) => Ok(Uuid::from_bytes(bytes)),
            None => Self::decode(cells.next()?),
        }
    }

    #[inline]
    fn take_as(_: &Type, cells: &mut Cells<'_>) -> Result<Self, Fault> {
        Self::take(cells)
    }
}

impl CqlType for Uuid {
    fn cql_type() -> Type {
        Type::Uuid
    }
}

/// The server's order of UUIDs: by version, those of version 1 by time, then by bytes.
pub(super) fn order_key(bytes: [u8; 16]) -> (u8, u64, [u8; 16]) {
    let uuid = Uuid::from_bytes(bytes);
    let version = bytes[6] >> 4;
    (version, if version == 1 { ticks(&uuid) } else { 0 }, bytes)
}

/// The 60 bits of time in a UUID of version 1: units of 100 ns since 1582-10-15.
pub(super) fn ticks(uuid: &Uuid) -> u64 {
    let (low, middle, high, _) = uuid.as_fields();
    u64::from(high & 0x0fff) << 48 | u64::from(middle) << 32 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn a_uuid_is_its_bytes() {
        let uuid = Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
        check(uuid, &Type::Uuid, "00112233445566778899aabbccddeeff");
        assert!(Uuid::accepts(&Type::TimeUuid) && uuid.fits(&Type::TimeUuid));
        assert_eq!(Uuid::decode(Some(&[0; 15])), Err(Fault::Length));
    }
}
