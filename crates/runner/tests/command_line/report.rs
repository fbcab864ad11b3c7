//! Reports: what their pages say of runs that ended in any way, and of what is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{BY_HAND, Workspace, record};

fn page(run: &Path) -> String {
    fs::read_to_string(run.join("report.html")).unwrap()
}

#[track_caller]
fn says(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
}

/// The status on top, as it stands in the page.
fn status(page: &str) -> &str {
    let (_, rest) = page.split_once("<p class=\"status ").unwrap();
    rest.split_once("</p>").unwrap().0
}

/// Trains with these overrides what does not finish; the folder of its record.
fn fails(workspace: &Workspace, overrides: &[&str]) -> PathBuf {
    let mut arguments = vec!["tiny.toml"];
    arguments.extend(overrides.iter().flat_map(|set| ["--set", set]));
    let finished = workspace.call(&arguments);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.out.contains("report: results/"), "{finished:?}");
    workspace.runs("tiny").pop().unwrap()
}

#[test]
fn every_number_that_is_shown_leads_to_its_raw_row() {
    let workspace = Workspace::tiny();
    let run = workspace.train(&[]);
    let page = page(&run);
    assert_eq!(status(&page), "good\">Finished");
    for name in ["backprop", "burn-ndarray", "burn-flex"] {
        says(
            &page,
            &[
                &format!("<a href=\"#epoch-3-{name}\">"),
                &format!("<tr id=\"epoch-3-{name}\">"),
            ],
        );
    }
    let loss = &record(&run)["implementations"][0]["epochs"][2]["measures"]["test_loss"];
    says(
        &page,
        &[
            &loss.to_string(),
            "They agree within the tolerances.",
            "<tr id=\"gradient-1\">",
            "<a href=\"#gradient-",
            "<tr id=\"measure-F1-macro\">",
            "<a href=\"#measure-F1-macro\">",
            "alt=\"Learning curves: ",
            "<span class=\"key\">batch_size</span> = 8",
        ],
    );
    for address in ["http:", "https:", "url("] {
        assert!(!page.contains(address), "{address}");
    }
}

#[test]
fn a_run_without_a_report_gets_one_afterwards() {
    let workspace = Workspace::tiny();
    let [one, two] = BY_HAND;
    let run = ["tiny.toml", "--no-report", "--set", one, "--set", two];
    let out = workspace.succeed(&run);
    assert!(!out.contains("report:"), "{out}");
    let folder = workspace.runs("tiny").pop().unwrap();
    assert!(!folder.join("report.html").exists());
    let out = workspace.succeed(&["report", "tiny"]);
    let file = out.trim().strip_prefix("report: ").unwrap();
    assert_eq!(workspace.path(file), folder.join("report.html"));
    says(&page(&folder), &["They were not compared in this run"]);
    workspace.succeed(&["report", "tiny", "--out", "other/page.html"]);
    assert_eq!(workspace.read("other/page.html"), page(&folder));
}

#[test]
fn a_run_that_diverged_says_so_on_top() {
    let workspace = Workspace::tiny();
    let rate = "training.optimizer.momentum.learning_rate=1e300";
    let run = fails(&workspace, &[BY_HAND[0], BY_HAND[1], rate]);
    let page = page(&run);
    let status = status(&page);
    assert!(status.starts_with("bad\">Diverged: backprop"), "{status}");
    says(&page, &["<strong>Missing:</strong> the measures: "]);
}

#[test]
fn a_run_whose_gradients_disagree_says_so_and_shows_how_far_they_are_apart() {
    let workspace = Workspace::tiny();
    let run = fails(&workspace, &["gradient_check.tolerance_f64=1e-300"]);
    let page = page(&run);
    let status = status(&page);
    assert!(
        status.starts_with("bad\">The gradients disagree"),
        "{status}"
    );
    assert!(status.ends_with("Nothing was trained."), "{status}");
    says(
        &page,
        &[
            "They disagree, so nothing was trained.",
            "<td>OFF</td>",
            "results: the run ended before its first epoch",
        ],
    );
}

