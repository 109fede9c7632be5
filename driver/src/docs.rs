//! Pages of documentation; no code.

#[doc = include_str!("../docs/request.md")]
pub mod request {}

#[doc = include_str!("../docs/seeds.md")]
pub mod seeds {}

#[doc = include_str!("../docs/defaults.md")]
pub mod defaults {}
