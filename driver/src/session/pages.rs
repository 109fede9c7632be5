//! The pages of a result, one after another.

use crate::error::Result;
use crate::session::{Answer, Execution, Session};

/// The pages of a result, each asked for when the one before has been read.
#[derive(Debug)]
pub struct Pages {
    session: Session,
    /// `None` after the last page.
    next: Option<Execution>,
}

impl Pages {
    pub(crate) fn new(session: Session, first: Execution) -> Pages {
        Pages {
            session,
            next: Some(first),
        }
    }

    /// The next page; `None` after the last. A page may be empty and not be the last. After an error, asking again
    /// asks for the same page.
    ///
    /// # Errors
    /// As [`Session::run`].
    ///
    /// # Cancel safety
    /// A page whose future was dropped is asked for again.
    pub async fn next(&mut self) -> Result<Option<Answer>> {
        let Some(execution) = &self.next else {
            return Ok(None);
        };
        let answer = self.session.run(execution.clone()).await?;
        match (answer.paging_state().cloned(), &mut self.next) {
            (Some(state), Some(execution)) => execution.paging_state = Some(Box::from(&*state)),
            (_, next) => *next = None,
        }
        Ok(Some(answer))
    }

    /// Where the next page begins, to go on from there another time: put it into [`Execution::paging_state`] of the
    /// same statement with the same values. `None` before the first page and after the last.
    pub fn paging_state(&self) -> Option<&[u8]> {
        self.next.as_ref()?.paging_state.as_deref()
    }
}
