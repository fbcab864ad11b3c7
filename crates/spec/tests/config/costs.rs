//! Multiply-adds and kept numbers of layers, worked by hand.

use std::path::Path;

use spec::Config;
use spec::model::{LayerSpec, PlannedLayer};

/// The plan of layers over a sample of that shape.
fn plan(layers: &str, sample: &[usize]) -> Vec<PlannedLayer> {
    let config = format!(
        "name = \"c\"\nseed = 1\nimplementations = [\"backprop\"]\ndataset = {{ xor = {{}} }}\n\
         model = {{ layers = [{layers}] }}\n[training]\nepochs = 1\nbatch_size = 1\n\
         loss = \"squared_error\"\noptimizer = {{ sgd = {{ learning_rate = 0.1 }} }}\n"
    );
    planned(&config, sample)
}

fn planned(config: &str, sample: &[usize]) -> Vec<PlannedLayer> {
    let config = Config::parse(Path::new("c.toml"), config.into(), &Default::default()).unwrap();
    let network = config.experiment.network().unwrap();
    network.model.plan(sample).unwrap()
}

fn multiply_adds(plan: &[PlannedLayer]) -> Vec<usize> {
    plan.iter().map(|layer| layer.multiply_adds).collect()
}

/// LeCun et al. 1998, section II.B: C1 has 122,304 connections, S2 5,880, C3 151,600, S4 2,000, C5
/// 48,120, F6 10,164, the output 840; 340,908 in all. A bias is a connection there.
#[test]
fn lenet_5_has_the_connections_of_its_paper() {
    let text = include_str!("../../../../configs/lenet5-1998.toml");
    let plan = planned(text, &[1, 32, 32]);
    let biased = |layer: &PlannedLayer| match layer.spec {
        LayerSpec::Conv2d(_) | LayerSpec::Linear(_) | LayerSpec::Subsampling(_) => layer.outputs(),
        _ => 0,
    };
    let connections = plan.iter().map(|layer| layer.multiply_adds + biased(layer));
    let connections: Vec<usize> = connections.filter(|&count| count > 0).collect();
    let paper = [122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840];
    assert_eq!(connections, paper);
    assert_eq!(connections.iter().sum::<usize>(), 340_908);
}

/// As fvcore and torchinfo count: a weight with each window, biases left out.
#[test]
fn a_small_convolutional_network() {
    let layers = "{ conv2d = { channels = 8, kernel = 3, padding = 1 } }, \"relu\", \
                  { max_pool = { size = 2 } }, \
                  { conv2d = { channels = 16, kernel = 3, stride = 2, groups = 2 } }, \"flatten\", \
                  { linear = { units = 10 } }";
    let plan = plan(layers, &[3, 8, 8]);
    // 8x8 windows of 3x3x3 for 8 maps; 1x1 window of 3x3x4 for 16 maps.
    let by_hand = [8 * 8 * 27 * 8, 0, 0, 36 * 16, 0, 16 * 10];
    assert_eq!(multiply_adds(&plan), by_hand);
}

#[test]
fn recurrent_layers_at_every_step_in_each_layer_and_direction() {
    let layers = "{ lstm = { units = 5, layers = 2, bidirectional = true, steps = \"last\" } }";
    let lstm = &plan(layers, &[7, 3])[0];
    // Four gates of five units, in both directions: of 3 inputs, then of the 10 below.
    let by_hand = 7 * 2 * (20 * (3 + 5) + 20 * (10 + 5));
    assert_eq!(lstm.multiply_adds, by_hand);
    // At each of 7 steps 20 units with four gates, cell, its tanh and output.
    assert_eq!(lstm.activations(), 7 * 20 * 7);
    let gru = &plan("{ gru = { units = 4 } }", &[6, 3])[0];
    assert_eq!(gru.multiply_adds, 6 * 12 * 7);
    assert_eq!(gru.activations(), 6 * 4 * (3 + 3 + 1));
}

#[test]
fn attention_keeps_a_weight_of_each_head_for_each_pair_of_positions() {
    let of = |causal: bool| {
        let layer = format!("{{ multi_head_attention = {{ heads = 2, causal = {causal} }} }}");
        plan(&layer, &[5, 6]).remove(0)
    };
    // Q, K, V and the output: 6x6 weights at 5 positions; scores and means of all pairs: 2 · 25 · 6.
    assert_eq!(of(false).multiply_adds, 4 * 180 + 300);
    // Of a causal one the 15 pairs that do not look ahead.
    assert_eq!(of(true).multiply_adds, 4 * 180 + 180);
    assert_eq!(of(true).kept, 4 * 30 + 2 * 25);
}

#[test]
fn blocks_are_the_sum_of_what_is_in_them() {
    let layers = "{ residual = { layers = [{ linear = { units = 4 } }, \"tanh\", { linear = { units \
                  = 4 } }] } }, { repeat = { times = 3, layers = [{ linear = { units = 4 } }] } }";
    let plan = plan(layers, &[4]);
    assert_eq!(multiply_adds(&plan), [32, 48]);
    // Three layers inside, and the sum; three layers, and what the last gives.
    assert_eq!([plan[0].activations(), plan[1].activations()], [16, 16]);
}

#[test]
fn encoder_and_decoder_with_their_attention() {
    let of = |attention: &str| {
        let part = "[{ embedding = { tokens = 9, dimension = 3 } }";
        let layer = format!(
            "{{ encoder_decoder = {{ encoder = {part}, {{ gru = {{ units = 4 }} }}], decoder = \
             {part}], cell = {{ gru = {{ units = 4 }} }}, attention = {attention} }} }}"
        );
        plan(&layer, &[2, 6]).remove(0)
    };
    // Both recurrences, 12 rows of 3 + 4 inputs at 6 steps; the bridge.
    let without = 2 * 6 * 12 * 7 + 16;
    assert_eq!(of("\"none\"").multiply_adds, without);
    // Scores and means of 36 pairs.
    assert_eq!(of("\"dot\"").multiply_adds, without + 2 * 36 * 4);
    assert_eq!(of("\"dot\"").kept, 36);
    // Six projections before; P as long as a state.
    assert_eq!(
        of("\"general\"").multiply_adds,
        without + 6 * 16 + 2 * 36 * 4
    );
    // The cells read the context, too: 4 inputs more. A = 5.
    let additive = of("{ additive = { units = 5 } }");
    let by_hand = 6 * 5 * 4 + 6 * 5 * 4 + 36 * 5 + 36 * 4;
    assert_eq!(additive.multiply_adds, without + 6 * 12 * 4 + by_hand);
    assert_eq!(additive.kept, 6 * 5 + 36 * 5 + 36);
}
