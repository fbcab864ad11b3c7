//! A chain of layers and its backpropagation, batch piece by batch piece.

use std::ops::Range;

use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewMut2, IxDyn, s};
use rayon::prelude::*;
use spec::model::PlannedLayer;
use spec::training::LossSpec;
use spec::{NamedTensors, Real, TensorError};

use crate::losses::{self, Loss};
use crate::piece::Piece;

/// A network: the parameters of all layers in one flat vector, and the pieces that a batch is cut
/// into, each with layers and buffers of its own.
pub struct Network<T> {
    plan: Vec<PlannedLayer>,
    chain: Chain<T>,
    pieces: Vec<Piece<T>>,
}

/// What all pieces read.
pub(crate) struct Chain<T> {
    /// Parameters of all layers.
    pub parameters: Vec<T>,
    /// Where each layer's parameters stand among them.
    pub ranges: Vec<Range<usize>>,
    /// What ends the chain.
    pub loss: Box<dyn Loss<T>>,
}

/// What is wanted of a batch.
#[derive(Clone, Copy)]
pub enum Task<'a, T> {
    /// The loss with these targets `[N, K]`.
    Loss(ArrayView2<'a, T>),
    /// The loss with these targets, and the gradients.
    LossGradient(ArrayView2<'a, T>),
    /// The gradients of `$\sum dy \odot y$` with this `$dy$` `[N, K]`, and that sum as the loss.
    Gradient(ArrayView2<'a, T>),
}

/// A batch has at most so many pieces: each costs a set of gradients to sum.
const MOST_PIECES: usize = 8;
/// A piece has at least so many rows, so that its matrix products stay efficient.
const LEAST_ROWS: usize = 32;
/// A piece has at least so many multiplications: less is not worth waking a thread for.
const LEAST_WORK: usize = 1 << 19;
/// Gradients that a thread sums at a time.
const BLOCK: usize = 8192;

impl<T: Real> Network<T> {
    /// A network of the planned layers, every parameter 0.
    pub fn new(plan: &[PlannedLayer], loss: LossSpec) -> Self {
        let mut end = 0;
        let ranges = plan
            .iter()
            .map(|layer| {
                let start = end;
                end += layer.parameters.iter().map(|p| p.len()).sum::<usize>();
                start..end
            })
            .collect();
        Self {
            plan: plan.to_vec(),
            chain: Chain {
                parameters: vec![T::zero(); end],
                ranges,
                loss: losses::build(loss),
            },
            pieces: vec![Piece::new(plan)],
        }
    }

    /// Number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.chain.parameters.len()
    }

    /// Takes every parameter by its name.
    ///
    /// # Errors
    /// When one is missing or has another shape; then nothing is taken.
    pub fn load(&mut self, tensors: &NamedTensors<T>) -> Result<(), TensorError> {
        let mut flat = Vec::with_capacity(self.parameter_count());
        for parameter in self.plan.iter().flat_map(|layer| &layer.parameters) {
            let tensor = tensors.expect(&parameter.name, &parameter.shape)?;
            flat.extend(tensor.iter().copied());
        }
        self.chain.parameters.copy_from_slice(&flat);
        Ok(())
    }

    /// The parameters by name.
    pub fn parameters(&self) -> NamedTensors<T> {
        self.named(&self.chain.parameters)
    }

    /// The gradients of the last [`Network::run`] by name.
    pub fn gradients(&self) -> NamedTensors<T> {
        self.named(&self.pieces[0].gradients)
    }

    /// The parameters and the gradients of the last [`Network::run`], each one flat slice.
    pub fn parameters_and_gradients(&mut self) -> (&mut [T], &[T]) {
        (&mut self.chain.parameters, &self.pieces[0].gradients)
    }

    fn named(&self, flat: &[T]) -> NamedTensors<T> {
        let mut named = NamedTensors::default();
        let mut rest = flat;
        for parameter in self.plan.iter().flat_map(|layer| &layer.parameters) {
            let (values, after) = rest.split_at(parameter.len());
            let tensor = ArrayD::from_shape_vec(IxDyn(&parameter.shape), values.to_vec());
            let tensor = tensor.expect("a parameter is as long as its shape says");
            named.insert(&*parameter.name, tensor);
            rest = after;
        }
        named
    }

    /// Runs a batch `x` `[N, D_in]` through the chain and returns the mean loss. The outputs, and
    /// the gradients if the task asks for them, stay to be read; the gradient of the input is
    /// computed only if `input_gradient` is given, `[N, D_in]`.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn run(
        &mut self,
        x: ArrayView2<T>,
        task: Task<T>,
        input_gradient: Option<ArrayViewMut2<T>>,
    ) -> f64 {
        let rows = x.nrows();
        let cut = self.cut(rows);
        while self.pieces.len() < cut.pieces {
            self.pieces.push(Piece::new(&self.plan));
        }
        let (chain, pieces) = (&self.chain, &mut self.pieces[..cut.pieces]);
        let wants_input = input_gradient.is_some();
        let run = |(index, piece): (usize, &mut Piece<T>)| {
            let part = cut.part(index);
            piece.run(
                chain,
                x.slice(s![part.clone(), ..]),
                task.part(part),
                rows,
                wants_input,
            );
        };
        match &mut *pieces {
            [only] => run((0, only)),
            several => several.par_iter_mut().enumerate().for_each(run),
        }
        if !matches!(task, Task::Loss(_)) {
            sum_gradients(pieces);
        }
        if let Some(mut dx) = input_gradient {
            for (index, piece) in pieces.iter().enumerate() {
                dx.slice_mut(s![cut.part(index), ..])
                    .assign(&piece.input_gradient());
            }
        }
        let loss: f64 = pieces.iter().map(|piece| piece.loss).sum();
        match task {
            Task::Gradient(_) => loss,
            _ => loss / rows as f64,
        }
    }

    /// Output of a layer in the last run, which had so many rows.
    pub fn output(&self, layer: usize, rows: usize) -> Array2<T> {
        let cut = self.cut(rows);
        let mut output = Array2::zeros((rows, self.plan[layer].outputs()));
        for (index, piece) in self.pieces[..cut.pieces].iter().enumerate() {
            let mut part = output.slice_mut(s![cut.part(index), ..]);
            part.assign(&piece.output(layer));
        }
        output
    }

    /// How a batch is cut: by its size and the network's, never by the number of threads.
    fn cut(&self, rows: usize) -> Cut {
        let work = rows * self.chain.parameters.len().max(1);
        let most = (rows / LEAST_ROWS).min(work / LEAST_WORK);
        let height = rows.div_ceil(most.clamp(1, MOST_PIECES)).max(1);
        Cut {
            rows,
            height,
            pieces: rows.div_ceil(height).max(1),
        }
    }
}

