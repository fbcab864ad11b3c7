//! A config that says all there is to say, and its way through being written out.

use spec::Config;

use crate::support::parse;

/// Layers of every kind and every setting away from its default, for images `[2, 16, 16]`.
pub const EVERYTHING: &str = r#"name = "everything"
seed = 7
implementations = ["backprop", "burn-ndarray", "burn-flex"]

[dataset.waves]
samples = 120
classes = 3
channels = 2
size = 16
noise = 0.25
split = { k_fold = { folds = 4, fold = 1, stratified = true } }

[augmentation]
shift = 1.5
rotation = 10.0
scale = 0.1
shear = 0.2
elastic = { sigma = 4.0, alpha = 34.0 }
noise = 0.05

[invariance]
shift = [1.0, 2.5]
rotation = [15.0]
scale = [0.8]

[model]
weights = { fan_in = 2.4 }
biases = { constant = 0.1 }
layers = [
    { conv2d = { channels = 4, kernel = [3, 5], stride = [1, 2], padding = [1, 2], padding_value = -1.0, untied_biases = true, groups = 2, weights = "he_normal", name = "first", learning_rate = 0.5 } },
    { batch_norm = { momentum = 0.2, epsilon = 1e-4, name = "norm" } },
    "relu",
    { local_response_norm = { size = 3, alpha = 1e-3, beta = 0.5, k = 1.0 } },
    { max_pool = { size = 2, stride = [2, 1], padding = [1, 0] } },
    { conv2d = { channels = 3, kernel = 2, dilation = [2, 1], bias = false, connections = [[0], [1, 2], [0, 1, 2, 3]] } },
    { avg_pool = { size = [2, 1], stride = 1 } },
    { subsampling = { size = [1, 2], biases = { uniform = { low = 0.0, high = 0.5 } }, learning_rate = 0.0 } },
    { residual = { name = "block", layers = [{ local2d = { channels = 5, kernel = 3, padding = 1 } }, { prelu = { slope = 0.1, per_channel = true, name = "p" } }], shortcut = [{ conv2d = { channels = 5, kernel = 1 } }] } },
    { dropout = { rate = 0.3 } },
    "flatten",
    { layer_norm = { epsilon = 1e-6 } },
    { maxout = { units = 9, pieces = 3, weights = { normal = { std = 0.2 } } } },
    { elu = { alpha = 0.5 } },
    "softplus",
    "scaled_tanh",
    { linear = { units = 8, learning_rate = 2.0, biases = "signs" } },
    { leaky_relu = { slope = 0.2 } },
    "step",
    { embedding = { tokens = 2, dimension = 4, name = "table" } },
    { rnn = { units = 5, activation = "relu", gradient = "one_step", name = "elman" } },
    { lstm = { units = 4, gradient = { truncated = 3 }, forget_bias = 1.0 } },
    { lstm_peephole = { units = 4, forget_bias = 0.5, weights = "he_normal" } },
    { gru = { units = 3, learning_rate = 0.5, biases = "signs" } },
    "last",
    "flatten",
    { squared_distance = { units = 84, centers = "signs", learning_rate = 0.1 } },
    { rbf = { units = 84, centers = { k_means = { per_class = true, passes = 9 } }, width = { mean_distance = 3 }, learning_rate = 0.5, name = "bells" } },
    { squared_distance = { units = 10, centers = "digits" } },
    { linear = { units = 3 } },
]

[training]
epochs = 6
batch_size = 12
loss = "kl_divergence"
optimizer = { rprop = { learning_rate = 0.1, decrease = 0.4, increase = 1.3, smallest = 1e-5, largest = 20.0 } }
schedule = { epochs = [[2, 5e-4], [3, 2e-4]] }
warmup = 10
clip = { norm = 2.5 }
regularization = { l1 = 1e-5, l2 = 1e-4, lambda = 0.9, max_norm = 3.0, biases = true }
label_smoothing = 0.1
validation = { samples = 0.2, shuffle = false }
stopping = { patience = { epochs = 3 }, plateau = { epochs = 2, change = 1e-4 } }
escapes = [{ evolution = { population = 8, parents = 4, std = 0.1 } }]
shuffle = false
metrics = ["accuracy", "error"]
layer_metrics = ["dead_units", "mean_activation"]
jacobian_samples = 2
threads = 2
"#;

