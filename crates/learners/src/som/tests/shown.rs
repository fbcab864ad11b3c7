//! What a map cannot show, and what it draws.

use ndarray::{Array2, array, s};
use spec::learners::{SomSpec, Topology};

use super::super::Som;
use super::super::proofs::{iris, iris_map, learned};
use super::{of_iris, square};
use crate::svg::is_well_formed;
use crate::{Data, Learner};

#[test]
fn data_that_a_map_cannot_show_are_refused_or_told() {
    let x = array![[0.1, 2.0], [0.3, f64::NAN]];
    let data = Data::new(x.clone(), x);
    let problem = Som::new(&SomSpec::default(), &data).err().unwrap();
    assert_eq!(problem.key, "learner.som");
    assert_eq!(
        problem.reason,
        "x2 of sample 2 is NaN, and no unit is nearest to that"
    );
    let x = array![[0.1, 2000.0], [0.3, 1000.0]];
    let data = Data::new(x.clone(), x);
    let told = |grid| {
        let settings = SomSpec {
            grid,
            ..SomSpec::default()
        };
        let som = learned(Som::new(&settings, &data).unwrap(), &data);
        (
            som.warnings(&data),
            som.measured(&data, som.won.as_ref().unwrap()),
        )
    };
    let (warnings, measured) = told([2, 2]);
    assert!(
        warnings[0].starts_with("4 units for 2 samples"),
        "{warnings:?}"
    );
    assert!(
        warnings[1].starts_with("x2 has 99 % of the variance of all inputs"),
        "{warnings:?}"
    );
    assert!(measured.contains_key("topographic_error"));
    let (warnings, measured) = told([1, 1]);
    assert!(
        warnings[0].starts_with("a sheet of one unit has no second"),
        "{warnings:?}"
    );
    assert!(!measured.contains_key("topographic_error"), "{measured:?}");
    assert!(measured["explained_variance"].abs() < 0.1);
    let iris = iris();
    assert!(iris_map(1, &iris).warnings(&iris).is_empty());
}

#[test]
fn pictures_are_well_formed_and_the_same_each_time() {
    let flowers = iris();
    let mut drawn = vec![(of_iris(iris_map(2, &flowers).settings), flowers.clone())];
    let hexagonal = SomSpec {
        topology: Topology::Hexagonal,
        ..iris_map(2, &flowers).settings
    };
    drawn.push((of_iris(hexagonal), flowers));
    let points = square(300);
    let settings = SomSpec {
        grid: [4, 4],
        passes: 10,
        ..SomSpec::default()
    };
    drawn.push((
        learned(Som::new(&settings, &points).unwrap(), &points),
        points,
    ));
    let x = Array2::from_shape_fn((60, 16), |(i, j)| ((i / 20 + 1) * j) as f64 / 48.0);
    let images = Data::new(x.clone(), x.slice(s![.., ..1]).to_owned());
    drawn.push((
        learned(Som::new(&settings, &images).unwrap(), &images),
        images,
    ));
    for (som, data) in &drawn {
        let picture = som.picture(data);
        assert!(is_well_formed(&picture), "{picture}");
        assert_eq!(som.picture(data), picture);
    }
    let [iris, hexagons, film, sheet] = [0, 1, 2, 3].map(|i| drawn[i].0.picture(&drawn[i].1));
    // The U-matrix and four planes.
    assert_eq!(iris.matches("<polygon").count(), 5 * 30);
    assert_ne!(iris, hexagons);
    for frame in ["0 passes", "1 pass", "2 passes", "5 passes", "10 passes"] {
        assert!(film.contains(&format!(">{frame}<")), "{frame}");
    }
    assert!(sheet.contains("weights of each unit"));
}
