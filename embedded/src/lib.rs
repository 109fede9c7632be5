//! A CQL cluster inside the process, for development and tests.
