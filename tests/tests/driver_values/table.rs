//! A table with a column of each type, and what happens to a value in it.

use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use scylla_orm::driver::Session;
use scylla_orm::driver::value::{FromCql, Row, ToCql};
use tests::target::Target;

/// A table with a column of each type.
pub(crate) struct Table {
    target: Target,
    pub(crate) session: Session,
    pub(crate) name: String,
    types: &'static [&'static str],
    keys: AtomicI32,
}

impl Table {
    pub(crate) async fn of(types: &'static [&'static str]) -> Table {
        let target = Target::start().await;
        let keyspace = target.keyspace("driver_values").await;
        let session = target.driver().await;
        let name = format!("{keyspace}.t");
        let make = format!(
            "CREATE TYPE {keyspace}.point (x int, \"Odd one\" text, deep frozen<list<int>>)"
        );
        session.query(make, ()).await.unwrap();
        let columns: Vec<_> = types
            .iter()
            .enumerate()
            .map(|(i, ty)| format!("c{i} {ty}"))
            .collect();
        let make = format!(
            "CREATE TABLE {name} (k int PRIMARY KEY, {})",
            columns.join(", ")
        );
        session.query(make, ()).await.unwrap();
        Table {
            target,
            session,
            name,
            types,
            keys: AtomicI32::new(0),
        }
    }

    pub(crate) fn column(&self, ty: &str) -> String {
        let at = self.types.iter().position(|t| *t == ty);
        format!(
            "c{}",
            at.unwrap_or_else(|| panic!("no column has the type {ty}"))
        )
    }

    /// Writes a value to a new row and returns its key.
    pub(crate) async fn write(&self, ty: &str, value: impl ToCql) -> i32 {
        let key = self.keys.fetch_add(1, Relaxed);
        let insert = format!(
            "INSERT INTO {} (k, {}) VALUES (?, ?)",
            self.name,
            self.column(ty)
        );
        self.session.query(insert, (key, value)).await.unwrap();
        key
    }

    /// Writes a literal to a new row and returns its key.
    pub(crate) async fn write_literal(&self, ty: &str, literal: &str) -> i32 {
        let key = self.keys.fetch_add(1, Relaxed);
        let column = self.column(ty);
        let insert = format!(
            "INSERT INTO {} (k, {column}) VALUES ({key}, {literal})",
            self.name
        );
        let written = self.session.query(insert, ()).await;
        written.unwrap_or_else(|error| panic!("{literal} is no literal of {ty}: {error}"));
        key
    }

    pub(crate) async fn read(&self, ty: &str, key: i32) -> scylla_orm::driver::session::Answer {
        let select = format!("SELECT {} FROM {} WHERE k = ?", self.column(ty), self.name);
        self.session.query(select, (key,)).await.unwrap()
    }

    /// The bytes of a cell as the server has them.
    pub(crate) async fn bytes(&self, ty: &str, key: i32) -> Option<Vec<u8>> {
        let answer = self.read(ty, key).await;
        assert_eq!(answer.count(), 1, "{ty}");
        answer.cells().next().unwrap().map(<[u8]>::to_vec)
    }

    /// A value reads back as it was written, as itself and as a dynamic value; the server reads the same from the
    /// literal, and from the one that the dynamic value shows.
    pub(crate) async fn check<T>(&self, ty: &str, value: T, literal: &str)
    where
        T: ToCql + for<'f> FromCql<'f>,
    {
        let expected = encoded(&value);
        let key = self.write(ty, value).await;
        let answer = self.read(ty, key).await;
        let (back,): (T,) = answer.first_as().unwrap().unwrap();
        assert_eq!(encoded(&back), expected, "{ty} {literal}");
        let row: Row = answer.first_as().unwrap().unwrap();
        let dynamic = row.value(0).unwrap().unwrap();
        for (what, key) in [
            ("the value", key),
            ("the dynamic value", self.write(ty, &dynamic).await),
            ("the literal", self.write_literal(ty, literal).await),
            (
                "the shown literal",
                self.write_literal(ty, &dynamic.to_string()).await,
            ),
        ] {
            let bytes = self.bytes(ty, key).await;
            assert_eq!(
                bytes.as_ref(),
                Some(&expected),
                "{what} of {ty} {literal} ({dynamic})"
            );
        }
    }

    pub(crate) async fn end(self) {
        self.session.close().await.unwrap();
        drop(self.target);
    }
}

pub(crate) fn encoded(value: &impl ToCql) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}
