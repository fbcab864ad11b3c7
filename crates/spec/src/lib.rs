//! An experiment as data.
//!
//! A config file is TOML, checked into an [`Experiment`] by [`Config::read`]. What all
//! implementations must share is made here and nowhere else: names and shapes of the parameters
//! ([`model::ModelSpec::plan`]), their initial values ([`initial`]), every random choice
//! ([`Streams`]), and the trait through which the runner speaks to an implementation
//! ([`Implementation`]).

pub mod augmentation;
mod check;
pub mod config;
pub mod datasets;
pub mod dropout;
pub mod error;
pub mod escapes;
pub mod experiment;
pub mod gradient_check;
pub mod implementation;
pub mod initial;
pub mod layers;
pub mod losses;
pub mod model;
pub mod optimizers;
pub mod pair;
pub mod plan;
mod register;
pub mod regularization;
pub mod rows;
pub mod schedules;
pub mod stopping;
pub mod streams;
pub mod tensors;
pub mod training;

pub use config::{Config, Overrides};
pub use datasets as dataset;
pub use error::{ConfigError, Mark, Problem};
pub use experiment::{DataShape, Experiment, ImplementationName};
pub use implementation::{Aside, Backward, Evaluation, Implementation, Mode, Step};
pub use rows::{RowBuffer, aligned_zeros};
pub use streams::Streams;
pub use tensors::{NamedTensors, Real, TensorError};
