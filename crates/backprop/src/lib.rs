//! Neural networks by hand.
//!
//! Every forward and backward pass in this crate is written out from its derivation: there is no
//! automatic differentiation. One layer is one file in [`layers`], one loss one file in
//! [`losses`], one learning rule one file in [`optimizers`]; each opens with its equations, and
//! `backward` stands right below `forward`.
//!
//! # Shapes
//!
//! Activations are matrices with one sample a row, `$x \in \mathbb{R}^{N \times D_{in}}$`; an image is
//! a row of `$C \cdot H \cdot W$` numbers. The upstream gradient `$dy = \partial L / \partial y$` has the
//! shape of `$y$`, and `backward` turns it into `$dx = \partial L / \partial x$` and *adds*
//! `$\partial L / \partial w$` to the gradient of each parameter.
//!
//! Layers that are faster together are one: a convolution with the ReLU and the max-pooling behind it is
//! [`layers::ConvReluPool`]. What a plan begins with is decided in [`layers::build_first`].
//!
//! # Threads and bits
//!
//! A [`Network`] cuts a batch into pieces; each leaves its outputs and gradients in buffers of its own, and
//! goes through layers that its thread has for itself. The gradients of the parameters are taken or
//! summed piece after piece, in a fixed order, by threads that share the parameters. Where the cuts are
//! depends on the batch and the network, never on the number of threads, so one thread and many give the
//! same bits. After the first batch of a size nothing is allocated.

pub mod engine;
pub mod information;
pub mod layers;
pub mod losses;
pub mod model;
pub mod optimizers;
pub mod regularization;

pub use engine::network::Network;
pub use model::{Compute, Model};
