//! Tensors by name in serde: a list of name, shape and the bytes of the numbers, in order. That is
//! how a checkpoint holds them: a byte string takes no longer to read than its file.

use bytemuck::allocation::pod_collect_to_vec;
use ndarray::{ArrayD, IxDyn};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_bytes::{ByteBuf, Bytes};

use super::NamedTensors;
use crate::Real;

impl<T: Real> Serialize for NamedTensors<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.iter()
                .map(|(name, tensor)| Serialized { name, tensor }),
        )
    }
}

struct Serialized<'a, T> {
    name: &'a str,
    tensor: &'a ArrayD<T>,
}

impl<T: Real> Serialize for Serialized<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tensor = self.tensor.as_standard_layout();
        // A tensor in standard layout is one slice.
        let bytes = bytemuck::cast_slice(tensor.as_slice().unwrap_or_default());
        (self.name, tensor.shape(), Bytes::new(bytes)).serialize(serializer)
    }
}

impl<'de, T: Real> Deserialize<'de> for NamedTensors<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<(String, Vec<usize>, ByteBuf)>::deserialize(deserializer)?;
        let mut named = Self::default();
        for (name, shape, bytes) in list {
            if bytes.len() % size_of::<T>() != 0 {
                return Err(D::Error::custom("a tensor ends in the middle of a number"));
            }
            let numbers: Vec<T> = pod_collect_to_vec(&bytes);
            let tensor = ArrayD::from_shape_vec(IxDyn(&shape), numbers);
            named.insert(name, tensor.map_err(D::Error::custom)?);
        }
        Ok(named)
    }
}
