//! Rows: the values of a statement's markers, and the columns of a result.

use std::fmt;
use std::sync::Arc;

use super::ty::UNKNOWN;
use super::{CellError, Cells, Column, Fault, FromCql, Mismatch, ToCql, Type, Value};

/// The values for all markers of a statement, in their order.
///
/// Tuples of up to 16 members, slices and `Vec`s of one type (which may be [`Value`]), and `()` for no values. A struct
/// can be made one by `#[derive(ToRow)]` of `scylla-orm-derive`: its fields go to the markers of their names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the values of a statement",
    label = "not a tuple or a list of CQL values",
    note = "a single value needs a comma: `(value,)`; a struct can be made one by `#[derive(ToRow)]`"
)]
pub trait ToRow {
    /// Whether each value can be sent to its marker.
    ///
    /// # Errors
    /// The first value that cannot, or a wrong number of them.
    fn check(&self, markers: &[Column]) -> Result<(), Mismatch>;

    /// Appends each value as a `[value]`, and says how many. `markers` are those that [`check`](ToRow::check) has seen.
    fn write_row(&self, markers: &[Column], out: &mut Vec<u8>) -> u16;
}

/// What a row of a result can be read into: a tuple of up to 16 members, a [`Row`], or a struct that derives it by
/// `#[derive(FromRow)]` of `scylla-orm-derive`, whose fields are read from the columns of their names.
#[diagnostic::on_unimplemented(
    message = "a row cannot be read as `{Self}`",
    label = "not a tuple, a `Row`, or a struct with `#[derive(FromRow)]`",
    note = "a single column needs a comma: `(i32,)`"
)]
pub trait FromRow<'f>: Sized {
    /// What reading needs to know about the columns. Made once per result.
    type Plan;

    /// Looks at the columns, once per result.
    ///
    /// # Errors
    /// The first column that cannot be read as this type asks, or a wrong number of them.
    fn plan(columns: &Arc<[Column]>) -> Result<Self::Plan, Mismatch>;

    /// Reads one row, and leaves `cells` at the start of the next.
    ///
    /// # Errors
    /// The place of the first column that cannot be read, and why.
    fn read(plan: &Self::Plan, cells: &mut Cells<'f>) -> Result<Self, (u16, Fault)>;

    /// Reads `count` rows and hands each to `to`: quicker than one by one.
    ///
    /// # Errors
    /// Where the first cell is that cannot be read, and why.
    #[inline]
    fn read_each(
        plan: &Self::Plan,
        cells: &mut Cells<'f>,
        count: usize,
        to: impl FnMut(Self),
    ) -> Result<(), At> {
        each(count, cells, |cells| Self::read(plan, cells), to)
    }
}

/// A cell that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The row's place, from 0.
    pub row: usize,
    /// The column's place, from 0.
    pub column: u16,
    /// What is wrong.
    pub fault: Fault,
}

/// The loop over the rows of a result. The place of what is being read is kept out of the loop's memory, in registers.
#[inline]
pub(super) fn each<'f, R>(
    count: usize,
    cells: &mut Cells<'f>,
    read: impl Fn(&mut Cells<'f>) -> Result<R, (u16, Fault)>,
    mut to: impl FnMut(R),
) -> Result<(), At> {
    let mut own = cells.clone();
    for row in 0..count {
        match read(&mut own) {
            Ok(value) => to(value),
            Err((column, fault)) => return Err(At { row, column, fault }),
        }
    }
    *cells = own;
    Ok(())
}

/// A row whose columns are known only when it arrives. Owns its bytes; the columns are shared by all rows of a result.
#[derive(Clone)]
pub struct Row {
    columns: Arc<[Column]>,
    /// The cells, as they came. One for each column, as [`FromRow::read`] has made sure.
    bytes: Box<[u8]>,
}

/// Why a column of a [`Row`] cannot be read as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowError {
    /// There is no such column, or it has another type.
    Mismatch(Mismatch),
    /// Its bytes are not what its type says. The row's place is 0: a row does not know where it stood.
    Cell(CellError),
}

/// Names a column of a [`Row`]: by its name, or by its place, from 0.
pub trait Place: Copy {
    /// The place of the column.
    ///
    /// # Errors
    /// There is none.
    fn of(self, columns: &[Column]) -> Result<usize, Mismatch>;
}

