//! Neural networks by hand.
//!
//! Every forward and backward pass in this crate is written out from its derivation: there is no
//! automatic differentiation. One layer is one file in [`layers`], one loss one file in
//! [`losses`], one learning rule one file in [`optimizers`]; each opens with its equations, and
//! `backward` stands right below `forward`.
//!
//! ```
//! use backprop::layers::{Layer, Linear, Mode, Pass};
//! use ndarray::{Array2, array};
//!
//! let mut linear = Linear::new(2, 1, true); // two numbers in, one unit, with a bias
//! let w = [0.5, -1.0, 0.25]; // weight [1, 2], then bias [1]
//! let x = array![[1.0, 2.0]];
//! let mut y = Array2::zeros((1, 1));
//! linear.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
//! assert_eq!(y, array![[0.5 * 1.0 - 1.0 * 2.0 + 0.25]]);
//!
//! let dy = array![[2.0]]; // ∂L/∂y
//! let (mut dx, mut dw) = (Array2::zeros((1, 2)), [0.0; 3]);
//! let pass = Pass { x: x.view(), y: y.view(), dy: dy.view() };
//! linear.backward(&w, pass, Some(dx.view_mut()), &mut dw);
//! assert_eq!(dx, array![[2.0 * 0.5, 2.0 * -1.0]]); // dy W
//! assert_eq!(dw, [2.0 * 1.0, 2.0 * 2.0, 2.0]); // dyᵀ x, then Σ dy
//! ```
//!
//! # Shapes
//!
//! Activations are matrices with one sample a row, `$x \in \mathbb{R}^{N \times D_{in}}$`; an image
//! is a row of `$C \cdot H \cdot W$` numbers. The upstream gradient `$dy = \partial L / \partial
//! y$` has the shape of `$y$`, and `backward` turns it into `$dx = \partial L / \partial x$` and
//! *adds* `$\partial L / \partial w$` to the gradient of each parameter.
//!
//! Layers that are faster together are one: a convolution with the ReLU and the max-pooling behind
//! it is [`layers::ConvReluPool`]. What a plan begins with is decided in [`layers::build_first`].
//!
//! # Threads and bits
//!
//! A [`Network`] divides a batch into shards; each has buffers of its own for its activations and
//! gradients, and goes through layers that its thread has for itself. The gradients of the
//! parameters are taken or summed shard after shard, in a fixed order, by threads that share the
//! parameters. How a batch is divided depends on its size and the network, never on the number of
//! threads, so one thread and many give the same bits. After the first batch of a size nothing is
//! allocated. `docs/training-step.md` shows a training step on one page.

pub mod engine;
pub mod information;
pub mod layers;
pub mod losses;
pub mod model;
pub mod optimizers;
pub mod probe;
pub mod regularization;

pub use engine::network::Network;
pub use kernels::instruction_set::{InstructionSet, Unavailable};
pub use model::{Compute, Model};
pub use probe::Probe;
