//! Structs as values: the fields of user-defined types by their names, or parts by their places.

use crate::value::decode::present;
use crate::value::tuple::{member, member_as};
use crate::value::{Cells, Fault, FromCql, Type, Wrote};

/// Whether a struct goes together with the user-defined type `ty`. `fits` says it of one field of the struct and its
/// type; the type is `None` where `ty` has no such field. `exact` is whether `ty` may have no others.
pub fn fits_fields(
    ty: &Type,
    names: &[&str],
    exact: bool,
    fits: impl Fn(usize, Option<&Type>) -> bool,
) -> bool {
    let Some(fields) = ty.fields() else {
        return false;
    };
    let of = |name: &str| fields.iter().find(|(n, _)| **n == *name).map(|(_, ty)| ty);
    let known = |(name, _): &(Box<str>, Type)| names.contains(&&**name);
    names.iter().enumerate().all(|(i, name)| fits(i, of(name)))
        && (!exact || fields.iter().all(known))
}

/// Whether a struct goes together with `ty` part by part: a tuple of as many members; or, if it has names, a
/// user-defined type with as many fields or, unless `exact`, with more behind them.
pub fn fits_parts(
    ty: &Type,
    count: usize,
    named: bool,
    exact: bool,
    fits: impl Fn(usize, &Type) -> bool,
) -> bool {
    let of_tuple = || (0..count).all(|i| fits(i, ty.member(i)));
    match (ty.bare(), ty.fields()) {
        (Type::Tuple(types), _) if !named => types.len() == count && of_tuple(),
        (_, Some(fields)) if named => {
            fields.len() >= count
                && (!exact || fields.len() == count)
                && fields
                    .iter()
                    .take(count)
                    .enumerate()
                    .all(|(i, (_, ty))| fits(i, ty))
        }
        _ => false,
    }
}

/// Appends the fields of the user-defined type `ty`, in its order; what the struct does not have is null. `put` appends
/// one field of the struct as a `[value]`. If the type is not known, they are the struct's, in its order.
pub fn put_fields(
    ty: &Type,
    names: &[&str],
    out: &mut Vec<u8>,
    put: impl Fn(usize, Option<&Type>, &mut Vec<u8>),
) -> Wrote {
    let Some(fields) = ty.fields() else {
        (0..names.len()).for_each(|index| put(index, None, out));
        return Wrote::Value;
    };
    for (at, (name, ty)) in fields.iter().enumerate() {
        match place(names, at, name) {
            Some(index) => put(index, Some(ty), out),
            None => crate::wire::put_int(out, -1),
        }
    }
    Wrote::Value
}

/// Appends the first `count` parts of a tuple or a user-defined type; the others are null.
pub fn put_parts(
    ty: &Type,
    count: usize,
    out: &mut Vec<u8>,
    put: impl Fn(usize, Option<&Type>, &mut Vec<u8>),
) -> Wrote {
    let known = has_parts(ty);
    for index in 0..count {
        put(index, known.then(|| ty.member(index)), out);
    }
    for _ in count..ty.fields().map_or(0, <[_]>::len) {
        crate::wire::put_int(out, -1);
    }
    Wrote::Value
}

fn has_parts(ty: &Type) -> bool {
    matches!(ty.bare(), Type::Tuple(_) | Type::User(_))
}

/// Where a name stands; most often where it stands on the other side.
#[inline]
pub(super) fn place(names: &[&str], guess: usize, name: &str) -> Option<usize> {
    match names.get(guess) {
        Some(there) if **there == *name => Some(guess),
        _ => names.iter().position(|n| **n == *name),
    }
}

/// The members of a tuple or a user-defined type that has arrived, taken in the struct's order.
#[derive(Debug)]
pub struct Members<'t, 'f> {
    /// `None` if the type is not known: then they are what the struct says, in its order.
    ty: Option<&'t Type>,
    start: Cells<'f>,
    cells: Cells<'f>,
    /// The place of the member that `cells` gives next.
    at: usize,
}

impl<'t, 'f> Members<'t, 'f> {
    /// Of a cell, which must not be null.
    #[inline]
    pub fn new(ty: &'t Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let start = Cells::new(present(cell)?);
        Ok(Members {
            ty: has_parts(ty).then_some(ty),
            cells: start.clone(),
            start,
            at: 0,
        })
    }

    /// The field of this name. It is null if it is not there: the sender's version of the type did not have it.
    #[inline]
    pub fn field<T: FromCql<'f>>(&mut self, name: &str) -> Result<T, Fault> {
        let Some(fields) = self.ty.and_then(Type::fields) else {
            return self.part();
        };
        match fields.get(self.at) {
            Some((there, ty)) if **there == *name => {
                self.at += 1;
                member_as(ty, &mut self.cells)
            }
            _ => self.far(fields, name),
        }
    }

    /// The next member, whatever its name.
    #[inline]
    pub fn part<T: FromCql<'f>>(&mut self) -> Result<T, Fault> {
        let at = self.at;
        self.at += 1;
        match self.ty {
            Some(ty) => member_as(ty.member(at), &mut self.cells),
            None => member(&mut self.cells),
        }
    }

    /// A field that does not stand next: struct and type have different orders, or one has more fields.
    #[cold]
    fn far<T: FromCql<'f>>(
        &mut self,
        fields: &'t [(Box<str>, Type)],
        name: &str,
    ) -> Result<T, Fault> {
        let Some(place) = fields.iter().position(|(n, _)| **n == *name) else {
            return T::decode(None);
        };
        if place < self.at {
            self.cells = self.start.clone();
            self.at = 0;
        }
        self.skip_to(place)?;
        self.field(name)
    }

    fn skip_to(&mut self, place: usize) -> Result<(), Fault> {
        while self.at < place {
            if !self.cells.rest().is_empty() {
                self.cells.next()?;
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Nothing may follow the last member. Where the type is not known, members of a later version of it may.
    #[inline]
    pub fn end(mut self) -> Result<(), Fault> {
        if self.cells.rest().is_empty() {
            return Ok(());
        }
        let Some(ty) = self.ty else {
            return Ok(());
        };
        self.skip_to(ty.fields().map_or(0, <[_]>::len))?;
        match self.cells.rest() {
            [] => Ok(()),
            _ => Err(Fault::Length),
        }
    }
}
