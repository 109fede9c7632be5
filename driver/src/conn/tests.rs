//! Tests of a connection against a server that does what each test says.
