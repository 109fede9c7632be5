//! Never again.

use super::{Decision, RetryPolicy, Tried};
use crate::error::ErrorKind;

/// Never retries: the caller gets each failure, also of a request that was certainly not sent.
///
/// # Examples
/// ```
/// use scylla_orm_driver::policy::retry::Fallthrough;
/// use scylla_orm_driver::statement::Statement;
///
/// let statement = Statement::new("SELECT * FROM k.t WHERE id = 1").retry_policy(Fallthrough);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fallthrough;

impl RetryPolicy for Fallthrough {
    fn decide(&self, _failure: &ErrorKind, _request: &Tried<'_>) -> Decision {
        Decision::Rethrow
    }
}
