//! burn as a witness of a learner that makes the loss of a linear layer small: its gradient must
//! vanish at what the learner found, and its differences are the second derivative.

use contract::{Batch, Implementation, NamedTensors, Streams};
use learners::{Data, Learner, Objective, Proof, Witness, largest};
use ndarray::{Array1, Array2, ArrayView1, Axis, s};
use spec::ImplementationName;
use spec::model::{LayerSpec, LinearSpec, ModelSpec};
use spec::optimizers::SgdSpec;
use spec::training::{OptimizerSpec, TrainingSpec};

use crate::proofs::row::Row;
use crate::{Failure, implementations};

/// Samples of a batch: as many as fit into little memory.
const BATCH: usize = 1000;

/// Rows with each reference that is built in as the witness; none of a learner without such an
/// objective.
///
/// # Errors
/// When the model cannot be built or its weights do not fit.
pub fn rows(kind: &str, learner: &dyn Learner, data: &Data) -> Result<Vec<Row>, Failure> {
    let Some(objective) = learner.objective(data) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for name in implementations::references() {
        let mut model = Model::new(name, &objective, data)?;
        let found = coefficients(&learner.weights(), data.t.ncols(), &objective)?;
        let mut proofs = vec![model.vanishes(&found)?];
        if !objective.hessians.is_empty() {
            proofs.push(model.curves(&found)?);
        }
        let witness = implementations::witness(name, implementations::PRECISIONS[0]);
        rows.extend(proofs.iter().map(|proof| Row {
            witness: witness.clone(),
            ..Row::of_learner(kind, proof)
        }));
    }
    Ok(rows)
}

/// `[M + 1, K]`, the bias first.
fn coefficients(
    weights: &NamedTensors<f64>,
    outputs: usize,
    objective: &Objective,
) -> Result<Array2<f64>, Failure> {
    let inputs = objective.x.ncols();
    let weight = weights.expect("weight", &[outputs, inputs])?;
    let bias = weights.expect("bias", &[outputs])?;
    let value = |(i, k)| if i == 0 { bias[k] } else { weight[[k, i - 1]] };
    Ok(Array2::from_shape_fn((inputs + 1, outputs), value))
}

/// A linear layer in burn, in f64, and what it is held against.
struct Model<'a> {
    layer: Box<dyn Implementation<f64>>,
    objective: &'a Objective,
    data: &'a Data,
}

impl<'a> Model<'a> {
    fn new(
        name: ImplementationName,
        objective: &'a Objective,
        data: &'a Data,
    ) -> Result<Self, Failure> {
        let linear = LayerSpec::Linear(LinearSpec::new(data.t.ncols()));
        let plan = ModelSpec::new(vec![linear]).plan(&[objective.x.ncols()]);
        let plan = plan.map_err(|problem| Failure::Run(problem.reason))?;
        let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 1.0 });
        let training = TrainingSpec::new(objective.loss, rule);
        Ok(Self {
            layer: implementations::build(name, &plan, &training, Streams::new(1))?,
            objective,
            data,
        })
    }

    /// Gradient of the objective by coefficients `[M + 1, K]`, the bias first.
    fn gradient(&mut self, at: &Array2<f64>) -> Result<Array2<f64>, Failure> {
        let mut parameters = NamedTensors::default();
        let weight = at.slice(s![1.., ..]).t().as_standard_layout().into_owned();
        parameters.insert("0.weight", weight.into_dyn());
        parameters.insert("0.bias", at.row(0).to_owned().into_dyn());
        self.layer.load(&parameters)?;
        let mut gradient = at * self.objective.ridge;
        gradient.row_mut(0).fill(0.0);
        let x = self.objective.x.axis_chunks_iter(Axis(0), BATCH);
        for (x, t) in x.zip(self.data.t.axis_chunks_iter(Axis(0), BATCH)) {
            let gradients = self.layer.loss_backward(Batch::new(x, t)).gradients;
            let (rows, outputs) = at.dim();
            let weight = gradients.expect("0.weight", &[outputs, rows - 1])?;
            let bias = gradients.expect("0.bias", &[outputs])?;
            // A mean over the samples of the batch.
            let slope = |(i, k)| if i == 0 { bias[k] } else { weight[[k, i - 1]] };
            gradient.scaled_add(x.nrows() as f64, &Array2::from_shape_fn(at.dim(), slope));
        }
        Ok(gradient)
    }

    /// The gradient is nothing, relative to the sizes of the columns and the targets.
    fn vanishes(&mut self, at: &Array2<f64>) -> Result<Proof, Failure> {
        let gradient = self.gradient(at)?;
        let norm = |column: ArrayView1<'_, f64>| column.dot(&column).sqrt();
        let error = gradient.indexed_iter().map(|((i, k), slope)| {
            let column = match i {
                0 => (self.data.len() as f64).sqrt(),
                i => norm(self.objective.x.column(i - 1)),
            };
            let scale = column * norm(self.data.t.column(k));
            slope / if scale > 0.0 { scale } else { 1.0 }
        });
        let quantity = "gradient at the solution";
        Ok(within(quantity, largest(error), 1e-9))
    }

    /// Central differences of the gradient are the second derivative, relative to √(Hᵢᵢ Hⱼⱼ).
    fn curves(&mut self, at: &Array2<f64>) -> Result<Proof, Failure> {
        let hessians = &self.objective.hessians;
        let samples = self.data.len() as f64;
        let mut error = 0.0;
        for j in 0..at.nrows() {
            // Outputs do not know of each other, so all are moved at once, each by about 1e-5.
            let curvature = |h: &Array2<f64>| h[[j, j]].max(f64::MIN_POSITIVE);
            let step = |h: &Array2<f64>| 1e-5 * (samples / curvature(h)).sqrt();
            let steps: Array1<f64> = hessians.iter().map(step).collect();
            let moved = |sign: f64| {
                let mut at = at.clone();
                at.row_mut(j).scaled_add(sign, &steps);
                at
            };
            let (up, down) = (self.gradient(&moved(1.0))?, self.gradient(&moved(-1.0))?);
            let slopes = (up - down) / (2.0 * steps);
            let apart = slopes.indexed_iter().map(|((i, k), slope)| {
                let h = &hessians[k];
                let scale = (h[[i, i]] * h[[j, j]]).sqrt();
                (slope - h[[i, j]]) / scale.max(f64::MIN_POSITIVE)
            });
            error = largest([error, largest(apart)]);
        }
        let quantity = "Hessian, from differences of the gradient";
        Ok(within(quantity, error, 1e-6))
    }
}

fn within(quantity: &str, error: f64, tolerance: f64) -> Proof {
    // The row names burn in its place.
    let witness = Witness::ClosedForm;
    Proof::within("these data", quantity, witness, error, tolerance)
}
