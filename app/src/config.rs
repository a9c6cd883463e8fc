//! Configuration: `alongside.toml`, overridden by `ALONGSIDE_SECTION__KEY`. Secrets are files that it names.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

/// All of it, a struct a section.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The unit.
    pub unit: Unit,
    /// Where rows, files and keys are.
    pub storage: Storage,
    /// The web server.
    pub server: Server,
    /// What is drawn under the map of places.
    pub map: Map,
}

/// The unit that this installation serves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Unit {
    /// Its name, on every page.
    pub name: String,
    /// A folder of the unit's own feeds (`*.toml`), beside or in place of the built-in ones.
    pub feeds: Option<PathBuf>,
    /// A folder of the unit's own moment types (`*.toml`), beside or in place of the built-in ones.
    pub moment_types: Option<PathBuf>,
}

/// Where rows, files and keys are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// The directory of keys, blobs, tombstones and exported heads; and of the database, when it is SQLite.
    pub directory: PathBuf,
    /// `postgres://…`; empty for SQLite in `directory`. Give the password by `PGPASSFILE`, not here.
    pub database: String,
}

/// The web server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port that it listens on. TLS ends at a proxy before it. Where `public_url` is https, the last entry of the last
    /// `X-Forwarded-For` is taken for the caller's address, so the proxy must set it, and nobody else may reach this port.
    pub listen: SocketAddr,
    /// The address that people type, for cookies and links (`https://alongside.example.gov.uk`).
    pub public_url: String,
}

/// What is drawn under the map of places.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Map {
    /// The unit's own PMTiles archive (version 3). Without it, the map shows the small areas alone.
    pub tiles: Option<PathBuf>,
    /// Whose map it is, as its licence asks for it to be said. Without it, what the archive says of itself is shown.
    pub attribution: Option<String>,
}

impl Default for Unit {
    fn default() -> Self {
        Self { name: "Violence and Vulnerability Unit".to_owned(), feeds: None, moment_types: None }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self { directory: PathBuf::from("alongside-data"), database: String::new() }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: "http://localhost:8080".to_owned(),
        }
    }
}

impl Config {
    /// Reads the file, if it is there, then the environment.
    ///
    /// # Errors
    /// Where a value can't be read; the message names it.
    pub fn load(file: &Path) -> anyhow::Result<Self> {
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(Env::prefixed("ALONGSIDE_").only(&ENVIRONMENT).split("__"))
            .extract()
            .with_context(|| format!("the configuration ({}) can't be read", file.display()))
    }

    /// Where the rows are.
    ///
    /// # Errors
    /// Where `storage.database` names neither kind of database.
    pub fn location(&self) -> anyhow::Result<vault::Location> {
        if self.storage.database.is_empty() {
            return Ok(vault::Location::Sqlite(self.storage.directory.join("alongside.db")));
        }
        self.storage.database.parse().map_err(anyhow::Error::msg)
    }

    /// The unit's own basemap, where it has one.
    ///
    /// # Errors
    /// Where the file is absent, or is no PMTiles archive that can be drawn; the message names it.
    pub fn basemap(&self) -> anyhow::Result<Option<picture::Basemap>> {
        let Some(tiles) = &self.map.tiles else { return Ok(None) };
        picture::Basemap::open(tiles, self.map.attribution.clone())
            .map(Some)
            .context("the map's tiles (`map.tiles`) can't be used; nothing was started")
    }
}

/// The overrides that exist, so that other `ALONGSIDE_` variables (of tests) are not taken for one.
const ENVIRONMENT: [&str; 9] = [
    "UNIT__NAME",
    "UNIT__FEEDS",
    "UNIT__MOMENT_TYPES",
    "STORAGE__DIRECTORY",
    "STORAGE__DATABASE",
    "SERVER__LISTEN",
    "SERVER__PUBLIC_URL",
    "MAP__TILES",
    "MAP__ATTRIBUTION",
];