/// Kinds that only one place can hold, each in place of what stands there.
pub const OTHERS: [&str; 74] = [
    "training.loss={ maximum_a_posteriori = { rubbish = 0.5 } }",
    "training.loss=sum_of_squares",
    "training.loss=mean_of_squares",
    "training.loss=hinge",
    "training.loss=squared_hinge",
    "training.loss=perceptron",
    "training.loss=signed_squared_error",
    "training.loss=binary_squared_hinge",
    "training.optimizer={ adagrad = { learning_rate = 0.1, epsilon = 1e-6 } }",
    "training.optimizer={ rmsprop = { learning_rate = 0.1, decay = 0.8, epsilon = 1e-6 } }",
    "training.optimizer={ adamw = { learning_rate = 0.1, beta1 = 0.8, weight_decay = 0.1 } }",
    "training.optimizer={ quickprop = { learning_rate = 0.1, growth = 2.0 } }",
    "training.schedule=constant",
    "training.schedule={ step = { every = 2, factor = 0.5 } }",
    "training.schedule={ exponential = { factor = 0.5 } }",
    "training.schedule={ inverse_time = { decay = 0.5 } }",
    "training.schedule=inverse_sqrt",
    "training.schedule={ cosine = { minimum = 0.1 } }",
    "training.schedule={ one_cycle = { start = 0.1, rise = 0.4, end = 0.0 } }",
    "training.clip={ value = 0.5 }",
    "training.escapes=[{ evolution = { population = 1, parents = 1, std = 1.0 } }]",
    "model.weights=lecun_uniform",
    "model.weights=standard_uniform",
    "model.weights={ values = [0.5, -1.0] }",
    "model.layers.27={ rbf = { units = 84, width = \"largest_distance\" } }",
    "model.layers.27={ rbf = { units = 84, centers = \"orthogonal_least_squares\", width = { constant = 0.5 } } }",
    "dataset={ gate = { function = \"nand\" } }",
    "dataset={ surface = { function = \"peaks\", side = 9, noise = 0.1 } }",
    "model.layers.18=tanh",
    "training.optimizer={ adamw = { learning_rate = 0.1, decays = \"matrices\" } }",
    "model.layers.18={ repeat = { times = 2, layers = [\"tanh\"], name = \"blocks\" } }",
    "model.layers.18={ tied_embedding = { tokens = 9, dimension = 4, layers = [\"gelu\"] } }",
    "model.layers.18={ multi_head_attention = { heads = 2, causal = true, bias = false, output_weights = { normal = { std = 0.1 } } } }",
    "model.layers.18={ position = { encoding = \"learned\", positions = 9, name = \"wpe\" } }",
    "model.layers.18={ layer_norm = { bias = false } }",
    "model.layers.18={ residual = { layers = [\"tanh\"] } }",
    "dataset={ mnist = { pad = 2, deskew = true, pixels = { range = [-0.1, 1.175] } } }",
    "dataset={ mnist = { pixels = \"standardize\", train_limit = 100 } }",
    "dataset={ mnist = { path = \"emnist\", prefix = \"emnist-letters-\", transpose = true } }",
    "dataset={ mnist = { pixels = \"binary\", size = 16 } }",
    "dataset={ images = { path = \"pets\" } }",
    "dataset={ images = { path = \"pets\", size = [8, 9], channels = 3, split = { stratified = { test = 0.2 } } } }",
    "dataset={ cifar10 = { path = \"c\", pixels = \"signed\", train_limit = 9, test_limit = 5 } }",
    "dataset={ mnist = { rows = true } }",
    "dataset={ series = { path = \"a.csv\", column = 1, window = 12, horizon = 3, season = 12, difference = 12, scale = \"standardize\", test = 24.0 } }",
    "dataset={ series = { path = \"a.csv\", column = 1, window = 12, header = false, delimiter = \";\", decimal = \",\", comment = \"#\" } }",
    "dataset={ text = { path = \"a.txt\", steps = 9, inputs = \"one_hot\", split = { ordered = { test = 9 } } } }",
    "dataset={ text = { path = \"a.txt\", lines = true } }",
    "dataset={ text = { path = \"a.txt\", steps = 9, windows = 20, split = \"none\" } }",
    "dataset={ temporal_xor = { bits = 30, test_bits = 12, steps = 6 } }",
    "dataset={ adding = { samples = 9, length = 30, split = \"none\" } }",
    "dataset={ temporal_order = { samples = 9, symbols = 3, length = 30 } }",
    "dataset={ temporal_order = { samples = 9, fresh = true } }",
    "dataset={ multiplication = { samples = 9, length = 30, fresh = true } }",
    "dataset={ long_lag = { samples = 9, symbols = 5, random = true } }",
    "dataset={ distractors = { samples = 9, lag = 5, symbols = 4 } }",
    "dataset={ two_sequence = { samples = 9, length = 20, telling = 1, variance = 0.1 } }",
    "dataset={ continual_reber = { samples = 9, symbols = 30 } }",
    "dataset={ reber = { samples = 9, split = \"none\" } }",
    "dataset={ reversal = { samples = 9, symbols = 3, lengths = [1, 4], test_lengths = [2, 9], copy = true } }",
    "dataset={ dates = { samples = 9, test_samples = 5 } }",
    "dataset={ pairs = { path = \"a.csv\", source = \"en\", target = 1, longest = 20, split = { shuffled = { test = 0.1 } } } }",
    "dataset={ pairs = { path = \"a.csv\", source = 0, target = 1, header = false, delimiter = \";\", comment = \"#\" } }",
    "model.layers.18={ encoder_decoder = { encoder = [{ embedding = { tokens = 3, dimension = 2 } }, { gru = { units = 2 } }], decoder = [{ embedding = { tokens = 4, dimension = 2 } }], cell = { lstm = { units = 2 } }, attention = { additive = { units = 5 } }, reverse_source = true, name = \"pair\", weights = \"he_normal\" } }",
    "model.layers.18={ encoder_decoder = { encoder = [{ embedding = { tokens = 3, dimension = 2 } }], decoder = [{ embedding = { tokens = 4, dimension = 2 } }], cell = { rnn = { units = 2 } }, attention = \"scaled_dot\" } }",
    "training.phases=3",
    "training.each_output=true",
    "training.right={ within = 0.04 }",
    "training.right=most_active",
    "dataset={ letters = { words = [\"ab\", \"c\"], code = \"number\", steps = 4 } }",
    "augmentation={}",
    "augmentation={ noise = 0.1 }",
    "training.stopping={}",
    "training.regularization={}",
];

