//! Which folders are the parts and the classes, and which files are pictures of them.

use std::path::Path;

use super::PATH;
use crate::error::{DataError, counted, quoted};
use crate::files::Located;
use crate::folders::{Entry, Folder};

/// Files of programs and of a data set that are no pictures, by the ends of their names.
const NO_PICTURES: [&str; 8] = [
    ".csv", ".txt", ".json", ".xml", ".md", ".yaml", ".yml", ".db",
];
/// What systems leave in folders.
const LEFT_BY_SYSTEMS: [&str; 3] = ["thumbs.db", "desktop.ini", "__macosx"];

/// The pictures of a folder, by part and class.
pub(super) struct Tree {
    pub train: Part,
    /// None: the folder has no parts.
    pub test: Option<Part>,
    /// What was not read.
    pub notes: Vec<String>,
}

/// A folder with a folder for each class.
pub(super) struct Part {
    /// The folder as the config names it.
    pub name: String,
    /// In the order of their names.
    pub classes: Vec<Class>,
}

/// A folder of pictures.
pub(super) struct Class {
    pub name: String,
    /// In the order of their names; at least one.
    pub files: Vec<Located>,
}

/// What the name of a folder says.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Train,
    Test,
    Validation,
}

impl Part {
    /// All pictures, class by class.
    pub fn files(&self) -> impl Iterator<Item = &Located> {
        self.classes.iter().flat_map(|class| &class.files)
    }
}

impl Tree {
    /// Finds the parts `train` and `test`, or else the classes, and all pictures in them.
    pub fn read(folder: &Folder) -> Result<Self, DataError> {
        let mut walk = Walk::default();
        let entries = walk.entries(folder)?;
        let mut folders = entries.iter().filter(|entry| entry.is_dir);
        let of = |wanted| {
            folders
                .clone()
                .find(|entry| role(&entry.name) == Some(wanted))
        };
        let test = of(Role::Test).or(of(Role::Validation));
        let train = of(Role::Train);
        let only_parts = folders.all(|entry| role(&entry.name).is_some());
        let (train, test) = match (train, test) {
            (Some(train), test) if only_parts || walk.has_folders(folder, train) => {
                walk.aside(&entries, [Some(train), test]);
                walk.parts(folder, train, test)?
            }
            (None, Some(test)) if only_parts => return Err(no_training(folder, test)),
            _ => (walk.part(folder, "")?, None),
        };
        check_classes(&train, test.as_ref())?;
        let notes = walk.notes();
        Ok(Self { train, test, notes })
    }
}

impl Part {
    /// The classes of a folder of pictures that nobody learned from, or of the folder of test pictures
    /// in it; with what is to be told.
    pub fn read_new(folder: &Folder) -> Result<(Self, Vec<String>), DataError> {
        let mut walk = Walk::default();
        let entries = walk.entries(folder)?;
        let is_test = |entry: &&Entry| entry.is_dir && role(&entry.name) == Some(Role::Test);
        let test = entries.iter().find(is_test);
        let part = match test.filter(|test| walk.has_folders(folder, test)) {
            Some(test) => walk.part(&walk.inner(folder, test), "")?,
            None => walk.part(folder, "")?,
        };
        Ok((part, walk.notes()))
    }

    /// The pictures right in a folder.
    pub fn pictures_in(folder: &Folder) -> Result<Vec<Located>, DataError> {
        Walk::default().pictures(folder, false)
    }
}

/// A folder in a folder.
fn below(folder: &Folder, entry: &Entry) -> Folder {
    Folder {
        path: entry.path.clone(),
        name: folder.name.join(&entry.name),
    }
}

/// By `train`, `training_set`, `seg_train`, `test-images` and the like.
fn role(name: &str) -> Option<Role> {
    const BESIDE: [&str; 8] = [
        "set", "data", "images", "image", "imgs", "pictures", "seg", "dataset",
    ];
    let name = name.to_lowercase();
    let name = name.strip_suffix("set").unwrap_or(&name);
    let words = name.split(['_', '-', ' ', '.']);
    let mut words = words.filter(|word| !word.is_empty() && !BESIDE.contains(word));
    let role = match words.next()? {
        "train" | "training" => Role::Train,
        "test" | "testing" => Role::Test,
        "val" | "valid" | "validation" => Role::Validation,
        _ => return None,
    };
    words.next().is_none().then_some(role)
}

