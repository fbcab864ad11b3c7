//! The definition of a convolution, loop by loop: what the layers are held against.

use crate::layers::testing::random;
use ndarray::{Array2, ArrayView2};
use spec::model::{Conv2dSpec, LayerSpec, ModelSpec, PlannedLayer};

/// A dense convolution `[C, H, W]` with the output `[C_out, H_out, W_out]`.
pub struct Oracle {
    spec: Conv2dSpec,
    input: [usize; 3],
    output: [usize; 3],
}

/// What a backward pass gives.
pub struct Gradients {
    pub dx: Array2<f64>,
    /// Of the weights `[C_out, C / groups, K_h, K_w]`, then of the biases, if any.
    pub dw: Vec<f64>,
}

/// Weights and biases in \[−1, 1).
pub fn weights(count: usize) -> Vec<f64> {
    random(1, count, "w").into_raw_vec_and_offset().0
}

/// The planned layer, if such a one is possible.
pub fn plan(spec: &Conv2dSpec, input: [usize; 3]) -> Option<PlannedLayer> {
    let model = ModelSpec::new(vec![LayerSpec::Conv2d(spec.clone())]);
    model.plan(&input).ok()?.pop()
}

impl Oracle {
    /// The same convolution by its definition; a table of connections is left to its weights.
    pub fn new(planned: &PlannedLayer, spec: &Conv2dSpec) -> Self {
        Self {
            spec: spec.clone(),
            input: planned.image(),
            output: planned.output.clone().try_into().unwrap(),
        }
    }

