use super::proofs::{OPTIMUM, STEPS, challenger, steps};
use ndarray::array;

use super::*;

fn with_ridge(ridge: f64) -> NewtonSpec {
    NewtonSpec {
        ridge,
        ..NewtonSpec::default()
    }
}

#[track_caller]
fn assert_close(found: &[f64], wanted: &[f64], relative: f64) {
    for (f, w) in found.iter().zip(wanted) {
        assert!((f / w - 1.0).abs() < relative, "{found:?}, not {wanted:?}");
    }
}

/// The digits that are right double from step to step.
#[test]
fn each_step_to_the_challengers_optimum_is_the_published_one() {
    let (path, newton) = steps(&NewtonSpec::default(), &challenger());
    for (step, wanted) in path.iter().zip(&STEPS) {
        assert_close(step, wanted, 1e-10);
    }
    assert_eq!(path.len(), 7, "quadratic convergence: {path:?}");
    assert_close(&path[6], &OPTIMUM, 1e-13);
    let newton = newton.unwrap();
    assert!(newton.converged == [true] && newton.warnings(&challenger()).is_empty());
    assert!(newton.proofs(&challenger()).iter().all(Proof::holds));
    let found = newton.findings(&challenger());
    assert_close(&found[0].rows[0].1, &[15.0429, 7.3786, 2.0387], 1e-4);
    assert_close(&found[1].rows[1].1, &[28.267_152_734_293_497], 1e-13);
}

#[track_caller]
fn refused(spec: &NewtonSpec, data: &Data) -> Problem {
    let mut newton = match Newton::new(spec, data) {
        Ok(newton) => newton,
        Err(problem) => return problem,
    };
    while !newton.is_done() {
        match newton.pass(data, &|| Ok(())) {
            Ok(_) => {}
            Err(Stop::Refused(problem)) => return problem,
            Err(Stop::Interrupted) => panic!("nobody interrupts"),
        }
    }
    panic!("{:?} is taken for an optimum", newton.beta);
}

#[test]
fn separable_data_have_no_optimum_and_a_ridge_gives_one() {
    let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let and = Data::new(x, array![[0.0], [0.0], [0.0], [1.0]]);
    let problem = refused(&NewtonSpec::default(), &and);
    assert!(
        problem.reason.starts_with("the data are separable, so"),
        "{}",
        problem.reason
    );
    assert_eq!(problem.key, "learner.newton.ridge");
    // One sample of each class at 1: separable but for the boundary.
    let boundary = Data::new(
        array![[0.0], [1.0], [1.0], [2.0], [0.5]],
        array![[0.0], [0.0], [1.0], [1.0], [0.0]],
    );
    let problem = refused(&NewtonSpec::default(), &boundary);
    assert!(
        problem.reason.contains("but for samples on the boundary"),
        "{}",
        problem.reason
    );
    for data in [&and, &boundary] {
        let mut newton = Newton::new(&with_ridge(1.0), data).unwrap();
        while !newton.is_done() {
            newton.pass(data, &|| Ok(())).unwrap();
        }
        assert!(newton.converged == [true] && newton.proofs(data).iter().all(Proof::holds));
    }
}

#[test]
fn dependent_and_constant_inputs_are_named() {
    let x = array![
        [1.0, 2.0, 5.0],
        [2.0, 4.0, 5.0],
        [0.5, 1.0, 5.0],
        [4.0, 8.0, 5.0]
    ];
    let data = Data::new(x, array![[0.0], [1.0], [1.0], [0.0]]);
    let problem = refused(&NewtonSpec::default(), &data);
    assert!(
        problem.reason.starts_with("2 of 3 inputs"),
        "{}",
        problem.reason
    );
    assert!(problem.reason.ends_with("x2, x3"), "{}", problem.reason);
}

/// From far away the plain step is too long.
#[test]
fn a_step_that_is_too_long_is_halved() {
    let data = challenger();
    let far = |damping| {
        let spec = NewtonSpec {
            damping,
            ..NewtonSpec::default()
        };
        let mut newton = Newton::new(&spec, &data).unwrap();
        newton.beta = array![[40.0], [-0.5]];
        newton
    };
    let mut newton = far(Damping::Halving);
    let mut halvings = 0.0;
    let mut before = f64::INFINITY;
    while !newton.is_done() {
        let measured = newton.pass(&data, &|| Ok(())).unwrap();
        halvings += measured["halvings"];
        assert!(measured["deviance"] <= before + 1e-12);
        before = measured["deviance"];
    }
    assert!(halvings > 0.0, "the start is too near");
    assert_close(newton.beta.as_slice().unwrap(), &OPTIMUM, 1e-12);
}

#[test]
fn a_learner_that_is_restored_takes_the_same_steps() {
    let data = challenger();
    let mut whole = Newton::new(&NewtonSpec::default(), &data).unwrap();
    let mut cut = Newton::new(&NewtonSpec::default(), &data).unwrap();
    while !whole.is_done() {
        whole.pass(&data, &|| Ok(())).unwrap();
        cut.pass(&data, &|| Ok(())).unwrap();
        let state = cut.state();
        cut = Newton::new(&NewtonSpec::default(), &data).unwrap();
        cut.restore(&state).unwrap();
        assert_eq!(cut.state(), whole.state());
    }
    assert!(cut.is_done());
}

/// Three clouds on a line, the middle one between the others.
fn three_classes() -> Data {
    let x: Vec<f64> = (0..30)
        .map(|n| (n % 10) as f64 + 6.0 * (n / 10) as f64)
        .collect();
    let t = Array2::from_shape_fn((30, 3), |(n, k)| f64::from(u8::from(n / 10 == k)));
    Data::new(Array1::from(x).insert_axis(Axis(1)), t)
}

#[test]
fn of_several_classes_each_is_told_from_the_rest() {
    let data = three_classes();
    let mut all = Newton::new(&with_ridge(1.0), &data).unwrap();
    while !all.is_done() {
        all.pass(&data, &|| Ok(())).unwrap();
    }
    assert!(all.warnings(&data).is_empty() && all.proofs(&data).iter().all(Proof::holds));
    for k in 0..3 {
        let t = data.t.slice(s![.., k..=k]).to_owned();
        let (path, _) = steps(&with_ridge(1.0), &Data::new(data.x.clone(), t));
        assert_eq!(
            path.last().unwrap()[..],
            all.beta.column(k).to_vec(),
            "class {k}"
        );
    }
    assert_eq!(all.predict(data.x.view()).dim(), (30, 3));
    let found = all.findings(&data);
    assert_eq!((found[0].rows.len(), found[1].columns.len()), (2, 3));
    let mut restored = Newton::new(&with_ridge(1.0), &data).unwrap();
    restored.restore(&all.state()).unwrap();
    assert!(restored.is_done() && restored.state() == all.state());
}

#[test]
fn the_class_that_is_separable_is_named() {
    let mut data = three_classes();
    data.x.slice_mut(s![..10, ..]).mapv_inplace(|x| x - 20.0);
    let problem = refused(&NewtonSpec::default(), &data);
    let begins = "y1 against the rest: the data are separable, so";
    assert!(problem.reason.starts_with(begins), "{}", problem.reason);
}
