//! The models in burn against numbers that are known: worked examples, central differences and
//! plain f64 formulas.

mod activations;
mod attention;
mod contract;
mod curvature;
mod layers;
mod losses;
mod normalization;
mod objective;
mod outputs;
mod support;
mod trajectories;
mod worked_examples;
