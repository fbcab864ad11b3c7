//! What keeps weights small and gradients bounded.

pub mod clipping;
pub mod penalties;
