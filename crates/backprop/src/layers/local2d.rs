//! Locally connected layer: a convolution without shared weights.
//!
//! At each position `$o$` stands a small fully connected layer of its own, which sees the patch of
//! the image under its kernel (stride `$s$`, padding `$p$`; a pixel outside of the image is 0):
//!
//! ```math
//! y_{n,m,o} = b_{o,m} + \sum_c \sum_k W_{o,m,c,k}\; x_{n,c,\,s o + k - p}
//! ```
//!
//! with output map `$m$`, input map `$c$` and the pairs `$o = (o_h, o_w)$`, `$k = (k_h, k_w)$`.
//! Since no weight takes part in two outputs, its gradient is a sum over samples only; a pixel
//! still meets all positions whose patch it is in:
//!
//! ```math
//! \frac{\partial L}{\partial W_{o,m,c,k}} = \sum_n dy_{n,m,o}\; x_{n,c,\,s o + k - p}, \qquad
//!   \frac{\partial L}{\partial b_{o,m}} = \sum_n dy_{n,m,o}, \qquad
//!   \frac{\partial L}{\partial x_{n,c,i}} = \sum_m \sum_{\substack{o,\,k \\ s o + k - p = i}}
//!     dy_{n,m,o}\; W_{o,m,c,k}
//! ```
//!
//! In matrices, at each position, with the patches `$X_o$` `[N, C · K]` of the batch and `$Y_o$`
//! `[N, C_out]`: `$Y_o = X_o W_o^\top + b_o$`, `$dW_o = dY_o^\top X_o$`, `$dX_o = dY_o W_o$`, which
//! is the linear layer ([`Linear`](super::Linear)). The second pass ([`Layer::curvature`]) is the
//! same with `$x^2$` and `$W^2$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C · H · W]` |
//! | `y`, `dy` | `[N, C_out · H_out · W_out]` |
//! | `weight`, `dw` | `[H_out · W_out · C_out, C, K_h, K_w]`: the units of the first position first |
//! | `bias`, `db` | `[H_out · W_out · C_out]` |
//!
//! Source: LeCun 1989, "Generalization and network design strategies", Net-3, whose first hidden
//! layer is local without shared weights.

use contract::{Real, RowBuffer};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{Local2dSpec, PlannedLayer};

use super::{Layer, Mode, Pass};
use kernels::matmul::{matmul, matmul_transposed};

/// `$y_{m,o} = b_{o,m} + \sum_{c,k} W_{o,m,c,k}\, x_{c,\,s o + k - p}$`.
pub struct Local2d<T> {
    /// For each position the pixel under each weight of a unit, none in the padding.
    patches: Vec<Vec<Option<usize>>>,
    /// Output maps, C_out.
    maps: usize,
    /// Weights of a unit, C · K.
    weights: usize,
    bias: bool,
    /// `$X_o$` of one position, `[N, C · K]`, then `$dX_o$`.
    patch: RowBuffer<T>,
    /// `$Y_o$` of one position, `[N, C_out]`, or its gradient.
    output: RowBuffer<T>,
    /// `$W^2$` of the second backward pass; empty until there is one.
    squares: Vec<T>,
}

impl<T: Real> Layer<T> for Local2d<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let rows = x.nrows();
        self.make_room(rows);
        let (weight, bias) = w.split_at(self.units() * self.weights);
        for position in 0..self.patches.len() {
            self.gather(position, x, |x| x);
            let mut output = self.output.first_mut(rows);
            output.fill(T::zero());
            if self.bias {
                let bias = &bias[position * self.maps..][..self.maps];
                output += &ArrayView2::from_shape((1, self.maps), bias).expect("a bias a map");
            }
            let weight = matrix(weight, position, [self.maps, self.weights]);
            matmul(self.patch.first(rows), weight.t(), output); // Y = X Wᵀ + b
            let output = self.output.first(rows);
            for (mut y, output) in y.rows_mut().into_iter().zip(output.rows()) {
                for (m, &output) in output.iter().enumerate() {
                    y[m * self.patches.len() + position] = output;
                }
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.back(w, pass, dx, dw, |x| x);
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        let mut squares = std::mem::take(&mut self.squares);
        squares.clear();
        squares.extend(w.iter().map(|&w| w * w));
        self.back(&squares, pass, d2x, d2w, |x| x * x);
        self.squares = squares;
    }
}

