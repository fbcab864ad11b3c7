//! Chromium without a window, driven by its DevTools protocol over two pipes: a page is opened from
//! disk, clicked, typed into, and asked what it shows.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Seconds after which a browser that does not answer is ended.
const PATIENCE: &str = "120";

/// Programs of that kind, by the systems that have them.
const PROGRAMS: [&str; 5] = [
    "chromium",
    "chromium-headless-shell",
    "chromium-browser",
    "google-chrome",
    "chrome",
];

/// A browser with one page.
pub struct Browser {
    process: Child,
    to: File,
    from: BufReader<File>,
    sent: u64,
    session: Option<String>,
    /// What it reported without being asked.
    pub events: Vec<Value>,
    _folder: TempDir,
}

/// The program, if there is one: that of the variable `CHROMIUM`, or one of the usual names.
///
/// # Panics
/// In CI, where there must be one.
pub fn program() -> Option<String> {
    let runs = |program: &String| {
        let version = Command::new(program).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    };
    let named = std::env::var("CHROMIUM").ok().into_iter();
    let mut programs = named.chain(PROGRAMS.map(String::from));
    let found = programs.find(runs);
    if found.is_none() {
        let remedy = "there is no Chromium to open reports with: `apt-get install chromium`, or name \
                      it in the variable CHROMIUM";
        assert!(std::env::var_os("CI").is_none(), "{remedy}");
        eprintln!("skipped: {remedy}");
    }
    found
}

impl Browser {
    /// Opens a file in a page of that width, in light or dark colours.
    pub fn open(program: &str, file: &Path, width: u32, colours: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let pipes = ["in", "out"].map(|name| folder.path().join(name));
        let made = Command::new("mkfifo").args(&pipes).status().unwrap();
        assert!(made.success());
        let profile = folder.path().join("profile");
        let script = r#"exec timeout "$1" "$2" --headless --no-sandbox --disable-gpu \
            --disable-dev-shm-usage --no-first-run --user-data-dir="$3" \
            --remote-debugging-pipe 3<"$4" 4>"$5""#;
        let process = Command::new("sh")
            .args(["-c", script, "sh", PATIENCE, program])
            .args([&profile, &pipes[0], &pipes[1]])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // In the order in which the shell opens its ends.
        let to = File::options().write(true).open(&pipes[0]).unwrap();
        let from = BufReader::new(File::open(&pipes[1]).unwrap());
        let mut browser = Self {
            process,
            to,
            from,
            sent: 0,
            session: None,
            events: Vec::new(),
            _folder: folder,
        };
        browser.navigate(file, width, colours);
        browser
    }

    fn navigate(&mut self, file: &Path, width: u32, colours: &str) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", attach);
        self.session = attached["sessionId"].as_str().map(String::from);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let mobile = width < 600;
        let metrics = json!({
            "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = json!([{ "name": "prefers-color-scheme", "value": colours }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": scheme }));
        let url = format!("file://{}", file.display());
        let opened = self.call("Page.navigate", json!({ "url": url }));
        assert!(opened["errorText"].is_null(), "{opened}");
        while self.of("Page.loadEventFired").is_empty() {
            let event = self.receive();
            self.events.push(event);
        }
        // What the page does after it was loaded.
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))");
    }

    /// The events of a kind.
    pub fn of(&self, method: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events.filter(|event| event["method"] == method).collect()
    }

    /// The value of an expression in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Clicks into the middle of what a selector finds.
    pub fn click(&mut self, selector: &str) {
        let place = self.evaluate(&format!(
            "(() => {{
                const found = document.querySelector({selector:?});
                found.scrollIntoView({{ block: 'center', inline: 'center' }});
                const at = found.getBoundingClientRect();
                return {{ x: at.x + at.width / 2, y: at.y + at.height / 2 }};
            }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place["x"], "y": place["y"], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Shows the page as it is printed.
    pub fn as_printed(&mut self) {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    }

    /// Presses and releases a key: `Tab`, or `Enter`, which types a return.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            " " => (32, " "),
            other => panic!("{other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "windowsVirtualKeyCode": code,
            });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let answer = self.receive();
            if answer["id"] != self.sent {
                self.events.push(answer);
                continue;
            }
            assert!(answer["error"].is_null(), "{method}: {answer}");
            return answer["result"].clone();
        }
    }

    fn receive(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "the browser ended, or took too long");
        serde_json::from_slice(&bytes).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself when nobody is at the other end of the pipe any more.
        let message = json!({ "id": self.sent + 1, "method": "Browser.close" });
        let _ = self.to.write_all(format!("{message}\0").as_bytes());
        let _ = self.process.wait();
    }
}
