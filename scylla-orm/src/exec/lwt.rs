//! A write under conditions, and what came of it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use scylla_orm_driver::value::{Cells, Column, Fault, FromCql, Type};

use crate::error::{Error, ErrorKind, Result};
use crate::table::{Kind, NamedRow, TableDef};

use super::Exec;

/// The outcome of a conditional write (a light-weight transaction).
///
/// On ScyllaDB a row that is null in every column of the conditions looks like one that is not there; both are
/// `Missing`. Cassandra tells them apart. On both, if a static column among the conditions has a value, a row that is
/// not there looks like one whose columns are null: it is `Missing` if one of the fields cannot be null, else
/// `Existing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lwt<T> {
    /// The conditions held, and it was written.
    Applied,
    /// It was not written: the row says this.
    Existing(T),
    /// It was not written: there is no such row.
    Missing,
}

impl<T> Lwt<T> {
    /// Whether it was written.
    pub fn is_applied(&self) -> bool {
        matches!(self, Lwt::Applied)
    }

    /// What the row says, if it was not written and there is one.
    pub fn existing(self) -> Option<T> {
        match self {
            Lwt::Existing(row) => Some(row),
            Lwt::Applied | Lwt::Missing => None,
        }
    }
}

/// Reads what a row says, `None` if there can be none; a fault comes with the index of its column in the model.
pub(crate) type ReadNamed<T> = fn(&NamedRow<'_>, &TableDef) -> Result<Option<T>, (u16, Fault)>;

/// A write under conditions.
///
/// # Errors
/// As [`Write`](super::Write). After a timeout it is not known whether it was written.
///
/// # Panics
/// If it is polled after it has resolved.
///
/// # Cancel safety
/// It can be dropped at any moment. Once it was polled, it may be written all the same.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct LwtWrite<'s, T> {
    exec: Exec<'s>,
    read: ReadNamed<T>,
}

impl<'s, T> LwtWrite<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadNamed<T>) -> Self {
        LwtWrite { exec, read }
    }
}

impl<T> Future for LwtWrite<'_, T> {
    type Output = Result<Lwt<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(page) = ready!(self.exec.poll_next(cx)).transpose()? else {
            panic!("a write was polled after it had resolved");
        };
        let (table, full) = (self.exec.table(), self.exec.answers_in_full());
        let cells = Cells::new(&page.body);
        let outcome = outcome(&page.metadata.columns, cells, full, table, self.read);
        Poll::Ready(outcome.map_err(|e| e.of(table.model)))
    }
}

/// `full`: the server answers with the old row in full, null if there is none.
fn outcome<'a, T>(
    columns: &'a [Column],
    mut cells: Cells<'a>,
    full: bool,
    table: &TableDef,
    read: ReadNamed<T>,
) -> Result<Lwt<T>> {
    let decode = |column: &str, ty, fault| {
        Error::new(ErrorKind::Decode {
            column: column.into(),
            ty,
            row: 0,
            fault,
        })
    };
    let broken = |fault| decode("[applied]", Type::Boolean, fault);
    let row = NamedRow::read(columns, &mut cells).map_err(broken)?;
    let applied = row.cell("[applied]").flatten();
    if bool::decode(applied).map_err(broken)? {
        return Ok(Lwt::Applied);
    }
    if row.width() == 1 || full && row.is_blank() {
        return Ok(Lwt::Missing);
    }
    match read(&row, table) {
        Ok(existing) => Ok(existing.map_or(Lwt::Missing, Lwt::Existing)),
        Err((_, Fault::Null)) if is_partition_alone(&row, table) => Ok(Lwt::Missing),
        Err((column, fault)) => Err(match table.columns.get(usize::from(column)) {
            Some(column) => decode(column.name, (column.ty)(), fault),
            None => decode("?", Type::Blob, fault),
        }),
    }
}

