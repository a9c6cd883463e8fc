//! The unit's own basemap: a PMTiles archive that the configuration names, served by ranges to who is signed in. None ships
//! with the program, and none is asked for elsewhere.
//!
//! Layout of the header: <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>, section 3.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use axum::{
    Extension,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use web::{Caller, Fault};

/// Where the archive is served.
pub(super) const PATH: &str = "/places/basemap.pmtiles";

const HEADER_BYTES: usize = 127;
const MAGIC: &[u8] = b"PMTiles";
/// Byte of the header that says what the tiles are.
const TILE_TYPE: usize = 99;

/// A PMTiles archive of the unit's own.
#[derive(Debug, Clone)]
pub struct Basemap {
    tiles: PathBuf,
    attribution: Option<String>,
}

/// Why a file can't be drawn under the map.
#[derive(Debug, thiserror::Error)]
pub enum BasemapError {
    /// It is absent, or may not be read.
    #[error("{0}: the file can't be read")]
    Unreadable(PathBuf, #[source] io::Error),
    /// It is something else.
    #[error("{0}: this is not a PMTiles file (its first bytes are not “PMTiles”, or it is cut short)")]
    NotPmtiles(PathBuf),
    /// It is of another version of the format.
    #[error("{0}: this is PMTiles version {1}; version 3 is needed (`pmtiles convert` makes it)")]
    Version(PathBuf, u8),
    /// Its tiles are of a kind that the map's script doesn't draw.
    #[error("{0}: its tiles are of kind {1}; vector tiles (1), PNG (2), JPEG (3), WebP (4) and AVIF (5) can be drawn")]
    Tiles(PathBuf, u8),
}

impl Basemap {
    /// Looks at the archive's header. `attribution` says whose map it is; without it the archive's own words are shown.
    ///
    /// # Errors
    /// As [`BasemapError`] has them.
    pub fn open(tiles: &Path, attribution: Option<String>) -> Result<Self, BasemapError> {
        let at = || tiles.to_path_buf();
        let mut head = Vec::with_capacity(HEADER_BYTES);
        let file = File::open(tiles).map_err(|error| BasemapError::Unreadable(at(), error))?;
        let asked = HEADER_BYTES as u64;
        file.take(asked).read_to_end(&mut head).map_err(|error| BasemapError::Unreadable(at(), error))?;
        match (head.strip_prefix(MAGIC).and_then(|rest| rest.first()), head.get(TILE_TYPE)) {
            (Some(3), Some(1..=5)) if head.len() == HEADER_BYTES => Ok(Self { tiles: at(), attribution }),
            (Some(3), Some(kind)) if head.len() == HEADER_BYTES => Err(BasemapError::Tiles(at(), *kind)),
            (Some(version), _) if *version != 3 => Err(BasemapError::Version(at(), *version)),
            _ => Err(BasemapError::NotPmtiles(at())),
        }
    }

    /// A tag that changes with the file: when it was last written, and its length.
    async fn tag(&self) -> io::Result<HeaderValue> {
        let now = tokio::fs::metadata(&self.tiles).await?;
        let written = now.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        HeaderValue::from_str(&format!("\"{written:x}-{:x}\"", now.len())).map_err(io::Error::other)
    }
}

/// What the page tells its script of the basemap.
pub(super) struct Under {
    pub tiles: &'static str,
    pub attribution: String,
}

impl Under {
    pub(super) fn of(basemap: &Basemap) -> Self {
        Self { tiles: PATH, attribution: basemap.attribution.clone().unwrap_or_default() }
    }
}

/// The archive, or the part of it that was asked for; streamed from the disk.
pub(super) async fn tiles(
    _: Caller,
    Extension(basemap): Extension<Option<Arc<Basemap>>>,
    mut request: Request,
) -> web::Result {
    let basemap = basemap.ok_or(Fault::NotFound)?;
    // The file was there at the start; whoever removed it since is who can mend it.
    let tag = basemap.tag().await.map_err(Fault::internal)?;
    // The file service goes by dates; tags, which the script compares, are ours.
    let headers = request.headers_mut();
    if headers.get(header::IF_RANGE).is_some_and(|held| held != tag) {
        headers.remove(header::RANGE);
    }
    let held = headers.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok());
    if held.is_some_and(|held| held.split(',').any(|one| one.trim().as_bytes() == tag.as_bytes())) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut answer = ServeFile::new(&basemap.tiles).oneshot(request).await.map_err(Fault::internal)?.into_response();
    answer.headers_mut().insert(header::ETAG, tag);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.pmtiles"));
    Ok(answer)
}
