//! The checker for a single layer that is registered nowhere: that of a student, say.
//!
//! Its `backward` is held against central differences of its `forward`, with a random upstream
//! gradient, for the input and every parameter. `examples/your_own_layer.rs` shows how.

use backprop::layers::{Layer, Mode, Pass};
use contract::{
    Backward, Batch, Evaluation, Implementation, NamedTensors, Step, Streams, TensorError,
    TrainingState,
};
use ndarray::{Array2, ArrayD, ArrayView2};
use rand::RngExt;

use super::comparison::{Bound, Context};
use super::deadline::Deadline;
use super::differences::{Function, Point, Sampling, compare_with_differences};
use super::{Report, expect_agreement};
use crate::activity::Activity;
use crate::{Failure, output, tables};

/// Largest relative error that passes.
const TOLERANCE: f64 = 1e-6;

/// Entries of a tensor that are compared.
const ENTRIES: usize = 1000;

/// A pass of training, as in a check of a config.
const TRAINING: Mode = Mode::Training {
    step: 0,
    first_row: 0,
};

/// A layer by itself, with the shape of its output and its parameters.
pub struct OwnLayer<L> {
    layer: L,
    outputs: usize,
    parameters: NamedTensors<f64>,
}

impl<L: Layer<f64>> OwnLayer<L> {
    /// A layer that makes `outputs` numbers of a sample, with parameters that lie one behind the
    /// other in its `w`.
    pub fn new<const N: usize>(
        layer: L,
        outputs: usize,
        parameters: [(&str, ArrayD<f64>); N],
    ) -> Self {
        let mut named = NamedTensors::default();
        for (name, tensor) in parameters {
            named.insert(name, tensor);
        }
        Self {
            layer,
            outputs,
            parameters: named,
        }
    }

    /// Compares the gradients at the samples `x` `[N, D_in]`.
    ///
    /// # Errors
    /// On Ctrl-C.
    pub fn compare(&mut self, x: &Array2<f64>) -> Result<Report, Failure> {
        let streams = Streams::new(1);
        let mut rng = streams.stream("upstream");
        let shape = (x.nrows(), self.outputs);
        let dy = Array2::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0));
        let by_hand = self.backward(x.view(), dy.view());
        let parameters = self.parameters.clone();
        let mut point = Point {
            model: self,
            parameters,
            x: x.clone(),
            function: Function::Upstream(dy.view()),
        };
        let context = Context {
            witness: "central differences f64",
            pass: "random upstream",
            bound: Bound::Relative(TOLERANCE),
            zero_is_no_proof: true,
            input: true,
            vanishing: &[],
        };
        let sampling = Sampling {
            entries: ENTRIES,
            deadline: Deadline::NONE,
            activity: &Activity::silent(),
        };
        let (comparisons, _) =
            compare_with_differences(context, &by_hand, &mut point, sampling, &streams)?;
        Ok(Report {
            comparisons,
            batch_size: x.nrows(),
            cut: Vec::new(),
        })
    }

    /// The same, shown as a table.
    ///
    /// # Errors
    /// [`Failure::Run`] when a gradient is off, with the first tensor that is.
    pub fn judge(&mut self, x: &Array2<f64>) -> Result<(), Failure> {
        let report = self.compare(x)?;
        let whole = true;
        output::line(tables::gradients(&report, whole));
        expect_agreement(&report)
    }

    /// The parameters one behind the other, as a layer gets them.
    fn flat(&self) -> Vec<f64> {
        let tensors = self.parameters.iter();
        tensors
            .flat_map(|(_, tensor)| tensor.iter().copied())
            .collect()
    }

    fn output(&mut self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut y = Array2::from_elem((x.nrows(), self.outputs), f64::NAN);
        let w = self.flat();
        self.layer.forward(&w, x, y.view_mut(), TRAINING);
        y
    }
}

const ALONE: &str = "a layer by itself does not learn";

impl<L: Layer<f64>> Implementation<f64> for OwnLayer<L> {
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
        unreachable!("{ALONE}")
    }

    fn loss_backward(&mut self, _: Batch<f64>) -> Backward<f64> {
        unreachable!("a layer by itself has no loss")
    }

    fn backward(&mut self, x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Backward<f64> {
        let (w, y) = (self.flat(), self.output(x));
        // Every dx must be written, and dw added to what is there.
        let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
        let mut dw = vec![1.0; w.len()];
        let y_view = y.view();
        let pass = Pass { x, y: y_view, dy };
        self.layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
        let mut gradients = NamedTensors::default();
        gradients.insert("x", dx.into_dyn());
        let mut dw = dw.into_iter();
        for (name, parameter) in self.parameters.iter() {
            let gradient = parameter.mapv(|_| dw.next().map_or(f64::NAN, |dw| dw - 1.0));
            gradients.insert(name, gradient);
        }
        Backward {
            loss: (&y * &dy).sum(),
            outputs: NamedTensors::default(),
            gradients,
        }
    }

    fn train_step(&mut self, _: Step, _: Batch<f64>) -> f64 {
        unreachable!("{ALONE}")
    }

    fn estimate_curvature(&mut self, _: Batch<f64>) {}

    fn evaluate(&mut self, _: contract::Mode, batch: Batch<f64>) -> Evaluation<f64> {
        let output = self.output(batch.x);
        Evaluation { loss: 0.0, output }
    }
}
