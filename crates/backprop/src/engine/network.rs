//! A network: a chain of layers, its loss, and backpropagation through both, batch piece by batch
//! piece.

use aligned_vec::AVec;
use contract::{NamedTensors, Real, Streams, TensorError, aligned_zeros};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};
use spec::model::PlannedLayer;
use spec::training::LossSpec;

use crate::engine::chain::{Build, Chain};
use crate::engine::gradients::{Backpropagated, largest_task};
use crate::engine::names::Names;
use crate::engine::piece::{Piece, Request};
use crate::engine::pieces::Work;
use crate::engine::rows;
use crate::engine::task::Shared;
use crate::layers::{self, InputLinear, Mode, Order};
use crate::losses;
use crate::optimizers::parameters::{KEPT, Parameters};
use kernels::cut::Cut;
use kernels::per_thread::PerThread;
use kernels::workers;

pub use crate::engine::task::Task;

/// A network: the parameters of all layers in one flat vector, and the pieces that a batch is cut
/// into.
///
/// A piece keeps what it leaves in the layers; the layers themselves, with all that a piece needs
/// of them only on its way, each thread has once. So that stays in a cache of its processor: an
/// epoch of LeNet-5 takes 0.96 of the time that it took with layers for each piece.
pub struct Network<T> {
    plan: Vec<PlannedLayer>,
    /// Whether a layer needs all samples of a batch at once.
    coupled: bool,
    /// By which a batch is cut otherwise.
    work: Work,
    shared: Shared<T>,
    /// The layers; where samples are coupled there is one chain.
    chains: PerThread<Chain<T>>,
    /// The layer before them, through which a batch goes in one.
    first: Option<InputLinear<T>>,
    /// Rows that every chain has room for, there and back.
    room: usize,
    pieces: Vec<Piece<T>>,
    /// Of the last batch.
    cut: Cut,
    /// Gradients of all parameters, over the whole batch.
    gradients: AVec<T>,
    /// Room for the gradients of one task.
    spare: PerThread<AVec<T>>,
}

impl<T: Real> Network<T> {
    /// A network of the planned layers, the first of which may be given, every parameter 0. Dropout
    /// masks come from `streams`.
    pub fn new(
        plan: &[PlannedLayer],
        first: Option<InputLinear<T>>,
        loss: LossSpec,
        streams: Streams,
    ) -> Self {
        let of_chain = plan[usize::from(first.is_some())..].to_vec();
        let (build, d_in) = (build_of(plan), of_chain[0].inputs());
        let mut chains =
            PerThread::new(move || Chain::new(&of_chain, streams, build).leaving_units());
        let piece = Piece::new(chains.first());
        let largest = largest_task(first.as_ref(), chains.first(), d_in);
        let parameters = plan.iter().map(PlannedLayer::parameter_count).sum();
        Self {
            plan: plan.to_vec(),
            coupled: couples_samples(plan),
            work: Work::of(plan),
            room: 0,
            cut: Cut::whole(0),
            shared: Shared {
                parameters: aligned_zeros(parameters),
                chain: parameters - chains.first().parameters(),
                loss: losses::build(loss),
            },
            chains,
            first,
            pieces: vec![piece],
            gradients: aligned_zeros(parameters),
            spare: PerThread::new(move || aligned_zeros(largest)),
        }
    }