impl<T: Real> Local2d<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, spec: &Local2dSpec) -> Self {
        let patches = patches(planned, spec);
        let weights = patches.first().map_or(0, Vec::len);
        Self {
            patches,
            maps: spec.channels,
            weights,
            bias: spec.bias,
            patch: RowBuffer::zeros(0, weights),
            output: RowBuffer::zeros(0, spec.channels),
            squares: Vec::new(),
        }
    }

    /// H_out · W_out · C_out.
    fn units(&self) -> usize {
        self.patches.len() * self.maps
    }

    fn make_room(&mut self, rows: usize) {
        self.patch.make_room(rows);
        self.output.make_room(rows);
    }

    /// Backward with these weights and `power` of x: the first for gradients, the second for
    /// curvatures.
    fn back(
        &mut self,
        w: &[T],
        pass: Pass<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
        power: impl Fn(T) -> T + Copy,
    ) {
        let (rows, weights) = (pass.x.nrows(), self.units() * self.weights);
        self.make_room(rows);
        let (dweight, dbias) = dw.split_at_mut(weights);
        if let Some(dx) = &mut dx {
            dx.fill(T::zero());
        }
        for position in 0..self.patches.len() {
            self.gather(position, pass.x, power);
            self.gather_gradient(position, pass.dy);
            let dy = self.output.first(rows);
            let size = self.maps * self.weights;
            let dweight = &mut dweight[position * size..][..size];
            matmul_transposed(dy, 0..self.maps, self.patch.first(rows), dweight); // dW += dYᵀ X
            if self.bias {
                let dbias = &mut dbias[position * self.maps..][..self.maps];
                for dy in dy.rows() {
                    dbias.iter_mut().zip(dy).for_each(|(db, &dy)| *db += dy); // db += Σₙ dY
                }
            }
            if let Some(dx) = &mut dx {
                let weight = matrix(&w[..weights], position, [self.maps, self.weights]);
                let mut patch = self.patch.first_mut(rows);
                patch.fill(T::zero());
                matmul(self.output.first(rows), weight, patch); // dX = dY W
                self.scatter(position, dx);
            }
        }
    }

    /// `power` of the patch of each sample at a position.
    fn gather(&mut self, position: usize, x: ArrayView2<T>, power: impl Fn(T) -> T) {
        let mut patch = self.patch.first_mut(x.nrows());
        for (mut patch, x) in patch.rows_mut().into_iter().zip(x.rows()) {
            for (value, pixel) in patch.iter_mut().zip(&self.patches[position]) {
                *value = pixel.map_or(T::zero(), |pixel| power(x[pixel]));
            }
        }
    }

    /// The gradients of the outputs at a position.
    fn gather_gradient(&mut self, position: usize, dy: ArrayView2<T>) {
        let positions = self.patches.len();
        let mut output = self.output.first_mut(dy.nrows());
        for (mut output, dy) in output.rows_mut().into_iter().zip(dy.rows()) {
            for (m, output) in output.iter_mut().enumerate() {
                *output = dy[m * positions + position];
            }
        }
    }

    /// Adds the gradients of the patches at a position to those of their pixels.
    fn scatter(&self, position: usize, dx: &mut ArrayViewMut2<T>) {
        let patch = self.patch.first(dx.nrows());
        for (mut dx, patch) in dx.rows_mut().into_iter().zip(patch.rows()) {
            for (&value, pixel) in patch.iter().zip(&self.patches[position]) {
                if let Some(pixel) = *pixel {
                    dx[pixel] += value;
                }
            }
        }
    }
}

/// The weights of a position, `[C_out, C · K]`.
fn matrix<T>(weight: &[T], position: usize, shape: [usize; 2]) -> ArrayView2<'_, T> {
    let size = shape[0] * shape[1];
    let weight = ArrayView2::from_shape(shape, &weight[position * size..][..size]);
    weight.expect("the plan gives each unit C · K weights")
}

