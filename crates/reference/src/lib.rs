//! The same models in [burn](https://burn.dev) 0.22.1, with gradients by autodiff: what the
//! hand-written passes are held against.
//!
//! [`Model`] builds a planned `[model]` from burn's own layers and losses on one of burn's two CPU
//! devices ([`Backend`]), in f32 or f64, and speaks to the runner through
//! [`contract::Implementation`]. What the rules of learners go down on is in [`learners`].
//!
//! ```
//! use contract::{Batch, Implementation, NamedTensors, Streams};
//! use ndarray::array;
//! use reference::{Backend, Model};
//! use spec::model::{LayerSpec, LinearSpec, ModelSpec};
//! use spec::optimizers::SgdSpec;
//! use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
//!
//! let plan = ModelSpec::new(vec![LayerSpec::Linear(LinearSpec::new(1))]).plan(&[2]).unwrap();
//! let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
//! let training = TrainingSpec::new(LossSpec::SquaredError, rule);
//! let mut model = Model::<f64>::new(&plan, &training, Streams::new(1), Backend::Flex);
//! let mut parameters = NamedTensors::default();
//! parameters.insert("0.weight", array![[0.5, -1.0]].into_dyn());
//! parameters.insert("0.bias", array![0.25].into_dyn());
//! model.load(&parameters).unwrap();
//!
//! // ½ (y - t)² with y = 0.5 · 1 - 1 · 2 + 0.25 = -1.25: by autodiff dW = (y - t) x.
//! let (x, t) = (array![[1.0, 2.0]], array![[0.75]]);
//! let passed = model.loss_backward(Batch::new(x.view(), t.view()));
//! assert_eq!(passed.loss, 2.0);
//! assert_eq!(passed.gradients.get("0.weight"), Some(&array![[-2.0, -4.0]].into_dyn()));
//! ```
//!
//! # Where burn differs, and where that is settled
//!
//! | burn | here | settled in |
//! |---|---|---|
//! | a linear weight is `[D_in, D_out]` | `[D_out, D_in]`, as in PyTorch | `parameters` |
//! | a tensor without a dtype takes the device's, f32 | every tensor has an explicit dtype, since both are used in one process and `Device::configure` works only once | `tensors` |
//! | sigmoid on the ndarray device passes through f32 even for f64 | the same formula without the cast | `layers::pointwise` |
//! | leaky ReLU has derivative 1 at 0, PReLU too | the slope, as in PyTorch | `layers::leaky_relu`, `layers::prelu` |
//! | ReLU has derivative 0 at 0 | the same | |
//! | ELU takes eˣ of every x: where it overflows the gradient is NaN | eˣ only where x ≤ 0 | `layers::elu` |
//! | softplus is x from 20 on | eˣ until it overflows | `layers::pointwise` |
//! | dropout draws its own masks | those of `contract::dropout` | `layers::dropout` |
//! | the running variance of batch normalisation is the biased one (PyTorch: unbiased) | the same | |
//! | the batch normalisation module updates its statistics in every forward pass with autodiff | only in an update, around burn's function | `layers::batch_norm` |
//! | local response normalisation takes the mean of the squares | their sum: α times the size | `layers::local_response_norm` |
//! | average pooling counts padding, or not | counts it | `layers::avg_pool` |
//! | max pooling on the ndarray device passes over NaN | left so; the flex device keeps it | |
//! | no convolution with a table of connections | the table's kernels in a whole weight, the others 0 | `layers::conv2d` |
//! | padding with a value other than 0 is in f32, for a convolution of its own not at all | the value taken away, padded with 0, and added again | `layers::conv2d` |
//! | one bias a map; no convolution without shared weights | a bias of each unit is added behind; patches are selected and multiplied position by position | `layers::conv2d`, `layers::local2d` |
//! | no subsampling, squared distances, maxout, step | tensor operations | the file of each layer |
//! | multi-head attention divides the scores by a root in f32, and hides padding by −10⁴ | tensor operations, −∞ | `layers::multi_head_attention` |
//! | GELU divides by √2, positional encodings are in f32 | multiplied by 1/√2; in f64 | `layers::pointwise`, `layers::position` |
//! | integers have no gradient | an embedding's dx is 0 | `model` |
//! | binary cross-entropy takes integer targets, averages over the outputs too, and on ndarray loses the tail of ln σ | the sum over outputs of softplus | `losses::binary_cross_entropy` |
//! | Kullback-Leibler divergence takes ln 0 of a target of 0 | 0 ln 0 = 0 | `losses::kl_divergence` |
//! | mean squares are over the outputs too, without 1/2; no hinge, no perceptron criterion, no criterion of LeNet-5 | the factors of `spec` | the file of each loss |
//! | the gradient of `div_scalar` is f32 even for f64 | multiplied by the reciprocal | `loss` |
//! | momentum has dampening 0.1 unless told, Adam, AdaGrad and RMSProp ε = 1e-5, RMSProp momentum 0.9 | none; the ε of the config | the file of each rule |
//! | momentum, β and ε are f32, so 0.9 is 0.89999998 | in f64 the rule is written here | `optimizers` |
//! | no Rprop, Quickprop, Levenberg-Marquardt | written here, in f32 too | the file of each rule |
//! | clipping by norm is for each parameter alone | one norm for all | `parameters` |
//!
//! Two bugs of other versions were looked for and not found in 0.22.1: ReLU keeps NaN on both
//! devices (burn#5716), and tensors are made in standard layout, so that ReLU never meets swapped
//! strides (burn#3602).

mod backend;
mod batch;
mod layer;
mod layers;
pub mod learners;
mod loss;
mod losses;
mod model;
mod network;
mod objective;
mod optimizer;
mod optimizers;
mod parameters;
mod tensors;

pub use backend::Backend;
pub use model::Model;
pub use tensors::BurnReal;