/// Goes through the folders and remembers what it leaves out.
#[derive(Default)]
struct Walk {
    /// Hidden files and what systems leave behind.
    hidden: Vec<String>,
    /// Everything else that is not read.
    skipped: Vec<String>,
}

impl Walk {
    /// What lies in a folder, without what is hidden.
    fn entries(&mut self, folder: &Folder) -> Result<Vec<Entry>, DataError> {
        let (hidden, shown): (Vec<Entry>, Vec<Entry>) = folder
            .entries(Some(PATH))?
            .into_iter()
            .partition(|entry| is_hidden(&entry.name));
        self.hidden
            .extend(hidden.into_iter().map(|entry| entry.name));
        Ok(shown)
    }

    fn has_folders(&self, folder: &Folder, entry: &Entry) -> bool {
        let inside = below(folder, entry).entries(None).unwrap_or_default();
        inside
            .iter()
            .any(|entry| entry.is_dir && !is_hidden(&entry.name))
    }

    /// Remembers all entries but these.
    fn aside(&mut self, entries: &[Entry], read: [Option<&Entry>; 2]) {
        let is_read = |entry: &Entry| read.iter().flatten().any(|read| read.name == entry.name);
        let aside = entries.iter().filter(|entry| !is_read(entry));
        self.skipped.extend(aside.map(|entry| entry.name.clone()));
    }

    /// The training part, and the test part if it is there.
    fn parts(
        &mut self,
        folder: &Folder,
        train: &Entry,
        test: Option<&Entry>,
    ) -> Result<(Part, Option<Part>), DataError> {
        let train = self.part(&self.inner(folder, train), "")?;
        let name = &train.name;
        let split = format!(", or set path = \"{name}\" to hold some of those back");
        let test = test.map(|entry| self.part(&self.inner(folder, entry), &split));
        Ok((train, test.transpose()?))
    }

    /// The folder of a part. Some archives put it into another one of that name.
    fn inner(&self, folder: &Folder, entry: &Entry) -> Folder {
        let outer = below(folder, entry);
        let inside = outer.entries(None).unwrap_or_default();
        let mut shown = inside.iter().filter(|entry| !is_hidden(&entry.name));
        match (shown.next(), shown.next()) {
            (Some(inner), None) if inner.is_dir && inner.name == entry.name => below(&outer, inner),
            _ => outer,
        }
    }

    /// The classes of a folder; `otherwise` is what else could be done if it has none.
    fn part(&mut self, folder: &Folder, otherwise: &str) -> Result<Part, DataError> {
        let entries = self.entries(folder)?;
        let (folders, files): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.is_dir);
        if folders.is_empty() {
            return Err(no_classes(folder, &files, otherwise));
        }
        self.skipped.extend(files.into_iter().map(|file| file.name));
        let alone = folders.len() == 1;
        let mut classes = Vec::with_capacity(folders.len());
        for entry in &folders {
            classes.push(Class {
                name: entry.name.clone(),
                files: self.pictures(&below(folder, entry), alone)?,
            });
        }
        sort(&mut classes);
        let name = folder.name.display().to_string();
        Ok(Part { name, classes })
    }

    /// The pictures of a class. A folder that holds nothing but another one is gone through.
    fn pictures(&mut self, folder: &Folder, alone: bool) -> Result<Vec<Located>, DataError> {
        let entries = self.entries(folder)?;
        let (folders, files): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.is_dir);
        let (others, pictures): (Vec<Entry>, Vec<Entry>) = files
            .into_iter()
            .partition(|file| ends_with_one_of(&file.name, &NO_PICTURES));
        if let ([inner], true) = (folders.as_slice(), pictures.is_empty()) {
            return self.pictures(&below(folder, inner), alone);
        }
        if !folders.is_empty() {
            return Err(folders_in_class(folder, &folders, alone));
        }
        if pictures.is_empty() {
            return Err(DataError::Unreadable {
                file: folder.name.display().to_string(),
                problem: "a class folder without pictures".into(),
                remedy: "put PNG or JPEG pictures into it, or remove it".into(),
                key: Some(PATH),
            });
        }
        self.skipped
            .extend(others.into_iter().map(|file| file.name));
        let located = |file: Entry| Located {
            name: folder.name.join(&file.name).display().to_string(),
            path: file.path,
        };
        Ok(pictures.into_iter().map(located).collect())
    }

    fn notes(mut self) -> Vec<String> {
        let mut notes = Vec::new();
        for (names, what) in [
            (&mut self.skipped, "not read"),
            (&mut self.hidden, "not read, hidden or left by a system"),
        ] {
            names.sort();
            names.dedup();
            if !names.is_empty() {
                notes.push(format!("{what}: {}", quoted(names)));
            }
        }
        notes
    }
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || LEFT_BY_SYSTEMS.contains(&name.to_lowercase().as_str())
}

