//! A network for every layer: a layer with parameters before it, so that what it hands back is seen
//! in gradients of weights too, and a linear one behind it, so that what comes down is not uniform.

use spec::model::{
    BatchNormSpec, Conv2dSpec, DropoutSpec, EluSpec, EmbeddingSpec, Initializer, LayerNormSpec,
    LayerSpec, LeakyReluSpec, LinearSpec, Local2dSpec, LocalResponseNormSpec, MaxoutSpec, PoolSpec,
    PreluSpec, RbfSpec, ResidualSpec, SquaredDistanceSpec, SubsamplingSpec, Width,
};

use super::{Example, linear, pairs, sequences, transformers};

/// Every layer.
pub fn examples() -> Vec<Example> {
    let mut examples = on_vectors();
    examples.extend(convolutions());
    examples.extend(fused());
    examples.extend(on_images());
    examples.extend(blocks());
    examples.extend(sequences::examples());
    examples.extend(transformers::examples());
    examples.extend(pairs::examples());
    examples
}

/// A layer between two linear ones, on samples of 5 numbers.
fn vector(name: &str, layer: LayerSpec) -> Example {
    Example::new(name, &[5], vec![linear(6), layer, linear(3)])
}

/// A layer behind a convolution, on images of 2 maps, 9 x 8 pixels.
fn image(name: &str, layer: LayerSpec) -> Example {
    let conv = LayerSpec::Conv2d(Conv2dSpec::new(4, 3));
    let layers = vec![conv, layer, LayerSpec::Flatten, linear(3)];
    Example::new(name, &[2, 9, 8], layers)
}

fn on_vectors() -> Vec<Example> {
    let gaussian = |std| Initializer::Normal { mean: 0.0, std };
    let squared_distance = |learning_rate| {
        LayerSpec::SquaredDistance(SquaredDistanceSpec {
            units: 3,
            centers: gaussian(0.5),
            learning_rate,
            name: None,
        })
    };
    let rbf = |learning_rate| {
        LayerSpec::Rbf(RbfSpec {
            centers: gaussian(0.5),
            learning_rate,
            ..RbfSpec::new(3, Width::Constant(1.2))
        })
    };
    let maxout = MaxoutSpec {
        units: 4,
        pieces: 3,
        name: None,
        weights: None,
        biases: None,
    };
    let prelu = |per_channel| {
        LayerSpec::Prelu(PreluSpec {
            per_channel,
            ..PreluSpec::default()
        })
    };
    let unbiased = LinearSpec {
        bias: false,
        ..LinearSpec::new(4)
    };
    let leaky = LeakyReluSpec { slope: 0.1 };
    vec![
        vector("`linear`", linear(4)),
        vector("`linear`, no bias", LayerSpec::Linear(unbiased)),
        vector("`sigmoid`", LayerSpec::Sigmoid),
        vector("`tanh`", LayerSpec::Tanh),
        vector("`scaled_tanh`", LayerSpec::ScaledTanh),
        vector("`relu`", LayerSpec::Relu),
        vector("`leaky_relu`", LayerSpec::LeakyRelu(leaky)),
        vector("`prelu`", prelu(false)),
        vector("`prelu`, per channel", prelu(true)),
        vector("`elu`", LayerSpec::Elu(EluSpec { alpha: 0.7 })),
        vector("`softplus`", LayerSpec::Softplus),
        vector("`gelu`", LayerSpec::Gelu),
        vector("`step`, forward only", LayerSpec::Step),
        vector("`identity`", LayerSpec::Identity),
        vector("`softmax`", LayerSpec::Softmax),
        vector("`maxout`", LayerSpec::Maxout(maxout)),
        vector("`squared_distance`", squared_distance(1.0)),
        vector("`squared_distance`, fixed centres", squared_distance(0.0)),
        vector("`rbf`", rbf(1.0)),
        vector("`rbf`, fixed centres and widths", rbf(0.0)),
        vector("`dropout`", LayerSpec::Dropout(DropoutSpec { rate: 0.4 })),
        vector(
            "`layer_norm`",
            LayerSpec::LayerNorm(LayerNormSpec::default()),
        ),
        vector_norm(),
        vector(
            "`batch_norm`, after a bias",
            LayerSpec::BatchNorm(BatchNormSpec::default()),
        ),
        embedding(),
    ]
}

