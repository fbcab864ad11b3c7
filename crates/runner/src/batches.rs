//! Which samples make a batch, and the batch as numbers.
//!
//! [`Batches`] is the one place that says what an update of a training sees: its number, its
//! learning rate, its inputs and targets. Trainings and the trajectories of the gradient check take
//! theirs from it, so that all go through the same schedule, smoothing and augmentation.

use std::ops::Range;

use contract::{Batch, Real, RowBuffer, Step};
use datasets::{FixedChange, Samples, Target};
use ndarray::{ArrayViewMut2, Axis};
use rand::seq::SliceRandom;
use rayon::prelude::*;
use spec::schedules::Position;

use crate::order::order;
use crate::prepare::PreparedNetwork;

/// The batches of a training, the same for every implementation.
pub struct Batches<'a, T> {
    prepared: &'a PreparedNetwork,
    epoch: usize,
    /// The epoch's samples, batch behind batch.
    rows: Vec<usize>,
    batch: BatchBuffer<T>,
    /// What curvatures are estimated on.
    drawn: BatchBuffer<T>,
}

/// What one update sees.
pub struct TrainingBatch<'a, T> {
    /// Its number and learning rate.
    pub step: Step,
    /// Its samples.
    pub batch: Batch<'a, T>,
}

impl<'a, T: Real> Batches<'a, T> {
    /// The batches of a config, before the first epoch.
    pub fn new(prepared: &'a PreparedNetwork) -> Self {
        let training = &prepared.network.training;
        let (inputs, outputs) = (prepared.inputs(), prepared.outputs());
        let batch = |rows| {
            let batch = BatchBuffer::new(rows, inputs, outputs);
            batch.smoothed(training.label_smoothing)
        };
        let drawn = training.optimizer.curvature_samples().unwrap_or(0);
        Self {
            prepared,
            epoch: 0,
            rows: Vec::new(),
            batch: batch(prepared.batch_size()),
            drawn: batch(drawn.min(prepared.train_rows.len())),
        }
    }

    /// Updates of an epoch.
    pub fn steps(&self) -> usize {
        let samples = self.prepared.train_rows.len();
        samples.div_ceil(self.prepared.batch_size())
    }

    /// Puts the samples in the order of an epoch (from 1).
    pub fn begin(&mut self, epoch: usize) {
        let train = &self.prepared.train_rows;
        let shuffle = self.prepared.network.training.shuffle;
        self.epoch = epoch;
        self.rows = order(train.len(), shuffle, epoch, &self.prepared.streams());
        for row in &mut self.rows {
            *row = train[*row];
        }
    }

    /// The training samples on which curvatures are estimated before this epoch, drawn from the
    /// stream `curvature/<epoch>` and never augmented; none where the rule asks for none.
    pub fn curvature(&mut self) -> Option<Batch<'_, T>> {
        let training = &self.prepared.network.training;
        let samples = training.optimizer.curvature_samples()?;
        let mut rows = self.prepared.train_rows.clone();
        let stream = format!("curvature/{}", self.epoch);
        let mut rng = self.prepared.streams().stream(&stream);
        let (rows, _) = rows.partial_shuffle(&mut rng, samples);
        Some(self.drawn.fill_training(self.prepared, rows))
    }

    /// Losses that an epoch is the mean of: samples, or true positions of sequences.
    pub fn losses(&self) -> usize {
        let train = &self.prepared.dataset.train;
        self.rows.iter().map(|&row| train.true_positions(row)).sum()
    }

    /// Samples of batch `index` (from 0) of the epoch.
    pub fn len(&self, index: usize) -> usize {
        let size = self.prepared.batch_size();
        size.min(self.rows.len() - index * size)
    }

    /// The samples of a batch, by their places in the training data.
    pub fn rows(&self, index: usize) -> &[usize] {
        &self.rows[self.range(index)]
    }

    /// Batch `index` (from 0) of the epoch.
    pub fn batch(&mut self, index: usize) -> TrainingBatch<'_, T> {
        let rows = &self.rows[self.range(index)];
        self.batch
            .fill_with(rows, filler(self.prepared, self.epoch));
        self.batch.measure(&self.prepared.dataset.train, rows);
        self.batch.weigh(self.prepared, rows);
        TrainingBatch {
            step: self.step(index),
            batch: Batch {
                continues: index > 0,
                ..self.batch.first(self.len(index))
            },
        }
    }

    /// Where the samples of a batch stand in the epoch; no samples behind the last.
    fn range(&self, index: usize) -> Range<usize> {
        let start = (index * self.prepared.batch_size()).min(self.rows.len());
        start..(start + self.prepared.batch_size()).min(self.rows.len())
    }

    fn step(&self, index: usize) -> Step {
        let training = &self.prepared.network.training;
        let steps = self.steps();
        let before = (self.epoch - 1) * steps + index;
        let at = Position {
            step: before,
            steps_per_epoch: steps,
            steps: steps * training.epochs.max(1),
        };
        Step {
            number: before as u64 + 1,
            learning_rate: training.learning_rate(at),
        }
    }
}

