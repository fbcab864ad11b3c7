//! Layers that move a window over an image: impossible values and sizes that do not fit.

use spec::model::{LayerSpec, Pair};

use crate::support::{changed, parse, refuse};

#[test]
fn impossible_convolutions_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 0, kernel = 3 } }",
            "a.toml:13:29: model.layers.1.conv2d.channels: 0 channels give nothing; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 0 } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: 0 x 0 is not a possible kernel; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [3, 0] } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: 3 x 0 is not a possible kernel; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, stride = 0 } }",
            "a.toml:13:53: model.layers.1.conv2d.stride: 0 x 0 is not a possible stride; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, dilation = [0, 1] } }",
            "a.toml:13:55: model.layers.1.conv2d.dilation: 0 x 1 is not a possible dilation; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, padding = 9223372036854775807 } }",
            "a.toml:13:54: model.layers.1.conv2d.padding: 9223372036854775807 x 9223372036854775807 is not a possible padding; 0 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, groups = 0 } }",
            "a.toml:13:53: model.layers.1.conv2d.groups: 0 groups give nothing; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, padding_value = inf } }",
            "a.toml:13:60: model.layers.1.conv2d.padding_value: inf is not a possible padding value; a finite number",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, bias = false, untied_biases = true } }",
            "a.toml:13:74: model.layers.1.conv2d.untied_biases: there is no bias to untie; leave out one of bias = false and untied_biases = true",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ local2d = { channels = 2, kernel = 0 } }",
            "a.toml:13:42: model.layers.1.local2d.kernel: 0 x 0 is not a possible kernel; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, learning_rate = -1.0 } }",
            "a.toml:13:60: model.layers.1.conv2d.learning_rate: -1 is not a possible learning rate; 0 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, weights = { fan_in = 0.0 } } }",
            "a.toml:13:54: model.layers.1.conv2d.weights: the bound must be above 0 and finite",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, name = \"a b\" } }",
            "a.toml:13:51: model.layers.1.conv2d.name: \"a b\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
    ]);
}

#[test]
fn impossible_tables_of_connections_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, connections = [[0]] } }",
            "a.toml:13:58: model.layers.1.conv2d.connections: 1 lists for 2 output maps; one list of input maps for each output map",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, connections = [[0], []] } }",
            "a.toml:13:64: model.layers.1.conv2d.connections.1: output map 1 sees no input map; list one or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, connections = [[0], [1, 2, 1]] } }",
            "a.toml:13:64: model.layers.1.conv2d.connections.1: output map 1 sees input map 1 twice; list it once",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 3, groups = 2, connections = [[0], [1]] } }",
            "a.toml:13:70: model.layers.1.conv2d.connections: a table of connections leaves no room for groups; leave out one of the two",
        ),
    ]);
}

#[test]
fn impossible_pools_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ max_pool = { size = 0 } }",
            "a.toml:13:27: model.layers.1.max_pool.size: 0 x 0 is not a possible size; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ avg_pool = { size = 2, stride = [1, 0] } }",
            "a.toml:13:39: model.layers.1.avg_pool.stride: 1 x 0 is not a possible stride; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ max_pool = { size = 2, padding = 1000001 } }",
            "a.toml:13:40: model.layers.1.max_pool.padding: 1000001 x 1000001 is not a possible padding; 0 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ subsampling = { size = 0 } }",
            "a.toml:13:30: model.layers.1.subsampling.size: 0 x 0 is not a possible size; 1 to 1000000",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ subsampling = { size = 2, learning_rate = inf } }",
            "a.toml:13:49: model.layers.1.subsampling.learning_rate: inf is not a possible learning rate; 0 or more",
        ),
    ]);
}

