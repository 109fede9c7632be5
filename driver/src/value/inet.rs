//! Addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::decode::{exactly, present};
use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};

macro_rules! inet {
    ($rust:ty) => {
        impl ToCql for $rust {
            #[inline]
            fn fits(&self, ty: &Type) -> bool {
                matches!(ty, Type::Inet)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                put(IpAddr::from(*self), out);
                Wrote::Value
            }
        }

        impl CqlType for $rust {
            fn cql_type() -> Type {
                Type::Inet
            }
        }
    };
}

inet!(IpAddr);
inet!(Ipv4Addr);
inet!(Ipv6Addr);

fn put(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(a) => out.extend_from_slice(&a.octets()),
        IpAddr::V6(a) => out.extend_from_slice(&a.octets()),
    }
}

impl FromCql<'_> for IpAddr {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Inet)
    }

    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        let bytes = present(cell)?;
        if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
            return Ok(IpAddr::from(v4));
        }
        <[u8; 16]>::try_from(bytes)
            .map(IpAddr::from)
            .map_err(|_| Fault::Length)
    }
}

impl FromCql<'_> for Ipv4Addr {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Inet)
    }

    /// An IPv6 address is [`Fault::Range`].
    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        match IpAddr::decode(cell)? {
            IpAddr::V4(a) => Ok(a),
            IpAddr::V6(_) => Err(Fault::Range),
        }
    }
}

impl FromCql<'_> for Ipv6Addr {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Inet)
    }

    /// An IPv4 address is [`Fault::Range`]: which mapping is meant is the caller's to say.
    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        match exactly::<16>(cell) {
            Ok(bytes) => Ok(Ipv6Addr::from(bytes)),
            Err(Fault::Length) => IpAddr::decode(cell).and(Err(Fault::Range)),
            Err(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn an_address_is_its_bytes() {
        check(IpAddr::from([127, 0, 0, 1]), &Type::Inet, "7f000001");
        check(Ipv4Addr::new(10, 0, 0, 255), &Type::Inet, "0a0000ff");
        check(
            Ipv6Addr::LOCALHOST,
            &Type::Inet,
            "00000000000000000000000000000001",
        );
        assert_eq!(Ipv4Addr::decode(Some(&[0; 16])), Err(Fault::Range));
        assert_eq!(Ipv6Addr::decode(Some(&[0; 4])), Err(Fault::Range));
        assert_eq!(Ipv6Addr::decode(Some(&[0; 5])), Err(Fault::Length));
        assert_eq!(IpAddr::decode(Some(&[0; 5])), Err(Fault::Length));
    }
}
