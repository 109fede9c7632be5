//! All that is told at TRACE while the suites run, and all that they bind, each in a file: the suite `trace` holds the one
//! against the other.
//!
//! Off unless [`VARIABLE`] names a folder. Each process then writes two files there: what the library tells, and the
//! values that reached an embedded cluster, as somebody who reads a log would see them.

use std::collections::HashSet;
use std::fs::{File, create_dir_all};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use scylla_orm_embedded::fault::Injected;
use scylla_orm_embedded::{Cluster, Fault};

/// The variable that names a folder for these files.
pub const VARIABLE: &str = "SCYLLA_ORM_TRACE";

/// Files of what is told, and of what is bound, end so.
pub const TOLD: &str = "told";
/// See [`TOLD`].
pub const BOUND: &str = "bound";

/// Less than this may stand in a log by chance.
const SHORTEST: usize = 6;
/// What is longer is not logged whole by anybody, and costs more than it shows.
const LONGEST: usize = 200;
/// A number may be a duration, a port or a count: more of it is needed.
const SHORTEST_NUMBER: usize = 9;

/// The folder for these files, if there is to be any.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// From now on, what this process tells and what is bound in requests to this cluster is kept, if that is asked for.
///
/// # Panics
/// If the files cannot be written.
pub fn watch(cluster: &Cluster) {
    /// A fault lasts as long as this.
    static WATCHING: Mutex<Vec<Injected>> = Mutex::new(Vec::new());
    let (Some(folder), true) = (folder(), begin()) else {
        return;
    };
    static BOUND_FILE: OnceLock<Lines> = OnceLock::new();
    let bound = BOUND_FILE.get_or_init(|| Lines::create(folder, BOUND));
    // What is bound to read the schema are names.
    let condition = Fault::on().statement_where(|cql| !cql.contains("system"));
    let never = condition.values_where(|values| {
        for text in values.iter().flatten().flat_map(|value| shown(value)) {
            bound.push(&text);
        }
        false
    });
    let mut watching = WATCHING.lock().unwrap_or_else(PoisonError::into_inner);
    watching.push(cluster.fault(never.drop_answer()));
}

/// Keeps what this process tells from now on, if that is asked for. Returns whether it is.
///
/// # Panics
/// If the file cannot be written.
pub fn begin() -> bool {
    static BEGUN: OnceLock<bool> = OnceLock::new();
    *BEGUN.get_or_init(|| {
        let Some(folder) = folder() else {
            return false;
        };
        let lines = Lines::create(folder, TOLD);
        let told = crate::log::each(move |line| lines.push(line));
        tracing::subscriber::set_global_default(told).expect("nobody else listens to all");
        true
    })
}

/// How a value may be written: text, number, UUID, bytes in hex and as a list. What is too short to be known is left out,
/// and what is very long.
pub fn shown(value: &[u8]) -> Vec<String> {
    if value.len() > LONGEST {
        return Vec::new();
    }
    let number = match value.len() {
        4 => value.try_into().map(i32::from_be_bytes).map(i64::from),
        _ => value.try_into().map(i64::from_be_bytes),
    };
    let number = number.map(|number| number.unsigned_abs().to_string());
    let mut shown: Vec<String> = number.into_iter().collect();
    shown.retain(|number| number.len() >= SHORTEST_NUMBER);
    shown.extend(uuid::Uuid::from_slice(value).map(|uuid| uuid.to_string()));
    if let Ok(text) = std::str::from_utf8(value)
        && text.len() >= SHORTEST
        && !text.contains(char::is_control)
    {
        shown.push(text.to_owned());
    }
    if value.len() >= SHORTEST && value.iter().any(|byte| *byte != 0) {
        shown.push(value.iter().map(|byte| format!("{byte:02x}")).collect());
        let list = format!("{value:?}");
        shown.push(list.trim_matches(['[', ']']).to_owned());
    }
    shown
}

/// The different lines of a file that grows.
struct Lines(Mutex<(File, HashSet<u64>)>);

impl Lines {
    fn create(folder: PathBuf, end: &str) -> Lines {
        create_dir_all(&folder).expect("the folder for traces is made");
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(|path| path.file_stem());
        let program = program.map_or("unknown".into(), |stem| stem.to_string_lossy());
        let name = format!("{program}.{}.{end}", std::process::id());
        let file = File::create(folder.join(name)).expect("a file for traces is made");
        Lines(Mutex::new((file, HashSet::new())))
    }

    fn push(&self, line: &str) {
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.1.insert(hasher.finish()) {
            writeln!(lines.0, "{line}").expect("a file for traces is written");
        }
    }
}
