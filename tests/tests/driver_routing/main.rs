//! Requests go to the core that owns their partition: seen by the driver, and by the cluster where that can be asked.

mod counted;
mod less;
mod token;
mod traced;
