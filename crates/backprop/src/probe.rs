//! A network looked into: the output of every layer, and what changes with its input.

use aligned_vec::AVec;
use contract::{NamedTensors, Streams, TensorError, aligned_zeros};
use kernels::singular_values::singular_values;
use ndarray::{Array2, Array3, ArrayView1, ArrayView2};
use spec::model::PlannedLayer;

use crate::engine::chain::{Activations, Chain};
use crate::engine::names::Names;
use crate::layers::{Identity, Mode, Order};
use crate::model::Compute;

/// The planned layers one by one, none fused with its neighbours, so that each has an output that
/// can be read. It computes as after training: nothing is dropped, statistics are the running ones.
pub struct Probe<T> {
    plan: Vec<PlannedLayer>,
    chain: Chain<T>,
    /// Parameters of all layers.
    w: AVec<T>,
    activations: Activations<T>,
}

impl<T: Compute> Probe<T> {
    /// The planned layers, every parameter 0.
    pub fn new(plan: &[PlannedLayer]) -> Self {
        // No mask is drawn outside of training, so the seed does not matter.
        let chain = Chain::new(plan, Streams::new(0), T::single_layer);
        Self {
            plan: plan.to_vec(),
            w: aligned_zeros(chain.parameters()),
            activations: chain.activations(),
            chain,
        }
    }

    /// Takes every parameter and running statistic by its name; others may be among them.
    ///
    /// # Errors
    /// When one is missing or has another shape; then nothing is taken.
    pub fn load(&mut self, tensors: &NamedTensors<T>) -> Result<(), TensorError> {
        let names = Names {
            plan: &self.plan,
            input: &Identity,
        };
        let statistics = names.load(tensors, &mut self.w)?;
        self.chain.restore(&mut statistics.as_slice());
        Ok(())
    }

    /// True lengths `[N]` of the sequences that come next; none: nothing is padded.
    pub fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.chain.set_lengths(lengths);
    }

    /// Computes the outputs of all layers from `x` `[N, D_in]`.
    pub fn forward(&mut self, x: ArrayView2<T>) {
        self.chain
            .forward(&self.w, x, &mut self.activations, Mode::Evaluation);
    }

    /// `$J = \partial y / \partial x$` `[D_out, D_in]` of all layers together at one sample `x`
    /// `[D_in]`: one backward pass of as many rows as there are outputs, of which row `$j$` asks
    /// for the gradient of `$y_j$`.
    pub fn jacobian(&mut self, x: ArrayView1<T>) -> Array2<T> {
        let outputs = self.plan.last().map_or(0, PlannedLayer::outputs);
        let copies = x.broadcast((outputs, x.len()));
        let copies = copies.expect("a row is as long as itself").to_owned();
        self.forward(copies.view());
        self.activations
            .last_gradient()
            .assign(&Array2::eye(outputs));
        let mut jacobian = Array2::zeros(copies.raw_dim());
        let mut unused = vec![T::zero(); self.chain.shard_gradients()];
        let (order, dx) = (Order::First, Some(jacobian.view_mut()));
        self.chain.backward(
            order,
            &self.w,
            copies.view(),
            &mut self.activations,
            dx,
            &mut unused,
        );
        jacobian
    }

    /// Output of a layer in the last [`Probe::forward`], `[N, D_out]`.
    pub fn output(&self, layer: usize) -> ArrayView2<'_, T> {
        self.activations.output(layer)
    }

    /// Gates, cells and states of a recurrent layer in the last [`Probe::forward`], each by its
    /// name and `[T·N, H]`, step behind step; nothing of another layer.
    pub fn states(&self, layer: usize) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        self.chain.states(layer)
    }

    /// Weights of the heads of every layer of attention in the last [`Probe::forward`] of a sample,
    /// those inside other layers too, `[H, T, T]` each.
    pub fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        self.chain.attention(sample)
    }
}

