//! Every loss at the end of one network.

use spec::losses::MaximumAPosterioriSpec;
use spec::model::{Initializer, LayerSpec, SquaredDistanceSpec};
use spec::training::LossSpec;

use super::{Example, perceptron};

/// Every loss.
pub fn examples() -> Vec<Example> {
    use LossSpec::*;
    let losses = [
        SquaredError,
        SumOfSquares,
        MeanOfSquares,
        BinaryCrossEntropy,
        SoftmaxCrossEntropy,
        KlDivergence,
        Hinge,
        SquaredHinge,
        Perceptron,
        SignedSquaredError,
        BinarySquaredHinge,
        MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 }),
    ];
    losses.map(example).into()
}

fn example(loss: LossSpec) -> Example {
    let mut example = Example::new(format!("`{}`", loss.kind()), &[5], perceptron());
    example.training.loss = loss;
    if loss.smallest_wins() {
        // Its outputs are penalties: distances to the centre of each class.
        let std = 0.5;
        example.layers[2] = LayerSpec::SquaredDistance(SquaredDistanceSpec {
            units: 4,
            centers: Initializer::Normal { mean: 0.0, std },
            learning_rate: 1.0,
            name: None,
        });
    }
    example
}
