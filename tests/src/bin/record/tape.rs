//! A recording: what went over one connection, as text that people can read and compare.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::mode::Mode;

/// What went over one connection.
pub(crate) struct Tape {
    release: String,
    mode: Mode,
    text: String,
}

impl Tape {
    /// An empty one of a server of this release.
    pub(crate) fn new(release: &str, mode: Mode) -> Tape {
        Tape {
            release: release.to_owned(),
            mode,
            text: String::new(),
        }
    }

    /// What the next bytes are about.
    pub(crate) fn note(&mut self, note: &str) {
        let line = note.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(160).collect();
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "\n# {short}\n");
    }

    /// A frame to the server.
    pub(crate) fn sent(&mut self, frame: &[u8]) {
        self.bytes(">", frame);
    }

    /// A frame from the server.
    pub(crate) fn received(&mut self, frame: &[u8]) {
        self.bytes("<", frame);
    }

    /// The segments in which the next frame goes.
    pub(crate) fn sent_segments(&mut self, segments: &[u8]) {
        self.bytes(">>", segments);
    }

    /// A segment in which the next frames have come.
    pub(crate) fn received_segment(&mut self, segment: &[u8]) {
        self.bytes("<<", segment);
    }

    fn bytes(&mut self, direction: &str, bytes: &[u8]) {
        self.text.push_str(direction);
        self.text.push(' ');
        for byte in bytes {
            let _ = write!(self.text, "{byte:02x}");
        }
        self.text.push('\n');
    }

    /// Writes it to `folder`, and returns where.
    pub(crate) fn save(&self, folder: &Path, name: &str) -> io::Result<PathBuf> {
        let folder = folder.join(format!("cassandra-{}-{}", self.release, self.mode));
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.txt"));
        let today = chrono::DateTime::from_timestamp_secs(seconds()).unwrap_or_default();
        let head = format!(
            "# Apache Cassandra {}, protocol {}, recorded {} by `cargo run -p tests --bin record`.\n\
             # `>` to the server, `<` from it: frames with their headers, in hexadecimal; `>>` and `<<` the segments around them.\n",
            self.release,
            self.mode,
            today.date_naive()
        );
        fs::write(&path, head + &self.text)?;
        Ok(path)
    }
}

fn seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
