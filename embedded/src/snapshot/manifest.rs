//! The list of a snapshot's files: by it is seen that all of them are there, and as they were written.

use std::fs;
use std::path::{Path, PathBuf};

use crate::flavor::Flavor;
use crate::snapshot::SnapshotError;

const NAME: &str = "MANIFEST";
const FIRST: &str = "scylla-orm-embedded snapshot ";
const VERSION: &str = "1";

/// Begins the last line.
const END: &str = "end ";

/// The files of a snapshot.
pub(super) struct Manifest {
    directory: PathBuf,
    flavor: String,
    files: Vec<Entry>,
}

struct Entry {
    sum: u32,
    length: usize,
    path: String,
}

/// # Errors
/// If there is something that is no snapshot.
pub(super) fn may_replace(directory: &Path) -> Result<(), SnapshotError> {
    if !directory.exists() || directory.join(NAME).is_file() {
        return Ok(());
    }
    let mut entries = fs::read_dir(directory).map_err(|e| SnapshotError::io(directory, &e))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(SnapshotError::new(
            directory,
            "there is something else than a snapshot",
        )),
    }
}

fn name(flavor: Flavor) -> &'static str {
    flavor.pick("scylla", "cassandra")
}

impl Manifest {
    pub(super) fn new(flavor: Flavor) -> Manifest {
        Manifest {
            directory: PathBuf::new(),
            flavor: name(flavor).to_owned(),
            files: Vec::new(),
        }
    }

    /// Writes a file into `directory`, and notes it.
    pub(super) fn write(
        &mut self,
        directory: &Path,
        path: &str,
        content: &[u8],
    ) -> Result<(), SnapshotError> {
        put(&directory.join(path), content)?;
        self.files.push(Entry {
            sum: crc32fast::hash(content),
            length: content.len(),
            path: path.to_owned(),
        });
        Ok(())
    }

    /// Writes itself, last: without it there is no snapshot.
    pub(super) fn finish(&self, directory: &Path) -> Result<(), SnapshotError> {
        let mut text = format!("{FIRST}{VERSION}\nflavor {}\n", self.flavor);
        for Entry { sum, length, path } in &self.files {
            text.push_str(&format!("file {sum:08x} {length} {path}\n"));
        }
        let sum = crc32fast::hash(text.as_bytes());
        text.push_str(&format!("{END}{sum:08x}\n"));
        put(&directory.join(NAME), text.as_bytes())
    }

    pub(super) fn read(directory: &Path) -> Result<Manifest, SnapshotError> {
        let path = directory.join(NAME);
        let error = |why: &str| SnapshotError::new(&path, why);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(SnapshotError::new(directory, "there is no snapshot"));
            }
            Err(e) => return Err(SnapshotError::io(&path, &e)),
        };
        let mut lines = text.lines();
        match lines.next().and_then(|line| line.strip_prefix(FIRST)) {
            Some(VERSION) => {}
            Some(other) => {
                let why = format!("version {other} of the format; this crate reads {VERSION}");
                return Err(error(&why));
            }
            None => return Err(error("it is not the list of a snapshot")),
        }
        let flavor = lines.next().and_then(|line| line.strip_prefix("flavor "));
        let flavor = flavor.ok_or_else(|| error("it does not say which flavor"))?;
        let list = whole(&text).ok_or_else(|| error("it is damaged: its checksum differs"))?;
        let files: Option<Vec<Entry>> = list.lines().skip(2).map(entry).collect();
        Ok(Manifest {
            directory: directory.to_owned(),
            flavor: flavor.to_owned(),
            files: files.ok_or_else(|| error("a line is damaged"))?,
        })
    }

    /// # Errors
    /// If the snapshot is of another flavour: the two have other types and options.
    pub(super) fn expect(&self, flavor: Flavor) -> Result<(), SnapshotError> {
        match self.flavor == name(flavor) {
            true => Ok(()),
            false => Err(SnapshotError::new(
                &self.directory,
                format!(
                    "it is of a cluster of the flavor {}, this one is {}",
                    self.flavor,
                    name(flavor)
                ),
            )),
        }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// The content of a file, as it was written.
    pub(super) fn content(&self, path: &str) -> Result<Vec<u8>, SnapshotError> {
        let full = self.path(path);
        let Some(entry) = self.files.iter().find(|entry| entry.path == path) else {
            return Err(SnapshotError::new(
                &full,
                "the list of files does not have it",
            ));
        };
        let content = fs::read(&full).map_err(|e| SnapshotError::io(&full, &e))?;
        if content.len() != entry.length || crc32fast::hash(&content) != entry.sum {
            return Err(SnapshotError::new(
                &full,
                "it is damaged: its checksum differs",
            ));
        }
        Ok(content)
    }
}

/// The text without its last line, which has its checksum.
fn whole(text: &str) -> Option<&str> {
    let (list, sum) = text.split_at_checked(text.rfind(END)?)?;
    let sum = sum.strip_prefix(END)?.strip_suffix('\n')?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    (sum == crc32fast::hash(list.as_bytes())).then_some(list)
}

fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.strip_prefix("file ")?.splitn(3, ' ');
    Some(Entry {
        sum: u32::from_str_radix(parts.next()?, 16).ok()?,
        length: parts.next()?.parse().ok()?,
        path: parts.next()?.to_owned(),
    })
}

fn put(path: &Path, content: &[u8]) -> Result<(), SnapshotError> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = written.and_then(|()| fs::write(path, content));
    written.map_err(|e| SnapshotError::io(path, &e))
}
