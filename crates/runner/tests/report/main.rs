//! Reports as a browser shows them: no error, no request, pictures with a size at the width of a
//! phone and of a desk, tables that sort by pointer and by keyboard, links that lead somewhere.
#![cfg(unix)]

mod browser;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, iter};

use serde_json::Value;
use tempfile::TempDir;

use browser::{Browser, program};

/// Three classes, one of them called what must stay text.
const CONFIG: &str = r#"
name = "shapes"
seed = 1
implementations = ["backprop"]

[dataset.csv]
path = "shapes.csv"
target = "shape"
split = { stratified = { test = 0.3 } }

[model]
layers = [{ linear = { units = 5 } }, "tanh", { linear = { units = 3 } }]

[gradient_check]
before_training = false

[training]
epochs = 12
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1 } }
"#;

/// What would be a script if it were not escaped.
const EVIL: &str = "<script>document.title='evil'</script>";

/// The report of a small run, in a folder of its own.
fn report() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let classes = ["round", "square", EVIL].iter().cycle();
    let rows = classes.zip(0..60).map(|(class, n)| {
        let (a, b) = (n % 3, (n * 7) % 11);
        format!("{}.{b},{}.{a},{class}\n", a * 2, b % 5)
    });
    let header = iter::once("width,height,shape\n".to_string());
    let table: String = header.chain(rows).collect();
    fs::write(folder.path().join("shapes.csv"), table).unwrap();
    fs::write(folder.path().join("shapes.toml"), CONFIG).unwrap();
    let out = runner(folder.path(), &["shapes.toml"]);
    let line = out.lines().find_map(|line| line.strip_prefix("report: "));
    let file = folder.path().join(line.expect(&out));
    (folder, file)
}

fn runner(folder: &Path, arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_runner"));
    let output = program
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The page reported no error, and asked for nothing but itself and what is in it.
#[track_caller]
fn expect_quiet(browser: &Browser, file: &Path) {
    for kind in [
        "Runtime.exceptionThrown",
        "Runtime.consoleAPICalled",
        "Log.entryAdded",
    ] {
        assert!(browser.of(kind).is_empty(), "{:?}", browser.of(kind));
    }
    let own = format!("file://{}", file.display());
    let requests = browser.of("Network.requestWillBeSent");
    assert!(!requests.is_empty());
    for request in requests {
        let url = request["params"]["request"]["url"].as_str().unwrap();
        let inside = url == own || url.starts_with("data:");
        assert!(inside, "{url}");
    }
}

/// Nothing is wider than the window, and every picture has a size.
#[track_caller]
fn expect_it_fits(browser: &mut Browser, width: u32) {
    let sizes = browser.evaluate(
        "({
            page: document.documentElement.scrollWidth,
            window: innerWidth,
            pictures: [...document.images].map(image => {
                const at = image.getBoundingClientRect();
                return [at.width, at.height, image.naturalWidth];
            }),
        })",
    );
    assert_eq!(sizes["window"], width);
    assert!(
        sizes["page"].as_u64().unwrap() <= u64::from(width),
        "{sizes}"
    );
    let pictures = sizes["pictures"].as_array().unwrap();
    assert!(!pictures.is_empty());
    for picture in pictures {
        let [shown, height, own] = [0, 1, 2].map(|place| picture[place].as_f64().unwrap());
        assert!(shown > 200.0 && shown <= f64::from(width), "{picture}");
        assert!(height > 50.0 && own > 0.0, "{picture}");
    }
}

#[test]
fn it_opens_on_a_phone_and_on_a_desk_in_light_and_dark() {
    let Some(program) = program() else { return };
    let (folder, file) = report();
    fs::write(
        folder.path().join("two.toml"),
        "title = \"Two\"\ndeviations = \"none\"\nmeasures = [\"test_accuracy\"]\nseeds = [1, 2]\n\
         [[rows]]\nname = \"a & b\"\nconfig = \"shapes.toml\"\n",
    )
    .unwrap();
    runner(folder.path(), &["table", "two.toml"]);
    runner(folder.path(), &["report", "two.toml"]);
    for file in [file, folder.path().join("results/two.html")] {
        for (width, colours) in [(360, "dark"), (1280, "light")] {
            let mut browser = Browser::open(&program, &file, width, colours);
            expect_it_fits(&mut browser, width);
            let ground = "getComputedStyle(document.body).backgroundColor";
            let white = browser.evaluate(ground) == "rgb(255, 255, 255)";
            assert_eq!(white, colours == "light");
            browser.as_printed();
            assert_eq!(browser.evaluate(ground), "rgb(255, 255, 255)");
            let contents = "getComputedStyle(document.querySelector('nav')).display";
            assert_eq!(browser.evaluate(contents), "none");
            expect_quiet(&browser, &file);
        }
    }
}

/// The numbers in a column of the epochs, from the top.
fn column(browser: &mut Browser, place: usize) -> Vec<f64> {
    let cells = browser.evaluate(&format!(
        "[...document.querySelectorAll('#all-epochs tbody tr')].map(row => \
         Number(row.cells[{place}].textContent))"
    ));
    let cells = cells.as_array().unwrap().iter();
    cells.map(|cell| cell.as_f64().unwrap()).collect()
}

