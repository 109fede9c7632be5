//! A materialized view, written out by hand: what `#[derive(Model)]` makes are tables.

use scylla_orm::private::{
    Cells, Col, Column, ColumnOf, Fault, KeyOnly, Kind, Missing, ModelId, NoCounters, One, Pk,
    Plain, Regular, Table, TableDef, Unbounded, Where, Z, cell, column, take,
};

/// Posts by their slug.
#[derive(Debug, Clone)]
pub struct PostBySlug {
    /// The view's key.
    pub slug: String,
    /// A value.
    pub title: Option<String>,
}

/// The column `slug`.
#[derive(Debug, Clone, Copy)]
pub struct Slug;

/// The column `title`.
#[derive(Debug, Clone, Copy)]
pub struct Title;

impl PostBySlug {
    /// The column `slug`.
    pub const SLUG: Col<Slug> = Col::NEW;
    /// The column `title`.
    pub const TITLE: Col<Title> = Col::NEW;
}

impl Column for Slug {
    type Model = PostBySlug;
    type Field = String;
    type Store = Plain;
    type Kind = Pk<Z>;
    const INDEX: u8 = 0;
}
impl ColumnOf<PostBySlug> for Slug {}

impl Column for Title {
    type Model = PostBySlug;
    type Field = Option<String>;
    type Store = Plain;
    type Kind = Regular;
    const INDEX: u8 = 1;
}
impl ColumnOf<PostBySlug> for Title {}

impl NoCounters for PostBySlug {}

impl Table for PostBySlug {
    type Start = Where<(Missing<Slug>, ()), (), KeyOnly, Unbounded>;
    type Key = One<Slug>;
    type Order = ();

    fn definition() -> &'static TableDef {
        static DEFINITION: TableDef = TableDef {
            id: ModelId::new(),
            model: "PostBySlug",
            keyspace: Some("blog"),
            table: "posts_by_slug",
            columns: &[
                column::<Slug>("slug", "slug", Kind::Partition),
                column::<Title>("title", "title", Kind::Regular),
            ],
            key: &[0],
            partition: 1,
        };
        &DEFINITION
    }

    fn from_row(cells: &mut Cells<'_>) -> Result<Self, (u16, Fault)> {
        Ok(PostBySlug {
            slug: take::<Slug>(cells)?,
            title: take::<Title>(cells)?,
        })
    }

    fn cell(&self, index: u8, out: &mut Vec<u8>) -> bool {
        match index {
            0 => cell::<Slug>(&self.slug, out),
            1 => cell::<Title>(&self.title, out),
            _ => false,
        }
    }
}
