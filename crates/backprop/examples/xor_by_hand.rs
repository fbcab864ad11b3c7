//! Backpropagation on exclusive or, with nothing but arrays: 2 inputs, 3 units with tanh, 1 output
//! with a sigmoid, the squared error, plain gradient descent.
//!
//! ```text
//! z = V x + a        h = tanh z        s = w · h + b        y = σ(s)        E = ½ (y − t)²
//! ```
//!
//! Run it with `cargo run -p backprop --example xor_by_hand`.

const HIDDEN: usize = 3;
const LEARNING_RATE: f64 = 1.0;
const EPOCHS: usize = 1000;
/// The four points x with their targets t.
const POINTS: [([f64; 2], f64); 4] = [
    ([0., 0.], 0.),
    ([0., 1.], 1.),
    ([1., 0.], 1.),
    ([1., 1.], 0.),
];

fn main() {
    // Any small numbers do, but no two units may begin alike: they would stay alike.
    let mut v = [[0.5, -0.4], [-0.3, 0.8], [0.7, 0.6]]; // V, [HIDDEN, 2]
    let mut a = [0.1, -0.2, 0.3]; // [HIDDEN]
    let mut w = [0.4, -0.7, 0.2]; // [HIDDEN]
    let mut b = -0.1;

    for epoch in 0..=EPOCHS {
        let mut loss = 0.0;
        // The gradients of the mean of E over the points: dv is ∂E/∂V, and so on.
        let (mut dv, mut da, mut dw, mut db) =
            ([[0.0; 2]; HIDDEN], [0.0; HIDDEN], [0.0; HIDDEN], 0.0);
        for (x, t) in POINTS {
            // Forward: from the input to the error.
            let (h, y) = forward(&v, &a, &w, b, x);
            loss += 0.5 * (y - t) * (y - t) / 4.0;

            // Backward: from the error to the input, each line the derivative of one above.
            let dy = (y - t) / 4.0; // ∂E/∂y
            let ds = dy * y * (1.0 - y); // σ' = σ (1 − σ)
            db += ds; // ∂s/∂b = 1
            for j in 0..HIDDEN {
                dw[j] += ds * h[j]; // ∂s/∂wⱼ = hⱼ
                let dh = ds * w[j]; // ∂s/∂hⱼ = wⱼ
                let dz = dh * (1.0 - h[j] * h[j]); // tanh' = 1 − tanh²
                da[j] += dz; // ∂zⱼ/∂aⱼ = 1
                for i in 0..2 {
                    dv[j][i] += dz * x[i]; // ∂zⱼ/∂Vⱼᵢ = xᵢ
                }
            }
        }
        if epoch % 200 == 0 {
            println!("epoch {epoch:4}  loss {loss:.5}");
        }

        // Update: a step against the gradient.
        b -= LEARNING_RATE * db;
        for j in 0..HIDDEN {
            w[j] -= LEARNING_RATE * dw[j];
            a[j] -= LEARNING_RATE * da[j];
            for i in 0..2 {
                v[j][i] -= LEARNING_RATE * dv[j][i];
            }
        }
    }

    for (x, t) in POINTS {
        let (_, y) = forward(&v, &a, &w, b, x);
        println!("{} xor {} = {t}, the network says {y:.3}", x[0], x[1]);
        assert!((y - t).abs() < 0.1);
    }
}

/// The hidden activations h and the output y of a point x.
fn forward(
    v: &[[f64; 2]; HIDDEN],
    a: &[f64; HIDDEN],
    w: &[f64; HIDDEN],
    b: f64,
    x: [f64; 2],
) -> ([f64; HIDDEN], f64) {
    let mut h = [0.0; HIDDEN];
    let mut s = b;
    for j in 0..HIDDEN {
        h[j] = (v[j][0] * x[0] + v[j][1] * x[1] + a[j]).tanh();
        s += w[j] * h[j];
    }
    (h, 1.0 / (1.0 + (-s).exp()))
}

#[test]
fn all_four_answers_are_right() {
    main();
}
