//! Recordings, read.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use scylla_orm_driver::frame::request::Request;
use scylla_orm_driver::frame::response::{Columns, Prefix, QueryResult, Response};
use scylla_orm_driver::frame::{Compression, Dialect, Features, Flags, HEADER, Header, Version};
use scylla_orm_driver::wire::Malformed;

/// A frame of a recording.
pub(crate) struct Recorded {
    /// File and line, for messages.
    pub(crate) place: String,
    /// As it was on the wire.
    pub(crate) wire: Vec<u8>,
    /// The segments that it came in. Those that hold several frames stand at the first.
    pub(crate) segments: Vec<u8>,
    /// As it was before compression.
    pub(crate) bytes: Vec<u8>,
    pub(crate) compression: Option<Compression>,
    pub(crate) header: Header,
    pub(crate) features: Features,
    /// Of the rows of an answer that comes without them.
    known: Option<Columns>,
}

impl Recorded {
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[HEADER..]
    }

    /// Reads the answer in `body`, which is this one's or a damaged copy of it.
    pub(crate) fn response(&self, body: &[u8]) -> Result<(Prefix, Response), Malformed> {
        Response::decode(
            self.header.opcode,
            self.header.flags,
            Bytes::copy_from_slice(body),
            &self.features,
            self.known.as_ref(),
        )
    }

    /// Reads the request in `body`, which is this one's or a damaged copy of it.
    pub(crate) fn request<'a>(&self, body: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let Header { opcode, flags, .. } = self.header;
        Request::decode(opcode, flags, body, &self.features)
    }
}

/// All frames of all recordings.
pub(crate) fn all() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut files = Vec::new();
    for session in sorted(&folder) {
        files.extend(sorted(&session));
    }
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().flat_map(|file| read(file)).collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Version and compression of a session, by the name of its folder: `cassandra-5.0.7-v4-lz4`.
fn mode(folder: &str) -> (Version, Option<&str>) {
    let (_, mode) = folder.split_once("-v").unwrap();
    let (version, compression) = match mode.split_once('-') {
        Some((version, compression)) => (version, Some(compression)),
        None => (mode, None),
    };
    let version = Version::try_from(version.parse::<u8>().unwrap());
    (version.unwrap(), compression)
}

fn read(path: &Path) -> Vec<Recorded> {
    let text = fs::read_to_string(path).unwrap();
    let folder = path.parent().unwrap().file_name().unwrap();
    let (version, compression) = mode(folder.to_str().unwrap());
    let mut features = Features::of(Dialect::Cassandra);
    features.version = version;
    let compression = compression.map(Compression::named);
    if compression == Some(None) {
        // This build does not know it.
        return Vec::new();
    }
    let compression = compression.flatten();
    let (mut known, mut frames, mut segments) = (Known::default(), Vec::new(), Vec::new());
    for (n, line) in text.lines().enumerate() {
        let (direction, digits) = match line.split_once(' ') {
            Some((">>" | "<<", digits)) => {
                segments.extend(hex(digits));
                continue;
            }
            Some((direction @ (">" | "<"), digits)) => (direction, digits),
            _ => {
                assert!(line.is_empty() || line.starts_with('#'), "{line}");
                continue;
            }
        };
        let wire = hex(digits);
        let bytes = decompressed(&wire, compression.filter(|_| version == Version::V4));
        let header = Header::parse(bytes.first_chunk().unwrap()).unwrap();
        assert_eq!(header.response, direction == "<");
        let mut frame = Recorded {
            place: format!("{}:{}", path.display(), n + 1),
            wire,
            segments: std::mem::take(&mut segments),
            bytes,
            header,
            features,
            compression,
            known: None,
        };
        match direction {
            ">" => known.ask(&frame),
            _ => known.answer(&mut frame),
        }
        frames.push(frame);
    }
    frames
}

/// A frame as it would be without compression.
fn decompressed(wire: &[u8], compression: Option<Compression>) -> Vec<u8> {
    let header = Header::parse(wire.first_chunk().unwrap()).unwrap();
    let Some(compression) = compression.filter(|_| header.flags.has(Flags::COMPRESSED)) else {
        return wire.to_vec();
    };
    let body = compression.decompress(&wire[HEADER..], 1 << 20).unwrap();
    let mut bytes = Vec::new();
    let header = Header {
        flags: Flags(header.flags.0 & !Flags::COMPRESSED.0),
        length: u32::try_from(body.len()).unwrap(),
        ..header
    };
    header.put(&mut bytes);
    bytes.extend_from_slice(&body);
    bytes
}

/// What a client knows of the columns that an answer leaves out.
#[derive(Default)]
struct Known {
    /// By statement id.
    prepared: HashMap<Vec<u8>, Columns>,
    /// Of the statement that was asked last.
    asked: Option<Columns>,
    /// Of the last rows that came with theirs.
    last: Option<Columns>,
}

impl Known {
    fn ask(&mut self, frame: &Recorded) {
        self.asked = match frame.request(frame.body()) {
            Ok(Request::Execute(execute)) => self.prepared.get(execute.id).cloned(),
            _ => self.last.clone(),
        };
    }

    fn answer(&mut self, frame: &mut Recorded) {
        frame.known = self.asked.clone();
        match frame.response(frame.body()) {
            Ok((_, Response::Result(QueryResult::Prepared(prepared)))) => {
                let columns = prepared.result.columns;
                self.prepared.insert(prepared.id.to_vec(), columns);
            }
            Ok((_, Response::Result(QueryResult::Rows(rows)))) => {
                self.last = Some(rows.metadata.columns);
            }
            _ => {}
        }
    }
}

/// Bytes from hexadecimal digits.
fn hex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// The hexadecimal digits of bytes, for messages.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the server has left the columns out of these rows.
pub(crate) fn skips_columns(frame: &Recorded, prefix: &Prefix) -> bool {
    let mut before = Vec::new();
    prefix.encode(&mut before).unwrap();
    let flags = frame.body().get(before.len() + 4..before.len() + 8);
    frame.header.flags.has(Flags::NONE) && flags.is_some_and(|flags| flags[3] & 4 != 0)
}
