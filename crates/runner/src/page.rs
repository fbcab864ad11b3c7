//! A page for a browser: one file with everything in it, which opens from disk and asks no network
//! for anything. What it says is data ([`Page`]); how it looks is a template (`page/page.html`), a
//! style sheet and a script.
//!
//! | a block of a section | what it is |
//! |---|---|
//! | [`Block::Text`] | a paragraph |
//! | [`Block::Missing`] | what is not there, and why |
//! | [`Block::Table`] | a table, which may be sorted; its numbers may lead to other rows |
//! | [`Block::Facts`] | names and what belongs to them |
//! | [`Block::Figure`] | a picture with its title and caption |
//! | [`Block::Code`] | a config, coloured |
//!
//! The template escapes all text. A picture is an image of its own in the page, so that ids of
//! several SVGs cannot collide.

mod table;
mod toml;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::Failure;

pub use table::{Cell, Column, Row, Table};
pub use toml::{Token, coloured};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// A page.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Its heading, and the title of the browser's window.
    pub title: String,
    /// How what it tells of has ended, on top.
    pub status: Status,
    /// Paragraphs below.
    pub texts: Vec<String>,
    /// What follows.
    pub sections: Vec<Section>,
    /// The last line.
    pub footer: String,
}

/// How something has ended.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Whether as it should.
    pub good: bool,
    /// In words.
    pub text: String,
}

/// A part of a page with a heading.
#[derive(Debug, Serialize)]
pub struct Section {
    /// What links lead to.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// What is missing, and why.
    Missing(String),
    /// A table.
    Table(Table),
    /// Names and what belongs to them.
    Facts(Vec<Fact>),
    /// A picture.
    Figure(Figure),
    /// A config.
    Code(Vec<Token>),
}

/// A name and what belongs to it.
#[derive(Debug, Serialize)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// What belongs to it.
    pub text: String,
}

/// A picture.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// What links lead to.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How it is to be read; may be empty.
    pub caption: String,
    /// The picture itself, as a `data:` address.
    pub source: String,
}

impl Section {
    /// An empty one.
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    /// With one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// With more blocks.
    #[must_use]
    pub fn with_all(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.blocks.extend(blocks);
        self
    }
}

impl Fact {
    /// A fact.
    pub fn new(name: &str, text: impl ToString) -> Self {
        Self {
            name: name.into(),
            text: text.to_string(),
        }
    }
}

impl Figure {
    /// A picture as SVG.
    pub fn svg(name: &str, title: &str, caption: &str, svg: &str) -> Self {
        Self {
            id: id(["picture", name]),
            title: title.into(),
            caption: caption.into(),
            source: format!("data:image/svg+xml;base64,{}", BASE64.encode(svg)),
        }
    }
}

impl Page {
    /// The file.
    ///
    /// # Errors
    /// [`Failure::Run`] when the template is wrong.
    pub fn html(&self) -> Result<String, Failure> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let safe = |text: &str| Value::from_safe_string(text.trim_end().into());
        let rendered = environment
            .add_template("page.html", PAGE)
            .and_then(|()| environment.get_template("page.html"))
            .and_then(|page| {
                page.render(context! { page => Value::from(Serde(self)), css => safe(STYLE), js => safe(SCRIPT) })
            });
        rendered.map_err(|error| Failure::Run(format!("page.html: {error:#}")))
    }
}

/// An id of several words: without spaces, and without what an address would read as another
/// letter.
pub fn id<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let parts = parts.join("-").replace('%', "percent");
    parts.split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(blocks: Vec<Block>) -> String {
        let page = Page {
            title: "<script>alert(1)</script>".into(),
            status: Status {
                good: false,
                text: "a < b & \"c\"".into(),
            },
            texts: vec!["</p><img src=x>".into()],
            sections: vec![Section::new("one", "One <b>").with_all(blocks)],
            footer: "'".into(),
        };
        page.html().unwrap()
    }

    #[test]
    fn all_text_is_escaped() {
        let evil = "\"><script>x</script>";
        let mut table = Table::new("t", evil, [Column::text(evil), Column::number(evil)]);
        table.add(evil, [Cell::of(evil), Cell::of(evil).to(evil)]);
        let html = page(vec![
            Block::Text(evil.into()),
            Block::Missing(evil.into()),
            Block::Table(table),
            Block::Facts(vec![Fact::new(evil, evil)]),
            Block::Figure(Figure::svg(evil, evil, evil, "<svg/>")),
            Block::Code(coloured(&format!("name = '{evil}' # {evil}"))),
        ]);
        assert_eq!(html.matches("<script>").count(), 1, "the page's own");
        for tag in ["<img src=x", "<b>", "\"><"] {
            assert!(!html.contains(&format!("{tag}script")), "{tag}");
        }
        assert!(!html.contains("<img src=x>") && !html.contains("One <b>"));
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
        assert!(html.contains("a &lt; b &amp; &quot;c&quot;"));
    }

    #[test]
    fn ids_tell_names_apart_and_have_no_spaces() {
        assert_eq!(id(["epoch", "12", "burn-ndarray"]), "epoch-12-burn-ndarray");
        assert_eq!(id(["run", "Adam,  5 %"]), "run-Adam,-5-percent");
        assert_ne!(id(["class", "+"]), id(["class", "-"]));
        assert_eq!(id(["accuracy", ""]), "accuracy");
    }

    #[test]
    fn a_picture_is_an_image_of_its_own() {
        let figure = Figure::svg("curves", "Curves", "Loss.", "<svg id=\"a\"/>");
        assert_eq!(figure.id, "picture-curves");
        let expected = "data:image/svg+xml;base64,PHN2ZyBpZD0iYSIvPg==";
        assert_eq!(figure.source, expected);
        let html = page(vec![Block::Figure(figure)]);
        assert!(html.contains(expected), "the address is not escaped");
        assert!(html.contains("alt=\"Curves: Loss.\""));
    }
}