#[track_caller]
fn survives(config: &Config) {
    let resolved = config.resolved();
    let again = parse(&resolved, &[]).unwrap_or_else(|error| panic!("{error}\n{resolved}"));
    assert_eq!(again.experiment, config.experiment, "{resolved}");
    assert_eq!(again.resolved(), resolved);
}

#[test]
fn a_config_with_everything_survives_being_written_out() {
    survives(&parse(EVERYTHING, &[]).unwrap());
    for other in OTHERS {
        let of_signs = ["hinge", "maximum", "perceptron", "signed_squared"];
        let smooth = match of_signs.iter().any(|loss| other.contains(loss)) {
            true => "training.label_smoothing=0.0",
            false => "training.label_smoothing=0.2",
        };
        let config = parse(EVERYTHING, &[other, smooth]);
        survives(&config.unwrap_or_else(|error| panic!("{error}")));
    }
    let closed = "model.layers.29.linear.weights={ least_squares = { ridge = 0.1 } }";
    survives(&parse(EVERYTHING, &[closed, "training.loss=sum_of_squares"]).unwrap());
    // What a step as a layer does not allow.
    let plain = "model.layers.18=tanh";
    let escapes = "training.escapes=[\"plain\", { restarts = { runs = 3 } }, \
        { annealing = { temperature = 0.1, cooling = 0.9, std = 0.01 } }, \
        { perturbation = { epochs = 2, change = 1e-3, std = 0.1 } }]";
    survives(&parse(EVERYTHING, &[plain, escapes]).unwrap());
}

#[test]
fn a_config_with_everything_has_a_plan() {
    let experiment = parse(EVERYTHING, &[]).unwrap().experiment;
    let plan = experiment
        .network()
        .unwrap()
        .model
        .plan(&[2, 16, 16])
        .unwrap();
    let outputs: Vec<&[usize]> = plan.iter().map(|layer| layer.output.as_slice()).collect();
    let by_hand: [&[usize]; 30] = [
        &[4, 16, 8],
        &[4, 16, 8],
        &[4, 16, 8],
        &[4, 16, 8],
        &[4, 9, 7],
        &[3, 7, 6],
        &[3, 6, 6],
        &[3, 6, 3],
        &[5, 6, 3],
        &[5, 6, 3],
        &[90],
        &[90],
        &[9],
        &[9],
        &[9],
        &[9],
        &[8],
        &[8],
        &[8],
        &[8, 4],
        &[8, 5],
        &[8, 4],
        &[8, 4],
        &[8, 3],
        &[3],
        &[3],
        &[84],
        &[84],
        &[10],
        &[3],
    ];
    assert_eq!(outputs, by_hand);
    let names: Vec<&str> = plan
        .iter()
        .flat_map(|l| &l.parameters)
        .map(|p| &*p.name)
        .collect();
    let by_hand = [
        "first.weight",
        "first.bias",
        "norm.weight",
        "norm.bias",
        "5.weight",
        "7.weight",
        "7.bias",
        "block.layers.0.weight",
        "block.layers.0.bias",
        "block.layers.p.weight",
        "block.shortcut.0.weight",
        "block.shortcut.0.bias",
        "11.weight",
        "11.bias",
        "12.weight",
        "12.bias",
        "16.weight",
        "16.bias",
        "table.weight",
        "elman.weight_ih_l0",
        "elman.weight_hh_l0",
        "elman.bias_ih_l0",
        "elman.bias_hh_l0",
        "21.weight_ih_l0",
        "21.weight_hh_l0",
        "21.bias_ih_l0",
        "21.bias_hh_l0",
        "22.weight_ih_l0",
        "22.weight_hh_l0",
        "22.bias_ih_l0",
        "22.bias_hh_l0",
        "22.weight_ch_l0",
        "23.weight_ih_l0",
        "23.weight_hh_l0",
        "23.bias_ih_l0",
        "23.bias_hh_l0",
        "26.weight",
        "bells.centers",
        "bells.beta",
        "28.weight",
        "29.weight",
        "29.bias",
    ];
    assert_eq!(names, by_hand);
}