/// Fills parts of a training's batches.
fn filler<T: Real>(prepared: &PreparedNetwork, epoch: usize) -> impl Fn(Part<'_, T>) + Send + Sync {
    move |mut part| {
        part.take(&prepared.dataset.train, &prepared.dataset.target);
        if let Some(augmenter) = &prepared.augmenter {
            augmenter.apply(epoch, part.rows, part.x);
        }
    }
}

/// Numbers of inputs in a part of a batch: some images of MNIST, not too few to be worth a task.
const PART: usize = 1 << 13;

/// Some rows of a batch that is filled.
struct Part<'a, T> {
    /// The samples.
    rows: &'a [usize],
    x: ArrayViewMut2<'a, T>,
    t: ArrayViewMut2<'a, T>,
    smoothing: f64,
}

impl<T: Real> Part<'_, T> {
    /// The samples as inputs and targets.
    fn take(&mut self, samples: &Samples, target: &Target) {
        samples.gather(self.rows, self.x.view_mut());
        encode(samples, target, self.rows, self.smoothing, &mut self.t);
    }
}

/// A batch that is filled again and again: inputs `[N, D_in]` and targets `[N, D_out]`.
pub struct BatchBuffer<T> {
    x: RowBuffer<T>,
    t: RowBuffer<T>,
    /// How much each sample counts; none where all count alike.
    weights: Option<Vec<T>>,
    /// Targets of a sample.
    positions: usize,
    /// True lengths of sequences; none where nothing is padded.
    lengths: Option<Vec<usize>>,
    smoothing: f64,
}

impl<T: Real> BatchBuffer<T> {
    /// A batch of at most `rows` samples, with targets as they are.
    pub fn new(rows: usize, inputs: usize, outputs: usize) -> Self {
        Self {
            x: RowBuffer::zeros(rows, inputs),
            t: RowBuffer::zeros(rows, outputs),
            weights: None,
            positions: 1,
            lengths: None,
            smoothing: 0.0,
        }
    }

    /// The same with smoothed targets of classes: `$(1 - \varepsilon) t + \varepsilon / K$` with K
    /// classes (Szegedy et al. 2016, section 7), K = 2 where two classes share one output.
    pub fn smoothed(self, smoothing: f64) -> Self {
        Self { smoothing, ..self }
    }

    /// The chosen samples as inputs and targets, all of which count alike.
    pub fn fill(&mut self, samples: &Samples, target: &Target, rows: &[usize]) -> Batch<'_, T> {
        self.fill_with(rows, |mut part| part.take(samples, target));
        self.measure(samples, rows);
        self.first(rows.len())
    }

    /// The chosen samples, each changed in a fixed way.
    pub fn fill_changed(
        &mut self,
        samples: &Samples,
        target: &Target,
        rows: &[usize],
        change: &FixedChange,
    ) -> Batch<'_, T> {
        self.fill_with(rows, |mut part| {
            part.take(samples, target);
            change.apply(part.rows, part.x);
        });
        self.measure(samples, rows);
        self.first(rows.len())
    }

    /// The chosen training samples, with their weights if they have any.
    pub fn fill_training(&mut self, prepared: &PreparedNetwork, rows: &[usize]) -> Batch<'_, T> {
        let (samples, target) = (&prepared.dataset.train, &prepared.dataset.target);
        self.fill_with(rows, |mut part| part.take(samples, target));
        self.measure(samples, rows);
        self.weigh(prepared, rows);
        self.first(rows.len())
    }

    /// Takes how many targets a sample has, and the true lengths of sequences.
    fn measure(&mut self, samples: &Samples, rows: &[usize]) {
        self.positions = samples.positions();
        if let Some(all) = samples.lengths() {
            let lengths = self.lengths.get_or_insert_default();
            lengths.clear();
            lengths.extend(rows.iter().map(|&row| all[row]));
        }
    }

    /// Takes the weights of training samples, if there are any.
    fn weigh(&mut self, prepared: &PreparedNetwork, rows: &[usize]) {
        let Some(all) = prepared.dataset.train.weights() else {
            return;
        };
        let weights = self.weights.get_or_insert_default();
        weights.clear();
        let scale = prepared.weight_scale;
        weights.extend(rows.iter().map(|&row| T::of(scale * all[row])));
    }

    /// Fills it part by part, on several threads if it is worth waking them.
    fn fill_with(&mut self, rows: &[usize], fill: impl Fn(Part<'_, T>) + Send + Sync) {
        let height = PART.div_ceil(self.x.columns().max(1));
        let smoothing = self.smoothing;
        let (mut x, mut t) = (self.x.first_mut(rows.len()), self.t.first_mut(rows.len()));
        let numbers = x
            .axis_chunks_iter_mut(Axis(0), height)
            .zip(t.axis_chunks_iter_mut(Axis(0), height));
        let parts = rows.chunks(height).zip(numbers);
        let parts = parts.map(|(rows, (x, t))| Part {
            rows,
            x,
            t,
            smoothing,
        });
        match rows.len().div_ceil(height) > 4 {
            true => parts.par_bridge().for_each(fill),
            false => parts.for_each(fill),
        }
    }

    /// The first N samples.
    fn first(&self, n: usize) -> Batch<'_, T> {
        Batch {
            positions: self.positions,
            lengths: self.lengths.as_ref().map(|lengths| &lengths[..n]),
            weights: self.weights.as_ref().map(|weights| &weights[..n]),
            ..Batch::new(self.x.first(n), self.t.first(n))
        }
    }
}