impl<'a, T: Real> Task<'a, T> {
    /// The same for some rows of the batch.
    fn part(&self, rows: Range<usize>) -> Task<'a, T> {
        let part = |matrix: &ArrayView2<'a, T>| matrix.slice_move(s![rows, ..]);
        match self {
            Task::Loss(t) => Task::Loss(part(t)),
            Task::LossGradient(t) => Task::LossGradient(part(t)),
            Task::Gradient(dy) => Task::Gradient(part(dy)),
        }
    }
}

/// A batch in pieces of equal height, but for the last.
#[derive(Clone, Copy)]
struct Cut {
    rows: usize,
    height: usize,
    pieces: usize,
}

impl Cut {
    /// The rows of a piece.
    fn part(&self, index: usize) -> Range<usize> {
        let start = index * self.height;
        start..(start + self.height).min(self.rows)
    }
}

/// Adds the gradients of all pieces, in their order, to those of the first.
fn sum_gradients<T: Real>(pieces: &mut [Piece<T>]) {
    let Some((first, others)) = pieces.split_first_mut() else {
        return;
    };
    if others.is_empty() {
        return;
    }
    let blocks = first.gradients.par_chunks_mut(BLOCK).enumerate();
    blocks.for_each(|(index, sum)| {
        let start = index * BLOCK;
        for other in others.iter() {
            let gradients = &other.gradients[start..start + sum.len()];
            for (sum, &gradient) in sum.iter_mut().zip(gradients) {
                *sum += gradient;
            }
        }
    });
}
