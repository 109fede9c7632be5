//! From Rust to CQL.

use std::cmp::Ordering;

use super::Type;

/// What [`ToCql::write`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// It appended the value's bytes, possibly none.
    Value,
    /// The value is null; nothing was appended.
    Null,
    /// The value is not set; nothing was appended.
    Unset,
}

/// A Rust value that can be sent as a CQL value.
///
/// The encoding is infallible: whether the Rust type suits the column is asked once, by [`fits`](ToCql::fits),
/// and lengths that the protocol cannot express are refused for the frame as a whole.
///
/// `#[derive(ToCql)]` of `scylla-orm-derive` writes it for structs (user-defined types), tuple structs (tuples; one
/// field alone is sent as itself) and enums (text or numbers).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a CQL value",
    label = "no CQL type belongs to this Rust type",
    note = "the types that do are listed in `scylla_orm::driver::value`; a struct or an enum can be made one by `#[derive(ToCql)]`"
)]
pub trait ToCql {
    /// Whether this value can be sent to a column or marker of type `ty`, which may hold `Frozen`.
    fn fits(&self, ty: &Type) -> bool;

    /// Appends the value's bytes, without their length (native_protocol_v4.spec, section 6).
    fn write(&self, out: &mut Vec<u8>) -> Wrote;

    /// Appends the value's bytes, without their length, to a column of type `ty`, which it [`fits`](ToCql::fits).
    ///
    /// What holds other values hands their types on. It is what a user-defined type needs, whose fields are sent in the
    /// server's order; the others do what [`write`](ToCql::write) does.
    #[inline]
    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        let _ = ty;
        self.write(out)
    }

    /// The server's order of two encoded values of this type. The elements of a set and the keys of a map are sent in
    /// it, so that a frozen one in a partition key has the bytes, and so the token, that the server will compute.
    ///
    /// Bytewise, unless the type says otherwise. References do not: what is behind them may have no one type.
    fn order(a: &[u8], b: &[u8]) -> Ordering
    where
        Self: Sized,
    {
        a.cmp(b)
    }

    /// Appends the value as a protocol `[value]`: its length, or the mark of null or unset, and its bytes.
    #[inline]
    fn write_value(&self, out: &mut Vec<u8>) {
        put_value(out, |out| self.write(out));
    }

    /// The same, by [`write_as`](ToCql::write_as).
    #[inline]
    fn write_value_as(&self, ty: &Type, out: &mut Vec<u8>) {
        put_value(out, |out| self.write_as(ty, out));
    }
}

#[inline]
fn put_value(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Wrote) {
    let at = out.len();
    let mut wrote = Wrote::Value;
    crate::wire::put_sized(out, |out| wrote = write(out));
    if wrote != Wrote::Value {
        out.truncate(at);
        crate::wire::put_int(out, if wrote == Wrote::Null { -1 } else { -2 });
    }
}

/// A Rust type that belongs to one CQL type: what a field of a model can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of a CQL column",
    label = "no CQL type belongs to this Rust type",
    note = "the types that do are listed in `scylla_orm::driver::value`; an enum can be made one by `#[derive(CqlEnum)]`"
)]
pub trait CqlType: ToCql + for<'f> super::FromCql<'f> {
    /// True for lists, sets and maps: outside `frozen`, CQL does not tell an empty one from null.
    const COLLECTION: bool = false;

    /// The CQL type that `CREATE TABLE` declares for it.
    fn cql_type() -> Type;
}