    /// Number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.shared.parameters.len()
    }

    /// Takes every parameter and running statistic by its name.
    ///
    /// # Errors
    /// When one is missing or has another shape; then nothing is taken.
    pub fn load(&mut self, tensors: &NamedTensors<T>) -> Result<(), TensorError> {
        let names = Names::new(&self.plan, self.first.is_some());
        let statistics = names.load(tensors, &mut self.shared.parameters)?;
        self.chains.first().restore(&mut statistics.as_slice());
        Ok(())
    }

    /// The parameters and running statistics by name.
    pub fn parameters(&self) -> NamedTensors<T> {
        // Only a network in one piece has running statistics.
        let mut statistics = Vec::new();
        self.chains.lend(|chain| chain.save(&mut statistics));
        self.named(&self.shared.parameters, &statistics)
    }

    /// The gradients of the last [`Network::run`] by name.
    pub fn gradients(&self) -> NamedTensors<T> {
        self.named(&self.gradients, &[])
    }

    /// The parameters, flat.
    pub fn flat_parameters(&self) -> &[T] {
        &self.shared.parameters
    }

    /// The gradients of the last [`Network::run`], flat.
    pub fn flat_gradients(&self) -> &[T] {
        &self.gradients
    }

    /// All parameters with the gradients of the last [`Network::run`], and with `kept`.
    pub fn with_gradients<'a>(&'a mut self, kept: [&'a mut [T]; KEPT]) -> Parameters<'a, T> {
        Parameters {
            start: 0,
            w: &mut self.shared.parameters,
            g: &mut self.gradients,
            kept,
        }
    }

    /// Ends an update: what was measured on its batch enters the running statistics.
    pub fn end_step(&mut self) {
        self.chains.first().end_step();
    }

    fn named(&self, parameters: &[T], statistics: &[T]) -> NamedTensors<T> {
        Names::new(&self.plan, self.first.is_some()).named(parameters, statistics)
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
        mode: Mode,
        input_gradient: Option<ArrayViewMut2<T>>,
    ) -> f64 {
        let (of_first, dx) = match self.first {
            Some(_) => (input_gradient, None),
            None => (None, input_gradient),
        };
        let cut = self.pass(x, task, mode, dx);
        let pieces = &self.pieces[..cut.pieces];
        if !matches!(task, Task::Loss(_)) {
            let batch = Backpropagated {
                first: self.first.as_ref(),
                chain: self.chains.first(),
                pieces,
                x,
                cut,
                order: task.order(),
                spare: None,
            };
            let gradients = Parameters {
                start: 0,
                w: &mut [],
                g: &mut self.gradients,
                kept: Default::default(),
            };
            batch.gradients(gradients, |_| ());
        }
        if let (Some(first), Some(dx)) = (&self.first, of_first) {
            first.input_gradient(&self.shared.parameters, dx);
        }
        let loss: f64 = pieces.iter().map(|piece| piece.loss).sum();
        match task {
            Task::Gradient(_) => loss,
            _ => loss / x.nrows() as f64,
        }
    }

    /// Runs a batch with targets `t` `[N, K]`, hands the parameters with their gradients to
    /// `learn`, some at a time and on several threads, and returns the mean loss. `kept` goes with
    /// them, numbers of each parameter or nothing. Nothing is promised of [`Network::gradients`]
    /// afterwards.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn learn(
        &mut self,
        x: ArrayView2<T>,
        t: ArrayView2<T>,
        mode: Mode,
        kept: [&mut [T]; KEPT],
        learn: impl Fn(Parameters<T>) + Sync,
    ) -> f64 {
        let task = Task::LossGradient(t);
        let cut = self.pass(x, task, mode, None);
        let pieces = &self.pieces[..cut.pieces];
        self.spare.provide(rayon::current_num_threads());
        let batch = Backpropagated {
            first: self.first.as_ref(),
            chain: self.chains.first(),
            pieces,
            x,
            cut,
            order: task.order(),
            spare: Some(&self.spare),
        };
        let all = Parameters {
            start: 0,
            w: &mut self.shared.parameters,
            g: &mut self.gradients,
            kept,
        };
        batch.gradients(all, learn);
        pieces.iter().map(|piece| piece.loss).sum::<f64>() / x.nrows() as f64
    }

    /// Every piece of the batch through the chain and, if the task asks for it, back: to `dx` `[N,
    /// D_in]` if that is given and there is no layer before the chain.
    fn pass(
        &mut self,
        x: ArrayView2<T>,
        task: Task<T>,
        mode: Mode,
        dx: Option<ArrayViewMut2<T>>,
    ) -> Cut {
        let rows = x.nrows();
        let cut = match task {
            // A layer keeps what its gradients of second order need, so they are all taken in one.
            Task::Curvature(_) => Cut::whole(rows),
            _ => self.cut_of(rows),
        };
        self.cut = cut;
        while self.pieces.len() < cut.pieces {
            self.pieces.push(Piece::new(self.chains.first()));
        }
        let (shared, pieces) = (&self.shared, &mut self.pieces[..cut.pieces]);
        // What no column is left of is not asked for.
        let none =
            || ArrayViewMut2::from_shape((rows, 0), &mut []).expect("no numbers fill no columns");
        let (terms, mut y, mut dx) = match &mut self.first {
            Some(first) => {
                let for_gradients = task.order() == Order::First && !matches!(task, Task::Loss(_));
                first.forward(&shared.parameters, x, for_gradients);
                let (terms, y, dy) = first.split(&shared.parameters, rows);
                (Some(terms), y, dy)
            }
            None => (None, none(), dx.unwrap_or_else(none)),
        };
        let run = |chain: &mut Chain<T>,
                   index: usize,
                   piece: &mut Piece<T>,
                   mut y: ArrayViewMut2<T>,
                   dx: ArrayViewMut2<T>| {
            let part = cut.part(index);
            let x = match &terms {
                Some(terms) => {
                    terms.sum(part.clone(), y.view_mut());
                    y.view()
                }
                None => x.slice(s![part.clone(), ..]),
            };
            let request = Request {
                x,
                dx: (dx.ncols() > 0).then_some(dx),
                mode: mode.from_row(part.start),
                task: task.part(part),
                batch: rows,
            };
            piece.run(chain, shared, request);
        };
        let [first, _, ..] = pieces else {
            run(self.chains.first(), 0, &mut pieces[0], y, dx);
            return cut;
        };
        if self.chains.provide(rayon::current_num_threads()) {
            self.room = 0;
        }
        let height = cut.part(0).len();
        if self.room < height && !matches!(task, Task::Loss(_)) {
            // Every chain makes its room now, not when its thread is first in time to take a piece.
            for chain in self.chains.each() {
                let (y, dx) = (
                    y.slice_mut(s![..height, ..]),
                    dx.slice_mut(s![..height, ..]),
                );
                run(chain, 0, first, y, dx);
            }
            self.room = height;
        }
        let chains = &self.chains;
        let rows = y.axis_chunks_iter_mut(Axis(0), height);
        let rows = rows.zip(dx.axis_chunks_iter_mut(Axis(0), height));
        let pieces = pieces.iter_mut().enumerate().zip(rows);
        let run = |((index, piece), (y, dx))| chains.lend(|chain| run(chain, index, piece, y, dx));
        workers::share(pieces, run);
        cut
    }

    /// Output of a planned layer in the last run; none of one that is fused with the next.
    pub fn output(&self, layer: usize) -> Option<Array2<T>> {
        let cut = self.cut;
        let layer_of_chain = match &self.first {
            Some(first) if layer == 0 => return Some(first.outputs(cut.rows).to_owned()),
            Some(_) => layer - 1,
            None => layer,
        };
        let of_chain = self
            .chains
            .lend(|chain| chain.layer_of_output(layer_of_chain))?;
        let mut output = Array2::zeros((cut.rows, self.plan[layer].outputs()));
        for (index, piece) in self.pieces[..cut.pieces].iter().enumerate() {
            let mut part = output.slice_mut(s![cut.part(index), ..]);
            part.assign(&piece.trace.output(of_chain));
        }
        Some(output)
    }

    /// Output of the last layer.
    pub fn last_output(&self) -> Array2<T> {
        let output = self.output(self.plan.len() - 1);
        output.expect("the last layer is fused with no next")
    }

    fn cut_of(&self, rows: usize) -> Cut {
        if self.coupled {
            return Cut::whole(rows);
        }
        self.work.cut(rows)
    }
}

/// Where samples are coupled the batch stays whole, and each layer is cut by itself.
fn build_of<T: Real>(plan: &[PlannedLayer]) -> Build<T> {
    match couples_samples(plan) {
        true => rows::build_first,
        false => layers::build_first,
    }
}

fn couples_samples(plan: &[PlannedLayer]) -> bool {
    let couples = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.couples_samples());
    plan.iter().any(couples)
}
