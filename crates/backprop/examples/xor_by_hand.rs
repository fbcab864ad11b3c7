//! Backpropagation on exclusive or, with nothing but arrays: 2 inputs, 3 units with tanh, 1 output
//! with a sigmoid, the squared error, plain gradient descent.
//!
//! ```text
//! z = V x + a        h = tanh z        s = w · h + b        y = σ(s)        E = ½ (y − t)²
//! ```
//!
//! Run it with `cargo run -p backprop --example xor_by_hand`.

const RATE: f64 = 0.25;
/// The four points x with their targets t.
const POINTS: [([f64; 2], f64); 4] = [
    ([0., 0.], 0.),
    ([0., 1.], 1.),
    ([1., 0.], 1.),
    ([1., 1.], 0.),
];

/// Of unit j: its weights from the inputs Vⱼ₀ and Vⱼ₁, its bias aⱼ, its weight to the output wⱼ.
type Unit = [f64; 4];

/// The hidden activations h and the output y of a point x.
fn forward(units: &[Unit; 3], b: f64, x: [f64; 2]) -> ([f64; 3], f64) {
    let h = units.map(|[v0, v1, a, _]| (v0 * x[0] + v1 * x[1] + a).tanh());
    let s = b + (0..3).map(|j| units[j][3] * h[j]).sum::<f64>();
    (h, 1.0 / (1.0 + (-s).exp()))
}

/// The gradients of the sum of E over the points: each line the derivative of one of `forward`.
fn backward(units: &[Unit; 3], b: f64) -> ([Unit; 3], f64) {
    let (mut d_units, mut db) = ([[0.0; 4]; 3], 0.0);
    for (x, t) in POINTS {
        let (h, y) = forward(units, b, x);
        let ds = (y - t) * y * (1.0 - y); // ∂E/∂y = y − t and σ' = σ (1 − σ)
        db += ds; // ∂s/∂b = 1
        for j in 0..3 {
            let dz = ds * units[j][3] * (1.0 - h[j] * h[j]); // ∂s/∂hⱼ = wⱼ and tanh' = 1 − tanh²
            let gradient = [dz * x[0], dz * x[1], dz, ds * h[j]]; // by Vⱼ₀, Vⱼ₁, aⱼ and wⱼ
            (0..4).for_each(|k| d_units[j][k] += gradient[k]);
        }
    }
    (d_units, db)
}

fn main() {
    // Any small numbers do, but no two units may begin alike: they would stay alike.
    let mut units = [
        [0.5, -0.4, 0.1, 0.4],
        [-0.3, 0.8, -0.2, -0.7],
        [0.7, 0.6, 0.3, 0.2],
    ];
    let mut b = -0.1;
    for _ in 0..1000 {
        let (d_units, db) = backward(&units, b);
        // A step against the gradient.
        b -= RATE * db;
        (0..3).for_each(|j| (0..4).for_each(|k| units[j][k] -= RATE * d_units[j][k]));
    }
    for (x, t) in POINTS {
        let (_, y) = forward(&units, b, x);
        println!("{} xor {} = {t}, the network says {y:.3}", x[0], x[1]);
        assert!((y - t).abs() < 0.1);
    }
}

#[test]
fn all_four_answers_are_right() {
    main();
}
