//! Files that are given as weights but are no safetensors: what they are, from their first bytes,
//! and how they become one.

use std::path::Path;

use safetensors::SafeTensorError;

use spec::Problem;

/// The key that names the file.
pub const KEY: &str = "model.initial_parameters";

/// A problem with the file, by its name.
pub fn refused(file: &Path, reason: impl std::fmt::Display) -> Problem {
    Problem::new(KEY, format!("{}: {reason}", file.display()))
}

/// The file cannot be read at all.
pub fn unreadable(file: &Path, error: &std::io::Error) -> Problem {
    let beside = match file.is_dir() {
        true => file,
        false => file.parent().unwrap_or(Path::new("")),
    };
    let folder = match beside == Path::new("") {
        true => Path::new("."),
        false => beside,
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut there: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".safetensors"))
        .collect();
    there.sort();
    let reason = match (file.is_dir(), error.kind()) {
        (true, _) => "it is a folder".into(),
        (_, std::io::ErrorKind::NotFound) => "there is no such file".into(),
        _ => error.to_string(),
    };
    let problem = refused(file, reason);
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    match spec::error::nearest(name, there.iter().map(String::as_str)) {
        Some(near) => problem.hint(format!("did you mean {near}?")),
        None if there.is_empty() => problem.hint("it is looked up beside the config, then here"),
        None => problem.note(format!("there are: {}", there.join(", "))),
    }
}

/// What a file is instead: its name, and the lines of Python that make a safetensors file of it.
struct Format {
    name: &'static str,
    python: [&'static str; 2],
}

const PYTORCH: Format = Format {
    name: "a file of PyTorch",
    python: [
        "import torch; from safetensors.torch import save_file",
        "t = torch.load(\"IN\", map_location=\"cpu\"); t = next((t[k] for k in (\"state_dict\", \"model_state_dict\", \"model\") if k in t), t); save_file({k: v.contiguous() for k, v in t.items()}, \"OUT\")",
    ],
};
const NUMPY: Format = Format {
    name: "an archive of NumPy",
    python: [
        "import numpy; from safetensors.numpy import save_file",
        "save_file(dict(numpy.load(\"IN\")), \"OUT\")",
    ],
};
const ARRAY: Format = Format {
    name: "an array of NumPy",
    python: [
        "import numpy; from safetensors.numpy import save_file",
        "save_file({\"0.weight\": numpy.load(\"IN\")}, \"OUT\")",
    ],
};
const HDF5: Format = Format {
    name: "HDF5, as Keras writes it",
    python: [
        "import h5py; from safetensors.numpy import save_file; t = {}",
        "h5py.File(\"IN\").visititems(lambda n, d: t.update({n: d[()]}) if hasattr(d, \"shape\") else None); save_file(t, \"OUT\")",
    ],
};
const KERAS: Format = Format {
    name: "an archive of Keras",
    python: [
        "import h5py, io, zipfile; from safetensors.numpy import save_file; t = {}; f = io.BytesIO(zipfile.ZipFile(\"IN\").read(\"model.weights.h5\"))",
        "h5py.File(f).visititems(lambda n, d: t.update({n: d[()]}) if hasattr(d, \"shape\") else None); save_file(t, \"OUT\")",
    ],
};
const PICKLE: Format = Format {
    name: "a pickle of Python",
    python: [
        "import torch; from safetensors.torch import save_file",
        "save_file({k: torch.as_tensor(v).contiguous() for k, v in torch.load(\"IN\", map_location=\"cpu\").items()}, \"OUT\")",
    ],
};
const ONNX: Format = Format {
    name: "a model in ONNX",
    python: [
        "import onnx; from onnx.numpy_helper import to_array; from safetensors.numpy import save_file",
        "save_file({t.name: to_array(t) for t in onnx.load(\"IN\").graph.initializer}, \"OUT\")",
    ],
};
const INDEX: Format = Format {
    name: "an index of several files",
    python: [
        "import glob; from safetensors.torch import load_file, save_file",
        "save_file({k: v for f in glob.glob(\"*-of-*.safetensors\") for k, v in load_file(f).items()}, \"OUT\")",
    ],
};

fn format(file: &Path, bytes: &[u8]) -> Option<Format> {
    let contains = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    let ends = |end: &str| file.to_string_lossy().to_lowercase().ends_with(end);
    match bytes {
        [b'P', b'K', 3, 4, ..] if contains(b".npy") => Some(NUMPY),
        [b'P', b'K', 3, 4, ..] if contains(b".h5") => Some(KERAS),
        [b'P', b'K', 3, 4, ..] => Some(PYTORCH),
        [0x80, 1..=5, ..] if bytes.len() < 8 || !header_fits(bytes) => Some(PICKLE),
        [0x89, b'H', b'D', b'F', ..] => Some(HDF5),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(ARRAY),
        [b'{', ..] if contains(b"\"weight_map\"") => Some(INDEX),
        [8, ..] if ends(".onnx") => Some(ONNX),
        _ => None,
    }
}

/// Whether the bytes begin as a safetensors file does: a length, then an object in JSON.
fn header_fits(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&b'{')
}

