//! What a learner drew of itself while it learned: the pictures in the folder of its record.

use std::fs;

use super::kind::Picture;
use super::subject::Subject;

/// Files of learners without their ending, what stands above them, and what is seen.
const OWN: [(&str, &str, &str); 8] = [
    (
        "map",
        "Map",
        "the self-organising map with the classes of its samples",
    ),
    (
        "categories",
        "Categories",
        "the categories after each sample",
    ),
    (
        "film",
        "Units",
        "what is answered over the plane after each unit",
    ),
    (
        "staircase",
        "Staircase",
        "the weights of each unit, in the order in which units came",
    ),
    ("weights", "Weights", "the weights between the units"),
    ("filters", "Filters", "the weights of each hidden unit"),
    (
        "states",
        "Gates and states",
        "gates and cells over one sequence",
    ),
    (
        "errors",
        "Errors",
        "the errors against the sequences learned from",
    ),
];

/// Those that are there; none of a network.
pub fn pictures<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = Picture> + 'a {
    let of_learner = subject.network().is_none();
    let all = OWN.into_iter().filter(move |_| of_learner);
    all.filter_map(|(name, title, shows)| {
        let svg = fs::read_to_string(subject.folder.join(format!("{name}.svg"))).ok()?;
        Some(Picture {
            name: name.into(),
            title: title.into(),
            caption: format!("{}: {shows}.", subject.name()),
            svg,
        })
    })
}
