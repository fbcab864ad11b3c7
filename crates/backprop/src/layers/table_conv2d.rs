//! Convolutional layer whose output maps each see some of the input maps: C3 of LeNet-5.
//!
//! ```math
//! y_{n,m,o} = b_m + \sum_{c \in S_m} \sum_k W_{m,c,k}\; x_{n,c,\,s o + d k - p}
//! ```
//!
//! with the list `$S_m$` of the input maps that output map `$m$` sees. It is the dense layer of
//! [`Conv2d`] with kernels of zeros where there is no connection, so the derivatives are the same,
//! and those of the zeros are left out.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C · H · W]` |
//! | `y`, `dy` | `[N, C_out · H_out · W_out]` |
//! | `weight`, `dw` | `[connections, K_h, K_w]`: the kernels of output map 0 first, in the order of its list |
//! | `bias`, `db` | `[C_out]`; untied `[C_out, H_out, W_out]` |
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B and table I.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{Conv2dSpec, PlannedLayer};

use super::{Conv2d, Layer, Mode, Pass};

/// `$y_{m,o} = b_m + \sum_{c \in S_m} \sum_k W_{m,c,k}\, x_{c,\,s o + d k - p}$`.
///
/// The zeros are multiplied too. For C3 of LeNet-5 that is 96 kernels instead of 60, but in tiles
/// of several output maps that share what they read, which is faster than each output map alone.
pub struct TableConv2d<T> {
    dense: Conv2d<T>,
    /// Where the kernel of each connection begins among those of the dense layer.
    places: Vec<usize>,
    /// Numbers of a kernel.
    kernel: usize,
    /// Parameters of the dense layer: `[C_out, C, K_h, K_w]`, then the biases.
    w: Vec<T>,
    /// Their gradients.
    dw: Vec<T>,
}

impl<T: Real> Layer<T> for TableConv2d<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode) {
        self.scatter(w);
        self.dense.forward(&self.w, x, y, mode);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.scatter(w);
        self.dw.fill(T::zero());
        self.dense.backward(&self.w, pass, dx, &mut self.dw);
        self.gather(dw);
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.scatter(w);
        self.dw.fill(T::zero());
        self.dense.curvature(&self.w, pass, dx, &mut self.dw);
        self.gather(dw);
    }
}

impl<T: Real> TableConv2d<T> {
    /// The planned layer.
    ///
    /// # Panics
    /// Without a table of connections.
    pub fn new(planned: &PlannedLayer, spec: &Conv2dSpec) -> Self {
        let table = spec.connections.as_ref();
        let table = table.expect("a layer with a table of connections");
        let maps = planned.image()[0];
        let kernel = spec.kernel.height * spec.kernel.width;
        let of_map = |(m, seen): (usize, &Vec<usize>)| {
            let places = seen.iter().map(move |c| (m * maps + c) * kernel);
            places.collect::<Vec<_>>()
        };
        let biases = planned.parameters.get(1).map_or(0, |bias| bias.len());
        let count = spec.channels * maps * kernel + biases;
        Self {
            dense: Conv2d::new(planned, spec),
            places: table.iter().enumerate().flat_map(of_map).collect(),
            kernel,
            w: vec![T::zero(); count],
            dw: vec![T::zero(); count],
        }
    }

    /// The parameters to their places; between them stay zeros.
    fn scatter(&mut self, w: &[T]) {
        let (weight, bias) = w.split_at(self.places.len() * self.kernel);
        for (kernel, &place) in weight.chunks_exact(self.kernel).zip(&self.places) {
            self.w[place..place + self.kernel].copy_from_slice(kernel);
        }
        let first = self.w.len() - bias.len();
        self.w[first..].copy_from_slice(bias);
    }

    /// Adds the gradients from their places.
    fn gather(&self, dw: &mut [T]) {
        let (dweight, dbias) = dw.split_at_mut(self.places.len() * self.kernel);
        for (kernel, &place) in dweight.chunks_exact_mut(self.kernel).zip(&self.places) {
            add(kernel, &self.dw[place..]);
        }
        let first = self.dw.len() - dbias.len();
        add(dbias, &self.dw[first..]);
    }
}

fn add<T: Real>(sums: &mut [T], gradients: &[T]) {
    for (sum, &gradient) in sums.iter_mut().zip(gradients) {
        *sum += gradient;
    }
}

#[cfg(test)]
mod tests {
    use super::super::conv2d::oracle::{Oracle, plan, weights};
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;
    use ndarray::{Array2, array};

    fn spec(table: &[&[usize]], kernel: usize) -> Conv2dSpec {
        Conv2dSpec {
            connections: Some(table.iter().map(|seen| seen.to_vec()).collect()),
            ..Conv2dSpec::new(table.len(), kernel)
        }
    }

