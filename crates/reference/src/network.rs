//! Layers one behind the other.

use burn::tensor::Tensor;

use crate::layer::{Curvature, Layer, Mode};

/// Layers from input to output, each with the number of its parameters.
pub(crate) struct Network {
    layers: Vec<(Box<dyn Layer>, usize)>,
}

impl Network {
    /// Layers in their order, each with the number of its parameters.
    pub(crate) fn new(layers: Vec<(Box<dyn Layer>, usize)>) -> Self {
        Self { layers }
    }

    /// Number of tensors in `w`.
    pub(crate) fn parameters(&self) -> usize {
        self.layers.iter().map(|(_, count)| count).sum()
    }

    /// Output of the last layer. `x: [N, D_in]` -> `[N, D_out]`.
    pub(crate) fn forward(
        &mut self,
        mut w: &[Tensor<1>],
        mut x: Tensor<2>,
        mode: Mode,
    ) -> Tensor<2> {
        for (layer, count) in &mut self.layers {
            let (its, rest) = w.split_at(*count);
            x = layer.forward(its, x, mode);
            w = rest;
        }
        x
    }

    /// Output of every layer, `[N, D_out]` each.
    pub(crate) fn forward_all(
        &mut self,
        mut w: &[Tensor<1>],
        mut x: Tensor<2>,
        mode: Mode,
    ) -> Vec<Tensor<2>> {
        let mut outputs = Vec::with_capacity(self.layers.len());
        for (layer, count) in &mut self.layers {
            let (its, rest) = w.split_at(*count);
            x = layer.forward(its, x, mode);
            outputs.push(x.clone());
            w = rest;
        }
        outputs
    }

    /// The second backward pass from the curvatures `d2y` of the last output. See
    /// [`Layer::curvature`].
    pub(crate) fn curvature(
        &mut self,
        w: &[Tensor<1>],
        x: Tensor<2>,
        d2y: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> Curvature {
        let mut inputs = self.forward_all(w, x.clone(), Mode::Evaluation);
        inputs.insert(0, x);
        let mut d2 = d2y(inputs.pop().expect("the input at least is there"));
        let mut end = w.len();
        let mut found = Vec::with_capacity(end);
        for ((layer, count), x) in self.layers.iter_mut().zip(inputs).rev() {
            let its = &w[end - *count..end];
            let Curvature { x, w } = layer.curvature(its, x, d2);
            d2 = x;
            end -= *count;
            found.extend(w.into_iter().rev());
        }
        found.reverse();
        Curvature { x: d2, w: found }
    }

    /// See [`Layer::set_lengths`].
    pub(crate) fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        for (layer, _) in &mut self.layers {
            layer.set_lengths(lengths);
        }
    }

    /// See [`Layer::set_continues`].
    pub(crate) fn set_continues(&mut self, continues: bool) {
        for (layer, _) in &mut self.layers {
            layer.set_continues(continues);
        }
    }

    /// See [`Layer::end_step`].
    pub(crate) fn end_step(&mut self) {
        for (layer, _) in &mut self.layers {
            layer.end_step();
        }
    }

    /// The running statistics of all layers.
    pub(crate) fn buffers(&self) -> Vec<Tensor<1>> {
        let buffers = self.layers.iter().flat_map(|(layer, _)| layer.buffers());
        buffers.collect()
    }

    /// Takes the running statistics of all layers.
    pub(crate) fn set_buffers(&mut self, buffers: &mut dyn Iterator<Item = Tensor<1>>) {
        for (layer, _) in &mut self.layers {
            layer.set_buffers(buffers);
        }
    }
}
