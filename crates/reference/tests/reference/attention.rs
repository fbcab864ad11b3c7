//! burn's module of attention as a second witness, where its f32 root of the heads' size is exact.

use burn::module::Param;
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};
use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, ArrayD, Axis, Slice};
use reference::Backend;
use spec::model::{LayerSpec, MultiHeadAttentionSpec};

use crate::support::{passes, plan_for, random, random_parameters};

const SAMPLES: usize = 3;
const STEPS: usize = 5;
/// Two heads of four numbers.
const WIDTH: usize = 8;
const LENGTHS: [usize; SAMPLES] = [5, 2, 3];

#[allow(deprecated, reason = "both devices are references here")]
fn device(backend: Backend) -> Device {
    match backend {
        Backend::Ndarray => Device::ndarray(),
        Backend::Flex => Device::flex(),
    }
}

fn tensor<const D: usize>(numbers: Vec<f64>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers, shape), (device, DType::F64))
}

/// burn's module with our parameters: three linear layers in place of one, turned.
fn module(given: &NamedTensors<f64>, device: &Device) -> MultiHeadAttention {
    let config = MultiHeadAttentionConfig::new(WIDTH, 2).with_dropout(0.0);
    let mut module = config.init(device);
    let get = |name: &str| given.get(&format!("0.{name}")).unwrap();
    let part = |all: &ArrayD<f64>, part: usize| {
        let rows = Slice::from(part * WIDTH..(part + 1) * WIDTH);
        all.slice_axis(Axis(0), rows).to_owned()
    };
    let set = |linear: &mut burn::nn::Linear, weight: ArrayD<f64>, bias: ArrayD<f64>| {
        let weight = weight.reversed_axes().iter().copied().collect();
        linear.weight = Param::from_tensor(tensor(weight, [WIDTH, WIDTH], device));
        let bias = bias.iter().copied().collect();
        linear.bias = Some(Param::from_tensor(tensor(bias, [WIDTH], device)));
    };
    let (weights, biases) = (get("in_proj_weight"), get("in_proj_bias"));
    set(&mut module.query, part(weights, 0), part(biases, 0));
    set(&mut module.key, part(weights, 1), part(biases, 1));
    set(&mut module.value, part(weights, 2), part(biases, 2));
    let (weight, bias) = (get("out_proj.weight"), get("out_proj.bias"));
    set(&mut module.output, weight.clone(), bias.clone());
    module
}

/// Where the function is true.
fn mask<const D: usize>(
    shape: [usize; D],
    device: &Device,
    hidden: impl Fn(usize) -> bool,
) -> Tensor<D, Bool> {
    let count = shape.iter().product();
    let hidden: Vec<i32> = (0..count).map(|at| i32::from(hidden(at))).collect();
    Tensor::<1, Int>::from_ints(hidden.as_slice(), device)
        .reshape(shape)
        .bool()
}

#[test]
fn attention_of_tensor_operations_is_that_of_burns_module() {
    for (backend, causal) in Backend::ALL
        .into_iter()
        .flat_map(|b| [(b, false), (b, true)])
    {
        let spec = MultiHeadAttentionSpec {
            causal,
            ..MultiHeadAttentionSpec::new(2)
        };
        let plan = plan_for(&[STEPS, WIDTH], &[LayerSpec::MultiHeadAttention(spec)]);
        let given = random_parameters(&plan, 1);
        let x: Array2<f64> = random(SAMPLES, STEPS * WIDTH, 2);
        let batch = Batch {
            positions: STEPS,
            lengths: Some(&LENGTHS),
            ..Batch::new(x.view(), x.view())
        };
        let y = passes(&plan, backend, &given)
            .evaluate(Mode::Evaluation, batch)
            .output;
        let device = device(backend);
        let numbers = x.iter().copied().collect();
        let input = MhaInput::self_attn(tensor(numbers, [SAMPLES, STEPS, WIDTH], &device));
        let padding = |at: usize| at % STEPS >= LENGTHS[at / STEPS];
        let mut input = input.mask_pad(mask([SAMPLES, STEPS], &device, padding));
        if causal {
            let later = |at: usize| at % STEPS > at / STEPS % STEPS;
            input = input.mask_attn(mask([SAMPLES, STEPS, STEPS], &device, later));
        }
        let expected = module(&given, &device).forward(input).context;
        let expected: Vec<f64> = expected.into_data().try_to_vec().unwrap();
        for (at, (y, expected)) in y.iter().zip(expected).enumerate() {
            let (sample, step) = (at / (STEPS * WIDTH), at / WIDTH % STEPS);
            let far = (y - expected).abs();
            assert!(
                step >= LENGTHS[sample] || far < 1e-14,
                "[{at}]: {y}, not {expected}"
            );
        }
    }
}
