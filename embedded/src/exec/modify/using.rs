//! USING TTL, TIMESTAMP, TIMEOUT: what a write is stamped with.

use std::time;

use scylla_orm_driver::value::{Column, Duration, FromCql, Type};
use scylla_orm_driver::wire::Cell;

use crate::catalog::table::Table;
use crate::exec::scope::Scope;
use crate::exec::term::{self, Bound, Env, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax;
use crate::store::cell;
use crate::store::cell::{Content, Deletion, Expiry, Marker};

/// The longest TTL: 20 years, in seconds.
const MAX_TTL: i32 = 630_720_000;

/// How far in the future a timestamp may be, in microseconds.
const FUTURE: i64 = 3 * 24 * 60 * 60 * 1_000_000;

/// USING with its terms typed.
#[derive(Debug)]
pub(crate) struct Using {
    ttl: Option<Expression>,
    timestamp: Option<Expression>,
    timeout: Option<Expression>,
}

/// What every cell of a write gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) timestamp: i64,
    /// The second of the write.
    pub(crate) now: i64,
    pub(crate) expiry: Option<Expiry>,
}

impl Using {
    /// # Errors
    /// What counters and conditional updates do not take, and terms of wrong types.
    pub(crate) fn plan(
        using: &syntax::Using,
        table: &Table,
        conditional: bool,
        scope: &mut Scope<'_>,
    ) -> Result<Using, Failure> {
        let refuse = |what: &str, of: &str| {
            Err(Failure::invalid(format!(
                "Cannot provide custom {what} for {of} updates"
            )))
        };
        if table.is_counter() && using.timestamp.is_some() {
            return refuse("timestamp", "counter");
        }
        if table.is_counter() && using.ttl.is_some() {
            return refuse("TTL", "counter");
        }
        if conditional && using.timestamp.is_some() {
            return refuse("timestamp", "conditional");
        }
        Using::typed(using, &table.keyspace, &table.name, scope)
    }

    /// That of a batch, whose statements may be of several tables.
    ///
    /// # Errors
    /// Terms of wrong types.
    pub(crate) fn of_batch(using: &syntax::Using, scope: &mut Scope<'_>) -> Result<Using, Failure> {
        let keyspace = scope.keyspace.unwrap_or_default();
        Using::typed(using, keyspace, "", scope)
    }

    fn typed(
        using: &syntax::Using,
        keyspace: &str,
        table: &str,
        scope: &mut Scope<'_>,
    ) -> Result<Using, Failure> {
        let mut plan = |term: &Option<syntax::Term>, name: &str, ty: Type| {
            let place = Column {
                keyspace: keyspace.into(),
                table: table.into(),
                name: name.into(),
                ty,
            };
            let planned = term.as_ref().map(|term| term::plan(term, &place, scope));
            planned.transpose()
        };
        Ok(Using {
            ttl: plan(&using.ttl, "[ttl]", Type::Int)?,
            timestamp: plan(&using.timestamp, "[timestamp]", Type::BigInt)?,
            timeout: plan(&using.timeout, "[timeout]", Type::Duration)?,
        })
    }