impl Probe<f64> {
    /// The singular values of [`Probe::jacobian`], the largest first.
    pub fn singular_values(&mut self, x: ArrayView1<f64>) -> Vec<f64> {
        singular_values(self.jacobian(x).view())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::random;
    use contract::initial::draw_parameters;
    use ndarray::{Array2, array};
    use spec::model::{Conv2dSpec, GruSpec, LayerSpec, LinearSpec, LstmSpec, ModelSpec, PoolSpec};

    #[test]
    fn every_layer_of_a_fused_one_has_its_output() {
        let pool = PoolSpec::new(2);
        let layers = vec![
            LayerSpec::Conv2d(Conv2dSpec::new(1, 1)),
            LayerSpec::Relu,
            LayerSpec::MaxPool(pool),
        ];
        let plan = ModelSpec::new(layers).plan(&[1, 2, 2]).unwrap();
        let mut parameters = draw_parameters(&plan, &Streams::new(1));
        parameters.insert("0.weight", array![[[[2.0]]]].into_dyn());
        parameters.insert("0.bias", array![-3.0].into_dyn());
        let mut probe = Probe::<f64>::new(&plan);
        probe.load(&parameters).unwrap();
        probe.forward(array![[1.0, 2.0, 3.0, -1.0]].view());
        assert_eq!(probe.output(0), array![[-1.0, 1.0, 3.0, -5.0]]);
        assert_eq!(probe.output(1), array![[0.0, 1.0, 3.0, 0.0]]);
        assert_eq!(probe.output(2), array![[3.0]]);
    }

    #[test]
    fn a_jacobian_agrees_with_central_differences_and_the_chain_rule() {
        let layers = vec![
            LayerSpec::Conv2d(Conv2dSpec::new(3, 2)),
            LayerSpec::Tanh,
            LayerSpec::Linear(LinearSpec::new(4)),
            LayerSpec::Sigmoid,
        ];
        let plan = ModelSpec::new(layers).plan(&[1, 3, 3]).unwrap();
        let parameters = draw_parameters(&plan, &Streams::new(1));
        let probe = |plan| {
            let mut probe = Probe::<f64>::new(plan);
            probe.load(&parameters).unwrap();
            probe
        };
        let x = random(1, 9, "x");
        let (mut whole, mut first) = (probe(&plan), probe(&plan[..2]));
        let jacobian = whole.jacobian(x.row(0));
        for column in 0..9 {
            let mut at = |by: f64| {
                let mut moved = x.clone();
                moved[[0, column]] += by;
                whole.forward(moved.view());
                whole.output(3).row(0).to_owned()
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let far = &difference - &jacobian.column(column);
            assert!(far.iter().all(|far| far.abs() < 1e-9), "column {column}");
        }
        let of_first = first.jacobian(x.row(0));
        first.forward(x.view());
        let of_second = probe(&plan[2..]).jacobian(first.output(1).row(0));
        let far = of_second.dot(&of_first) - jacobian;
        assert!(far.iter().all(|far| far.abs() < 1e-14));
    }

    /// h = o tanh c of an LSTM, and h = (1 − z) n + z h of a GRU, with what they show of
    /// themselves.
    #[test]
    fn the_states_of_recurrent_layers_are_what_their_equations_say() {
        let layers = vec![
            LayerSpec::Lstm(LstmSpec::new(2)),
            LayerSpec::Gru(GruSpec::new(3)),
            LayerSpec::Tanh,
        ];
        let plan = ModelSpec::new(layers).plan(&[4, 2]).unwrap();
        let mut probe = Probe::<f64>::new(&plan);
        probe
            .load(&draw_parameters(&plan, &Streams::new(1)))
            .unwrap();
        probe.forward(random(1, 8, "x").view());
        let state = |layer: usize, wanted: &str| {
            let states = probe.states(layer);
            let found = states.iter().find(|(name, _)| *name == wanted);
            found.unwrap_or_else(|| panic!("no {wanted}")).1.to_owned()
        };
        let (i, f, g) = (
            state(0, "input gate i"),
            state(0, "forget gate f"),
            state(0, "candidate g"),
        );
        let (o, c, h) = (
            state(0, "output gate o"),
            state(0, "cell c"),
            state(0, "state h"),
        );
        assert_eq!(h.dim(), (4, 2));
        assert_eq!(h, &o * &c.mapv(f64::tanh));
        assert_eq!(c.row(0), &i.row(0) * &g.row(0));
        assert_eq!(c.row(3), &f.row(3) * &c.row(2) + &i.row(3) * &g.row(3));
        assert_eq!(
            probe.output(0).iter().copied().collect::<Vec<_>>(),
            h.iter().copied().collect::<Vec<_>>()
        );
        let (z, n, h) = (
            state(1, "update gate z"),
            state(1, "candidate n"),
            state(1, "state h"),
        );
        let last = (1.0 - &z.row(3)) * n.row(3) + &z.row(3) * &h.row(2);
        assert!((last - h.row(3)).iter().all(|far: &f64| far.abs() < 1e-15));
        assert!(probe.states(2).is_empty());
    }

    #[test]
    fn a_missing_parameter_is_told() {
        let layers = vec![LayerSpec::Linear(LinearSpec::new(2))];
        let plan = ModelSpec::new(layers).plan(&[3]).unwrap();
        let mut probe = Probe::<f64>::new(&plan);
        assert!(probe.load(&NamedTensors::default()).is_err());
        probe.forward(Array2::ones((1, 3)).view());
        assert_eq!(probe.output(0), Array2::<f64>::zeros((1, 2)));
    }
}
