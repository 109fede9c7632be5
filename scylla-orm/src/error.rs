//! The crate's one error type: what failed, for which model and statement, and what to do.

use std::fmt;

use scylla_orm_driver::value::{Fault, Type};

mod words;

/// What the mapper returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure. [`kind`](Error::kind) says what failed, for programs; its text says it for people, with the model, the
/// statement and what can be done.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    model: Option<&'static str>,
    cql: Option<Box<str>>,
}

/// What failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No session was named, none is in scope, and there is no default.
    NoSession,
    /// A default session was set before.
    DefaultAlreadySet,
    /// Neither the model nor the session says in which keyspace the table is.
    NoKeyspace,
    /// There is no such row.
    NotFound,
    /// There is more than one such row.
    MultipleFound,
    /// The statement breaks a rule of CQL; the text is the rule.
    Invalid(String),
    /// There is no such keyspace.
    MissingKeyspace {
        /// Its name.
        keyspace: Box<str>,
    },
    /// There is no table of the model.
    MissingTable {
        /// Keyspace and table.
        table: Box<str>,
    },
    /// The table has not all columns of the model.
    MissingColumns {
        /// Keyspace and table.
        table: Box<str>,
        /// Those that it does not have.
        columns: Vec<Box<str>>,
    },
    /// The model does not match the table in the database.
    Mismatch {
        /// Keyspace and table.
        table: Box<str>,
        /// The column, if it is about one.
        column: Option<Box<str>>,
        /// What the model says.
        expected: Box<str>,
        /// What the database says.
        found: Box<str>,
    },
    /// A value that came is not what its field needs.
    Decode {
        /// The column.
        column: Box<str>,
        /// Its type.
        ty: Type,
        /// The row, counted from 0 among those of the query.
        row: usize,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A page token belongs to another query, or is none.
    PageToken,
    /// The table cannot be made what the model says.
    SchemaRefused {
        /// The table, with its keyspace.
        table: Box<str>,
        /// Why, and what can be done instead: all of it.
        reasons: Vec<Box<str>>,
        /// The statements that were done: none, unless another process changed the table meanwhile.
        applied: Vec<Box<str>>,
    },
    /// The schema was not changed, or only in part.
    SyncFailed {
        /// The statements that were done.
        applied: Vec<Box<str>>,
        /// The statements that were not.
        missing: Vec<Box<str>>,
        /// What the server, or the driver, says of the first of them; `None` if other processes changed the table each
        /// time it was looked at.
        cause: Option<scylla_orm_driver::Error>,
    },
    /// Dropping a keyspace, with all its data, was not allowed by its name. Nothing was sent.
    DropNotAllowed {
        /// The keyspace.
        keyspace: Box<str>,
    },
    /// The driver failed, or the server refused.
    Driver(scylla_orm_driver::Error),
}

impl Error {
    /// An error of this kind, without a place.
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error(Box::new(Inner {
            kind,
            model: None,
            cql: None,
        }))
    }

    pub(crate) fn invalid(rule: impl Into<String>) -> Self {
        Error::new(ErrorKind::Invalid(rule.into()))
    }

    /// Says which model it is about, unless that is known.
    pub(crate) fn of(mut self, model: &'static str) -> Self {
        self.0.model.get_or_insert(model);
        self
    }

    /// Says which statement it is about, unless that is known.
    pub(crate) fn in_cql(mut self, text: &str) -> Self {
        self.0.cql.get_or_insert_with(|| text.into());
        self
    }

    /// What failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The model's name.
    pub fn model(&self) -> Option<&str> {
        self.0.model
    }

    /// The statement in CQL.
    pub fn cql(&self) -> Option<&str> {
        self.0.cql.as_deref()
    }

    /// The driver's error, which has node, shard and attempts.
    pub fn driver(&self) -> Option<&scylla_orm_driver::Error> {
        match self.kind() {
            ErrorKind::Driver(error) => Some(error),
            ErrorKind::SyncFailed { cause, .. } => cause.as_ref(),
            _ => None,
        }
    }

    /// Whether there is no such row.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind(), ErrorKind::NotFound)
    }
}

impl From<scylla_orm_driver::Error> for Error {
    fn from(error: scylla_orm_driver::Error) -> Self {
        Error::new(ErrorKind::Driver(error))
    }
}

impl fmt::Debug for Error {
    /// The text for people: it is what a `main` that returns an error, and a failed `unwrap`, print. `{:#?}` shows the parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("model", &self.0.model)
            .field("cql", &self.0.cql)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.0.model;
        words::describe(&self.0.kind, model, f)?;
        // The driver's own errors say their statement.
        if let (Some(cql), None) = (&self.0.cql, self.driver()) {
            write!(f, "; the statement is `{cql}`")?;
        }
        words::advise(&self.0.kind, model, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.driver().map(|error| error as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn says_what_where_and_what_to_do() {
        check(
            &Error::new(ErrorKind::NoSession),
            "there is no session; call `.on(&session)`, or run it inside `session.scope(..)`, or set a default with \
             `session.set_default()`",
        );
        check(
            &Error::invalid("column `a` is restricted twice").of("Post"),
            "`Post`: column `a` is restricted twice",
        );
        check(
            &Error::new(ErrorKind::NotFound)
                .of("Post")
                .in_cql("SELECT a FROM t WHERE a = ?"),
            "`Post`: there is no such row; the statement is `SELECT a FROM t WHERE a = ?`",
        );
        check(
            &Error::new(ErrorKind::Decode {
                column: "title".into(),
                ty: Type::Text,
                row: 2,
                fault: Fault::Null,
            })
            .of("Post"),
            "`Post`: column `title` (`text`) is null in row 2, but the field is no `Option`; make it one, or give it \
             `#[cql(default)]`",
        );
        check(
            &Error::new(ErrorKind::Decode {
                column: "v".into(),
                ty: Type::Int,
                row: 0,
                fault: Fault::Length,
            })
            .of("Post"),
            "`Post`: column `v` (`int`) has not the length that its type needs in row 0",
        );
        check(
            &Error::new(ErrorKind::MissingTable {
                table: "blog.posts".into(),
            })
            .of("Post"),
            "`Post`: there is no table `blog.posts`; `sync_table::<Post>()` creates it",
        );
        check(
            &Error::new(ErrorKind::MissingColumns {
                table: "blog.posts".into(),
                columns: vec!["a".into(), "b".into()],
            })
            .of("Post"),
            "`Post`: table `blog.posts` has no column `a` and no column `b`; `sync_table::<Post>()` adds what the \
             table lacks",
        );
        check(
            &Error::new(ErrorKind::Mismatch {
                table: "blog.posts".into(),
                column: Some("v".into()),
                expected: "int".into(),
                found: "text".into(),
            })
            .of("Post"),
            "`Post`: column `v` of table `blog.posts` is `int` in the model and `text` in the database; change the \
             field's type, or the table: `sync_table::<Post>()` says what it can do",
        );
        check(
            &Error::new(ErrorKind::SchemaRefused {
                table: "blog.posts".into(),
                reasons: ["column `a` is int".into(), "the key".into()].into(),
                applied: [].into(),
            })
            .of("Post"),
            "`Post`: table blog.posts cannot be made what the model says, and nothing was done\
             \n- column `a` is int\n- the key",
        );
        check(
            &Error::new(ErrorKind::SyncFailed {
                applied: ["CREATE TABLE t".into()].into(),
                missing: ["CREATE INDEX i".into()].into(),
                cause: None,
            }),
            "other processes change the same table all the time\
             \n- done: CREATE TABLE t\n- not done: CREATE INDEX i",
        );
    }

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
