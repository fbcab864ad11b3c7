//! The same models in [burn](https://burn.dev) 0.22.1, with gradients by autodiff: what the
//! hand-written passes are held against.
//!
//! [`Model`] builds a planned `[model]` from burn's own layers and losses on one of burn's two CPU
//! devices ([`Backend`]), in f32 or f64, and speaks to the runner through
//! [`contract::Implementation`].
//!
//! # Where burn differs, and where that is settled
//!
//! | burn | here | settled in |
//! |---|---|---|
//! | a linear weight is `[D_in, D_out]` | `[D_out, D_in]`, as in PyTorch | `parameters` |
//! | a tensor without a dtype takes the device's, f32 | every tensor has an explicit dtype, since both are used in one process and `Device::configure` works only once | `tensors` |
//! | sigmoid on the ndarray device passes through f32 even for f64 | the same formula without the cast | `layers::activations` |
//! | leaky ReLU has derivative 1 at 0, PReLU too | the slope, as in PyTorch | `layers::activations` |
//! | ReLU has derivative 0 at 0 | the same | |
//! | ELU takes eˣ of every x: where it overflows the gradient is NaN | eˣ only where x ≤ 0 | `layers::activations` |
//! | softplus is x from 20 on | eˣ until it overflows | `layers::activations` |
//! | dropout draws its own masks | those of `contract::dropout` | `layers::dropout` |
//! | the running variance of batch normalisation is the biased one (PyTorch: unbiased) | the same | |
//! | the batch normalisation module updates its statistics in every forward pass with autodiff | only in an update, around burn's function | `layers::normalization` |
//! | local response normalisation takes the mean of the squares | their sum: α times the size | `layers::local_response_norm` |
//! | average pooling counts padding, or not | counts it | `layers::pooling` |
//! | max pooling on the ndarray device passes over NaN | left so; the flex device keeps it | |
//! | no convolution with a table of connections | the table's kernels in a whole weight, the others 0 | `layers::conv2d` |
//! | no subsampling, radial basis functions, maxout, step | tensor operations | `layers` |
//! | integers have no gradient | an embedding's dx is 0 | `model` |
//! | binary cross-entropy takes integer targets, averages over the outputs too, and on ndarray loses the tail of ln σ | the sum over outputs of softplus | `loss` |
//! | Kullback-Leibler divergence takes ln 0 of a target of 0 | 0 ln 0 = 0 | `loss` |
//! | mean squares are over the outputs too, without 1/2; no multi-class hinge, no criterion of LeNet-5 | the factors of `spec` | `loss` |
//! | the gradient of `div_scalar` is f32 even for f64 | multiplied by the reciprocal | `loss` |
//! | momentum has dampening 0.1 unless told, Adam, AdaGrad and RMSProp ε = 1e-5, RMSProp momentum 0.9 | none; the ε of the config | `optimizer` |
//! | momentum, β and ε are f32, so 0.9 is 0.89999998 | in f64 the rule is written here | `optimizer` |
//! | no Rprop, Quickprop, Levenberg-Marquardt | written here, in f32 too | `optimizer` |
//! | clipping by norm is for each parameter alone | one norm for all | `parameters` |
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