/// Whether only static columns say something, which they do without a row, too.
fn is_partition_alone(row: &NamedRow<'_>, table: &TableDef) -> bool {
    let cells = |of_partition: bool| {
        let columns = table.columns.iter();
        columns
            .filter(move |column| (column.kind == Kind::Static) == of_partition)
            .filter_map(|column| row.cell(column.name).flatten())
    };
    cells(true).next().is_some() && cells(false).next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::IfCond;
    use crate::model::Model;
    use crate::table::Table;
    use scylla_orm_derive::Model;

    #[derive(Model, Debug, Clone, PartialEq)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Item {
        #[cql(partition_key)]
        id: i32,
        title: Option<String>,
        count: Option<i32>,
    }

    type Found = (Option<i32>, Option<String>);

    fn read<C: IfCond<Item, Row = Found>>(_: &C) -> ReadNamed<Found> {
        |row, _| C::read(row).map(Some)
    }

    /// The answer has these columns and cells; `full` is ScyllaDB's way.
    fn check<T: PartialEq + std::fmt::Debug>(
        answer: &[(&str, Option<&[u8]>)],
        full: bool,
        read: ReadNamed<T>,
        expected: Lwt<T>,
    ) {
        let mut body = Vec::new();
        let columns: Vec<Column> = answer
            .iter()
            .map(|(name, cell)| {
                match cell {
                    None => scylla_orm_driver::wire::put_int(&mut body, -1),
                    Some(cell) => {
                        scylla_orm_driver::wire::put_sized(&mut body, |out| {
                            out.extend_from_slice(cell)
                        });
                    }
                }
                Column {
                    keyspace: "ks".into(),
                    table: "item".into(),
                    name: (*name).into(),
                    ty: Type::Int,
                }
            })
            .collect();
        let outcome = outcome(&columns, Cells::new(&body), full, Item::definition(), read);
        assert_eq!(outcome.unwrap(), expected);
    }

    #[test]
    fn what_the_conditions_found() {
        let conditions = (Item::COUNT.lt(3), Item::TITLE.eq("t"));
        let read = read(&conditions);
        drop(Item::objects());
        let no = ("[applied]", Some(&[0][..]));
        let yes = ("[applied]", Some(&[1][..]));
        let three: &[u8] = &[0, 0, 0, 3];
        check(&[yes], false, read, Lwt::Applied);
        // ScyllaDB sends the old row even so, and in the order of the schema, not of the conditions.
        check(
            &[yes, ("title", None), ("count", None)],
            true,
            read,
            Lwt::Applied,
        );
        check(&[no], false, read, Lwt::Missing);
        check(
            &[no, ("title", None), ("count", None)],
            true,
            read,
            Lwt::Missing,
        );
        check(
            &[no, ("count", None), ("title", None)],
            false,
            read,
            Lwt::Existing((None, None)),
        );
        for full in [true, false] {
            let found = Lwt::Existing((Some(3), None));
            check(
                &[no, ("count", Some(three)), ("title", None)],
                full,
                read,
                found.clone(),
            );
            check(
                &[no, ("title", None), ("count", Some(three))],
                full,
                read,
                found,
            );
        }
    }

    #[test]
    fn what_an_insert_found() {
        let read: ReadNamed<Item> =
            |row, table| Item::from_row(&mut Cells::new(&row.in_order_of(table))).map(Some);
        let item = Item {
            id: 1,
            title: Some("t".into()),
            count: None,
        };
        let answer: &[(&str, Option<&[u8]>)] = &[
            ("[applied]", Some(&[0])),
            ("id", Some(&[0, 0, 0, 1])),
            // A column that the model does not have.
            ("color", Some(b"red")),
            ("count", None),
            ("title", Some(b"t")),
        ];
        check(answer, true, read, Lwt::Existing(item.clone()));
        check(answer, false, read, Lwt::Existing(item));
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        let read: ReadNamed<()> = |_, _| Ok(None);
        for body in [&[][..], &[0, 0, 0, 9], &[0xff; 4]] {
            let columns = [Column {
                keyspace: "ks".into(),
                table: "item".into(),
                name: "[applied]".into(),
                ty: Type::Boolean,
            }];
            assert!(outcome(&columns, Cells::new(body), false, Item::definition(), read).is_err());
        }
    }
}
