//! Learning machines that are no chain of layers under a loss, each in one file by hand.
//!
//! ```
//! use learners::graph::Graph;
//!
//! let graph = Graph::parse("sigmoid(w*x + b)")?;
//! let values = graph.forward(&[("w", 2.0), ("x", -1.0), ("b", 2.0)])?;
//! assert_eq!(values.output(), 0.5);
//! let gradients = graph.backward(&values)?;
//! assert_eq!(graph.named("w").map(|w| gradients.of(w)), Some(0.25 * -1.0)); // σ'(0) x
//! # Ok::<(), learners::graph::GraphError>(())
//! ```

pub mod graph;
