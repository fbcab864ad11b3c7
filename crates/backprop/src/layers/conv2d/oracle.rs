//! The definition of a convolution, loop by loop: what the layers are held against.

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
                y[[n, meeting.y]] += w[meeting.w] * x[[n, meeting.x]];
            }
        });
        let [maps, height, width] = self.output;
        if self.spec.bias {
            let biases = &w[w.len() - maps..];
            for ((_, at), y) in y.indexed_iter_mut() {
                *y += biases[at / (height * width)];
            }
        }
        y
    }

    /// dx and dw of dy.
    pub fn backward(&self, w: &[f64], x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Gradients {
        let (mut dx, mut dw) = (Array2::zeros(x.raw_dim()), vec![0.0; w.len()]);
        self.each(|meeting| {
            for n in 0..x.nrows() {
                dw[meeting.w] += dy[[n, meeting.y]] * x[[n, meeting.x]];
                dx[[n, meeting.x]] += dy[[n, meeting.y]] * w[meeting.w];
            }
        });
        let [maps, height, width] = self.output;
        if self.spec.bias {
            let first = w.len() - maps;
            for ((_, at), dy) in dy.indexed_iter() {
                dw[first + at / (height * width)] += dy;
            }
        }
        Gradients { dx, dw }
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
                                if !inside(h, padding.height, height)
                                    || !inside(w, padding.width, width)
                                {
                                    continue;
                                }
                                let line = (group * of_group + c) * height + h - padding.height;
                                call(Meeting {
                                    x: line * width + w - padding.width,
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
    x: usize,
    w: usize,
    y: usize,
}
