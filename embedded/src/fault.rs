//! Faults that tests inject.