fn ends_with_one_of(name: &str, ends: &[&str]) -> bool {
    let name = name.to_lowercase();
    ends.iter().any(|end| name.ends_with(end))
}

/// By number if all names are numbers, otherwise as they are.
fn sort(classes: &mut [Class]) {
    let number = |class: &Class| class.name.parse::<u64>().ok();
    if classes.iter().all(|class| number(class).is_some()) {
        classes.sort_by_key(number);
    } else {
        classes.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// A folder of test pictures alone.
fn no_training(folder: &Folder, test: &Entry) -> DataError {
    let (name, test) = (folder.name.display(), &test.name);
    let problem = format!("{name} holds a folder {test}, but none called train");
    let remedy = format!("put the training pictures into {name}/train");
    DataError::setting(PATH, problem, remedy)
}

/// Pictures without class folders, or nothing at all.
fn no_classes(folder: &Folder, files: &[Entry], otherwise: &str) -> DataError {
    let name = folder.name.display();
    let pictures = [".png", ".jpg", ".jpeg"];
    let pictures = files
        .iter()
        .filter(|file| ends_with_one_of(&file.name, &pictures));
    let count = pictures.count();
    if count > 0 {
        let pictures = counted(count, "picture");
        let problem = format!("{pictures} right in {name}: nothing tells their classes");
        let remedy =
            format!("put those of each class into a folder of its own, as {name}/CLASS{otherwise}");
        return DataError::setting(PATH, problem, remedy);
    }
    let usual = || format!("put a folder of pictures for each class into {name}");
    let clue = (!files.is_empty()).then(|| folder.clue(files)).flatten();
    let remedy = clue.unwrap_or_else(usual);
    DataError::setting(PATH, format!("{name} holds no folder of pictures"), remedy)
}

/// A class folder in which there are folders again: its pictures could be of one class or of many.
fn folders_in_class(folder: &Folder, folders: &[Entry], alone: bool) -> DataError {
    let name = folder.name.display();
    let names: Vec<&str> = folders.iter().map(|entry| entry.name.as_str()).collect();
    let problem = format!(
        "{name} is taken for a class, but holds folders: {}",
        quoted(&names)
    );
    let remedy = match alone {
        true => format!("set path = \"{name}\", if these are the classes"),
        false => format!(
            "put all pictures of a class right into its folder, or set path = \"{name}\", if these are the classes"
        ),
    };
    DataError::setting(PATH, problem, remedy)
}

/// One class is nothing to learn, and those that only the test pictures have cannot be learned.
fn check_classes(train: &Part, test: Option<&Part>) -> Result<(), DataError> {
    if let [class] = train.classes.as_slice() {
        let problem = format!("a single class, {}: nothing to tell apart", class.name);
        let remedy = format!(
            "put a folder of pictures for each class into {}",
            train.name
        );
        return Err(DataError::setting(PATH, problem, remedy));
    }
    let known = |class: &&Class| !train.classes.iter().any(|other| other.name == class.name);
    let unknown = test.into_iter().flat_map(|test| &test.classes).find(known);
    let (Some(unknown), Some(test)) = (unknown, test) else {
        return Ok(());
    };
    let (name, file) = (&unknown.name, Path::new(&test.name).join(&unknown.name));
    let problem = format!(
        "{} has no class of that name in {}",
        file.display(),
        train.name
    );
    let names = train.classes.iter().map(|class| class.name.as_str());
    let remedy = match spec::error::nearest(name, names) {
        Some(near) => format!("is it \"{near}\"? Give both folders the same name"),
        None => "put pictures of it into the training folder too, or remove it".into(),
    };
    Err(DataError::setting(PATH, problem, remedy))
}
