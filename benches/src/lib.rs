//! What the benches share: networks of `configs/`, who computes, with how many threads, how long.

pub mod steps;

use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::{Implementation, Streams, initial};
use criterion::Criterion;
use datasets::Dataset;
use ndarray::Array2;
use rand::RngExt;
use rayon::ThreadPoolBuilder;
use reference::Backend;
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;
use spec::{Config, ImplementationName};

/// Who computes, the hand-written one first.
pub const ALL: [ImplementationName; 3] = [
    ImplementationName::Backprop,
    ImplementationName::BurnNdarray,
    ImplementationName::BurnFlex,
];

/// The random numbers of every bench.
pub fn streams() -> Streams {
    Streams::new(1)
}

/// Few samples of a short time, so that all benches together take minutes; what the command line
/// says goes first.
pub fn briefly() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

/// A network of `configs/` with its data.
pub struct Network {
    /// How it learns.
    pub training: TrainingSpec,
    /// Its layers.
    pub plan: Vec<PlannedLayer>,
    dataset: Dataset,
}

impl Network {
    /// The network of `configs/<name>.toml`.
    ///
    /// # Panics
    /// When there is no such config, or its data do not load.
    pub fn of_config(name: &str) -> Self {
        let config = config(name);
        let dataset = dataset(&config);
        let network = config
            .experiment
            .network()
            .expect("a config with a [model]");
        let plan = network.model.plan(&dataset.sample_shape);
        Self {
            training: network.training.clone(),
            plan: plan.expect("a config of the workspace fits its data"),
            dataset,
        }
    }

    /// The first so many training samples: inputs, and one-hot classes in turn.
    pub fn batch(&self, rows: usize) -> (Array2<f32>, Array2<f32>) {
        let first: Vec<usize> = (0..rows).collect();
        let mut x = Array2::zeros((rows, self.dataset.train.width()));
        self.dataset.train.gather(&first, x.view_mut());
        let classes = self.plan.last().map_or(0, PlannedLayer::outputs);
        (x, one_hot(rows, classes))
    }
}

/// `configs/<name>.toml`.
///
/// # Panics
/// When there is none.
pub fn config(name: &str) -> Config {
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs");
    let file: PathBuf = configs.join(name).with_extension("toml");
    Config::read(&file, &Default::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The data of a config.
///
/// # Panics
/// When they do not load.
pub fn dataset(config: &Config) -> Dataset {
    let dataset = datasets::load(&config.experiment.dataset, config.folder(), &streams());
    dataset.unwrap_or_else(|error| panic!("{error}"))
}

/// That implementation of a network, at initial weights that are the same for all.
///
/// # Panics
/// When it does not take the weights of its own plan.
pub fn implementation(
    name: ImplementationName,
    plan: &[PlannedLayer],
    training: &TrainingSpec,
) -> Box<dyn Implementation<f32>> {
    let burn = |backend| {
        Box::new(reference::Model::<f32>::new(
            plan,
            training,
            streams(),
            backend,
        ))
    };
    let mut model: Box<dyn Implementation<f32>> = match name {
        ImplementationName::Backprop => backprop::Compute::model(plan, training, streams()),
        ImplementationName::BurnNdarray => burn(Backend::Ndarray),
        ImplementationName::BurnFlex => burn(Backend::Flex),
    };
    let weights = initial::draw_parameters(plan, &streams()).cast();
    model.load(&weights).expect("the weights are the plan's");
    model
}

/// One thread, and all there are.
pub fn one_and_all() -> Vec<usize> {
    let mut counts = vec![1, all_threads()];
    counts.dedup();
    counts
}

/// As many threads as the machine has.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// So many threads in a benchmark's name.
pub fn threads_name(threads: usize) -> String {
    let plural = if threads == 1 { "" } else { "s" };
    format!("{threads}thread{plural}")
}

/// Does some work on a pool of so many threads, as the runner does: the hand-written implementation
/// and burn take theirs from it. Only the matrix products of burn's ndarray device do not, which
/// ask the environment, `MATMUL_NUM_THREADS`.
///
/// # Panics
/// When the system gives no threads.
pub fn in_pool(threads: usize, work: impl FnOnce() + Send) {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("the system gives threads").install(work);
}

/// Numbers in \[−1, 1) of the stream of that name.
pub fn random(rows: usize, columns: usize, stream: &str) -> Array2<f32> {
    let mut rng = streams().stream(stream);
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
}

/// One-hot targets of `rows` samples, classes in turn.
pub fn one_hot(rows: usize, classes: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, classes), |(row, class)| {
        f32::from(u8::from(row % classes == class))
    })
}