#[test]
fn a_pair_is_one_number_or_two() {
    for (kernel, pair) in [("5", [5, 5]), ("[5, 3]", [5, 3]), ("[4, 4]", [4, 4])] {
        let layer = format!("{{ conv2d = {{ channels = 2, kernel = {kernel} }} }}");
        let config = parse(&changed("{ leaky_relu = { slope = 0.1 } }", &layer), &[]).unwrap();
        let LayerSpec::Conv2d(conv) = &config.experiment.network().unwrap().model.layers[1] else {
            panic!("{:?}", config.experiment.network().unwrap().model.layers);
        };
        assert_eq!(conv.kernel, Pair::from(pair));
    }
}

#[test]
fn what_is_no_pair_is_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [5] } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: expected two numbers, [height, width]",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [5, 3, 1] } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: expected two numbers, [height, width]",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [] } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: expected two numbers, [height, width]",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = -1 } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: a size cannot be negative",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [5, -3] } }",
            "a.toml:13:45: model.layers.1.conv2d.kernel.1: expected a whole number, 0 or more, found -3",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = \"x\" } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: expected a number, or [height, width], found \"x\"",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = 5.5 } }",
            "a.toml:13:41: model.layers.1.conv2d.kernel: expected a number, or [height, width], found 5.5",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ conv2d = { channels = 2, kernel = [5, \"x\"] } }",
            "a.toml:13:45: model.layers.1.conv2d.kernel.1: expected a whole number, 0 or more, found \"x\"",
        ),
    ]);
}

#[test]
fn layers_that_do_not_fit_the_images_are_refused_with_their_place() {
    let rows = [
        (
            "{ conv2d = { channels = 4, kernel = 3, groups = 2 } }",
            "a.toml:12:53: model.layers.0.conv2d.groups: 3 maps in and 4 out cannot be cut into 2 groups; a number that divides both",
        ),
        (
            "{ conv2d = { channels = 4, kernel = 3, groups = 3 } }",
            "a.toml:12:53: model.layers.0.conv2d.groups: 3 maps in and 4 out cannot be cut into 3 groups; a number that divides both",
        ),
        (
            "{ conv2d = { channels = 2, kernel = 3, connections = [[0], [1, 3]] } }",
            "a.toml:12:64: model.layers.0.conv2d.connections.1: there is no input map 3; maps are 0 to 2",
        ),
        (
            "{ conv2d = { channels = 2, kernel = [9, 3] } }",
            "a.toml:12:16: model.layers.0.conv2d: a window of 9 x 3 does not fit into an image of 8 x 8; a smaller window, more padding, or fewer layers before",
        ),
        (
            "{ max_pool = { size = 3, padding = 2 } }",
            "a.toml:12:40: model.layers.0.max_pool.padding: the padding is more than half a window; at most half of size",
        ),
        (
            "{ residual = { layers = [\"flatten\", { linear = { units = 3 } }] } }",
            "a.toml:12:18: model.layers.0.residual: the layers end in [3] and the shortcut in [3, 8, 8]: they cannot be added; give the shortcut layers of its own, e.g. a conv2d with kernel 1 and the same stride",
        ),
        (
            "{ residual = { layers = [\"flatten\", { conv2d = { channels = 3, kernel = 1 } }] } }",
            "a.toml:12:52: model.layers.0.residual.layers.1.conv2d: this layer takes images [C, H, W], but gets [192]; put it before the layers that make vectors of images (flatten, linear)",
        ),
        (
            "{ squared_distance = { units = 10, centers = \"digits\" } }",
            "a.toml:12:50: model.layers.0.squared_distance.centers: the digits are 10 pictures of 7 x 12, but the layer has 10 units of 192 inputs; use other centers, e.g. \"signs\"",
        ),
    ];
    let first =
        "{ linear = { units = 4, name = \"hidden\" } },\n    { leaky_relu = { slope = 0.1 } }";
    for (layer, message) in rows {
        let config = parse(&changed(first, layer), &[]).unwrap();
        let problem = config
            .experiment
            .network()
            .unwrap()
            .model
            .plan(&[3, 8, 8])
            .unwrap_err();
        assert_eq!(config.locate(problem).short(), message, "{layer}");
    }
}
