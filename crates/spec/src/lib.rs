//! An experiment as data.
//!
//! A config file is TOML, checked into an [`Experiment`] by [`Config::read`]; a model is planned for
//! the shape of a sample, which names every parameter and gives it its shape
//! ([`model::ModelSpec::plan`]). Nothing is computed here: no tensors, no random numbers.

pub mod augmentation;
pub mod config;
pub mod dataset;
pub mod error;
pub mod experiment;
pub mod gradient_check;
pub mod initializer;
pub mod layers;
pub mod loss;
pub mod model;
pub mod optimizer;
pub mod pair;
pub mod plan;
pub mod regularization;
pub mod schedule;
pub mod stopping;
pub mod training;

pub use config::{Config, Overrides};
pub use error::{ConfigError, Mark, Problem};
pub use experiment::{DataShape, Experiment, ImplementationName};