/// Why the bytes of a file are no safetensors.
pub fn explain(file: &Path, bytes: &[u8], error: &SafeTensorError) -> Problem {
    let no = |reason: &str| refused(file, format!("not a safetensors file: {reason}"));
    if let Some(Format { name, python }) = format(file, bytes) {
        let problem = no(name).hint("make one of it, in Python:");
        let input = file.display().to_string();
        let output = file.with_extension("safetensors").display().to_string();
        return python.iter().fold(problem, |problem, line| {
            problem.note(line.replace("IN", &input).replace("OUT", &output))
        });
    }
    if bytes.is_empty() {
        return no("it is empty");
    }
    if bytes.starts_with(b"version https://git-lfs") {
        let reason = "a pointer of Git LFS to the file";
        return no(reason).hint("fetch the file itself: git lfs pull");
    }
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return no("it is packed by gzip").hint("unpack it with gunzip");
    }
    if bytes.starts_with(b"<") {
        return no("a web page").hint("download the file itself");
    }
    if bytes.starts_with(b"GGUF") {
        return no("a model in GGUF").hint("save the weights as safetensors");
    }
    if !header_fits(bytes) {
        return no("it does not begin with a header").hint("save the weights as safetensors");
    }
    match sizes(bytes) {
        Some((promised, found)) if found < promised => {
            let reason = format!("it ends after {found} bytes of {promised}");
            refused(file, format!("the safetensors file is cut off: {reason}"))
                .hint("copy or download it again")
        }
        Some((promised, found)) if found > promised => {
            let more = found - promised;
            no(&format!("{more} bytes stand behind its tensors")).hint("write it anew")
        }
        _ => no(&damage(error)).hint("copy, download or write it again"),
    }
}

/// How many bytes a file should have by its header, and how many it has.
fn sizes(bytes: &[u8]) -> Option<(u64, u64)> {
    let found = bytes.len() as u64;
    let header = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let begin = header.checked_add(8)?;
    if begin > found {
        return Some((begin, found));
    }
    let header = String::from_utf8_lossy(&bytes[8..begin as usize]);
    let ends = header.split("\"data_offsets\"").skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once('[')?.1.split_once(']')?;
        inside.split(',').nth(1)?.trim().parse::<u64>().ok()
    });
    Some((begin.checked_add(ends.max()?)?, found))
}

fn damage(error: &SafeTensorError) -> String {
    match error {
        SafeTensorError::InvalidOffset(name) => format!("the place of \"{name}\" is wrong"),
        SafeTensorError::InvalidHeader(_) | SafeTensorError::InvalidHeaderDeserialization(_) => {
            "its header cannot be read".into()
        }
        _ => "its header is damaged".into(),
    }
}