    /// Output map 0 sees maps 2 and 0, in this order; output map 1 sees map 1.
    #[test]
    fn kernels_stand_in_the_order_of_the_lists() {
        let spec = spec(&[&[2, 0], &[1]], 1);
        let planned = plan(&spec, [3, 1, 2]).unwrap();
        let mut layer = TableConv2d::new(&planned, &spec);
        let (w, x) = (
            [2.0, 3.0, 5.0, 0.5, 0.25],
            array![[1.0, 2.0, 10.0, 20.0, 100.0, 200.0]],
        );
        let mut y = Array2::zeros((1, 4));
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[203.5, 406.5, 50.25, 100.25]]);
        let dy = array![[1.0, 0.0, 0.0, 1.0]];
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        let (mut dx, mut dw) = (Array2::zeros((1, 6)), [1.0; 5]);
        layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
        assert_eq!(dx, array![[3.0, 0.0, 0.0, 5.0, 2.0, 0.0]]);
        assert_eq!(dw, [101.0, 2.0, 21.0, 2.0, 2.0]);
    }

    #[test]
    fn gradients_and_curvature_agree_with_their_definitions() {
        for (bias, untied_biases) in [(true, false), (true, true), (false, false)] {
            let spec = Conv2dSpec {
                bias,
                untied_biases,
                padding: 1.into(),
                padding_value: -1.0,
                ..spec(&[&[0, 1], &[2], &[2, 0], &[0, 1, 2]], 2)
            };
            let planned = plan(&spec, [3, 3, 4]).unwrap();
            let w = weights(planned.parameter_count());
            let x = random(2, planned.inputs(), "x");
            let mut layer = TableConv2d::new(&planned, &spec);
            prove(&mut layer, &w, x.clone(), planned.outputs());
            prove_curvature(&mut layer, &w, x, planned.outputs());
        }
    }

    /// The table of LeNet-5.
    const C3: [&[usize]; 16] = [
        &[0, 1, 2],
        &[1, 2, 3],
        &[2, 3, 4],
        &[3, 4, 5],
        &[0, 4, 5],
        &[0, 1, 5],
        &[0, 1, 2, 3],
        &[1, 2, 3, 4],
        &[2, 3, 4, 5],
        &[0, 3, 4, 5],
        &[0, 1, 4, 5],
        &[0, 1, 2, 5],
        &[0, 1, 3, 4],
        &[1, 2, 4, 5],
        &[0, 2, 3, 5],
        &[0, 1, 2, 3, 4, 5],
    ];

    /// Every kernel is found by its map in the list, so that an error in the order would show.
    #[test]
    fn c3_agrees_with_a_dense_layer_under_a_mask() {
        let spec = spec(&C3, 5);
        let planned = plan(&spec, [6, 14, 14]).unwrap();
        let w = weights(planned.parameter_count());
        assert_eq!(w.len(), 1516); // as in the paper
        let at = |m: usize, c: usize| {
            let before: usize = C3[..m].iter().map(|seen| seen.len()).sum();
            let place = C3[m].iter().position(|&seen| seen == c);
            place.map(|place| (before + place) * 25)
        };
        let mut dense = vec![0.0; 16 * 6 * 25];
        for (m, c) in (0..16).flat_map(|m| (0..6).map(move |c| (m, c))) {
            if let Some(at) = at(m, c) {
                dense[(m * 6 + c) * 25..][..25].copy_from_slice(&w[at..at + 25]);
            }
        }
        dense.extend(&w[1500..]);
        let (x, dy) = (random(2, 6 * 14 * 14, "x"), random(2, 1600, "dy"));
        let oracle = Oracle::new(&planned, &spec);
        let expected = oracle.backward(&dense, x.view(), dy.view());

        let mut layer = TableConv2d::new(&planned, &spec);
        let mut y = Array2::zeros(dy.raw_dim());
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        let (mut dx, mut dw) = (Array2::zeros(x.raw_dim()), vec![0.0; w.len()]);
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);

        let close = |by_hand: f64, expected: f64| assert!((by_hand - expected).abs() < 1e-12);
        for (y, expected) in y.iter().zip(&oracle.forward(&dense, x.view())) {
            close(*y, *expected);
        }
        for (dx, expected) in dx.iter().zip(&expected.dx) {
            close(*dx, *expected);
        }
        for (m, c) in (0..16).flat_map(|m| (0..6).map(move |c| (m, c))) {
            let Some(at) = at(m, c) else { continue };
            for k in 0..25 {
                close(dw[at + k], expected.dw[(m * 6 + c) * 25 + k]);
            }
        }
        for m in 0..16 {
            close(dw[1500 + m], expected.dw[2400 + m]);
        }
    }
}
