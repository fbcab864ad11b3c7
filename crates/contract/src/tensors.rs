//! Tensors by name: parameters, gradients and activations as they pass between implementations,
//! and to and from safetensors files.

mod serialized;

use std::collections::HashMap;
use std::path::Path;

use half::{bf16, f16};
use indexmap::IndexMap;
use kernels::Real;
use ndarray::{ArrayD, IxDyn};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// The type of a tensor in a safetensors file.
fn dtype<T: Real>() -> Dtype {
    match size_of::<T>() {
        4 => Dtype::F32,
        _ => Dtype::F64,
    }
}

/// Why tensors could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum TensorError {
    /// The file could not be read.
    #[error("{file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not of the format.
    #[error("{file}: not a safetensors file ({reason})")]
    Format {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A tensor that is needed is not there.
    #[error("there is no tensor \"{name}\"; there are: {present}")]
    Missing {
        /// The name that was looked for.
        name: String,
        /// The names that are there.
        present: String,
    },
    /// A tensor has another shape.
    #[error("tensor \"{name}\" has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// The shape it has.
        found: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// What an optimizer remembers is of another model or rule.
    #[error("the optimizer state has {found} bytes, expected {expected}")]
    OptimizerState {
        /// Its bytes.
        found: usize,
        /// Those it should have.
        expected: usize,
    },
    /// The numbers of a tensor cannot be.
    #[error("tensor \"{name}\" {reason}")]
    Values {
        /// Its name.
        name: String,
        /// What is wrong with them.
        reason: String,
    },
    /// A tensor holds something else than floats.
    #[error("tensor \"{name}\" is of type {found:?}, expected F16, BF16, F32 or F64")]
    Type {
        /// Its name.
        name: String,
        /// The type it has.
        found: Dtype,
    },
}

/// Tensors in a fixed order (that of the data flow), each with a name of its own.
#[derive(Clone, Debug)]
pub struct NamedTensors<T> {
    entries: IndexMap<String, ArrayD<T>>,
}

impl<T> Default for NamedTensors<T> {
    fn default() -> Self {
        Self {
            entries: IndexMap::new(),
        }
    }
}

/// Equal in the same order.
impl<T: PartialEq> PartialEq for NamedTensors<T> {
    fn eq(&self, other: &Self) -> bool {
        self.entries.as_slice() == other.entries.as_slice()
    }
}

impl<T: Real> NamedTensors<T> {
    /// Puts a tensor at the end, or in the place of the one with that name.
    pub fn insert(&mut self, name: impl Into<String>, tensor: ArrayD<T>) {
        self.entries.insert(name.into(), tensor);
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&ArrayD<T>> {
        self.entries.get(name)
    }

    /// The tensor of that name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut ArrayD<T>> {
        self.entries.get_mut(name)
    }

    /// The tensor of that name if it has that shape.
    ///
    /// # Errors
    /// [`TensorError::Missing`] and [`TensorError::Shape`].
    pub fn expect(&self, name: &str, shape: &[usize]) -> Result<&ArrayD<T>, TensorError> {
        let tensor = self.get(name).ok_or_else(|| TensorError::Missing {
            name: name.to_string(),
            present: self.names().collect::<Vec<_>>().join(", "),
        })?;
        if tensor.shape() != shape {
            return Err(TensorError::Shape {
                name: name.to_string(),
                found: tensor.shape().to_vec(),
                expected: shape.to_vec(),
            });
        }
        Ok(tensor)
    }

    /// Names and tensors in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &ArrayD<T>)> {
        self.entries.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// Names in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of values in all tensors.
    pub fn values(&self) -> usize {
        self.iter().map(|(_, tensor)| tensor.len()).sum()
    }

    /// The same values in another float type.
    pub fn cast<U: Real>(&self) -> NamedTensors<U> {
        let cast = |(name, tensor): (&str, &ArrayD<T>)| {
            let tensor = tensor.mapv(|value| U::of(value.f64()));
            (name.to_string(), tensor)
        };
        NamedTensors {
            entries: self.iter().map(cast).collect(),
        }
    }

