//! An experiment as data.
//!
//! A config file is TOML, checked into an [`Experiment`] by [`Config::read`]. What all
//! implementations must share is made here and nowhere else: names and shapes of the parameters
//! ([`model::ModelSpec::plan`]), their initial values ([`initial`]), every random choice
//! ([`Streams`]), and the trait through which the runner speaks to an implementation
//! ([`Implementation`]).
//!
//! ```
//! use std::path::Path;
//! use spec::{Config, ConfigError, Overrides};
//!
//! let text = r#"
//!     name = "xor"
//!     seed = 1
//!     implementations = ["backprop"]
//!     dataset.xor = {}
//!
//!     [model]
//!     layers = [{ linear = { units = 3 } }, "tanh", { linear = { units = 1 } }]
//!
//!     [training]
//!     epochs = 20
//!     batch_size = 4
//!     loss = "binary_cross_entropy"
//!     optimizer = { sgd = { learning_rate = 0.5 } }
//! "#;
//! let config = Config::parse(Path::new("xor.toml"), text.into(), &Overrides::default())?;
//! let plan = config.experiment.model.plan(&[2]).expect("the layers fit two inputs");
//! let parameters = plan.iter().flat_map(|layer| &layer.parameters);
//! let shapes: Vec<_> = parameters.map(|p| (p.name.as_str(), p.shape.as_slice())).collect();
//! assert_eq!(
//!     shapes,
//!     [("0.weight", &[3, 2][..]), ("0.bias", &[3]), ("2.weight", &[1, 3]), ("2.bias", &[1])],
//! );
//! # Ok::<(), ConfigError>(())
//! ```

pub mod augmentation;
pub mod config;
pub mod dataset;
pub mod dropout;
pub mod error;
pub mod experiment;
pub mod gradient_check;
pub mod implementation;
pub mod initial;
pub mod layers;
pub mod loss;
pub mod model;
pub mod optimizer;
pub mod pair;
pub mod plan;
pub mod regularization;
pub mod rows;
pub mod schedule;
pub mod stopping;
pub mod streams;
pub mod tensors;
pub mod training;

pub use config::{Config, Overrides};
pub use error::{ConfigError, Mark, Problem};
pub use experiment::{DataShape, Experiment, ImplementationName};
pub use implementation::{Aside, Backward, Evaluation, Implementation, Mode, Step};
pub use rows::{RowBuffer, aligned_zeros};
pub use streams::Streams;
pub use tensors::{NamedTensors, Real, TensorError};
