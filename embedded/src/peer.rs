//! One client's connection, from STARTUP to its end.
