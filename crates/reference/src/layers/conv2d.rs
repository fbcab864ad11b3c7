//! Cross-correlation with learned kernels.

use burn::tensor::ops::ConvOptions;
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
        outputs: planned.outputs(),
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
    /// Numbers of a sample that come out.
    outputs: usize,
    /// `[C_out, C_in / groups, K_h, K_w]`.
    weight: [usize; 4],
    /// For each kernel of a table its place among the C_out·C_in kernels of a whole weight.
    connections: Option<Vec<i64>>,
    options: ConvOptions<2>,
}

impl Conv2d {
    fn correlate(&self, w: &[Tensor<1>], x: Tensor<2>) -> Tensor<2> {
        let [channels, height, width] = self.image;
        let samples = x.dims()[0];
        let x = x.reshape([samples, channels, height, width]);
        let weight = match &self.connections {
            None => w[0].clone().reshape(self.weight),
            Some(places) => self.whole(w[0].clone(), places),
        };
        let y = module::conv2d(x, weight, w.get(1).cloned(), self.options.clone());
        y.reshape([samples, self.outputs])
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
        self.correlate(w, x)
    }

    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        of_linear(w, x, d2y, |w, x| self.correlate(w, x))
    }
}
