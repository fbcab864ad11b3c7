//! Hand-written networks that bugs can be planted in.

use backprop::layers::{self, Layer, Mode, Pass};
use backprop::losses::{self, Loss};
use contract::{
    Backward, Batch, Evaluation, Implementation, NamedTensors, Step, Streams, TensorError,
    TrainingState, initial,
};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewMut2, IxDyn};
use rand::RngExt;
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

const SAMPLES: usize = 8;

/// A network with its parameters and a batch.
#[derive(Clone)]
pub struct Example {
    pub plan: Vec<PlannedLayer>,
    pub training: TrainingSpec,
    pub streams: Streams,
    pub parameters: NamedTensors<f64>,
    /// Inputs in [-1, 1), and one-hot targets.
    pub x: Array2<f64>,
    pub t: Array2<f64>,
    /// True lengths of sequences; none: nothing is padded.
    pub lengths: Option<Vec<usize>>,
}

impl Example {
    /// A classifier with these layers, for samples of that shape.
    pub fn new(sample: &[usize], layers: Vec<LayerSpec>) -> Self {
        let model = ModelSpec {
            weights: Initializer::XavierNormal,
            biases: Initializer::Normal {
                mean: 0.0,
                std: 0.5,
            },
            ..ModelSpec::new(layers)
        };
        let plan = model.plan(sample).unwrap();
        let (inputs, classes) = (plan[0].inputs(), plan[plan.len() - 1].outputs());
        let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
        let streams = Streams::new(1);
        let mut rng = streams.stream("batch");
        let x = Array2::from_shape_simple_fn((SAMPLES, inputs), || rng.random_range(-1.0..1.0));
        let one_hot = |(n, k): (usize, usize)| f64::from(u8::from(n % classes == k));
        Self {
            training: TrainingSpec::new(LossSpec::SoftmaxCrossEntropy, rule),
            parameters: initial::draw_parameters(&plan, &streams),
            x,
            t: Array2::from_shape_fn((SAMPLES, classes), one_hot),
            lengths: None,
            streams,
            plan,
        }
    }

    /// 4-4-4-3: a tanh after the first linear layer, a sigmoid after the second, a square one.
    pub fn perceptron() -> Self {
        let (tanh, sigmoid) = (LayerSpec::Tanh, LayerSpec::Sigmoid);
        Self::new(&[4], vec![linear(4), tanh, linear(4), sigmoid, linear(3)])
    }
}

/// A linear layer with a bias.
pub fn linear(units: usize) -> LayerSpec {
    LayerSpec::Linear(LinearSpec::new(units))
}

/// The chain rule over layers of `backprop`, each of which may be replaced by one with a bug.
pub struct Chain {
    pub layers: Vec<Box<dyn Layer<f64>>>,
    pub loss: Box<dyn Loss<f64>>,
    plan: Vec<PlannedLayer>,
    parameters: NamedTensors<f64>,
}

/// Of every pass here.
const MODE: Mode = Mode::Training {
    step: 0,
    first_row: 0,
};

impl Chain {
    /// Without a bug.
    pub fn honest(example: &Example) -> Self {
        let plan = example.plan.clone();
        let build = |layer| layers::build(layer, example.streams, layers::build_first);
        Self {
            layers: plan.iter().map(build).collect(),
            loss: losses::build(example.training.loss),
            parameters: example.parameters.clone(),
            plan,
        }
    }

    /// Gives a layer another backward pass.
    pub fn plant(&mut self, index: usize, backward: FaultyBackward) {
        let honest = std::mem::replace(&mut self.layers[index], Box::new(layers::Identity));
        self.layers[index] = Box::new(Faulty { honest, backward });
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        for layer in &mut self.layers {
            layer.set_lengths(lengths);
        }
    }

    /// The parameters of a layer in one flat vector, as layers want them.
    fn flat(&self, index: usize) -> Vec<f64> {
        let tensors = self.plan[index].parameters.iter();
        let tensors = tensors.map(|p| self.parameters.get(&p.name).unwrap());
        tensors.flat_map(|tensor| tensor.iter().copied()).collect()
    }

    /// The input, and the output of each layer.
    fn forward(&mut self, x: ArrayView2<f64>) -> Vec<Array2<f64>> {
        let mut passed = vec![x.to_owned()];
        for index in 0..self.layers.len() {
            let w = self.flat(index);
            let mut y = Array2::zeros((x.nrows(), self.plan[index].outputs()));
            self.layers[index].forward(&w, passed[index].view(), y.view_mut(), MODE);
            passed.push(y);
        }
        passed
    }

