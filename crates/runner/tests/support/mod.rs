//! A small hand-written network that bugs can be planted in.

use backprop::layers::{self, Layer, Pass};
use backprop::losses::{self, Loss};
use ndarray::{Array2, ArrayD, ArrayView2, IxDyn};
use rand::RngExt;
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::training::LossSpec;
use spec::{Backward, Evaluation, Implementation, NamedTensors, Streams, TensorError, initial};

const SAMPLES: usize = 8;

/// 4-4-4-3: a tanh after the first linear layer, a sigmoid after the second, a square one.
pub fn plan() -> Vec<PlannedLayer> {
    let linear = |units| {
        LayerSpec::Linear(LinearSpec {
            units,
            bias: true,
            name: None,
            weights: None,
            biases: None,
        })
    };
    let model = ModelSpec {
        layers: vec![
            linear(4),
            LayerSpec::Tanh,
            linear(4),
            LayerSpec::Sigmoid,
            linear(3),
        ],
        weights: Initializer::XavierNormal,
        biases: Initializer::Normal {
            mean: 0.0,
            std: 0.5,
        },
        initial_parameters: None,
    };
    model.plan(&[4])
}

/// Parameters from a fixed seed.
pub fn parameters() -> NamedTensors<f64> {
    initial::draw_parameters(&plan(), &Streams::new(1))
}

/// Inputs in [-1, 1) and one-hot targets.
pub fn batch() -> (Array2<f64>, Array2<f64>) {
    let mut rng = Streams::new(1).stream("batch");
    let x = Array2::from_shape_simple_fn((SAMPLES, 4), || rng.random_range(-1.0..1.0));
    let t = Array2::from_shape_fn((SAMPLES, 3), |(n, k)| f64::from(u8::from(n % 3 == k)));
    (x, t)
}

/// A bug in the gradients themselves.
pub type Spoil = Box<dyn Fn(&mut NamedTensors<f64>) + Send>;

/// The chain rule over layers of `backprop`, each of which may be replaced by one with a bug.
pub struct Chain {
    pub layers: Vec<Box<dyn Layer<f64>>>,
    pub loss: Box<dyn Loss<f64>>,
    pub spoil: Option<Spoil>,
    plan: Vec<PlannedLayer>,
    parameters: NamedTensors<f64>,
}

impl Chain {
    /// Without a bug.
    pub fn honest() -> Self {
        let plan = plan();
        Self {
            layers: plan.iter().map(layers::build).collect(),
            loss: losses::build(LossSpec::SoftmaxCrossEntropy),
            spoil: None,
            parameters: parameters(),
            plan,
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
            self.layers[index].forward(&w, passed[index].view(), y.view_mut());
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
            let (x, y) = (passed[index].view(), passed[index + 1].view());
            let pass = Pass {
                x,
                y,
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
        if let Some(spoil) = &self.spoil {
            spoil(&mut gradients);
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

    fn loss_backward(&mut self, x: ArrayView2<f64>, t: ArrayView2<f64>) -> Backward<f64> {
        let passed = self.forward(x);
        let y = passed[passed.len() - 1].view();
        let one_over_n = 1.0 / x.nrows() as f64;
        let loss = self.loss.forward(y, t) * one_over_n;
        let mut dy = Array2::zeros(y.raw_dim());
        self.loss.backward(y, t, one_over_n, dy.view_mut());
        self.back(loss, passed, dy)
    }

    fn backward(&mut self, x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Backward<f64> {
        let passed = self.forward(x);
        let sum = (&passed[passed.len() - 1] * &dy).sum();
        self.back(sum, passed, dy.to_owned())
    }

    fn train_step(&mut self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        unreachable!("bugs are looked for in single passes")
    }

    fn evaluate(&mut self, x: ArrayView2<f64>, t: ArrayView2<f64>) -> Evaluation<f64> {
        let mut passed = self.forward(x);
        let output = passed.remove(passed.len() - 1);
        let loss = self.loss.forward(output.view(), t.view()) / x.nrows() as f64;
        Evaluation { loss, output }
    }
}