/// For each position the pixel under each weight `$(c, k_h, k_w)$`.
fn patches(planned: &PlannedLayer, spec: &Local2dSpec) -> Vec<Vec<Option<usize>>> {
    let [maps, height, width] = planned.image();
    let &[_, h_out, w_out] = planned.output.as_slice() else {
        panic!("{}: a local layer gives images", planned.name);
    };
    let inside = |at: usize, padding: usize, size: usize| {
        at.checked_sub(padding).filter(|&pixel| pixel < size)
    };
    let pixel = |[oh, ow]: [usize; 2], c: usize, [kh, kw]: [usize; 2]| {
        let h = inside(spec.stride.height * oh + kh, spec.padding.height, height)?;
        let w = inside(spec.stride.width * ow + kw, spec.padding.width, width)?;
        Some((c * height + h) * width + w)
    };
    let each = |rows: usize, columns: usize| {
        (0..rows).flat_map(move |row| (0..columns).map(move |column| [row, column]))
    };
    let patch = |at: [usize; 2]| {
        let of_map = |c: usize| {
            let kernel = each(spec.kernel.height, spec.kernel.width);
            kernel.map(move |k| pixel(at, c, k))
        };
        (0..maps).flat_map(of_map).collect()
    };
    each(h_out, w_out).map(patch).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::super::{Conv2d, conv2d};
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{Conv2dSpec, LayerSpec, ModelSpec};

    fn plan(spec: &Local2dSpec, input: [usize; 3]) -> PlannedLayer {
        let model = ModelSpec::new(vec![LayerSpec::Local2d(spec.clone())]);
        model.plan(&input).unwrap().pop().unwrap()
    }

    fn settings() -> [(Local2dSpec, [usize; 3]); 4] {
        let local = |maps, kernel: [usize; 2]| Local2dSpec::new(maps, kernel);
        [
            (local(2, [3, 2]), [2, 4, 5]),
            (
                Local2dSpec {
                    bias: false,
                    ..local(3, [1, 1])
                },
                [2, 2, 3],
            ),
            (
                Local2dSpec {
                    stride: [2, 1].into(),
                    padding: [1, 2].into(),
                    ..local(2, [3, 3])
                },
                [1, 5, 3],
            ),
            (local(2, [3, 4]), [1, 3, 4]),
        ]
    }

    /// An image of two pixels, a kernel of one: the first pixel has weights 2 and 3, the second 5
    /// and 7, for two output maps.
    #[test]
    fn each_position_has_weights_of_its_own() {
        let spec = Local2dSpec::new(2, 1);
        let mut layer = Local2d::new(&plan(&spec, [1, 1, 2]), &spec);
        let w = [2.0, 3.0, 5.0, 7.0, 0.1, 0.2, 0.3, 0.4];
        let x: Array2<f64> = array![[10.0, 100.0]];
        let mut y = Array2::zeros((1, 4));
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[20.1, 500.3, 30.2, 700.4]]);
        let dy = array![[1.0, 2.0, 3.0, 4.0]];
        let (mut dx, mut dw) = (Array2::zeros((1, 2)), [1.0; 8]);
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
        assert_eq!(dx, array![[2.0 + 9.0, 10.0 + 28.0]]);
        assert_eq!(dw, [11.0, 31.0, 201.0, 401.0, 2.0, 4.0, 3.0, 5.0]);
    }

    #[test]
    fn gradients_and_curvature_agree_with_their_definitions() {
        for (spec, input) in settings() {
            let planned = plan(&spec, input);
            let w = conv2d::oracle::weights(planned.parameter_count());
            let x = random(3, planned.inputs(), "x");
            let mut layer = Local2d::new(&planned, &spec);
            prove(&mut layer, &w, x.clone(), planned.outputs());
            prove_curvature(&mut layer, &w, x, planned.outputs());
        }
    }

    #[test]
    fn with_the_same_weights_everywhere_it_is_a_convolution() {
        for (spec, input) in settings() {
            let planned = plan(&spec, input);
            let conv = Conv2dSpec {
                stride: spec.stride,
                padding: spec.padding,
                bias: spec.bias,
                ..Conv2dSpec::new(spec.channels, spec.kernel)
            };
            let shared = conv2d::oracle::plan(&conv, input).unwrap();
            let w = conv2d::oracle::weights(shared.parameter_count());
            let (kernels, biases) = w.split_at(shared.parameters[0].len());
            let positions = planned.outputs() / spec.channels;
            let repeated = [kernels.repeat(positions), biases.repeat(positions)].concat();
            let x = random(3, planned.inputs(), "x");
            let mut y = Array2::zeros((3, planned.outputs()));
            let mut expected = y.clone();
            let mut local = Local2d::new(&planned, &spec);
            local.forward(&repeated, x.view(), y.view_mut(), Mode::Evaluation);
            let mut conv = Conv2d::new(&shared, &conv);
            conv.forward(&w, x.view(), expected.view_mut(), Mode::Evaluation);
            let far = (&y - &expected).mapv(f64::abs);
            assert!(far.iter().all(|&far| far < 1e-13), "{spec:?}");
        }
    }
}
