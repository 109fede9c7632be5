//! CREATE, ALTER and DROP of keyspaces, types and indexes; what stands behind WITH.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::ddl::{
    AlterType, CreateIndex, Ddl, IndexTarget, Property, PropertyValue,
};
use crate::parse::syntax::{Name, TypeName};

/// What a server says that has not been told to run its clients' code, as by default none has.
fn functions_are_disabled(flavor: Flavor) -> Failure {
    Failure::invalid(flavor.pick(
        "User defined functions are disabled. Set enable_user_defined_functions to enable them",
        "User-defined functions are disabled in cassandra.yaml - set user_defined_functions_enabled=true to enable",
    ))
}

impl Cursor<'_> {
    /// Behind CREATE.
    pub(super) fn create(&mut self) -> Result<Ddl, Failure> {
        if self.eat_words(&["keyspace"]) || self.eat_words(&["schema"]) {
            let if_not_exists = self.if_not_exists()?;
            let name = self.name()?;
            if !self.is_word(0, "with") {
                return Err(self.mismatch("K_WITH"));
            }
            let properties = self.with()?;
            return Ok(Ddl::CreateKeyspace {
                name,
                if_not_exists,
                properties,
            });
        }
        if self.eat_words(&["table"]) || self.eat_words(&["columnfamily"]) {
            return Ok(Ddl::CreateTable(self.create_table()?));
        }
        if self.eat_words(&["type"]) {
            let if_not_exists = self.if_not_exists()?;
            let name = self.qualified_name()?;
            self.expect("(")?;
            let fields = self.list(Self::typed_name)?;
            self.expect(")")?;
            return Ok(Ddl::CreateType {
                name,
                if_not_exists,
                fields,
            });
        }
        if self.eat_words(&["materialized"]) {
            self.expect_words(&["view"])?;
            return Ok(Ddl::CreateView(self.create_view()?));
        }
        let replaces = self.eat_words(&["or", "replace"]);
        if self.function_kind().is_some() {
            return Err(functions_are_disabled(self.flavor));
        }
        if replaces {
            return Err(self.no_alternative());
        }
        let custom = self.eat_words(&["custom"]);
        if self.eat_words(&["index"]) {
            return Ok(Ddl::CreateIndex(self.create_index(custom)?));
        }
        Err(self.no_alternative())
    }

    /// Behind ALTER.
    pub(super) fn alter(&mut self) -> Result<Ddl, Failure> {
        if self.eat_words(&["keyspace"]) || self.eat_words(&["schema"]) {
            let if_exists = self.if_exists()?;
            let name = self.name()?;
            let properties = self.with()?;
            return Ok(Ddl::AlterKeyspace {
                name,
                if_exists,
                properties,
            });
        }
        if self.eat_words(&["table"]) || self.eat_words(&["columnfamily"]) {
            let if_exists = self.if_exists()?;
            let table = self.qualified_name()?;
            let change = self.alter_table()?;
            return Ok(Ddl::AlterTable {
                table,
                if_exists,
                change,
            });
        }
        if self.eat_words(&["materialized"]) {
            self.expect_words(&["view"])?;
            return self.alter_view();
        }
        if self.eat_words(&["type"]) {
            let if_exists = self.if_exists()?;
            let name = self.qualified_name()?;
            let change = self.alter_type()?;
            return Ok(Ddl::AlterType {
                name,
                if_exists,
                change,
            });
        }
        Err(self.no_alternative())
    }

    /// Behind DROP.
    pub(super) fn drop(&mut self) -> Result<Ddl, Failure> {
        if self.eat_words(&["keyspace"]) || self.eat_words(&["schema"]) {
            let if_exists = self.if_exists()?;
            return Ok(Ddl::DropKeyspace {
                if_exists,
                name: self.name()?,
            });
        }
        if self.eat_words(&["table"]) || self.eat_words(&["columnfamily"]) {
            let if_exists = self.if_exists()?;
            return Ok(Ddl::DropTable {
                if_exists,
                table: self.qualified_name()?,
            });
        }
        if self.eat_words(&["materialized"]) {
            self.expect_words(&["view"])?;
            let if_exists = self.if_exists()?;
            return Ok(Ddl::DropView {
                if_exists,
                view: self.qualified_name()?,
            });
        }
        if self.eat_words(&["type"]) {
            let if_exists = self.if_exists()?;
            return Ok(Ddl::DropType {
                if_exists,
                name: self.qualified_name()?,
            });
        }
        if self.eat_words(&["index"]) {
            let if_exists = self.if_exists()?;
            return Ok(Ddl::DropIndex {
                if_exists,
                index: self.qualified_name()?,
            });
        }
        if let Some(kind) = self.function_kind() {
            let if_exists = self.if_exists()?;
            let name = self.qualified_name()?;
            if self.eat("(") {
                self.list_until(")", Self::type_name)?;
            }
            return Ok(Ddl::DropFunction {
                kind,
                name,
                if_exists,
            });
        }
        Err(self.no_alternative())
    }

    /// Steps over FUNCTION or AGGREGATE.
    fn function_kind(&mut self) -> Option<&'static str> {
        let kinds = [("function", "Function"), ("aggregate", "Aggregate")];
        let found = kinds.into_iter().find(|(word, _)| self.eat_words(&[word]));
        found.map(|(_, kind)| kind)
    }

    fn alter_type(&mut self) -> Result<AlterType, Failure> {
        if self.eat_words(&["add"]) {
            let if_not_exists = self.if_not_exists()?;
            let fields = self.added_fields()?;
            return Ok(AlterType::Add {
                fields,
                if_not_exists,
            });
        }
        if self.eat_words(&["rename"]) {
            let if_exists = self.flavor == Flavor::Cassandra && self.if_exists()?;
            let renames = self.renames()?;
            return Ok(AlterType::Rename { renames, if_exists });
        }
        if self.eat_words(&["alter"]) {
            let field = self.name()?;
            self.expect_words(&["type"])?;
            return Ok(AlterType::Retype(field, self.type_name()?));
        }
        Err(self.no_alternative())
    }

    /// One; ScyllaDB takes several with commas between.
    fn added_fields(&mut self) -> Result<Vec<(Name, TypeName)>, Failure> {
        match self.flavor {
            Flavor::Scylla => self.list(Self::typed_name),
            Flavor::Cassandra => Ok(vec![self.typed_name()?]),
        }
    }

    /// `a TO b AND c TO d`
    pub(super) fn renames(&mut self) -> Result<Vec<(Name, Name)>, Failure> {
        let mut renames = Vec::new();
        loop {
            let from = self.name()?;
            self.expect_words(&["to"])?;
            renames.push((from, self.name()?));
            if !self.eat_words(&["and"]) {
                return Ok(renames);
            }
        }
    }

    fn typed_name(&mut self) -> Result<(Name, TypeName), Failure> {
        let name = self.name()?;
        Ok((name, self.type_name()?))
    }

    fn create_index(&mut self, custom: bool) -> Result<CreateIndex, Failure> {
        let if_not_exists = self.if_not_exists()?;
        let name = match self.is_word(0, "on") {
            true => None,
            false => Some(self.name()?),
        };
        self.expect_words(&["on"])?;
        let table = self.table_name()?;
        self.expect("(")?;
        let targets = self.list_until(")", Self::index_target)?;
        let class = match self.eat_words(&["using"]) {
            true => Some(self.string()?),
            false => None,
        };
        let properties = self.with()?;
        Ok(CreateIndex {
            name,
            if_not_exists,
            table,
            targets,
            class,
            custom,
            properties,
        })
    }

    fn index_target(&mut self) -> Result<IndexTarget, Failure> {
        if self.flavor == Flavor::Scylla && self.is_sign(0, "(") {
            return Ok(IndexTarget::Partition(self.names()?));
        }
        if !self.is_sign(1, "(") {
            return Ok(IndexTarget::Column(self.name()?));
        }
        let target = match self.peek(0).text.to_ascii_lowercase().as_str() {
            "keys" => IndexTarget::Keys,
            "values" => IndexTarget::Values,
            "entries" => IndexTarget::Entries,
            "full" => IndexTarget::Full,
            _ => return Err(self.no_alternative()),
        };
        self.next();
        self.expect("(")?;
        let column = self.name()?;
        self.expect(")")?;
        Ok(target(column))
    }

    /// `[WITH property AND …]`
    pub(super) fn with(&mut self) -> Result<Vec<Property>, Failure> {
        if !self.eat_words(&["with"]) {
            return Ok(Vec::new());
        }
        let mut properties = vec![self.property()?];
        while self.eat_words(&["and"]) {
            properties.push(self.property()?);
        }
        Ok(properties)
    }

    /// `name = value`
    pub(super) fn property(&mut self) -> Result<Property, Failure> {
        if self.is_name(0) && !self.is_sign(1, "=") {
            return Err(self.no_alternative_at(1));
        }
        let name = self.name()?;
        self.expect("=")?;
        if !self.eat("{") {
            let value = PropertyValue::Text(self.setting()?);
            return Ok(Property { name, value });
        }
        let pairs = self.list_until("}", |c| {
            let key = c.setting()?;
            c.expect(":")?;
            Ok((key, c.setting()?))
        })?;
        Ok(Property {
            name,
            value: PropertyValue::Map(pairs),
        })
    }

    /// A constant, or a word that stands for one.
    fn setting(&mut self) -> Result<Box<str>, Failure> {
        match self.constant()? {
            Some(constant) => Ok(constant.text),
            None if self.peek(0).kind == Kind::Word => self.name(),
            None => Err(self.no_alternative()),
        }
    }

    pub(super) fn string(&mut self) -> Result<Box<str>, Failure> {
        if self.peek(0).kind != Kind::String {
            return Err(self.mismatch("STRING_LITERAL"));
        }
        self.setting()
    }
}