/// No bias before the normalisation: the mean takes it away, and its gradient is 0.
fn vector_norm() -> Example {
    let unbiased = LayerSpec::Linear(LinearSpec {
        bias: false,
        ..LinearSpec::new(6)
    });
    let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
    let layers = vec![unbiased, norm, LayerSpec::Tanh, linear(3)];
    Example::new("`batch_norm`, vectors", &[5], layers)
}

fn image_norm() -> Example {
    let unbiased = LayerSpec::Conv2d(Conv2dSpec {
        bias: false,
        ..Conv2dSpec::new(4, 3)
    });
    let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
    let layers = vec![unbiased, norm, LayerSpec::Flatten, linear(3)];
    Example::new("`batch_norm`, images", &[2, 9, 8], layers)
}

/// Words of 5 integers.
fn embedding() -> Example {
    let table = LayerSpec::Embedding(EmbeddingSpec {
        tokens: 7,
        dimension: 4,
        name: None,
        weights: None,
    });
    let layers = vec![table, LayerSpec::Flatten, linear(3)];
    Example {
        tokens: Some(7),
        ..Example::new("`embedding`", &[5], layers)
    }
}

fn convolutions() -> Vec<Example> {
    let conv = |name: &str, spec: Conv2dSpec| image(name, LayerSpec::Conv2d(spec));
    let strided = Conv2dSpec {
        stride: [2, 1].into(),
        padding: [1, 2].into(),
        ..Conv2dSpec::new(3, [3, 2])
    };
    let dilated = Conv2dSpec {
        dilation: [2, 3].into(),
        ..Conv2dSpec::new(3, 2)
    };
    let grouped = Conv2dSpec {
        groups: 2,
        bias: false,
        ..Conv2dSpec::new(6, 3)
    };
    let all = Conv2dSpec {
        stride: 2.into(),
        padding: 2.into(),
        dilation: [1, 2].into(),
        groups: 2,
        ..Conv2dSpec::new(4, 3)
    };
    let table = Conv2dSpec {
        connections: Some(vec![vec![0, 1, 2], vec![1, 3], vec![0, 1, 2, 3]]),
        ..Conv2dSpec::new(3, 3)
    };
    let as_in_1989 = Conv2dSpec {
        stride: 2.into(),
        padding: 1.into(),
        padding_value: -1.0,
        untied_biases: true,
        connections: Some(vec![vec![0, 1, 3], vec![1, 2], vec![0, 2, 3]]),
        ..Conv2dSpec::new(3, 3)
    };
    let untied = Conv2dSpec {
        padding: [1, 2].into(),
        padding_value: 0.3,
        untied_biases: true,
        groups: 2,
        ..Conv2dSpec::new(4, 3)
    };
    vec![
        conv("`conv2d`", Conv2dSpec::new(3, 3)),
        conv("`conv2d`, kernel 1", Conv2dSpec::new(3, 1)),
        conv(
            "`conv2d`, as large as the image",
            Conv2dSpec::new(5, [7, 6]),
        ),
        conv("`conv2d`, stride 2 x 1, padding 1 x 2", strided),
        conv("`conv2d`, dilation 2 x 3", dilated),
        conv("`conv2d`, 2 groups, no bias", grouped),
        conv(
            "`conv2d`, 2 groups, stride 2, padding 2, dilation 1 x 2",
            all,
        ),
        conv("`conv2d`, table of connections", table),
        conv("`conv2d`, untied biases, padding with .3, 2 groups", untied),
        conv(
            "`conv2d`, as in 1989: untied, padding with -1, a table",
            as_in_1989,
        ),
        image("`local2d`", LayerSpec::Local2d(Local2dSpec::new(3, 3))),
        image(
            "`local2d`, stride 2 x 1, padding 1 x 2, no bias",
            LayerSpec::Local2d(Local2dSpec {
                stride: [2, 1].into(),
                padding: [1, 2].into(),
                bias: false,
                ..Local2dSpec::new(3, [3, 2])
            }),
        ),
    ]
}