impl Row {
    /// The columns, in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Reads a column, by its name or place, as a `T`.
    ///
    /// # Errors
    /// There is no such column, it has another type, or its value cannot be read as `T` (null, without `Option`).
    pub fn get<'r, T: FromCql<'r>>(&'r self, column: impl Place) -> Result<T, RowError> {
        let (index, column) = self.column(column)?;
        if !T::accepts(&column.ty) {
            return Err(RowError::Mismatch(Mismatch::of::<T>(index, column)));
        }
        T::decode_as(&column.ty, self.cell(index)).map_err(|fault| fault_in(column, fault))
    }

    /// A column's value, whatever its type; `None` is null.
    ///
    /// # Errors
    /// There is no such column, or its bytes are not what its type says.
    pub fn value(&self, column: impl Place) -> Result<Option<Value>, RowError> {
        let (index, column) = self.column(column)?;
        Value::decode(&column.ty, self.cell(index)).map_err(|fault| fault_in(column, fault))
    }

    fn column(&self, column: impl Place) -> Result<(usize, &Column), RowError> {
        let index = column.of(&self.columns).map_err(RowError::Mismatch)?;
        let missing = || {
            RowError::Mismatch(Mismatch::Missing {
                column: index.to_string().into(),
            })
        };
        self.columns
            .get(index)
            .map(|column| (index, column))
            .ok_or_else(missing)
    }

    fn cell(&self, index: usize) -> Option<&[u8]> {
        let mut cells = Cells::new(&self.bytes);
        for _ in 0..index {
            cells.next().ok()?;
        }
        cells.next().ok()?
    }
}

fn fault_in(column: &Column, fault: Fault) -> RowError {
    RowError::Cell(CellError {
        column: column.name.clone(),
        row: 0,
        fault,
    })
}

impl FromRow<'_> for Row {
    type Plan = Arc<[Column]>;

    fn plan(columns: &Arc<[Column]>) -> Result<Arc<[Column]>, Mismatch> {
        Ok(columns.clone())
    }

    fn read(columns: &Arc<[Column]>, cells: &mut Cells<'_>) -> Result<Self, (u16, Fault)> {
        let start = cells.rest();
        for index in 0..columns.len() {
            let place = u16::try_from(index).unwrap_or(u16::MAX);
            cells.next().map_err(|fault| (place, fault))?;
        }
        let (row, _) = start.split_at(start.len() - cells.rest().len());
        Ok(Row {
            columns: columns.clone(),
            bytes: row.into(),
        })
    }
}

impl Place for usize {
    fn of(self, columns: &[Column]) -> Result<usize, Mismatch> {
        if self < columns.len() {
            Ok(self)
        } else {
            Err(Mismatch::Missing {
                column: self.to_string().into(),
            })
        }
    }
}

impl Place for &str {
    fn of(self, columns: &[Column]) -> Result<usize, Mismatch> {
        let place = columns.iter().position(|column| *column.name == *self);
        place.ok_or_else(|| Mismatch::Missing {
            column: self.into(),
        })
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (index, column) in self.columns.iter().enumerate() {
            match self.value(index) {
                Ok(Some(value)) => map.entry(&column.name, &format_args!("{value}")),
                Ok(None) => map.entry(&column.name, &format_args!("null")),
                Err(error) => map.entry(&column.name, &error),
            };
        }
        map.finish()
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.columns == other.columns
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowError::Mismatch(e) => e.fmt(f),
            RowError::Cell(CellError { column, fault, .. }) => {
                write!(f, "cannot read column `{column}`: {fault}")
            }
        }
    }
}

impl std::error::Error for RowError {}

/// The type of a marker or column. Whether there is one was looked at before.
#[inline]
pub(super) fn column_type(columns: &[Column], index: usize) -> &Type {
    columns.get(index).map_or(&UNKNOWN, |column| &column.ty)
}

/// Reads the next column of a row, with its place in the fault.
#[inline]
pub(super) fn take_column<'f, T: FromCql<'f>>(
    columns: &[Column],
    index: u16,
    cells: &mut Cells<'f>,
) -> Result<T, (u16, Fault)> {
    match T::take_as(column_type(columns, index.into()), cells) {
        Ok(value) => Ok(value),
        Err(fault) => Err((index, fault)),
    }
}

impl ToRow for () {
    fn check(&self, markers: &[Column]) -> Result<(), Mismatch> {
        check_each::<&Value>(&[], markers)
    }

    fn write_row(&self, _: &[Column], _: &mut Vec<u8>) -> u16 {
        0
    }
}

impl<V: ToCql> ToRow for [V] {
    fn check(&self, markers: &[Column]) -> Result<(), Mismatch> {
        check_each(self, markers)
    }

