//! CREATE TABLE and ALTER TABLE.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::ddl::{AlterTable, ColumnDefinition, CreateTable, PrimaryKey, Property};
use crate::parse::syntax::{Direction, Name};

/// What stands behind WITH where a table or view is created.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) clustering_order: Vec<(Name, Direction)>,
    pub(super) compact_storage: bool,
    pub(super) properties: Vec<Property>,
}

impl Cursor<'_> {
    /// Behind CREATE TABLE.
    pub(super) fn create_table(&mut self) -> Result<CreateTable, Failure> {
        let if_not_exists = self.if_not_exists()?;
        let mut table = CreateTable {
            table: self.qualified_name()?,
            if_not_exists,
            columns: Vec::new(),
            primary_keys: Vec::new(),
            clustering_order: Vec::new(),
            compact_storage: false,
            properties: Vec::new(),
        };
        self.expect("(")?;
        loop {
            self.table_member(&mut table)?;
            // A comma may stand before the end.
            if !self.eat(",") || self.is_sign(0, ")") {
                break;
            }
        }
        self.expect(")")?;
        let settings = self.table_settings()?;
        table.clustering_order = settings.clustering_order;
        table.compact_storage = settings.compact_storage;
        table.properties = settings.properties;
        Ok(table)
    }

    /// A column, or the primary key.
    fn table_member(&mut self, table: &mut CreateTable) -> Result<(), Failure> {
        if self.eat_words(&["primary", "key"]) {
            table.primary_keys.push(self.primary_key()?);
            return Ok(());
        }
        let column = self.column_definition()?;
        if self.eat_words(&["primary", "key"]) {
            table.primary_keys.push(PrimaryKey {
                partition: vec![column.name.clone()],
                clustering: Vec::new(),
            });
        }
        table.columns.push(column);
        Ok(())
    }

    /// `name type [STATIC]`
    fn column_definition(&mut self) -> Result<ColumnDefinition, Failure> {
        let name = self.name()?;
        let ty = self.type_name()?;
        let is_static = self.eat_words(&["static"]);
        Ok(ColumnDefinition {
            name,
            ty,
            is_static,
        })
    }

    /// `((a, b), c, d)`, `(a, c, d)`
    pub(super) fn primary_key(&mut self) -> Result<PrimaryKey, Failure> {
        self.expect("(")?;
        let partition = match self.is_sign(0, "(") {
            true => self.names()?,
            false => vec![self.name()?],
        };
        let clustering = match self.eat(",") {
            true => self.list(Self::name)?,
            false => Vec::new(),
        };
        self.expect(")")?;
        Ok(PrimaryKey {
            partition,
            clustering,
        })
    }

    /// `[WITH … AND …]` of a table or view.
    pub(super) fn table_settings(&mut self) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        if !self.eat_words(&["with"]) {
            return Ok(settings);
        }
        loop {
            if self.eat_words(&["compact", "storage"]) {
                settings.compact_storage = true;
            } else if self.eat_words(&["clustering", "order", "by"]) {
                self.expect("(")?;
                let order = self.list(Self::ordering)?;
                settings.clustering_order.extend(order);
                self.expect(")")?;
            } else {
                settings.properties.push(self.property()?);
            }
            if !self.eat_words(&["and"]) {
                return Ok(settings);
            }
        }
    }

    /// Behind ALTER TABLE name.
    pub(super) fn alter_table(&mut self) -> Result<AlterTable, Failure> {
        if self.eat_words(&["add"]) {
            let if_not_exists = self.if_not_exists()?;
            let columns = self.in_parentheses(Self::column_definition)?;
            return Ok(AlterTable::Add {
                columns,
                if_not_exists,
            });
        }
        if self.eat_words(&["drop"]) {
            let if_exists = self.if_exists()?;
            if self.flavor == Flavor::Cassandra && self.eat_words(&["compact", "storage"]) {
                return Err(Failure::invalid(
                    "DROP COMPACT STORAGE is disabled. Enable in cassandra.yaml to use.",
                ));
            }
            let columns = self.in_parentheses(Self::name)?;
            let timestamp = self.drop_timestamp()?;
            return Ok(AlterTable::Drop {
                columns,
                if_exists,
                timestamp,
            });
        }
        if self.eat_words(&["rename"]) {
            return Ok(AlterTable::Rename(self.renames()?));
        }
        if self.eat_words(&["alter"]) {
            let column = self.name()?;
            self.expect_words(&["type"])?;
            return Ok(AlterTable::Retype(column, self.type_name()?));
        }
        match self.is_word(0, "with") {
            true => Ok(AlterTable::With(self.with()?)),
            false => Err(self.no_alternative()),
        }
    }

    /// One, or several with commas between, and with parentheses around them, which ScyllaDB does not need.
    fn in_parentheses<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let open = self.eat("(");
        let all = match open || self.flavor == Flavor::Scylla {
            true => self.list(one)?,
            false => vec![one(self)?],
        };
        if open {
            self.expect(")")?;
        }
        Ok(all)
    }

    /// `[USING TIMESTAMP integer]`
    fn drop_timestamp(&mut self) -> Result<Option<i64>, Failure> {
        if !self.eat_words(&["using"]) {
            return Ok(None);
        }
        self.expect_words(&["timestamp"])?;
        let token = self.peek(0);
        match (token.kind, token.text.parse()) {
            (Kind::Integer, Ok(timestamp)) => {
                self.next();
                Ok(Some(timestamp))
            }
            _ => Err(self.mismatch("INTEGER")),
        }
    }
}
