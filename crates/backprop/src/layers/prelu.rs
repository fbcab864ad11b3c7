//! Rectifier with a learned slope.
//!
//! ```math
//! y_i = \begin{cases} x_i & x_i > 0 \\ a_c x_i & x_i \le 0 \end{cases}, \qquad
//!   dx_i = \begin{cases} dy_i & x_i > 0 \\ a_c\, dy_i & x_i \le 0 \end{cases}
//! ```
//!
//! `$c$` is the channel of number `$i$`, or the only one if all share a slope. The slope takes part
//! in `$y_i$` where `$x_i$` is not above 0:
//!
//! ```math
//! \frac{\partial L}{\partial a_c} = \sum_n \sum_{i \in c,\; x_{ni} \le 0} dy_{ni}\, x_{ni}
//! ```
//!
//! At the kink `$x = 0$` the derivative is taken as `$a$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]`, `$D = C \cdot H \cdot W$` |
//! | `weight`, `dw` | `[C]` or `[1]` |
//!
//! Source: He, Zhang, Ren, Sun 2015, eqs. 1, 8 and 9.

use contract::Real;
use ndarray::{Array1, ArrayView1, ArrayView2, ArrayViewMut2, Zip};
use spec::model::PlannedLayer;

use super::{Layer, Mode, Pass};

/// `$y = x$` where `$x > 0$`, else `$a x$` with learned `$a$`.
#[derive(Clone, Debug)]
pub struct Prelu<T> {
    /// Numbers of a sample that share a slope.
    sharing: usize,
    /// The slope of every number, `[D]`, so that the loops run over whole samples.
    a: Array1<T>,
    /// Gradient of the slope of every number, `[D]`.
    da: Array1<T>,
}

impl<T: Real> Prelu<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer) -> Self {
        let d = planned.inputs();
        Self {
            sharing: d / planned.parameter_count().max(1),
            a: Array1::zeros(d),
            da: Array1::zeros(d),
        }
    }

    /// Takes the slopes to every number of a sample.
    fn spread(&mut self, w: &[T]) -> ArrayView1<'_, T> {
        let numbers = self.a.exact_chunks_mut(self.sharing);
        for (mut numbers, &a) in numbers.into_iter().zip(w) {
            numbers.fill(a);
        }
        self.a.view()
    }
}

impl<T: Real> Layer<T> for Prelu<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let (zero, a) = (T::zero(), self.spread(w));
        for (y, x) in y.rows_mut().into_iter().zip(x.rows()) {
            Zip::from(y)
                .and(x)
                .and(a)
                .for_each(|y, &x, &a| *y = if x > zero { x } else { a * x });
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let zero = T::zero();
        self.da.fill(zero);
        for (x, dy) in pass.x.rows().into_iter().zip(pass.dy.rows()) {
            Zip::from(&mut self.da)
                .and(x)
                .and(dy)
                .for_each(|da, &x, &dy| *da += if x > zero { zero } else { dy * x });
        }
        for (dw, da) in dw.iter_mut().zip(self.da.exact_chunks(self.sharing)) {
            *dw += da.sum();
        }
        let Some(mut dx) = dx else { return };
        let a = self.spread(w);
        for ((dx, x), dy) in dx
            .rows_mut()
            .into_iter()
            .zip(pass.x.rows())
            .zip(pass.dy.rows())
        {
            Zip::from(dx)
                .and(x)
                .and(dy)
                .and(a)
                .for_each(|dx, &x, &dy, &a| *dx = if x > zero { dy } else { a * dy });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{LayerSpec, ModelSpec, PreluSpec};

    fn prelu(input: &[usize], per_channel: bool) -> Prelu<f64> {
        let spec = LayerSpec::Prelu(PreluSpec {
            per_channel,
            ..PreluSpec::default()
        });
        Prelu::new(&ModelSpec::new(vec![spec]).plan(input).unwrap()[0])
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let x = random(3, 12, "x").mapv(|x| if x.abs() < 1e-3 { 0.5 } else { x });
        let a = random(1, 12, "a").into_raw_vec_and_offset().0;
        for (input, slopes) in [(vec![12], 12), (vec![3, 2, 2], 3)] {
            prove(&mut prelu(&input, true), &a[..slopes], x.clone(), 12);
            prove(&mut prelu(&input, false), &a[..1], x.clone(), 12);
        }
    }

    /// Two channels of two pixels: da = Σ dy x where x ≤ 0, at 0 the slope is a, a NaN passes.
    #[test]
    fn slopes_and_their_gradients_by_hand() {
        let mut layer = prelu(&[2, 1, 2], true);
        let (w, x) = (
            [0.5, -2.0],
            array![[-1.0, 3.0, 0.0, -2.0], [-4.0, -1.0, 1.0, 5.0]],
        );
        let mut y = Array2::zeros(x.raw_dim());
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[-0.5, 3.0, 0.0, 4.0], [-2.0, -0.5, 1.0, 5.0]]);
        let dy = array![[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]];
        let (mut dx, mut dw) = (Array2::zeros(x.raw_dim()), [100.0, 0.0]);
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
        assert_eq!(dx, array![[0.5, 2.0, -6.0, -8.0], [2.5, 3.0, 7.0, 8.0]]);
        assert_eq!(dw, [100.0 - 1.0 - 20.0 - 6.0, -8.0]);
        let x = array![[f64::NAN; 4]];
        let mut y = Array2::zeros(x.raw_dim());
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert!(y.iter().all(|y| y.is_nan()));
    }
}
