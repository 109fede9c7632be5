//! What a model can do: the verbs.

use std::borrow::Borrow;

use futures_core::Stream;

use crate::column::KeyValues;
use crate::cql::{Op, Raw, Verb};
use crate::exec::{Call, Exec, Get, Write};
use crate::query::Query;
use crate::table::{NoCounters, Table, Writable};
use crate::write::{Delete, Insert, Save, Tracked, WriteAll, write_all};

/// What a model can do. Every table and view has it.
///
/// A method of your own with the same name wins, and the compiler says nothing; ours stays as `Model::delete(&post)`
/// and `<Post as Model>::objects()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait Model: Table {
    /// A query of the table's rows. It reads nothing until a verb such as `.all()` ends it.
    fn objects() -> Query<'static, Self, Self::Start> {
        Query::start()
    }

    /// The row with this primary key: a tuple of its values in key order, or the bare value if it has one column.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::error::ErrorKind::NotFound) if there is none; `.optional()` makes that `None`.
    fn get<V: KeyValues<Self::Key>>(key: V) -> Get<'static, Self> {
        let mut raw = Raw::new(Verb::Select);
        key.bind_key(&mut raw);
        Get::new(
            Exec::new(Self::definition(), raw, Call::default()),
            Self::from_row,
        )
    }

    /// Inserts the row. A field that is `None`, or an empty collection, is left out: no tombstone is written, and what
    /// an older row has there stays. [`save`](Model::save) overwrites it.
    fn insert(&self) -> Insert<'_, Self>
    where
        Self: Writable + NoCounters,
    {
        Insert::new(self)
    }

    /// Writes the whole row, `None` as null, so that what is read back equals the struct.
    fn save(&self) -> Save<'_, Self>
    where
        Self: Writable + NoCounters,
    {
        Save::new(self)
    }

    /// Inserts many rows, as [`insert`](Model::insert) does one: each by a request of its own, many at once. See
    /// [`WriteAll`].
    fn insert_all<'s, R: Borrow<Self>>(
        rows: impl IntoIterator<Item = R>,
    ) -> WriteAll<'s, impl Stream<Item = Write<'s>>>
    where
        Self: Writable + NoCounters,
    {
        write_all(rows.into_iter().map(|row| row.borrow().insert().detached()))
    }

    /// Writes many whole rows, as [`save`](Model::save) does one. See [`WriteAll`].
    fn save_all<'s, R: Borrow<Self>>(
        rows: impl IntoIterator<Item = R>,
    ) -> WriteAll<'s, impl Stream<Item = Write<'s>>>
    where
        Self: Writable + NoCounters,
    {
        write_all(rows.into_iter().map(|row| row.borrow().save().detached()))
    }

    /// Deletes many rows, each by its primary key. See [`WriteAll`].
    fn delete_all<'s, R: Borrow<Self>>(
        rows: impl IntoIterator<Item = R>,
    ) -> WriteAll<'s, impl Stream<Item = Write<'s>>>
    where
        Self: Writable,
    {
        write_all(rows.into_iter().map(|row| row.borrow().delete()))
    }

    /// Deletes the row with this primary key.
    fn delete(&self) -> Delete<'static, Self>
    where
        Self: Writable,
    {
        let table = Self::definition();
        let mut raw = Raw::new(Verb::Delete);
        for &index in table.key {
            raw.shape.clause(index, Op::EQ);
            raw.value(|out| {
                self.cell(index, out);
            });
        }
        Delete::new(raw, Call::default())
    }

    /// The row with a memory of what it is now, so that its `save()` writes only what was changed.
    fn tracked(self) -> Tracked<Self>
    where
        Self: Writable + NoCounters,
    {
        Tracked::new(self)
    }
}

impl<T: Table> Model for T {}
