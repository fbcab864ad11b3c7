//! What runs a batch through the layers, on several threads, and back.
//!
//! [`network`] holds the parameters and cuts a batch into pieces ([`kernels::cut`]); each piece
//! goes through a [`chain`] of layers and leaves what the way back needs (`piece`); `gradients`
//! takes the gradients of the parameters from all pieces, in a fixed order. Where a layer couples
//! the samples of a batch, the batch stays whole and its other layers are cut by themselves
//! ([`rows`]).

pub mod chain;
mod gradients;
mod names;
pub mod network;
mod piece;
mod pieces;
pub mod rows;
mod task;
