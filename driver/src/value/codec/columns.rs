//! Rows as structs: each field is read from the column of its name. Looked at once per result; then rows are read in
//! a straight line if the columns stand in the order of the fields, and else by picking cells.

use std::sync::Arc;

use crate::value::row::{At, column_type, each, take_column};
use crate::value::tuple::counted;
use crate::value::{Cells, Column, Fault, FromCql, FromRow, Mismatch};

/// Where the `N` fields of a struct are among the columns of a result.
#[derive(Debug)]
pub struct Plan<const N: usize> {
    columns: Arc<[Column]>,
    /// For each field the place of its column; [`NONE`] if it has none.
    places: [u16; N],
    /// For each column the place of its field. `None` if the first `N` columns are the fields in order.
    fields: Option<Box<[u16]>>,
}

/// No place.
const NONE: u16 = u16::MAX;

impl<const N: usize> Plan<N> {
    /// Columns by the fields' names. Of two columns of one name the first counts.
    pub fn by_name(columns: &Arc<[Column]>, names: [&str; N]) -> Self {
        let place = |name: &str| columns.iter().position(|column| *column.name == *name);
        let places = names.map(|name| narrow(place(name)));
        let straight = places
            .iter()
            .enumerate()
            .all(|(i, place)| usize::from(*place) == i);
        let field = |column: usize| {
            let place = u16::try_from(column).ok();
            narrow(place.and_then(|place| places.iter().position(|p| *p == place)))
        };
        Plan {
            columns: columns.clone(),
            places,
            fields: (!straight).then(|| (0..columns.len()).map(field).collect()),
        }
    }

    /// Columns in the order of the fields.
    ///
    /// # Errors
    /// There are more or fewer of them.
    pub fn by_order(columns: &Arc<[Column]>) -> Result<Self, Mismatch> {
        counted(columns, N)?;
        let mut place = 0;
        let places = [(); N].map(|()| {
            place += 1;
            place - 1
        });
        Ok(Plan {
            columns: columns.clone(),
            places,
            fields: None,
        })
    }

    /// The field must have a column, and be able to be read from it.
    pub fn required<'f, T: FromCql<'f>>(&self, field: usize, name: &str) -> Result<(), Mismatch> {
        match self.column(field) {
            Some(_) => self.optional::<T>(field),
            None => Err(Mismatch::Missing {
                column: name.into(),
            }),
        }
    }

    /// The field must be able to be read from its column, if it has one.
    pub fn optional<'f, T: FromCql<'f>>(&self, field: usize) -> Result<(), Mismatch> {
        match self.column(field) {
            Some((index, column)) if !T::accepts(&column.ty) => {
                Err(Mismatch::of::<T>(index, column))
            }
            _ => Ok(()),
        }
    }

    /// [`required`](Plan::required) of what `from_cql`, of a `#[cql(with = "…")]`, takes.
    pub fn required_by<'f, C: FromCql<'f>, T>(
        &self,
        _: impl Fn(C) -> Result<T, Fault>,
        field: usize,
        name: &str,
    ) -> Result<(), Mismatch> {
        self.required::<C>(field, name)
    }

    /// [`optional`](Plan::optional) of what `from_cql`, of a `#[cql(with = "…")]`, takes.
    pub fn optional_by<'f, C: FromCql<'f>, T>(
        &self,
        _: impl Fn(C) -> Result<T, Fault>,
        field: usize,
    ) -> Result<(), Mismatch> {
        self.optional::<C>(field)
    }

    /// Each column must have a field.
    pub fn no_others<T>(&self) -> Result<(), Mismatch> {
        let known = |(index, _): &(usize, &Column)| {
            self.places
                .iter()
                .any(|place| usize::from(*place) == *index)
        };
        match self.columns.iter().enumerate().find(|one| !known(one)) {
            None => Ok(()),
            Some((_, column)) => Err(Mismatch::Excess {
                column: column.name.clone(),
                rust: std::any::type_name::<T>(),
            }),
        }
    }

    fn column(&self, field: usize) -> Option<(usize, &Column)> {
        let index = usize::from(*self.places.get(field)?);
        Some((index, self.columns.get(index)?))
    }

    /// The place of a field's column.
    #[inline]
    pub fn place(&self, field: usize) -> u16 {
        self.places.get(field).copied().unwrap_or(NONE)
    }

    /// Whether the first columns are the fields in order.
    #[inline]
    pub fn is_straight(&self) -> bool {
        self.fields.is_none()
    }

    /// Reads the next column, which is that of a field, when they are in order.
    #[inline]
    pub fn take<'f, T: FromCql<'f>>(
        &self,
        field: u16,
        cells: &mut Cells<'f>,
    ) -> Result<T, (u16, Fault)> {
        take_column(&self.columns, field, cells)
    }

    /// Passes over the columns behind those of the fields, when these are in order.
    #[inline]
    pub fn skip(&self, cells: &mut Cells<'_>) -> Result<(), (u16, Fault)> {
        for column in N..self.columns.len() {
            cells
                .next()
                .map_err(|fault| (narrow(Some(column)), fault))?;
        }
        Ok(())
    }

    /// The cells of a row in the order of the fields.
    pub fn pick<'f>(&self, cells: &mut Cells<'f>) -> Result<[Option<&'f [u8]>; N], (u16, Fault)> {
        let mut picked = [None; N];
        for (column, field) in self.fields.iter().flatten().enumerate() {
            let cell = cells
                .next()
                .map_err(|fault| (narrow(Some(column)), fault))?;
            if let Some(place) = picked.get_mut(usize::from(*field)) {
                *place = cell;
            }
        }
        Ok(picked)
    }

    /// Reads a field from its cell among those that were picked.
    #[inline]
    pub fn decode<'f, T: FromCql<'f>>(
        &self,
        field: usize,
        picked: &[Option<&'f [u8]>; N],
    ) -> Result<T, (u16, Fault)> {
        let place = self.place(field);
        let ty = column_type(&self.columns, place.into());
        T::decode_as(ty, picked.get(field).copied().flatten()).map_err(|fault| (place, fault))
    }
}

/// The two ways to read a row.
pub trait ReadRow<'f>: FromRow<'f> {
    /// The first columns are the fields in order.
    fn straight(plan: &Self::Plan, cells: &mut Cells<'f>) -> Result<Self, (u16, Fault)>;

    /// They are not.
    fn picked(plan: &Self::Plan, cells: &mut Cells<'f>) -> Result<Self, (u16, Fault)>;
}

/// [`FromRow::read`]
#[inline]
pub fn read_row<'f, R: ReadRow<'f>>(
    plan: &R::Plan,
    straight: bool,
    cells: &mut Cells<'f>,
) -> Result<R, (u16, Fault)> {
    match straight {
        true => R::straight(plan, cells),
        false => R::picked(plan, cells),
    }
}

/// [`FromRow::read_each`]. A loop for each way: where both meet in one loop, each row is copied once more.
#[inline]
pub fn read_rows<'f, R: ReadRow<'f>>(
    plan: &R::Plan,
    straight: bool,
    cells: &mut Cells<'f>,
    count: usize,
    to: impl FnMut(R),
) -> Result<(), At> {
    match straight {
        true => each(count, cells, |cells| R::straight(plan, cells), to),
        false => each(count, cells, |cells| R::picked(plan, cells), to),
    }
}

/// No protocol has as many columns as would not fit.
fn narrow(place: Option<usize>) -> u16 {
    place
        .and_then(|place| u16::try_from(place).ok())
        .unwrap_or(NONE)
}
