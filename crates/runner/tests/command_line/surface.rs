//! `runner surface`: a function of two variables, its tangent plane, and gradient descent on it.

use crate::support::Workspace;

const BOWL: [&str; 6] = ["surface", "x^2 + 3*y^2", "--at", "x=1", "--at", "y=1"];

#[test]
fn a_path_is_printed_and_drawn() {
    let workspace = Workspace::new();
    let call = [&BOWL[..], &["--steps", "4", "--out", "bowl.svg"]].concat();
    let out = workspace.succeed(&call);
    // x is multiplied by 1 - 2η = 0.8 in each step, y by 1 - 6η = 0.4.
    let words: Vec<&str> = out.split_whitespace().collect();
    let end = ["4", "0.4096", "0.0256"];
    assert!(words.windows(3).any(|three| three == end), "{out}");
    let svg = workspace.read("bowl.svg");
    assert_eq!(svg.matches("<circle").count(), 5);
    // The floor, 40 x 40 quadrangles and the plane.
    assert_eq!(svg.matches("<polygon").count(), 1 + 1600 + 1);
    workspace.succeed(&[&BOWL[..], &["--steps", "4", "--out", "again.svg"]].concat());
    assert!(svg == workspace.read("again.svg"), "the same bytes");
}

#[test]
fn where_there_is_no_number_there_is_a_hole() {
    let workspace = Workspace::new();
    let call = ["surface", "log(x) + y^2", "--at", "x=0.3", "--at", "y=0.5"];
    workspace.succeed(&[&call[..], &["--steps", "0", "--out", "log.svg"]].concat());
    let svg = workspace.read("log.svg");
    let polygons = svg.matches("<polygon").count();
    assert!((500..1602).contains(&polygons), "{polygons}");
    assert!(!svg.contains("NaN"));
}

#[test]
fn what_is_no_surface_is_refused() {
    let workspace = Workspace::new();
    let refuse = |call: &[&str], parts: &[&str]| {
        workspace.refuse(&[&["surface"], call, &["--out", "no.svg"]].concat(), parts);
    };
    refuse(
        &["x^2", "--at", "x=1"],
        &["over two variables", "there are 1: x"],
    );
    refuse(&["3"], &["over two variables", "there is none in it"]);
    let three = ["x*y*z", "--at", "x=1", "--at", "y=1", "--at", "z=1"];
    refuse(
        &three,
        &[
            "there are 3: x, y, z",
            "write a number in the place of the others",
        ],
    );
    refuse(&["x*y", "--at", "x=1"], &["y"]);
    refuse(
        &["x*y", "--at", "x=1", "--at", "y=one"],
        &["\"one\" is no number"],
    );
    refuse(&["x*y)", "--at", "x=1", "--at", "y=1"], &[")"]);
    assert!(!workspace.path("no.svg").exists());
    let away = [&BOWL[..], &["--rate", "1e200", "--out", "no.svg"]].concat();
    let finished = workspace.call(&away);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["step 1 leads to x = ", "take a smaller --rate"]);
}
