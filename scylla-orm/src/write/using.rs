//! How long what is written stays, and when it was written.

use scylla_orm_driver::wire;

use crate::cql::{Flag, Raw};

/// `USING TTL … AND TIMESTAMP …`
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Using {
    pub(super) ttl: Option<u32>,
    pub(super) timestamp: Option<i64>,
}

impl Using {
    /// Sets the flags, and appends the values.
    pub(super) fn append(self, raw: &mut Raw) {
        if let Some(seconds) = self.ttl {
            raw.shape.flag(Flag::TTL);
            // More than the server allows stays more, and is refused there.
            raw.value(|out| wire::put_int(out, i32::try_from(seconds).unwrap_or(i32::MAX)));
        }
        if let Some(micros) = self.timestamp {
            raw.shape.flag(Flag::TIMESTAMP);
            raw.value(|out| wire::put_long(out, micros));
        }
    }

    /// Sets the flags, and puts the values before all others.
    pub(super) fn before(self, mut raw: Raw) -> Raw {
        let before = raw.values.len();
        self.append(&mut raw);
        raw.values.rotate_left(before);
        raw
    }
}

/// `.ttl(..)` and `.timestamp(..)` of a builder with a field `using`.
macro_rules! using_settings {
    () => {
        /// What is written vanishes after so many seconds. 0: never, whatever the table's default is.
        pub fn ttl(mut self, seconds: u32) -> Self {
            self.using.ttl = Some(seconds);
            self
        }

        timestamp_setting!();
    };
}

/// `.timestamp(..)` alone.
macro_rules! timestamp_setting {
    () => {
        /// When it counts as written, in microseconds since 1970: what was written later wins. By default the session
        /// draws it.
        pub fn timestamp(mut self, micros: i64) -> Self {
            self.using.timestamp = Some(micros);
            self
        }
    };
}

pub(super) use {timestamp_setting, using_settings};
