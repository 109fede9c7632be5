//! Which partition a request is for.

use crate::frame::Values;
use crate::statement::Prepared;
use crate::token::{Partitioner, Token};

/// The token of the partition that the encoded values of a statement tell; `None` if they do not.
#[inline]
pub(crate) fn token(statement: &Prepared, values: Values<'_>) -> Option<Token> {
    let partitioner = match statement.is_cdc_log() {
        true => Partitioner::Cdc,
        false => Partitioner::Murmur3,
    };
    partitioner.token_of(values, statement.partition_key())
}
