//! One piece of a batch: the chain rule, layer by layer, in buffers that are used again.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Zip, s};
use spec::Real;
use spec::model::PlannedLayer;

use crate::layers::{self, Layer, Pass};
use crate::network::{Chain, Task};

/// Some rows of a batch on their way through the chain. A buffer has as many rows as the largest
/// piece so far; a smaller piece uses the first of them.
pub(crate) struct Piece<T> {
    layers: Vec<Box<dyn Layer<T>>>,
    rows: usize,
    /// Output of each layer, `[rows, D_out]`.
    outputs: Vec<Array2<T>>,
    /// Gradient of each output, `[rows, D_out]`.
    output_gradients: Vec<Array2<T>>,
    /// Gradient of the input, `[rows, D_in]`; empty until somebody asks for it.
    input_gradient: Array2<T>,
    /// Gradient of all parameters.
    pub gradients: Vec<T>,
    /// Sum of the losses of the rows.
    pub loss: f64,
}

impl<T: Real> Piece<T> {
    /// A piece of no rows yet.
    pub fn new(plan: &[PlannedLayer]) -> Self {
        let empty = || {
            plan.iter()
                .map(|layer| Array2::zeros((0, layer.outputs())))
                .collect()
        };
        let parameters = plan.iter().flat_map(|layer| &layer.parameters);
        Self {
            layers: plan.iter().map(layers::build).collect(),
            rows: 0,
            outputs: empty(),
            output_gradients: empty(),
            input_gradient: Array2::zeros((0, plan[0].inputs())),
            gradients: vec![T::zero(); parameters.map(|p| p.len()).sum()],
            loss: 0.0,
        }
    }

    /// Output of a layer, `[rows, D_out]`.
    pub fn output(&self, layer: usize) -> ArrayView2<'_, T> {
        self.outputs[layer].slice(s![..self.rows, ..])
    }

    /// Gradient of the input, `[rows, D_in]`.
    pub fn input_gradient(&self) -> ArrayView2<'_, T> {
        self.input_gradient.slice(s![..self.rows, ..])
    }

    /// Forward, loss and backward for these rows of a batch of `batch` rows.
    pub fn run(
        &mut self,
        chain: &Chain<T>,
        x: ArrayView2<T>,
        task: Task<T>,
        batch: usize,
        wants_input: bool,
    ) {
        self.make_room(x.nrows(), wants_input);
        self.forward(chain, x);
        let last = self.layers.len() - 1;
        let rows = self.rows;
        let y = self.outputs[last].slice(s![..rows, ..]);
        let mut dy = self.output_gradients[last].slice_mut(s![..rows, ..]);
        match task {
            Task::Loss(t) => {
                self.loss = chain.loss.forward(y, t);
                return;
            }
            Task::LossGradient(t) => {
                self.loss = chain.loss.forward(y, t);
                chain.loss.backward(y, t, T::of(1.0 / batch as f64), dy);
            }
            Task::Gradient(upstream) => {
                let products = Zip::from(y).and(upstream);
                self.loss = products.fold(0.0, |sum, &y, &dy| sum + y.f64() * dy.f64());
                dy.assign(&upstream);
            }
        }
        self.backward(chain, x, wants_input);
    }

    fn make_room(&mut self, rows: usize, wants_input: bool) {
        self.rows = rows;
        let grow = |buffer: &mut Array2<T>| {
            if buffer.nrows() < rows {
                *buffer = Array2::zeros((rows, buffer.ncols()));
            }
        };
        self.outputs.iter_mut().for_each(grow);
        self.output_gradients.iter_mut().for_each(grow);
        if wants_input {
            grow(&mut self.input_gradient);
        }
    }

    /// y of each layer is x of the next.
    fn forward(&mut self, chain: &Chain<T>, x: ArrayView2<T>) {
        let rows = self.rows;
        for index in 0..self.layers.len() {
            let (before, from) = self.outputs.split_at_mut(index);
            let x = match before.last() {
                Some(output) => output.slice(s![..rows, ..]),
                None => x,
            };
            let y = from[0].slice_mut(s![..rows, ..]);
            let w = &chain.parameters[chain.ranges[index].clone()];
            self.layers[index].forward(w, x, y);
        }
    }

    /// dx of each layer is dy of the one before.
    fn backward(&mut self, chain: &Chain<T>, x: ArrayView2<T>, wants_input: bool) {
        let rows = self.rows;
        self.gradients.fill(T::zero());
        for index in (0..self.layers.len()).rev() {
            let (before, from) = self.output_gradients.split_at_mut(index);
            let pass = Pass {
                x: match index {
                    0 => x,
                    _ => self.outputs[index - 1].slice(s![..rows, ..]),
                },
                y: self.outputs[index].slice(s![..rows, ..]),
                dy: from[0].slice(s![..rows, ..]),
            };
            let dx: Option<ArrayViewMut2<T>> = match before.last_mut() {
                Some(gradient) => Some(gradient.slice_mut(s![..rows, ..])),
                None if wants_input => Some(self.input_gradient.slice_mut(s![..rows, ..])),
                None => None,
            };
            let range = chain.ranges[index].clone();
            let w = &chain.parameters[range.clone()];
            self.layers[index].backward(w, pass, dx, &mut self.gradients[range]);
        }
    }
}
