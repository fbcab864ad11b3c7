//! A layer of your own, and the checker's verdict on it.
//!
//! Write `forward`, derive `backward` below it, and run
//! `cargo run -p runner --example your_own_layer`. The checker takes central differences of your
//! `forward`, for the input and every parameter, and names the first tensor whose gradient is off.
//! Nothing has to be registered for that; CONTRIBUTING.md says how a layer gets into a config.
//!
//! The layer here is swish with a slope that is learned (Ramachandran, Zoph, Le 2017):
//!
//! ```text
//! y = x σ(b x)        dx = dy (σ + b x σ (1 − σ))        db = Σ dy x² σ (1 − σ)
//! ```

use backprop::layers::{Layer, Mode, Pass};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, array};
use runner::Failure;
use runner::check::own_layer::OwnLayer;

struct Swish;

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

impl Layer<f64> for Swish {
    /// `w` holds the parameters one behind the other: here b alone. A sample is a row of `x`.
    fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: Mode) {
        let b = w[0];
        y.assign(&x.mapv(|x| x * sigmoid(b * x)));
    }

    /// Writes `dx` and adds to `dw`, from x, y and dy = ∂L/∂y of the forward pass.
    fn backward(
        &mut self,
        w: &[f64],
        Pass { x, dy, .. }: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        dw: &mut [f64],
    ) {
        let b = w[0];
        let slope = |x: f64| sigmoid(b * x) * (1.0 - sigmoid(b * x)); // σ'(b x)
        dw[0] += (&dy * &x.mapv(|x| x * x * slope(x))).sum();
        if let Some(mut dx) = dx {
            dx.assign(&(&dy * &x.mapv(|x| sigmoid(b * x) + b * x * slope(x))));
        }
    }
}

/// Three samples of two numbers.
fn samples() -> Array2<f64> {
    array![[0.5, -1.2], [2.0, 0.1], [-0.3, 1.7]]
}

fn main() -> Result<(), Failure> {
    let outputs = 2;
    let b = array![0.8].into_dyn();
    OwnLayer::new(Swish, outputs, [("b", b)]).judge(&samples())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a pass and b to dx and dw.
    type Backward = fn(Pass<f64>, f64, Option<ArrayViewMut2<f64>>, &mut [f64]);

    /// Swish with another backward pass.
    struct Faulty(Backward);

    impl Layer<f64> for Faulty {
        fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, y: ArrayViewMut2<f64>, mode: Mode) {
            Swish.forward(w, x, y, mode);
        }

        fn backward(
            &mut self,
            w: &[f64],
            pass: Pass<f64>,
            dx: Option<ArrayViewMut2<f64>>,
            dw: &mut [f64],
        ) {
            (self.0)(pass, w[0], dx, dw);
        }
    }

    /// The first tensor that the checker names.
    fn named(bug: Backward) -> String {
        let mut layer = OwnLayer::new(Faulty(bug), 2, [("b", array![0.8].into_dyn())]);
        let verdict = layer.judge(&samples());
        let Err(Failure::Run(message)) = verdict else {
            panic!("the bug was not found: {verdict:?}");
        };
        let (_, tensor) = message
            .split_once("the first divergent tensor is ")
            .unwrap();
        tensor.split_whitespace().next().unwrap().into()
    }

    #[test]
    fn the_layer_is_right() {
        assert!(main().is_ok());
    }

    #[test]
    fn a_product_rule_that_is_half_applied_is_found_in_the_input() {
        let tensor = named(|pass, b, dx, dw| {
            Swish.backward(&[b], pass, None, dw);
            let slope = pass.x.mapv(|x| sigmoid(b * x)); // b x σ' is missing
            dx.unwrap().assign(&(&pass.dy * &slope));
        });
        assert_eq!(tensor, "x");
    }

    #[test]
    fn a_parameter_that_is_written_and_not_added_to_is_found() {
        let tensor = named(|pass, b, dx, dw| {
            dw[0] = 0.0;
            Swish.backward(&[b], pass, dx, dw);
        });
        assert_eq!(tensor, "b");
    }

    #[test]
    fn an_input_that_is_added_to_and_not_written_is_found() {
        let tensor = named(|pass, b, dx, dw| {
            let mut own = Array2::zeros(pass.x.raw_dim());
            Swish.backward(&[b], pass, Some(own.view_mut()), dw);
            let mut dx = dx.unwrap();
            dx += &own;
        });
        assert_eq!(tensor, "x");
    }
}
