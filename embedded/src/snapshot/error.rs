//! Why a snapshot cannot be written or read.

use std::io;
use std::path::{Path, PathBuf};

/// A snapshot that cannot be written or read: which file, and why.
#[derive(Debug, thiserror::Error)]
#[error("snapshot: {}: {why}", path.display())]
pub struct SnapshotError {
    path: PathBuf,
    why: String,
}

impl SnapshotError {
    pub(super) fn new(path: &Path, why: impl Into<String>) -> SnapshotError {
        SnapshotError {
            path: path.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> SnapshotError {
        SnapshotError::new(path, error.to_string())
    }

    /// The file or directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    pub fn reason(&self) -> &str {
        &self.why
    }
}
