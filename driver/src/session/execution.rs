//! A prepared statement with its values: what the mapper hands to the driver.

use crate::error::Result;
use crate::statement::{Options, Prepared};
use crate::value::ToRow;

/// A prepared statement with encoded values, ready to be run.
///
/// [`Session::execute`](crate::session::Session::execute) makes one from Rust values; a mapper that knows the types
/// of its columns encodes them itself.
#[derive(Debug, Clone)]
pub struct Execution {
    /// The statement.
    pub statement: Prepared,
    /// The `[value]`s of its markers in order, one behind the other, without their count.
    pub values: Vec<u8>,
    /// How many values there are.
    pub count: u16,
    /// How it is to be executed.
    pub options: Options,
    /// Where the page begins: what the answer before said. `None` is the first page. A copy, so that it does not keep the
    /// whole page before it in memory.
    pub paging_state: Option<Box<[u8]>>,
}

/// What can be executed: an [`Execution`], or a statement with its values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be executed",
    label = "not an `Execution`, and no pair of a `Prepared` and its values"
)]
pub trait IntoExecution {
    /// The execution.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`](crate::error::ErrorKind::Encode) if the values do not suit the statement.
    fn into_execution(self) -> Result<Execution>;
}

impl IntoExecution for Execution {
    fn into_execution(self) -> Result<Execution> {
        Ok(self)
    }
}

impl IntoExecution for Result<Execution> {
    fn into_execution(self) -> Result<Execution> {
        self
    }
}

impl<V: ToRow> IntoExecution for (&Prepared, V) {
    fn into_execution(self) -> Result<Execution> {
        Execution::bind(self.0, self.1)
    }
}

impl<V: ToRow> IntoExecution for (Prepared, V) {
    fn into_execution(self) -> Result<Execution> {
        Execution::bind(&self.0, self.1)
    }
}

impl Execution {
    /// `statement` with `count` encoded values, the session's options, from the first page.
    pub fn new(statement: Prepared, values: Vec<u8>, count: u16) -> Execution {
        Execution {
            statement,
            values,
            count,
            options: Options::default(),
            paging_state: None,
        }
    }

    /// `statement` with `values`, the session's options, from the first page.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`](crate::error::ErrorKind::Encode) if the values do not suit the statement.
    pub fn bind(statement: &Prepared, values: impl ToRow) -> Result<Execution> {
        let (values, count) = statement.encode(&values)?;
        Ok(Execution::new(statement.clone(), values, count))
    }

    /// Executes it as `options` say.
    pub fn with(mut self, options: Options) -> Execution {
        self.options = options;
        self
    }
}
