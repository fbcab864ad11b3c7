//! An experiment as data.
//!
//! A config file is TOML, checked into an [`Experiment`] by [`Config::read`]; a model is planned
//! for the shape of a sample, which names every parameter and gives it its shape
//! ([`model::ModelSpec::plan`]); what has a rule of its own is a learner ([`learners`]). Nothing is
//! computed here: no tensors, no random numbers.
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
//! let network = config.experiment.network().expect("there is a [model]");
//! let plan = network.model.plan(&[2]).expect("the layers fit two inputs");
//! let parameters = plan.iter().flat_map(|layer| &layer.parameters);
//! let shapes: Vec<_> = parameters.map(|p| (p.name.as_str(), p.shape.as_slice())).collect();
//! assert_eq!(
//!     shapes,
//!     [("0.weight", &[3, 2][..]), ("0.bias", &[3]), ("2.weight", &[1, 3]), ("2.bias", &[1])],
//! );
//! # Ok::<(), ConfigError>(())
//! ```

mod amount;
pub mod augmentation;
mod check;
pub mod config;
pub mod datasets;
pub mod error;
pub mod escapes;
pub mod experiment;
pub mod gradient_check;
pub mod initializer;
pub mod invariance;
pub mod layers;
pub mod learners;
pub mod link;
pub mod losses;
pub mod measures;
pub mod model;
pub mod network;
pub mod optimizers;
pub mod pair;
pub mod plan;
pub mod record;
mod register;
pub mod regularization;
pub mod schedules;
pub mod stopping;
pub mod table;
pub mod training;
pub mod validation;

pub use amount::Amount;
pub use config::{Config, Overrides};
pub use error::{ConfigError, Mark, Problem};
pub use experiment::{DataShape, Experiment, ImplementationName, Learns};
pub use network::NetworkSpec;