#[test]
fn tables_sort_by_pointer_and_by_keyboard() {
    let Some(program) = program() else { return };
    let (_folder, file) = report();
    let mut browser = Browser::open(&program, &file, 1280, "light");
    let place = browser.evaluate(
        "[...document.querySelectorAll('#all-epochs thead th')]
            .findIndex(title => title.textContent === 'test_loss')",
    );
    let place = place.as_u64().unwrap() as usize;
    let loss = &format!("#all-epochs thead th:nth-child({})", place + 1);
    let direction = format!("document.querySelector('{loss}').getAttribute('aria-sort')");
    let before = column(&mut browser, place);
    assert_eq!(before.len(), 12);
    assert!(!before.is_sorted(), "{before:?}");
    assert_eq!(browser.evaluate(&direction), Value::Null);

    browser.click(&format!("{loss} button"));
    assert_eq!(browser.evaluate(&direction), "ascending");
    assert!(column(&mut browser, place).is_sorted());

    // The focus is where the pointer was; from the column before it a tab leads there.
    let neighbour = format!("#all-epochs thead th:nth-child({place}) button");
    browser.evaluate(&format!("document.querySelector('{neighbour}').focus()"));
    browser.press("Tab");
    browser.press("Enter");
    assert_eq!(browser.evaluate(&direction), "descending");
    let mut down = column(&mut browser, place);
    down.reverse();
    assert!(down.is_sorted());
    browser.press(" ");
    assert_eq!(browser.evaluate(&direction), "ascending");

    browser.click("#all-epochs thead th:nth-child(2) button");
    assert_eq!(column(&mut browser, place), before, "by epoch again");
    let sorted = browser.evaluate("document.querySelectorAll('[aria-sort]').length");
    assert_eq!(sorted, 1, "one column sorts a table");
    expect_quiet(&browser, &file);
}

#[test]
fn links_lead_to_rows_and_the_keyboard_to_the_content() {
    let Some(program) = program() else { return };
    let (_folder, file) = report();
    let mut browser = Browser::open(&program, &file, 1280, "light");
    browser.click("#reached tbody a");
    let target = "document.querySelector(':target')";
    assert_eq!(
        browser.evaluate(&format!("{target}.id")),
        "epoch-12-backprop"
    );
    assert_eq!(browser.evaluate(&format!("{target}.tagName")), "TR");
    let lost = browser.evaluate(
        "[...document.querySelectorAll('a')].map(a => decodeURIComponent(a.hash.slice(1)))
            .filter(id => !document.getElementById(id))",
    );
    assert_eq!(lost, Value::Array(Vec::new()));
    let links = browser.evaluate("document.querySelectorAll('main a').length");
    assert!(links.as_u64() > Some(15), "{links}");

    let mut browser = Browser::open(&program, &file, 1280, "light");
    browser.press("Tab");
    assert_eq!(browser.evaluate("document.activeElement.className"), "skip");
    browser.press("Enter");
    assert_eq!(browser.evaluate("document.activeElement.id"), "main");
}

/// Text of the data stays text.
#[test]
fn nothing_in_the_data_is_carried_out() {
    let Some(program) = program() else { return };
    let (_folder, file) = report();
    let mut browser = Browser::open(&program, &file, 1280, "light");
    assert_eq!(browser.evaluate("document.title"), "shapes");
    let text = browser.evaluate("document.querySelector('#confusion').textContent");
    assert!(text.as_str().unwrap().contains(EVIL), "{text}");
    assert_eq!(browser.evaluate("document.scripts.length"), 1);
}

#[test]
fn a_screen_reader_finds_its_way() {
    let Some(program) = program() else { return };
    let (_folder, file) = report();
    let mut browser = Browser::open(&program, &file, 1280, "light");
    let wrong = browser.evaluate(
        "(() => {
            const wrong = [];
            const all = selector => [...document.querySelectorAll(selector)];
            for (const mark of ['header', 'nav[aria-label]', 'main', 'footer', 'h1'])
                if (all(mark).length !== 1) wrong.push(mark);
            const levels = all('h1, h2, h3').map(heading => Number(heading.tagName[1]));
            levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) wrong.push('h' + at); });
            for (const table of all('table'))
                if (!table.caption || !table.caption.textContent) wrong.push(table.id);
            for (const title of all('th:not([scope])')) wrong.push(title.textContent);
            for (const image of all('img')) if (image.alt.length < 10) wrong.push(image.alt);
            for (const row of all('tbody tr'))
                if (row.cells.length !== row.closest('table').tHead.rows[0].cells.length)
                    wrong.push(row.textContent);
            const ids = all('[id]').map(element => element.id);
            if (new Set(ids).size !== ids.length) wrong.push('ids');
            if (document.documentElement.lang !== 'en') wrong.push('lang');
            return wrong;
        })()",
    );
    assert_eq!(wrong, Value::Array(Vec::new()));
}
