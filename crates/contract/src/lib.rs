//! What implementations share: the trait they meet in, tensors by name, random streams, initial
//! values.
//!
//! An experiment ([`spec::Experiment`]) says what is computed; here is what every implementation of
//! it must have in common, so that all of them start from the same weights, see the same batches,
//! and can be held against each other tensor by tensor. Parameters are drawn once
//! ([`initial::draw_parameters`]), every random choice comes from named streams ([`Streams`]), and
//! the runner speaks to an implementation through one trait ([`Implementation`]).
//!
//! ```
//! use contract::{NamedTensors, Streams, initial};
//! use spec::model::{LayerSpec, LinearSpec, ModelSpec};
//!
//! let model = ModelSpec::new(vec![LayerSpec::Linear(LinearSpec::new(3))]);
//! let plan = model.plan(&[4])?;
//! let parameters: NamedTensors<f64> = initial::draw_parameters(&plan, &Streams::new(1));
//! assert_eq!(parameters.names().collect::<Vec<_>>(), ["0.weight", "0.bias"]);
//! # Ok::<(), spec::Problem>(())
//! ```

pub mod batch;
pub mod criterion;
pub mod dropout;
pub mod implementation;
pub mod initial;
pub mod rows;
pub mod streams;
pub mod tensors;

pub use batch::Batch;
pub use criterion::Criterion;
pub use implementation::{Backward, Evaluation, Implementation, Mode, Step, TrainingState};
pub use kernels::{Real, aligned_zeros};
pub use rows::RowBuffer;
pub use serde_bytes::ByteBuf;
pub use streams::Streams;
pub use tensors::{NamedTensors, TensorError};
