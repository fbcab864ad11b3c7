//! The same models in [burn](https://burn.dev) 0.22.1, with gradients by autodiff: what the
//! hand-written passes are held against.
//!
//! [`Model`] builds a planned `[model]` from burn's own layers and losses on one of burn's two CPU
//! devices ([`Backend`]), in f32 or f64, and speaks to the runner through
//! [`spec::Implementation`].
//!
//! # Where burn differs, and where that is settled
//!
//! | burn | here | settled in |
//! |---|---|---|
//! | a linear weight is `[D_in, D_out]` | `[D_out, D_in]`, as in PyTorch | `tensors` |
//! | a tensor without a dtype takes the device's, f32 | every tensor has an explicit dtype, since both are used in one process and `Device::configure` works only once | `tensors` |
//! | sigmoid on the ndarray device passes through f32 even for f64 | the same formula without the cast | `network` |
//! | leaky ReLU has derivative 1 at 0 | the slope, as in PyTorch | `network` |
//! | ReLU has derivative 0 at 0 | the same | |
//! | binary cross-entropy takes integer targets, averages over the outputs too, and on ndarray loses the tail of ln σ | the sum over outputs of softplus | `loss` |
//! | the gradient of `div_scalar` is f32 even for f64 | multiplied by the reciprocal | `loss` |
//! | momentum has dampening 0.1 unless told, Adam ε = 1e-5 | none; the ε of the config | `optimizer` |
//! | momentum, β and ε are f32, so 0.9 is 0.89999998 | in f64 the rule is written here | `optimizer` |
//!
//! Two bugs of other versions were looked for and not found in 0.22.1: ReLU keeps NaN on both
//! devices (burn#5716), and tensors are made in standard layout, so that ReLU never meets swapped
//! strides (burn#3602).

mod backend;
mod layers;
mod loss;
mod model;
mod network;
mod objective;
mod optimizer;
mod parameters;
mod tensors;

pub use backend::Backend;
pub use model::Model;
pub use tensors::BurnReal;
