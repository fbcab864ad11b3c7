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
    let colon = |line: &str| {
        let (key, _) = line.split_once(':')?;
        let word = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
        (key.chars().all(word) && !key.is_empty()).then_some(())
    };
    let yaml = first == "---" || lines.iter().all(|line| colon(line).is_some());
    if yaml || ends(&[".yaml", ".yml"]) {
        return Some(("YAML", config.into()));
    }
    let table = [',', ';', '\t'].iter().any(|separator| {
        let count = |line: &str| line.matches(*separator).count();
        count(first) > 0 && lines.len() > 1 && lines.iter().all(|l| count(l) == count(first))
    });
    if (table && !first.contains('=')) || ends(&[".csv", ".tsv", ".data"]) {
        return Some(("a table of data", data));
    }
    None
}