    pub(crate) fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// The timestamp that it says, if it says one.
    ///
    /// # Errors
    /// Null, and timestamps out of bounds.
    pub(crate) fn timestamp(
        &self,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Option<i64>, Failure> {
        let Some(bytes) = value(self.timestamp.as_ref(), "timestamp", values, env)? else {
            return Ok(None);
        };
        let timestamp = i64::from_be_bytes(whole(&bytes, "timestamp")?);
        if timestamp == i64::MIN {
            let (from, to) = (i64::MIN + 1, i64::MAX);
            return Err(Failure::invalid(format!(
                "Out of bound timestamp, must be in [{from}, {to}]"
            )));
        }
        if env.flavor == Flavor::Scylla && timestamp > env.clock.micros().saturating_add(FUTURE) {
            return Err(Failure::invalid(
                "Cannot provide a timestamp more than 3 days into the future. If this was not intended, make sure the \
                 timestamp is in microseconds. You can also disable this check by setting the \
                 restrict_future_timestamp configuration option to false.",
            ));
        }
        Ok(Some(timestamp))
    }

    /// The seconds that the write lives, if it ends.
    fn ttl(
        &self,
        table: &Table,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Option<i32>, Failure> {
        let ttl = match value(self.ttl.as_ref(), "TTL", values, env)? {
            Some(bytes) => i32::from_be_bytes(whole(&bytes, "TTL")?),
            None => table.options.default_time_to_live(),
        };
        if ttl < 0 {
            return Err(Failure::invalid(match env.flavor {
                Flavor::Scylla => "A TTL must be greater or equal to 0".to_owned(),
                Flavor::Cassandra => {
                    format!("A TTL must be greater or equal to 0, but was {ttl}")
                }
            }));
        }
        if ttl > MAX_TTL {
            return Err(Failure::invalid(format!(
                "ttl is too large. requested ({ttl}) maximum ({MAX_TTL})"
            )));
        }
        Ok((ttl > 0).then_some(ttl))
    }

    /// What the cells of a write get.
    ///
    /// # Errors
    /// Values out of bounds.
    pub(crate) fn stamp(
        &self,
        table: &Table,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Stamp, Failure> {
        self.timeout(values, env)?;
        let timestamp = self.timestamp(values, env)?.or(env.timestamp);
        let ttl = self.ttl(table, values, env)?;
        Ok(Stamp {
            timestamp: timestamp.unwrap_or_else(|| env.clock.timestamp()),
            now: env.now,
            expiry: ttl.map(|ttl| Expiry {
                ttl,
                at: env.now.saturating_add(i64::from(ttl)),
            }),
        })
    }

    /// How long replicas are waited for, if it says so.
    ///
    /// # Errors
    /// A duration that is no timeout.
    pub(crate) fn timeout(
        &self,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Option<time::Duration>, Failure> {
        timeout(self.timeout.as_ref(), values, env)
    }
}

/// What USING TIMEOUT says.
///
/// # Errors
/// A duration that is no timeout.
pub(crate) fn timeout(
    expression: Option<&Expression>,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Option<time::Duration>, Failure> {
    let Some(bytes) = value(expression, "timeout", values, env)? else {
        return Ok(None);
    };
    let timeout = Duration::decode(Some(&bytes))
        .map_err(|fault| Failure::invalid(format!("Invalid timeout: {fault}")))?;
    let wrong = if timeout.months != 0 || timeout.days != 0 {
        "Timeout values cannot be expressed in days/months"
    } else if timeout.nanos % 1_000_000 != 0 {
        "Timeout values cannot have granularity finer than milliseconds"
    } else {
        match u64::try_from(timeout.nanos) {
            Ok(nanos) => return Ok(Some(time::Duration::from_nanos(nanos))),
            Err(_) => "Timeout values must be non-negative",
        }
    };
    Err(Failure::invalid(wrong))
}

/// Checks what USING CONCURRENCY says.
///
/// # Errors
/// What is no positive number.
pub(crate) fn concurrency(
    expression: Option<&Expression>,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<(), Failure> {
    let Some(bytes) = value(expression, "concurrency", values, env)? else {
        return Ok(());
    };
    match i32::from_be_bytes(whole(&bytes, "concurrency")?) {
        1.. => Ok(()),
        _ => Err(Failure::invalid("Concurrency must be a positive integer")),
    }
}

impl Stamp {
    /// A live cell.
    pub(crate) fn live(&self, value: Vec<u8>) -> cell::Cell {
        cell::Cell {
            timestamp: self.timestamp,
            content: Content::Live {
                value: value.into(),
                expiry: self.expiry.map(Box::new),
            },
        }
    }

    /// A tombstone of a cell.
    pub(crate) fn dead(&self) -> cell::Cell {
        cell::Cell {
            timestamp: self.timestamp,
            content: Content::Dead { local: self.now },
        }
    }

    /// A tombstone of more than a cell.
    pub(crate) fn deletion(&self) -> Deletion {
        Deletion {
            timestamp: self.timestamp,
            local: self.now,
        }
    }

    /// A tombstone that does not cover what the same write puts in place.
    pub(crate) fn deletion_before(&self) -> Deletion {
        Deletion {
            timestamp: self.timestamp.saturating_sub(1),
            local: self.now,
        }
    }

    pub(crate) fn marker(&self) -> Marker {
        Marker {
            timestamp: self.timestamp,
            expiry: self.expiry,
        }
    }
}

/// A value that may be left out by leaving its marker unset, but is not null.
fn value(
    expression: Option<&Expression>,
    what: &str,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(expression) = expression else {
        return Ok(None);
    };
    match expression.evaluate(values, env)? {
        Bound::Value(value) => Ok(Some(value)),
        Bound::Unset => Ok(None),
        Bound::Null => Err(Failure::invalid(format!("Invalid null value of {what}"))),
    }
}

fn whole<const N: usize>(bytes: &[u8], what: &str) -> Result<[u8; N], Failure> {
    bytes
        .try_into()
        .map_err(|_| Failure::invalid(format!("Invalid {what} value")))
}
