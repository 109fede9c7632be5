//! CREATE, ALTER and the rest of MATERIALIZED VIEW.

use crate::failure::Failure;
use crate::parse::cursor::Cursor;
use crate::parse::syntax::Prune;
use crate::parse::syntax::ddl::{CreateView, Ddl};
use crate::parse::syntax::select::Select;

impl Cursor<'_> {
    /// Behind CREATE MATERIALIZED VIEW.
    pub(super) fn create_view(&mut self) -> Result<CreateView, Failure> {
        let if_not_exists = self.if_not_exists()?;
        let view = self.qualified_name()?;
        self.expect_words(&["as", "select"])?;
        let selected = self.selected()?;
        self.expect_words(&["from"])?;
        let base = self.table_name()?;
        let relations = self.optional_where()?;
        self.expect_words(&["primary", "key"])?;
        let primary_key = self.primary_key()?;
        let settings = self.table_settings()?;
        Ok(CreateView {
            view,
            if_not_exists,
            selected,
            base,
            relations,
            primary_key,
            clustering_order: settings.clustering_order,
            properties: settings.properties,
        })
    }

    /// Behind ALTER MATERIALIZED VIEW.
    pub(super) fn alter_view(&mut self) -> Result<Ddl, Failure> {
        let if_exists = self.if_exists()?;
        let view = self.qualified_name()?;
        if !self.is_word(0, "with") {
            return Err(self.mismatch("K_WITH"));
        }
        let properties = self.with()?;
        Ok(Ddl::AlterView {
            view,
            if_exists,
            properties,
        })
    }

    /// Behind PRUNE MATERIALIZED VIEW: `name [WHERE …] [USING TIMEOUT … AND CONCURRENCY …]`
    pub(super) fn prune(&mut self) -> Result<Prune, Failure> {
        let from = self.table_name()?;
        let relations = self.optional_where()?;
        let (mut timeout, mut concurrency) = (None, None);
        let mut more = self.eat_words(&["using"]);
        while more {
            match self.eat_words(&["timeout"]) {
                true => timeout = Some(self.term()?),
                false => {
                    self.expect_words(&["concurrency"])?;
                    concurrency = Some(self.term()?);
                }
            }
            more = self.eat_words(&["and"]);
        }
        let select = Select {
            timeout,
            ..Select::all(from, relations)
        };
        Ok(Prune {
            select,
            concurrency,
        })
    }
}
