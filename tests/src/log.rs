//! What the library tells by `tracing`, collected.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// Makes a subscriber that of this thread, until the guard is dropped.
///
/// `tracing` asks about a place in the code once, when a thread comes to it for the first time: with one subscriber in the
/// process, it asks that of the thread, and a thread without one silences the place for all. With two it asks both.
pub fn listen(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    static OTHER: OnceLock<Dispatch> = OnceLock::new();
    OTHER.get_or_init(|| Dispatch::new(Lines::new(|_| {}, Level::ERROR)));
    tracing::subscriber::set_default(subscriber)
}

/// Collects events of this thread, down to INFO, until it is dropped: for tests whose runtime has one thread.
#[derive(Debug)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

/// What does with each line what it likes.
struct Lines<F> {
    each: F,
    down_to: Level,
}

/// A subscriber that hands over all that it hears, down to TRACE, as lines: events, and the fields of spans.
pub fn each(line: impl Fn(&str) + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    Lines::new(move |said: String| line(&said), Level::TRACE)
}

impl Log {
    /// Begins.
    pub fn start() -> Log {
        Log::down_to(Level::INFO)
    }

    /// Begins, and collects what is said at a level down to this one; the fields of spans too.
    pub fn down_to(level: Level) -> Log {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&lines);
        let keep = move |line| {
            let mut lines = kept.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line);
        };
        Log {
            lines,
            _guard: listen(Lines::new(keep, level)),
        }
    }

    /// How many events so far have these words in them.
    pub fn count(&self, words: &str) -> usize {
        self.lines().iter().filter(|l| l.contains(words)).count()
    }

    /// All events so far: level, message and fields of each.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock();
        lines.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<F: Fn(String) + Send + Sync + 'static> Subscriber for Lines<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.down_to
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if self.down_to > Level::INFO {
            let mut line = Line("SPAN".to_owned());
            span.record(&mut line);
            (self.each)(line.0);
        }
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, fields: &Record<'_>) {
        if self.down_to > Level::INFO {
            let mut line = Line("SPAN".to_owned());
            fields.record(&mut line);
            (self.each)(line.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        (self.each)(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl<F: Fn(String)> Lines<F> {
    fn new(each: F, down_to: Level) -> Lines<F> {
        Lines { each, down_to }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
