//! What a config may say: each refusal with file, line, column, reason and remedy.

mod data;
mod keys;
mod networks;
mod overrides;
mod properties;
mod support;
mod values;
mod workspace;