    fn write_row(&self, markers: &[Column], out: &mut Vec<u8>) -> u16 {
        for (index, value) in self.iter().enumerate() {
            value.write_value_as(column_type(markers, index), out);
        }
        // `check` has refused more values than markers, and no statement has as many of those.
        u16::try_from(self.len()).unwrap_or(u16::MAX)
    }
}

fn check_each<V: ToCql>(values: &[V], markers: &[Column]) -> Result<(), Mismatch> {
    if values.len() != markers.len() {
        return Err(Mismatch::Count {
            columns: markers.len(),
            values: values.len(),
        });
    }
    let mut pairs = values.iter().zip(markers).enumerate();
    match pairs.find(|(_, (value, marker))| !value.fits(&marker.ty)) {
        Some((index, (_, marker))) => Err(Mismatch::of::<V>(index, marker)),
        None => Ok(()),
    }
}

macro_rules! behind {
    ([$($generics:tt)*] $rust:ty, $via:ty) => {
        impl<$($generics)*> ToRow for $rust {
            fn check(&self, markers: &[Column]) -> Result<(), Mismatch> {
                <$via>::check(self, markers)
            }

            #[inline]
            fn write_row(&self, markers: &[Column], out: &mut Vec<u8>) -> u16 {
                <$via>::write_row(self, markers, out)
            }
        }
    };
}

behind!([V: ToCql] Vec<V>, [V]);
behind!([V: ToCql, const N: usize] [V; N], [V]);
behind!([R: ToRow + ?Sized] &R, R);
behind!([R: ToRow + ?Sized] Box<R>, R);

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Arc<[Column]> {
        let column = |name: &str, ty: Type| Column {
            keyspace: "k".into(),
            table: "t".into(),
            name: name.into(),
            ty,
        };
        [column("id", Type::Int), column("name", Type::Text)].into()
    }

    fn row(id: Option<i32>, name: &str) -> Row {
        let mut bytes = Vec::new();
        (id, name).write_row(&columns(), &mut bytes);
        (1, "of the row after it").write_row(&columns(), &mut bytes);
        let plan = Row::plan(&columns()).unwrap();
        Row::read(&plan, &mut Cells::new(&bytes)).unwrap()
    }

    #[test]
    fn columns_are_read_by_name_and_by_place() {
        let row = row(Some(7), "x");
        assert_eq!(row.get::<i32>("id"), Ok(7));
        assert_eq!(row.get::<&str>(1), Ok("x"));
        assert_eq!(row.value("id"), Ok(Some(Value::Int(7))));
        assert_eq!(format!("{row:?}"), r#"{"id": 7, "name": 'x'}"#);
    }

    #[test]
    fn errors_name_the_column() {
        let check = |error: RowError, expected: &str| assert_eq!(error.to_string(), expected);
        let row = row(None, "x");
        check(
            row.get::<i32>("id").unwrap_err(),
            "cannot read column `id`: it is null, and the Rust type has no room for null (use `Option`)",
        );
        check(
            row.get::<i64>("id").unwrap_err(),
            "column `id` (index 0) is a CQL `int`, which is `i32` in Rust, not `i64`",
        );
        check(
            row.get::<i32>("none").unwrap_err(),
            "there is no column `none`",
        );
        check(row.get::<i32>(2).unwrap_err(), "there is no column `2`");
        assert_eq!(row.get::<Option<i32>>("id"), Ok(None));
        assert_eq!(row.value("id"), Ok(None));
    }

    #[test]
    fn a_list_of_values_has_one_for_each_marker() {
        let markers = columns();
        let values = [Value::Int(1), Value::from("a")];
        assert_eq!(values.check(&markers), Ok(()));
        assert_eq!(
            values[..1].check(&markers),
            Err(Mismatch::Count {
                columns: 2,
                values: 1
            })
        );
        assert_eq!(
            [1, 2].check(&markers),
            Err(Mismatch::of::<i32>(1, &markers[1]))
        );
        assert_eq!(
            ().check(&markers),
            Err(Mismatch::Count {
                columns: 2,
                values: 0
            })
        );
        let mixed: [&dyn ToCql; 2] = [&1, &"a"];
        assert_eq!(mixed.check(&markers), Ok(()));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        assert_eq!(values.to_vec().write_row(&markers, &mut a), 2);
        assert_eq!(mixed.write_row(&markers, &mut b), 2);
        assert_eq!(a, b);
    }
}