    /// y of x.
    pub fn forward(&self, w: &[f64], x: ArrayView2<f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), self.output.iter().product()));
        self.each(|meeting| {
            for n in 0..x.nrows() {
                let x = meeting.x.map_or(self.spec.padding_value, |at| x[[n, at]]);
                y[[n, meeting.y]] += w[meeting.w] * x;
            }
        });
        if self.spec.bias {
            let (first, shared) = self.biases(w.len());
            for ((_, at), y) in y.indexed_iter_mut() {
                *y += w[first + at / shared];
            }
        }
        y
    }

    /// dx and dw of dy.
    pub fn backward(&self, w: &[f64], x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Gradients {
        let (mut dx, mut dw) = (Array2::zeros(x.raw_dim()), vec![0.0; w.len()]);
        self.each(|meeting| {
            for n in 0..x.nrows() {
                let x = meeting.x.map_or(self.spec.padding_value, |at| x[[n, at]]);
                dw[meeting.w] += dy[[n, meeting.y]] * x;
                if let Some(at) = meeting.x {
                    dx[[n, at]] += dy[[n, meeting.y]] * w[meeting.w];
                }
            }
        });
        if self.spec.bias {
            let (first, shared) = self.biases(w.len());
            for ((_, at), dy) in dy.indexed_iter() {
                dw[first + at / shared] += dy;
            }
        }
        Gradients { dx, dw }
    }

    /// Where the biases begin among so many parameters, and how many outputs share one.
    fn biases(&self, parameters: usize) -> (usize, usize) {
        let [maps, height, width] = self.output;
        match self.spec.untied_biases {
            true => (parameters - maps * height * width, 1),
            false => (parameters - maps, height * width),
        }
    }

    /// Calls for every pixel, weight and output that meet.
    fn each(&self, mut call: impl FnMut(Meeting)) {
        let [channels, height, width] = self.input;
        let [maps, h_out, w_out] = self.output;
        let Conv2dSpec {
            kernel,
            stride,
            padding,
            dilation,
            groups,
            ..
        } = self.spec;
        let of_group = channels / groups;
        for m in 0..maps {
            let group = m / (maps / groups);
            for c in 0..of_group {
                for kh in 0..kernel.height {
                    for kw in 0..kernel.width {
                        for oh in 0..h_out {
                            for ow in 0..w_out {
                                let h = stride.height * oh + dilation.height * kh;
                                let w = stride.width * ow + dilation.width * kw;
                                let inside = |at: usize, padding: usize, size: usize| {
                                    (padding..padding + size).contains(&at)
                                };
                                let pixel = inside(h, padding.height, height)
                                    && inside(w, padding.width, width);
                                let x = pixel.then(|| {
                                    let line = (group * of_group + c) * height;
                                    let line = line + h - padding.height;
                                    line * width + w - padding.width
                                });
                                call(Meeting {
                                    x,
                                    w: ((m * of_group + c) * kernel.height + kh) * kernel.width
                                        + kw,
                                    y: (m * h_out + oh) * w_out + ow,
                                });
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Flat indices within a sample and within the weights.
struct Meeting {
    /// None in the padding.
    x: Option<usize>,
    w: usize,
    y: usize,
}

mod tests {
    use super::*;
    use crate::layers::{Conv2d, Layer, Mode, Pass};
    use proptest::prelude::*;
    use spec::model::Pair;

    /// Forward and backward of `rows` samples against the definition, twice, since buffers are used
    /// again. Gradients are added to.
    fn agrees(spec: &Conv2dSpec, input: [usize; 3], rows: usize) {
        let Some(planned) = plan(spec, input) else {
            return;
        };
        let oracle = Oracle::new(&planned, spec);
        let mut layer = Conv2d::new(&planned, spec);
        let w = weights(planned.parameter_count());
        for stream in ["first", "second"] {
            let x = random(rows, planned.inputs(), stream);
            let dy = random(rows, planned.outputs(), stream);
            let mut y = Array2::from_elem(dy.raw_dim(), f64::NAN);
            layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            close(y.iter(), oracle.forward(&w, x.view()).iter(), "y");
            let expected = oracle.backward(&w, x.view(), dy.view());
            let (mut dx, mut dw) = (Array2::from_elem(x.raw_dim(), f64::NAN), vec![0.0; w.len()]);
            let pass = Pass {
                x: x.view(),
                y: y.view(),
                dy: dy.view(),
            };
            layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
            close(dx.iter(), expected.dx.iter(), "dx");
            close(dw.iter(), expected.dw.iter(), "dw and db");
            layer.backward(&w, pass, None, &mut dw);
            let twice: Vec<f64> = expected.dw.iter().map(|dw| 2.0 * dw).collect();
            close(dw.iter(), twice.iter(), "dw and db, added to");
        }
    }

    fn close<'a>(
        by_hand: impl Iterator<Item = &'a f64>,
        expected: impl Iterator<Item = &'a f64>,
        what: &str,
    ) {
        for (index, (by_hand, expected)) in by_hand.zip(expected).enumerate() {
            assert!(
                (by_hand - expected).abs() < 1e-12,
                "{what}[{index}]: by hand {by_hand}, by definition {expected}"
            );
        }
    }

    fn pair(least: usize, most: usize) -> impl Strategy<Value = Pair> {
        [least..=most, least..=most].prop_map(Pair::from)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn every_setting_agrees_with_the_definition(
            kernel in pair(1, 4),
            stride in pair(1, 3),
            padding in pair(0, 2),
            dilation in pair(1, 2),
            (groups, of_group, out_of_group) in (1usize..4, 1usize..4, 1usize..8),
            (height, width) in (1usize..12, 1usize..12),
            (bias, untied, around) in any::<(bool, bool, bool)>(),
            rows in 1usize..4,
        ) {
            let spec = Conv2dSpec {
                stride,
                padding,
                padding_value: if around { -0.75 } else { 0.0 },
                dilation,
                groups,
                bias,
                untied_biases: bias && untied,
                ..Conv2dSpec::new(groups * out_of_group, kernel)
            };
            agrees(&spec, [groups * of_group, height, width], rows);
        }
    }

    #[test]
    fn sizes_of_the_networks_agree_with_the_definition() {
        let padded = |channels, kernel, padding: usize| Conv2dSpec {
            padding: padding.into(),
            ..Conv2dSpec::new(channels, kernel)
        };
        agrees(&padded(6, 5, 2), [1, 28, 28], 2);
        agrees(&padded(16, 5, 0), [6, 14, 14], 11);
        agrees(&padded(32, 3, 1), [16, 7, 7], 8);
        agrees(&padded(120, 5, 0), [16, 5, 5], 2);
    }
}