/// Targets as numbers: a class is one-hot, or 0 or 1 where two classes share one output, smoothed,
/// at each position of a sequence that has one at each; a real target is itself, and so is the
/// input.
fn encode<T: Real>(
    samples: &Samples,
    target: &Target,
    rows: &[usize],
    smoothing: f64,
    t: &mut ArrayViewMut2<T>,
) {
    match target {
        Target::Classes { .. } => {
            let labels = samples.labels().unwrap_or_default();
            let positions = samples.positions();
            let width = t.ncols() / positions;
            let shared = width == 1;
            let classes = if shared { 2 } else { width };
            let off = smoothing / classes as f64;
            let (on, off) = (T::of(1.0 - smoothing + off), T::of(off));
            t.fill(off);
            for (mut t, &row) in t.rows_mut().into_iter().zip(rows) {
                let labels = &labels[row * positions..(row + 1) * positions];
                for (at, &label) in labels.iter().enumerate() {
                    match shared {
                        true if label == 0 => {}
                        true => t[at] = on,
                        false => t[at * width + label] = on,
                    }
                }
            }
        }
        Target::Real(_) | Target::Input => samples.gather_targets(rows, t.view_mut()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ConfigArguments;
    use crate::memory::Purpose;
    use datasets::{Features, Targets};
    use ndarray::{Array2, array};

    fn prepared(overrides: &[&str]) -> PreparedNetwork {
        let config = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../configs/mnist-cnn-99.toml"
        );
        let arguments = ConfigArguments {
            config: config.into(),
            set: overrides.iter().map(ToString::to_string).collect(),
            unset: Vec::new(),
            cfg: false,
        };
        PreparedNetwork::of(arguments.read().unwrap(), Purpose::Training).unwrap()
    }

    #[test]
    fn batches_do_not_depend_on_the_number_of_threads() {
        // Augmented; several parts in each batch, and a last batch with fewer rows.
        let overrides = ["training.batch_size=30", "dataset.mnist.train_limit=100"];
        let prepared = prepared(&overrides);
        let with_threads = |threads| {
            let mut batches = Batches::new(&prepared);
            let mut all = Vec::new();
            crate::machine::in_pool(threads, || {
                for epoch in [1, 2] {
                    batches.begin(epoch);
                    for index in 0..batches.steps() {
                        let TrainingBatch { step, batch } = batches.batch(index);
                        all.push((step.number, batch.x.to_owned(), batch.t.to_owned()));
                    }
                }
            })
            .unwrap();
            all
        };
        let one: Vec<(u64, Array2<f32>, Array2<f32>)> = with_threads(1);
        assert!(one == with_threads(2) && one == with_threads(3));
    }

    #[test]
    fn smoothed_targets_by_hand() {
        let features = Features::Values(Array2::zeros((2, 1)));
        let samples = Samples::new(features, Targets::Classes(vec![1, 0]));
        let names = vec!["a".into(), "b".into(), "c".into(), "d".into()];
        let target = Target::Classes { names };
        let filled = |outputs| {
            let mut batch = BatchBuffer::<f64>::new(2, 1, outputs).smoothed(0.2);
            batch.fill(&samples, &target, &[0, 1]).t.to_owned()
        };
        let one_hot = array![[0.05, 0.85, 0.05, 0.05], [0.85, 0.05, 0.05, 0.05]];
        let close = |a: Array2<f64>, b: Array2<f64>| (a - b).iter().all(|d| d.abs() < 1e-15);
        assert!(close(filled(4), one_hot));
        assert!(close(filled(1), array![[0.9], [0.1]]));
    }

    #[test]
    fn classes_at_every_position_are_one_hot_one_behind_the_other() {
        let features = Features::Values(Array2::zeros((2, 2)));
        let samples = Samples::new(features, Targets::Classes(vec![1, 0, 2, 1])).at_positions(2);
        let names = vec!["a".into(), "b".into(), "c".into()];
        let mut batch = BatchBuffer::<f64>::new(2, 2, 6);
        let filled = batch.fill(&samples, &Target::Classes { names }, &[1, 0]);
        let wanted = array![
            [0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
            [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]
        ];
        assert_eq!((filled.t, filled.positions), (wanted.view(), 2));
    }
}
