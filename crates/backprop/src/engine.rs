//! What runs a batch through the layers, on several threads, and back.
//!
//! [`network`] holds the parameters. A batch goes through the input layer as a whole, and is then
//! divided into `shards`; each goes through a [`chain`] of layers to the loss and back (`shard`),
//! and `gradients` takes the gradients of the parameters from all of them, in a fixed order. Where
//! a layer couples the samples of a batch, the batch stays whole and its other layers are sharded
//! by themselves ([`sharded_layer`]).

pub mod chain;
mod gradients;
pub(crate) mod names;
pub mod network;
pub mod objective;
mod request;
mod shard;
pub mod sharded_layer;
mod shards;
