//! `tablets = {…}` of CREATE and ALTER KEYSPACE (ScyllaDB).

use crate::catalog::keyspace::{Keyspace, Replication};
use crate::catalog::tablets::MOST;
use crate::failure::Failure;

/// What a statement says of tablets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Disabled,
    /// With so many for a new table; 0 lets the server choose.
    Enabled(usize),
}

impl Said {
    /// Reads the pairs.
    ///
    /// # Errors
    /// A configuration that is none, in the server's words.
    pub(super) fn new(pairs: &[(Box<str>, Box<str>)]) -> Result<Said, Failure> {
        let (mut enabled, mut initial) = (true, 0);
        for (name, value) in pairs {
            match (&**name, &**value) {
                ("enabled", "true") => enabled = true,
                ("enabled", "false") => enabled = false,
                ("enabled", other) => {
                    return Err(Failure::config(format!(
                        "Tablets enabled value must be true or false; found: {other}"
                    )));
                }
                ("initial", count) => {
                    let wrong = || {
                        let text =
                            format!("Initial tablets value should be numeric; found {count}");
                        Failure::config(text)
                    };
                    initial = count.parse().map_err(|_| wrong())?;
                }
                (other, _) => {
                    let text = format!("Unrecognized tablets option {other}");
                    return Err(Failure::config(text));
                }
            }
        }
        Ok(match enabled {
            true => Said::Enabled(initial.min(MOST)),
            false => Said::Disabled,
        })
    }
}

/// Whether the tables of a new keyspace have tablets: as said, else as the cluster is set up. Only
/// NetworkTopologyStrategy can place them.
///
/// # Errors
/// Tablets with another strategy.
pub(super) fn of_new(
    said: Option<Said>,
    replication: &Replication,
    by_default: bool,
) -> Result<Option<usize>, Failure> {
    let placed = matches!(replication, Replication::NetworkTopology(_));
    match said {
        Some(Said::Enabled(_)) if !placed => Err(Failure::config(
            "Tablets are supported by NetworkTopologyStrategy alone",
        )),
        Some(Said::Enabled(initial)) => Ok(Some(initial)),
        Some(Said::Disabled) => Ok(None),
        None => Ok((by_default && placed).then_some(0)),
    }
}

/// The same for a keyspace that is there: how many a new table gets can be changed, whether it has any cannot.
///
/// # Errors
/// A change from one to the other.
pub(super) fn of_old(
    said: Option<Said>,
    keyspace: &Keyspace,
    replication: &Replication,
) -> Result<Option<usize>, Failure> {
    let placed = matches!(replication, Replication::NetworkTopology(_));
    match (said, keyspace.tablets) {
        (None, None) | (Some(Said::Disabled), None) => Ok(None),
        (None, old) if placed => Ok(old),
        (Some(Said::Enabled(initial)), Some(_)) if placed => Ok(Some(initial)),
        _ => Err(Failure::invalid(
            "Cannot alter replication strategy vnode/tablets flavor",
        )),
    }
}
