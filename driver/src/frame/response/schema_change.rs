//! What changed in the schema: the body of a RESULT of DDL, and of an event.

use crate::wire::{Malformed, Reader, TooLong, Why, put_string, put_string_list};

/// A change of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// What happened to it.
    pub kind: SchemaChangeKind,
    /// The keyspace that it is, or that it belongs to.
    pub keyspace: String,
    /// What it is.
    pub target: SchemaTarget,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemaChangeKind {
    /// It is new.
    Created,
    /// It is different.
    Updated,
    /// It is gone.
    Dropped,
}

/// What a change of the schema is about. Views and indexes are announced as tables.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaTarget {
    /// The keyspace itself.
    Keyspace,
    /// The table or view of this name.
    Table(String),
    /// The user-defined type of this name.
    Type(String),
    /// A function.
    Function {
        /// Its name.
        name: String,
        /// The CQL types of its arguments.
        arguments: Vec<String>,
    },
    /// An aggregate.
    Aggregate {
        /// Its name.
        name: String,
        /// The CQL types of its arguments.
        arguments: Vec<String>,
    },
}

impl SchemaChange {
    /// Appends it.
    ///
    /// # Errors
    /// If a name is longer than 65,535 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        let kind = match self.kind {
            SchemaChangeKind::Created => "CREATED",
            SchemaChangeKind::Updated => "UPDATED",
            SchemaChangeKind::Dropped => "DROPPED",
        };
        let (target, name, arguments) = match &self.target {
            SchemaTarget::Keyspace => ("KEYSPACE", None, None),
            SchemaTarget::Table(name) => ("TABLE", Some(name), None),
            SchemaTarget::Type(name) => ("TYPE", Some(name), None),
            SchemaTarget::Function { name, arguments } => ("FUNCTION", Some(name), Some(arguments)),
            SchemaTarget::Aggregate { name, arguments } => {
                ("AGGREGATE", Some(name), Some(arguments))
            }
        };
        put_string(out, kind, "change")?;
        put_string(out, target, "target")?;
        put_string(out, &self.keyspace, "keyspace")?;
        if let Some(name) = name {
            put_string(out, name, "name")?;
        }
        if let Some(arguments) = arguments {
            put_string_list(out, arguments, "arguments")?;
        }
        Ok(())
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it is cut short, or of a kind that the protocol does not define.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.clone();
        let kind = match reader.string("change")? {
            "CREATED" => SchemaChangeKind::Created,
            "UPDATED" => SchemaChangeKind::Updated,
            "DROPPED" => SchemaChangeKind::Dropped,
            _ => return Err(at.malformed("change", Why::Unknown)),
        };
        let at = reader.clone();
        let target = reader.string("target")?;
        let keyspace = reader.string("keyspace")?.to_owned();
        let target = match target {
            "KEYSPACE" => SchemaTarget::Keyspace,
            "TABLE" => SchemaTarget::Table(reader.string("name")?.to_owned()),
            "TYPE" => SchemaTarget::Type(reader.string("name")?.to_owned()),
            "FUNCTION" => SchemaTarget::Function {
                name: reader.string("name")?.to_owned(),
                arguments: arguments(reader)?,
            },
            "AGGREGATE" => SchemaTarget::Aggregate {
                name: reader.string("name")?.to_owned(),
                arguments: arguments(reader)?,
            },
            _ => return Err(at.malformed("target", Why::Unknown)),
        };
        Ok(SchemaChange {
            kind,
            keyspace,
            target,
        })
    }
}

fn arguments(reader: &mut Reader<'_>) -> Result<Vec<String>, Malformed> {
    let arguments = reader.string_list("arguments")?;
    Ok(arguments.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::{QueryResult, Response};
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let check = |kind, target, body: &str| {
            let change = SchemaChange {
                kind,
                keyspace: "ks".to_owned(),
                target,
            };
            let result = Response::Result(QueryResult::SchemaChange(change));
            check::response(&Features::default(), &result, &format!("00000005 {body}"));
        };
        let (name, arguments) = ("t".to_owned(), vec!["int".to_owned()]);
        check(
            SchemaChangeKind::Created,
            SchemaTarget::Keyspace,
            "0007 43524541544544 0008 4b45595350414345 0002 6b73",
        );
        check(
            SchemaChangeKind::Updated,
            SchemaTarget::Table(name.clone()),
            "0007 55504441544544 0005 5441424c45 0002 6b73 0001 74",
        );
        check(
            SchemaChangeKind::Dropped,
            SchemaTarget::Type(name.clone()),
            "0007 44524f50504544 0004 54595045 0002 6b73 0001 74",
        );
        let function = SchemaTarget::Function {
            name: name.clone(),
            arguments: arguments.clone(),
        };
        check(
            SchemaChangeKind::Created,
            function,
            "0007 43524541544544 0008 46554e4354494f4e 0002 6b73 0001 74 0001 0003 696e74",
        );
        check(
            SchemaChangeKind::Dropped,
            SchemaTarget::Aggregate { name, arguments },
            "0007 44524f50504544 0009 414747524547415445 0002 6b73 0001 74 0001 0003 696e74",
        );
    }
}