    /// The bytes of a safetensors file that PyTorch loads by name.
    ///
    /// # Errors
    /// When a tensor cannot be written in that format.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, TensorError> {
        let format = |reason: safetensors::SafeTensorError| TensorError::Format {
            file: "safetensors".into(),
            reason: reason.to_string(),
        };
        let standard: Vec<_> = self
            .iter()
            .map(|(name, tensor)| (name, tensor.as_standard_layout()))
            .collect();
        let views = standard
            .iter()
            .map(|(name, tensor)| {
                // A tensor in standard layout is one slice.
                let values = tensor.as_slice().unwrap_or_default();
                let bytes = bytemuck::cast_slice(values);
                let view = TensorView::new(dtype::<T>(), tensor.shape().to_vec(), bytes)?;
                Ok((*name, view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(format)?;
        let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(format)
    }

    /// Reads every tensor of a safetensors file, converted from any float type, sorted by name.
    ///
    /// # Errors
    /// When the file cannot be read, is not of the format, or holds other types.
    pub fn read_safetensors(path: &Path) -> Result<Self, TensorError> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| TensorError::Read {
            file: file.clone(),
            source,
        })?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| TensorError::Format {
            file,
            reason: error.to_string(),
        })?;
        let mut views = tensors.tensors();
        views.sort_by(|a, b| a.0.cmp(&b.0));
        let mut named = Self::default();
        for (name, view) in views {
            let tensor = from_view(&name, &view)?;
            named.insert(name, tensor);
        }
        Ok(named)
    }
}

/// One tensor of a file as an array, converted to `T`.
pub(crate) fn from_view<T: Real>(
    name: &str,
    view: &TensorView<'_>,
) -> Result<ArrayD<T>, TensorError> {
    let bytes = view.data();
    let halves = |value: fn(u16) -> f64| {
        let bits = bytemuck::allocation::pod_collect_to_vec::<u8, u16>(bytes);
        bits.into_iter()
            .map(|bits| T::of(value(u16::from_le(bits))))
            .collect()
    };
    let values: Vec<T> = match view.dtype() {
        Dtype::F16 => halves(|bits| f16::from_bits(bits).to_f64()),
        Dtype::BF16 => halves(|bits| bf16::from_bits(bits).to_f64()),
        Dtype::F32 => bytemuck::allocation::pod_collect_to_vec::<u8, f32>(bytes)
            .into_iter()
            .map(|value| T::of(f64::from(value)))
            .collect(),
        Dtype::F64 => bytemuck::allocation::pod_collect_to_vec::<u8, f64>(bytes)
            .into_iter()
            .map(T::of)
            .collect(),
        found => {
            let name = name.to_string();
            return Err(TensorError::Type { name, found });
        }
    };
    ArrayD::from_shape_vec(IxDyn(view.shape()), values).map_err(|error| TensorError::Format {
        file: name.to_string(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn example() -> NamedTensors<f32> {
        let mut tensors = NamedTensors::default();
        tensors.insert(
            "1.weight",
            array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn(),
        );
        tensors.insert("0.bias", array![0.5, -0.25].into_dyn());
        tensors
    }

    #[test]
    fn safetensors_keep_names_shapes_and_values() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weights.safetensors");
        std::fs::write(&file, example().to_safetensors().unwrap()).unwrap();
        let read = NamedTensors::<f64>::read_safetensors(&file).unwrap();
        assert_eq!(read.get("1.weight").unwrap().shape(), [2, 3]);
        assert_eq!(read.get("0.bias"), example().cast::<f64>().get("0.bias"));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_transposed_tensor_is_written_in_its_logical_order() {
        let mut tensors = NamedTensors::default();
        tensors.insert(
            "w",
            array![[1.0, 2.0], [3.0, 4.0]].reversed_axes().into_dyn(),
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("w.safetensors");
        std::fs::write(&file, tensors.to_safetensors().unwrap()).unwrap();
        let read = NamedTensors::<f64>::read_safetensors(&file).unwrap();
        assert_eq!(
            read.get("w").unwrap(),
            &array![[1.0, 3.0], [2.0, 4.0]].into_dyn()
        );
    }

    #[test]
    fn a_file_that_is_no_safetensors_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weights.safetensors");
        std::fs::write(&file, b"not a tensor").unwrap();
        let error = NamedTensors::<f32>::read_safetensors(&file).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("weights.safetensors: not a safetensors")
        );
    }

    #[test]
    fn a_wrong_shape_and_a_missing_name_are_told() {
        let tensors = example();
        let shape = tensors.expect("0.bias", &[3]).unwrap_err().to_string();
        assert_eq!(shape, "tensor \"0.bias\" has shape [2], expected [3]");
        let missing = tensors.expect("2.bias", &[3]).unwrap_err().to_string();
        assert!(missing.contains("\"2.bias\"") && missing.contains("1.weight, 0.bias"));
    }
}
