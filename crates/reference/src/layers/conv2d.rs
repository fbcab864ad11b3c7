//! Cross-correlation with learned kernels.

use burn::tensor::ops::{ConvOptions, PadMode};
use burn::tensor::{DType, IndexingUpdateOp, Int, Tensor, TensorData, module};
use spec::model::{Conv2dSpec, Pair, PlannedLayer};

use crate::layer::{Curvature, Layer, Mode, of_linear};

pub(super) fn layer(planned: &PlannedLayer, conv: &Conv2dSpec) -> Box<dyn Layer> {
    let image = planned.image();
    let maps = image[0];
    let places = |table: &Vec<Vec<usize>>| {
        let row = |(out, seen): (usize, &Vec<usize>)| {
            let place = move |map: &usize| (out * maps + map) as i64;
            seen.iter().map(place).collect::<Vec<_>>()
        };
        table.iter().enumerate().flat_map(row).collect()
    };
    let pair = |Pair { height, width }| [height, width];
    let [kernel_height, kernel_width] = pair(conv.kernel);
    Box::new(Conv2d {
        image,
        output: [0, 1, 2].map(|axis| planned.output[axis]),
        untied_biases: conv.untied_biases,
        padding_value: conv.padding_value,
        weight: [
            conv.channels,
            maps / conv.groups,
            kernel_height,
            kernel_width,
        ],
        connections: conv.connections.as_ref().map(places),
        options: ConvOptions::new(
            pair(conv.stride),
            pair(conv.padding),
            pair(conv.dilation),
            conv.groups,
        ),
    })
}

struct Conv2d {
    /// `[C_in, H, W]`.
    image: [usize; 3],
    /// `[C_out, H_out, W_out]`.
    output: [usize; 3],
    /// Whether each output has a bias of its own.
    untied_biases: bool,
    /// What is around the image.
    padding_value: f64,
    /// `[C_out, C_in / groups, K_h, K_w]`.
    weight: [usize; 4],
    /// For each kernel of a table its place among the C_out·C_in kernels of a whole weight.
    connections: Option<Vec<i64>>,
    options: ConvOptions<2>,
}

impl Conv2d {
    /// `around` is the value of the padding.
    fn correlate(&self, w: &[Tensor<1>], x: Tensor<2>, around: f64) -> Tensor<2> {
        let [channels, height, width] = self.image;
        let samples = x.dims()[0];
        let x = x.reshape([samples, channels, height, width]);
        let weight = match &self.connections {
            None => w[0].clone().reshape(self.weight),
            Some(places) => self.whole(w[0].clone(), places),
        };
        let [maps, height, width] = self.output;
        let (shared, untied) = match self.untied_biases {
            true => (None, w.get(1).cloned()),
            false => (w.get(1).cloned(), None),
        };
        let mut y = match around == 0.0 {
            true => module::conv2d(x, weight, shared, self.options.clone()),
            false => module::conv2d(self.surround(x, around), weight, shared, self.unpadded()),
        };
        if let Some(bias) = untied {
            y = y + bias.reshape([1, maps, height, width]);
        }
        y.reshape([samples, maps * height * width])
    }

    /// The images with their padding. Burn pads with a value in f32, so the value is taken away
    /// before and added afterwards.
    fn surround(&self, x: Tensor<4>, value: f64) -> Tensor<4> {
        let padded = x
            .sub_scalar(value)
            .pad(self.options.padding, PadMode::Constant(0.0));
        padded.add_scalar(value)
    }

    fn unpadded(&self) -> ConvOptions<2> {
        ConvOptions {
            padding: [(0, 0); 2],
            ..self.options.clone()
        }
    }

    /// The kernels `[connections, K_h, K_w]` of a table in a weight of all pairs of maps, the
    /// others
    /// 0. Burn has no such layer; autodiff goes back to the kernels of the table only.
    fn whole(&self, kernels: Tensor<1>, places: &[i64]) -> Tensor<4> {
        let [outputs, inputs, height, width] = self.weight;
        let device = kernels.device();
        let numbers = TensorData::new(places.to_vec(), [places.len()]);
        let numbers = Tensor::<1, Int>::from_data(numbers, (&device, DType::I64));
        let kernels = kernels.reshape([places.len(), height * width]);
        let options = (&device, kernels.dtype());
        Tensor::<2>::zeros([outputs * inputs, height * width], options)
            .select_assign(0, numbers, kernels, IndexingUpdateOp::Add)
            .reshape(self.weight)
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        self.correlate(w, x, self.padding_value)
    }

    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let around = self.padding_value.powi(2);
        of_linear(w, x, d2y, |w, x| self.correlate(w, x, around))
    }
}
