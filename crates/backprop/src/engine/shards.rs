//! A batch in shards, each on any thread: of a whole network, and of a layer by itself.

use contract::Real;
use kernels::sharding::Sharding;
use kernels::workers;
use ndarray::{ArrayViewMut2, Axis};
use spec::model::PlannedLayer;
use std::ops::Range;

/// What divides batches into shards. Each has a state `S` of its own, which the next batch uses
/// again.
pub(crate) struct Shards<S> {
    work: Work,
    make: Box<dyn Fn() -> S + Send + Sync>,
    states: Vec<S>,
    /// Of the last batch.
    sharding: Sharding,
}

impl<S: Send> Shards<S> {
    /// For batches that go through these layers; `make` makes a state without rows.
    pub fn new(plan: &[PlannedLayer], make: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Self {
            work: Work::of(plan),
            states: vec![make()],
            make: Box::new(make),
            sharding: Sharding::whole(0),
        }
    }

    /// Divides a batch of so many rows.
    pub fn divide(&mut self, rows: usize) {
        self.adopt(self.work.sharding(rows));
    }

    /// Takes it as one shard.
    pub fn take_whole(&mut self, rows: usize) {
        self.adopt(Sharding::whole(rows));
    }

    fn adopt(&mut self, sharding: Sharding) {
        self.sharding = sharding;
        let missing = sharding.shards.saturating_sub(self.states.len());
        self.states.extend((0..missing).map(|_| (self.make)()));
    }

    /// How the last batch is divided.
    pub fn sharding(&self) -> Sharding {
        self.sharding
    }

    /// The states of its shards.
    pub fn states(&self) -> &[S] {
        &self.states[..self.sharding.shards]
    }

    /// The same, to be changed.
    pub fn states_mut(&mut self) -> &mut [S] {
        &mut self.states[..self.sharding.shards]
    }

    /// Its shards in their order: the rows and the state of each.
    pub fn each(&self) -> impl Iterator<Item = (Range<usize>, &S)> {
        let sharding = self.sharding;
        let states = self.states().iter().enumerate();
        states.map(move |(index, state)| (sharding.of_shard(index), state))
    }

    /// Calls `run` for every shard with its state, its rows, and these rows of `output` if that is
    /// given: one shard on this thread, several on all threads.
    pub fn run<T: Real>(
        &mut self,
        output: Option<ArrayViewMut2<T>>,
        run: impl Fn(&mut S, Range<usize>, Option<ArrayViewMut2<T>>) + Sync,
    ) {
        let sharding = self.sharding;
        let states = self.states_mut();
        if let [state] = states {
            return run(state, 0..sharding.rows, output);
        }
        let states = states.iter_mut().enumerate();
        match output {
            None => workers::share(states, |(index, state)| {
                run(state, sharding.of_shard(index), None);
            }),
            Some(mut output) => {
                let rows = output.axis_chunks_iter_mut(Axis(0), sharding.height);
                workers::share(states.zip(rows), |((index, state), output)| {
                    run(state, sharding.of_shard(index), Some(output));
                });
            }
        }
    }
}

/// Whether a layer of a plan, or one inside it, needs all samples of a batch at once: for their
/// statistics, or because its state goes on from one to the next.
pub(crate) fn couples_samples(plan: &[PlannedLayer]) -> bool {
    let couples = |layer: &PlannedLayer| {
        layer
            .spec
            .any(&|layer| layer.couples_samples() || layer.carries_state())
    };
    plan.iter().any(couples)
}

/// The work of some layers, by which a batch is divided: never by the number of threads.
#[derive(Clone, Copy, Debug)]
struct Work {
    /// Multiplications of a forward pass for one sample.
    multiplications: usize,
    /// Whether most of them are those of layers that meet each weight once.
    linear: bool,
    /// Whether a sample has rows enough by itself: its positions, which look at each other.
    attends: bool,
    /// Whether a batch stays whole.
    coupled: bool,
}

impl Work {
    /// Of these layers.
    fn of(plan: &[PlannedLayer]) -> Self {
        let mostly_linear = |layer: &&PlannedLayer| {
            let met_once = layer.parameter_count() * usize::from(layer.output.len() == 1);
            2 * met_once > layer.multiplications()
        };
        let linear = plan.iter().filter(mostly_linear);
        let linear: usize = linear.map(PlannedLayer::multiplications).sum();
        let multiplications = plan.iter().map(PlannedLayer::multiplications).sum();
        Self {
            multiplications,
            linear: 2 * linear > multiplications,
            attends: plan.iter().any(|layer| layer.spec.any(&|l| l.attends())),
            coupled: couples_samples(plan),
        }
    }

    /// So many rows in shards that suit.
    fn sharding(self, rows: usize) -> Sharding {
        let most = match self.linear {
            _ if self.coupled => 1,
            _ if self.attends => rows,
            // Each shard reads all weights once, so more rows make higher shards as well as more of
            // them: 64 rows 2, 256 rows 4, 1024 rows 8.
            true => (rows / 16).isqrt(),
            // Convolutions find rows enough in each image, but pack their weights once for each
            // shard.
            false => rows / 16,
        };
        Sharding::new(rows, self.multiplications, most)
    }
}
