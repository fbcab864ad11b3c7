//! What a text that is no TOML seems to be instead, and what to do with it.

use super::tree::Source;

/// The name of the format, and the remedy.
pub fn recognise(source: &Source) -> Option<(&'static str, String)> {
    let name = source.file.as_deref().unwrap_or("");
    let ends = |endings: &[&str]| endings.iter().any(|end| name.to_lowercase().ends_with(end));
    let lines: Vec<&str> = source
        .text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .take(5)
        .collect();
    let first = *lines.first()?;
    let config = "a config is TOML: name = \"...\", [training], epochs = 3; see configs/iris.toml";
    let data =
        format!("name it in a config: [dataset.csv] path = \"{name}\"; see configs/iris.toml");
    if first.starts_with("version https://git-lfs") {
        let hint = "fetch the file that it stands for: git lfs pull";
        return Some(("a pointer of Git LFS", hint.into()));
    }
    if first.starts_with('<') && !first.starts_with("<<") {
        return Some(("a web page", "download the file itself".into()));
    }
    let json = first.starts_with('{') || first.starts_with("[{") || first == "[";
    if json || ends(&[".json"]) {
        return Some(("JSON", config.into()));
    }
    if first == "---" || lines.iter().all(|line| is_yaml(line)) || ends(&[".yaml", ".yml"]) {
        return Some(("YAML", config.into()));
    }
    if is_table(&lines) || ends(&[".csv", ".tsv", ".data"]) {
        return Some(("a table of data", data));
    }
    None
}

/// Whether a line is `key: value`, or an element of a list.
fn is_yaml(line: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
    match line.split_once(':') {
        Some((key, _)) => !key.is_empty() && key.chars().all(word),
        None => line.starts_with("- "),
    }
}

/// Whether all lines have as many separators as the first.
fn is_table(lines: &[&str]) -> bool {
    [',', ';', '\t'].iter().any(|separator| {
        let count = |line: &str| line.matches(*separator).count();
        let first = lines.first().map_or(0, |line| count(line));
        let plain = |line: &&str| count(line) == first && !line.contains('=');
        first > 0 && lines.len() > 1 && lines.iter().all(plain)
    })
}