#[test]
fn a_run_that_was_stopped_says_so_and_how_to_complete_its_page() {
    let workspace = Workspace::tiny();
    let [one, two] = BY_HAND;
    let run = ["run", "--while-input-is-open", "tiny.toml"];
    let long = "training.epochs=1000000";
    let mut command = workspace.command(&run);
    command.args(["--set", one, "--set", two, "--set", long]);
    // Its input is closed from the start.
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    let run = workspace.runs("tiny").pop().unwrap();
    let of_run = page(&run);
    let status = status(&of_run);
    assert!(
        status.starts_with("bad\">Interrupted: asked to stop"),
        "{status}"
    );
    says(
        &of_run,
        &["the run was interrupted; `runner report results&#x2f;runs"],
    );
    workspace.succeed(&["report", "tiny"]);
    assert!(!page(&run).contains("the run was interrupted; "));
}

#[test]
fn what_is_gone_is_named_and_the_rest_is_shown() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[]);
    fs::remove_file(run.join("backprop.safetensors")).unwrap();
    workspace.succeed(&["report", "tiny"]);
    let without_weights = page(&run);
    says(
        &without_weights,
        &[
            "<strong>Missing:</strong> the measures: ",
            "backprop.safetensors",
            "alt=\"Learning curves: ",
        ],
    );
    assert_eq!(status(&without_weights), "good\">Finished");
    // Data that have changed: nothing is computed of them.
    let file = run.join("record.json");
    let record = fs::read_to_string(&file).unwrap();
    let record = record.replace("\"checksum\": \"", "\"checksum\": \"0");
    fs::write(&file, record).unwrap();
    workspace.succeed(&["report", "tiny"]);
    let of_other_data = page(&run);
    says(
        &of_other_data,
        &["the data are no longer those", "alt=\"Learning curves: "],
    );
}

#[test]
fn a_learner_has_a_report_with_its_findings() {
    let workspace = Workspace::tiny();
    workspace.write(
        "and.toml",
        "name = \"and\"\nseed = 1\n[dataset.gate]\nfunction = \"and\"\n[learner.hebb]\n",
    );
    workspace.succeed(&["and.toml"]);
    let run = workspace.runs("and").pop().unwrap();
    says(&page(&run), &[">Findings</a>", "id=\"finding-0\""]);
}

#[test]
fn an_experiment_becomes_a_page_and_its_runs_draw_nothing() {
    let workspace = Workspace::tiny();
    workspace.write(
        "two.toml",
        "title = \"Two <i>\"\ntext = \"By `runner`.\"\ndeviations = \"none\"\n\
         measures = [\"test_accuracy\"]\nseeds = [1, 2]\n\
         [[rows]]\nname = \"a\"\nconfig = \"tiny.toml\"\n\
         published = [{ value = 0.5, source = \"a book\", how = \"mean\", accept = { within = 0.6 } }]\n",
    );
    workspace.succeed(&["table", "two.toml"]);
    let made = workspace.read("results/two.html");
    says(
        &made,
        &[
            "<h1>Two &lt;i&gt;</h1>",
            "All 2 runs are done; of 1 published figures 1 are reproduced, 0 better, 0 short.",
            "<p>By runner.</p>",
            "<a href=\"#raw-a-1\">",
            "<tr id=\"raw-a-2\">",
            "<a href=\"#published-a\">",
            "a book",
        ],
    );
    fs::remove_file(workspace.path("results/two.html")).unwrap();
    let out = workspace.succeed(&["report", "two.toml"]);
    assert_eq!(out, "report: results/two.html\n");
    assert_eq!(workspace.read("results/two.html"), made);
    let drawn = workspace.path("results/runs/tables/two");
    let files = walk(&drawn);
    assert!(files.iter().any(|file| file.ends_with("record.json")));
    assert!(!files.iter().any(|file| file.ends_with("report.html")));
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let inside = paths.flat_map(|path| match path.is_dir() {
        true => walk(&path),
        false => vec![path],
    });
    inside.collect()
}

#[test]
fn what_is_no_run_and_no_experiment_is_refused() {
    let workspace = Workspace::tiny();
    workspace.refuse(&["report", "tiny"], &["no recorded run of that name"]);
    workspace.refuse(&["report", "tiny.toml"], &["tiny.toml"]);
    workspace.refuse(&["report", "none.toml"], &["none.toml"]);
}
