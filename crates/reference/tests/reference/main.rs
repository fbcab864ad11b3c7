//! The models in burn against numbers that are known: worked examples, central differences and
//! plain f64 formulas.

mod activations;
mod contract;
mod losses;
mod support;
mod trajectories;
mod worked_examples;
