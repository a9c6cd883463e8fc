//! The feeds of this installation: the built-in ones, and those that the unit lays in a folder, which replace a built-in
//! feed of the same name.

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use include_dir::{Dir, include_dir};

use super::{Feed, FeedFault, declaration};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/feeds");
static FEEDS: OnceLock<Vec<Feed>> = OnceLock::new();

/// Every feed, sorted by name.
#[must_use]
pub fn feeds() -> &'static [Feed] {
    // A test checks that the built-in files are whole, so nothing is lost here.
    FEEDS.get_or_init(|| load_folder(None).unwrap_or_default())
}

/// The feed of this name; `police-uk` is taken for `police_uk`.
#[must_use]
pub fn feed(name: &str) -> Option<&'static Feed> {
    let name = name.replace('-', "_");
    feeds().iter().find(|feed| feed.name == name.as_str())
}

/// Adds the unit's own feeds to the built-in ones. Call it once, before anything else asks for feeds.
///
/// # Errors
/// [`FeedFault`] that names the file and what to mend.
pub fn use_folder(folder: &Path) -> Result<(), FeedFault> {
    let found = load_folder(Some(folder))?;
    FEEDS.set(found).map_err(|_| FeedFault {
        file: folder.display().to_string(),
        problem: "feeds were in use before the folder was read".to_owned(),
    })
}

/// The built-in feeds, and over them those of a folder.
///
/// # Errors
/// [`FeedFault`] that names the file and what to mend.
pub fn load_folder(folder: Option<&Path>) -> Result<Vec<Feed>, FeedFault> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for file in BUILT_IN.files() {
        if let (Some(name), Some(text)) = (stem(file.path()), file.contents_utf8()) {
            texts.insert(name, text.to_owned());
        }
    }
    if let Some(folder) = folder {
        let unreadable = |error: std::io::Error| FeedFault {
            file: folder.display().to_string(),
            problem: format!("the folder can't be read: {error}"),
        };
        let mut own = 0;
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|ending| ending == "toml")
                && let Some(name) = stem(&path)
            {
                texts.insert(name, text_of(&path)?);
                own += 1;
            }
        }
        if own == 0 {
            return Err(FeedFault {
                file: folder.display().to_string(),
                problem: "it holds no file that ends in .toml".to_owned(),
            });
        }
    }
    texts.iter().map(|(name, text)| declaration::read(name, text)).collect()
}

/// Reads one file as a feed, without putting it to use: for whoever writes one.
///
/// # Errors
/// [`FeedFault`] that names the file and what to mend.
pub fn check_file(path: &Path) -> Result<Feed, FeedFault> {
    declaration::read(&stem(path).unwrap_or_default(), &text_of(path)?)
}

fn text_of(path: &Path) -> Result<String, FeedFault> {
    std::fs::read_to_string(path)
        .map_err(|error| FeedFault { file: path.display().to_string(), problem: format!("it can't be read: {error}") })
}

fn stem(path: &Path) -> Option<String> {
    path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
}
