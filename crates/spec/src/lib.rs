//! An experiment as data.
//!
//! A config file is TOML, checked into an [`Experiment`] by [`Config::read`]; a model is planned for
//! the shape of a sample, which names every parameter and gives it its shape
//! ([`model::ModelSpec::plan`]). Nothing is computed here: no tensors, no random numbers.

pub mod augmentation;
mod check;
pub mod config;
pub mod datasets;
pub mod error;
pub mod escapes;
pub mod experiment;
pub mod gradient_check;
pub mod initializer;
pub mod layers;
pub mod losses;
pub mod model;
pub mod optimizers;
pub mod pair;
pub mod plan;
mod register;
pub mod regularization;
pub mod schedules;
pub mod stopping;
pub mod training;

pub use config::{Config, Overrides};
pub use error::{ConfigError, Mark, Problem};
pub use experiment::{DataShape, Experiment, ImplementationName};