/// What is computed in one, behind a convolution that gets its gradient.
fn fused() -> Vec<Example> {
    let example = |name: &str, layers: [LayerSpec; 3]| {
        let mut chain = vec![LayerSpec::Conv2d(Conv2dSpec::new(4, 3))];
        chain.extend(layers);
        chain.extend([LayerSpec::Flatten, linear(3)]);
        Example::new(name, &[2, 9, 8], chain)
    };
    let padded = Conv2dSpec {
        stride: [1, 2].into(),
        padding: 2.into(),
        ..Conv2dSpec::new(5, [3, 2])
    };
    let overlapping = PoolSpec {
        stride: Some([2, 1].into()),
        padding: 1.into(),
        ..PoolSpec::new(3)
    };
    vec![
        example(
            "`conv2d`, `relu`, `max_pool` in one",
            [
                LayerSpec::Conv2d(Conv2dSpec::new(3, 3)),
                LayerSpec::Relu,
                LayerSpec::MaxPool(PoolSpec::new(2)),
            ],
        ),
        example(
            "`conv2d`, `max_pool`, `relu` in one, stride 1 x 2, overlapping",
            [
                LayerSpec::Conv2d(padded),
                LayerSpec::MaxPool(overlapping),
                LayerSpec::Relu,
            ],
        ),
    ]
}

fn on_images() -> Vec<Example> {
    let side_by_side = PoolSpec::new(2);
    let overlapping = PoolSpec {
        stride: Some([2, 1].into()),
        padding: 1.into(),
        ..PoolSpec::new(3)
    };
    let subsampling = SubsamplingSpec {
        size: 2.into(),
        name: None,
        weights: None,
        biases: None,
        learning_rate: 1.0,
    };
    // The paper's α of 1e-4 would hide what the squares do.
    let response = LocalResponseNormSpec {
        size: 3,
        alpha: 0.5,
        ..LocalResponseNormSpec::default()
    };
    let prelu = PreluSpec {
        per_channel: true,
        ..PreluSpec::default()
    };
    vec![
        image("`max_pool`", LayerSpec::MaxPool(side_by_side)),
        image(
            "`max_pool`, overlapping, padding 1",
            LayerSpec::MaxPool(overlapping),
        ),
        image("`avg_pool`", LayerSpec::AvgPool(side_by_side)),
        image(
            "`avg_pool`, overlapping, padding 1",
            LayerSpec::AvgPool(overlapping),
        ),
        image("`subsampling`", LayerSpec::Subsampling(subsampling)),
        image("`flatten`", LayerSpec::Flatten),
        image(
            "`local_response_norm`",
            LayerSpec::LocalResponseNorm(response),
        ),
        image(
            "`layer_norm`, images",
            LayerSpec::LayerNorm(LayerNormSpec::default()),
        ),
        image("`prelu`, images, per channel", LayerSpec::Prelu(prelu)),
        image(
            "`dropout`, images",
            LayerSpec::Dropout(DropoutSpec { rate: 0.4 }),
        ),
        image_norm(),
    ]
}

fn blocks() -> Vec<Example> {
    let block = |layers, shortcut| {
        LayerSpec::Residual(ResidualSpec {
            layers,
            shortcut,
            name: None,
        })
    };
    let conv = |channels, kernel: usize, stride: usize| {
        LayerSpec::Conv2d(Conv2dSpec {
            stride: stride.into(),
            padding: (kernel / 2).into(),
            bias: false,
            ..Conv2dSpec::new(channels, kernel)
        })
    };
    let norm = || LayerSpec::BatchNorm(BatchNormSpec::default());
    let body = vec![
        conv(6, 3, 2),
        norm(),
        LayerSpec::Tanh,
        conv(6, 3, 1),
        norm(),
    ];
    vec![
        vector(
            "`residual`, the shortcut is the input",
            block(vec![linear(6), LayerSpec::Tanh, linear(6)], vec![]),
        ),
        image(
            "`residual`, the shortcut is a convolution, `batch_norm`",
            block(body, vec![conv(6, 1, 2), norm()]),
        ),
    ]
}
