//! What a session that is to be opened knows of the schema, and who looks at its requests.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::SchemaMetadata;
use crate::policy::tracker::RequestTracker;
use crate::session::SessionBuilder;
use crate::session::observe::Observers;

/// Who looks at the requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Observation {
    trackers: Vec<Arc<dyn RequestTracker>>,
    slow: Option<Duration>,
}

impl Observation {
    pub(super) fn observers(self) -> Observers {
        Observers {
            trackers: self.trackers,
            slow: Observers::slower_than(self.slow),
        }
    }
}

impl SessionBuilder {
    /// Whether and when the session reads the schema, for [`Session::schema`](crate::session::Session::schema). By default when it is asked for first.
    pub fn schema_metadata(mut self, when: SchemaMetadata) -> Self {
        self.schema.mode = when;
        self
    }

    /// The keyspaces that are read into [`Session::schema`](crate::session::Session::schema), as they are spelled in the system tables. By default all
    /// but those of the system itself (`system`, and what begins with `system_`).
    pub fn schema_keyspaces(
        mut self,
        keyspaces: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.schema.keyspaces = keyspaces.into_iter().map(Into::into).collect();
        self
    }

    /// Tells `tracker` of each request that has ended. May be called more than once: all of them are told.
    pub fn request_tracker(mut self, tracker: impl RequestTracker) -> Self {
        self.observation.trackers.push(Arc::new(tracker));
        self
    }

    /// Logs requests that take so long or longer, all attempts together: a `WARN` of the target
    /// `scylla_orm_driver::slow` with the statement, without literals and values; ten of them in a second at most. Off
    /// by default.
    pub fn slow_requests(mut self, limit: Duration) -> Self {
        self.observation.slow = Some(limit);
        self
    }
}