    /// From the gradient of the output to all gradients.
    fn back(&mut self, loss: f64, passed: Vec<Array2<f64>>, mut dy: Array2<f64>) -> Backward<f64> {
        let mut by_layer = Vec::new();
        for index in (0..self.layers.len()).rev() {
            let w = self.flat(index);
            let mut dw = vec![0.0; w.len()];
            let mut dx = Array2::zeros(passed[index].raw_dim());
            let pass = Pass {
                x: passed[index].view(),
                y: passed[index + 1].view(),
                dy: dy.view(),
            };
            self.layers[index].backward(&w, pass, Some(dx.view_mut()), &mut dw);
            by_layer.push(self.named(index, &dw));
            dy = dx;
        }
        let mut gradients = NamedTensors::default();
        gradients.insert("x", dy.into_dyn());
        for (name, gradient) in by_layer.into_iter().rev().flatten() {
            gradients.insert(name, gradient);
        }
        let mut outputs = NamedTensors::default();
        for (layer, y) in self.plan.iter().zip(&passed[1..]) {
            outputs.insert(format!("{}.output", layer.name), y.clone().into_dyn());
        }
        Backward {
            loss,
            outputs,
            gradients,
        }
    }

    /// A layer's flat gradient by the names of its parameters.
    fn named(&self, index: usize, mut flat: &[f64]) -> Vec<(String, ArrayD<f64>)> {
        let mut named = Vec::new();
        for parameter in &self.plan[index].parameters {
            let (values, rest) = flat.split_at(parameter.len());
            let tensor = ArrayD::from_shape_vec(IxDyn(&parameter.shape), values.to_vec());
            named.push((parameter.name.clone(), tensor.unwrap()));
            flat = rest;
        }
        named
    }
}

impl Implementation<f64> for Chain {
    fn load(&mut self, parameters: &NamedTensors<f64>) -> Result<(), TensorError> {
        self.parameters = parameters.clone();
        Ok(())
    }

    fn parameters(&self) -> NamedTensors<f64> {
        self.parameters.clone()
    }

    fn state(&self) -> Option<TrainingState<f64>> {
        None
    }

    fn restore(&mut self, _: &TrainingState<f64>) -> Result<(), TensorError> {
        unreachable!("bugs are looked for in single passes")
    }

    fn loss_backward(&mut self, batch: Batch<f64>) -> Backward<f64> {
        self.set_lengths(batch.lengths);
        let passed = self.forward(batch.x);
        let y = passed[passed.len() - 1].view();
        let one_over_n = 1.0 / batch.len() as f64;
        let loss = self.loss.forward(y, batch.t) * one_over_n;
        let mut dy = Array2::zeros(y.raw_dim());
        self.loss.backward(y, batch.t, one_over_n, dy.view_mut());
        self.back(loss, passed, dy)
    }

    fn backward(&mut self, x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Backward<f64> {
        let passed = self.forward(x);
        let sum = (&passed[passed.len() - 1] * &dy).sum();
        self.back(sum, passed, dy.to_owned())
    }

    fn train_step(&mut self, _: Step, _: Batch<f64>) -> f64 {
        unreachable!("bugs are looked for in single passes")
    }

    fn estimate_curvature(&mut self, _: Batch<f64>) {}

    fn evaluate(&mut self, _: contract::Mode, batch: Batch<f64>) -> Evaluation<f64> {
        self.set_lengths(batch.lengths);
        let mut passed = self.forward(batch.x);
        let output = passed.remove(passed.len() - 1);
        let loss = self.loss.forward(output.view(), batch.t) / batch.len() as f64;
        Evaluation { loss, output }
    }
}

/// A backward pass with a bug: given the honest layer, its parameters and its pass, it fills dx and
/// adds to dw.
pub type FaultyBackward = fn(&mut dyn Layer<f64>, &[f64], Pass<f64>, &mut Array2<f64>, &mut [f64]);

/// A layer with the right forward and a wrong backward pass.
struct Faulty {
    honest: Box<dyn Layer<f64>>,
    backward: FaultyBackward,
}

impl Layer<f64> for Faulty {
    fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, y: ArrayViewMut2<f64>, mode: Mode) {
        self.honest.forward(w, x, y, mode);
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.honest.set_lengths(lengths);
    }

    fn backward(
        &mut self,
        w: &[f64],
        pass: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        dw: &mut [f64],
    ) {
        let mut own = Array2::zeros(pass.x.raw_dim());
        (self.backward)(&mut *self.honest, w, pass, &mut own, dw);
        if let Some(mut dx) = dx {
            dx.assign(&own);
        }
    }
}
