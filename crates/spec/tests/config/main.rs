//! What a config may say: each refusal with file, line, column, reason and remedy.

mod costs;
mod data;
mod escapes;
mod everything;
mod images;
mod keys;
mod layers;
mod learners;
mod losses;
mod networks;
mod overrides;
mod pairs;
mod pictures;
mod properties;
mod rules;
mod sequences;
mod support;
mod tables;
mod targets;
mod types;
mod values;
mod windows;
mod workspace;
