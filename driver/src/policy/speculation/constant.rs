//! Copies at fixed intervals.

use std::time::Duration;

use super::SpeculationPolicy;

/// A copy each time that so long has passed without an answer, up to a number of copies.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::speculation::Constant;
///
/// let builder = Session::builder().speculation(Constant::new(Duration::from_millis(50), 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    delay: Duration,
    copies: u32,
}

impl Constant {
    /// A copy after each `delay` without an answer, at most `copies`.
    pub fn new(delay: Duration, copies: u32) -> Constant {
        Constant { delay, copies }
    }
}

impl SpeculationPolicy for Constant {
    fn delay(&self, copy: u32) -> Option<Duration> {
        (copy <= self.copies).then_some(self.delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_so_many() {
        let delay = Duration::from_millis(5);
        let policy = Constant::new(delay, 2);
        let found: Vec<_> = (1..5).map(|copy| policy.delay(copy)).collect();
        assert_eq!(found, [Some(delay), Some(delay), None, None]);
    }
}
