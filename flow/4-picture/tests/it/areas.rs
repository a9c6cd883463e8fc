//! Loading areas, residents, deprivation and postcodes.

use std::io::Write as _;

use base::Postcode;
use picture::api::{
    LoadError, area_of_postcode, areas_of_postcodes, districts, load_areas, load_deprivation, load_population,
    load_postcodes, place_of_area,
};
use vault::{
    Actor,
    testing::{Bench, check_catalogue},
};

use crate::setting::{AREAS, POPULATION, plan};

vault::store_suite! { plan: plan() => [
    what_is_loaded_is_found, loading_again_replaces, a_wrong_file_changes_nothing, bad_rows_are_left_out_and_named,
    every_table_is_in_the_catalogue
] }

const POSTCODES: &str = "postcode,area,district_code,longitude,latitude\nCO1 1AA,E01090001,E07099001,0.1,51.5\nco11ab,e01090003,E07099002,0.3,51.5\n\
CO1 1AD,E01099999,E07099009,0.3,51.5\n";

fn postcode(text: &str) -> Postcode {
    text.parse().unwrap()
}

async fn what_is_loaded_is_found(t: Bench) {
    let packed = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(AREAS.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let loaded = load_areas(&t.vault, Actor::System, std::io::Cursor::new(packed)).await.unwrap();
    assert_eq!((loaded.kept, loaded.left_out), (3, 0));
    let marked = format!("\u{feff}{POSTCODES}");
    assert_eq!(load_postcodes(&t.vault, Actor::System, std::io::Cursor::new(marked)).await.unwrap().kept, 3);
    let plain = t.vault.plain();
    let place = area_of_postcode(&plain, &postcode("CO1 1AA")).await.unwrap().unwrap();
    assert_eq!((place.area.to_string().as_str(), place.name.as_str()), ("E01090001", "Lindermouth 001A"));
    assert_eq!((place.district_code.as_str(), place.district_name.as_str()), ("E07099001", "Lindermouth"));
    // In an area that is not ours, and in no file.
    assert_eq!(area_of_postcode(&plain, &postcode("CO1 1AD")).await.unwrap(), None);
    assert_eq!(area_of_postcode(&plain, &postcode("CO9 9ZZ")).await.unwrap(), None);
    let many = areas_of_postcodes(&plain, &["CO1 1AA", "CO1 1AB", "CO9 9ZZ"].map(postcode)).await.unwrap();
    assert_eq!(many.keys().collect::<Vec<_>>(), ["CO1 1AA", "CO1 1AB"]);
    assert_eq!(many["CO1 1AB"].district_name, "Marl & Haven");
    let names: Vec<String> = districts(&plain).await.unwrap().into_iter().map(|district| district.name).collect();
    assert_eq!(names, ["Lindermouth", "Marl & Haven"]);
    let area = place_of_area(&plain, "E01090002".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(area.name, "Lindermouth 001B");
}

async fn loading_again_replaces(t: Bench) {
    for _ in 0..2 {
        load_areas(&t.vault, Actor::System, AREAS.as_bytes()).await.unwrap();
        load_population(&t.vault, Actor::System, POPULATION.as_bytes()).await.unwrap();
        load_postcodes(&t.vault, Actor::System, POSTCODES.as_bytes()).await.unwrap();
    }
    assert_eq!((t.rows_in_table("area").await, t.rows_in_table("area_population").await), (3, 2));
    let other = POSTCODES.replace("CO1 1AA,E01090001", "CO1 1AA,E01090002").replace("CO1 1AD", "CO1 1AA");
    load_postcodes(&t.vault, Actor::System, std::io::Cursor::new(other)).await.unwrap();
    // A postcode that comes twice is in the area that came last; one that no longer comes is gone.
    assert_eq!(t.rows_in_table("postcode_area").await, 2);
    assert_eq!(area_of_postcode(&t.vault.plain(), &postcode("CO1 1AA")).await.unwrap(), None);
    let entries = t.query("SELECT COUNT(*) AS n FROM audit_entry WHERE verb = 'areas_loaded'", Vec::new()).await;
    assert_eq!(entries[0].int("n").unwrap(), 4, "one for each batch, one for each end");
}

async fn a_wrong_file_changes_nothing(t: Bench) {
    load_areas(&t.vault, Actor::System, AREAS.as_bytes()).await.unwrap();
    let bad = AREAS.replace("MultiPolygon", "Point");
    let error = load_areas(&t.vault, Actor::System, std::io::Cursor::new(bad)).await.unwrap_err();
    assert!(error.to_string().starts_with("feature 3 (E01090003): its geometry is a Point"), "{error}");
    assert_eq!(t.rows_in_table("area").await, 3);
    let error = load_population(&t.vault, Actor::System, POSTCODES.as_bytes()).await.unwrap_err();
    assert!(error.to_string().contains("no column is the number of residents"), "{error}");
    let error = load_population(&t.vault, Actor::System, &b"area,all\nE01090001,many\n"[..]).await.unwrap_err();
    assert!(error.to_string().contains("line 2: the number of residents must be a whole number"), "{error}");
    let zip = [b"PK\x03\x04".as_slice(), &[0xff; 100]].concat();
    let error = load_postcodes(&t.vault, Actor::System, std::io::Cursor::new(zip)).await.unwrap_err();
    assert!(matches!(error, LoadError::Wrong(_)), "{error}");
    let mut cut = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    cut.write_all(AREAS.as_bytes()).unwrap();
    let mut cut = cut.finish().unwrap();
    cut.truncate(cut.len() / 2);
    assert!(load_areas(&t.vault, Actor::System, std::io::Cursor::new(cut)).await.is_err());
    assert_eq!(t.rows_in_table("area_population").await, 0);
}

async fn bad_rows_are_left_out_and_named(t: Bench) {
    let text =
        "LSOA code (2011),Index of Multiple Deprivation (IMD) Decile\nE01090001,3\nE01090002,11\nX,1\nE01090003,10\n";
    let loaded = load_deprivation(&t.vault, Actor::System, text.as_bytes()).await.unwrap();
    assert_eq!((loaded.kept, loaded.left_out), (2, 2));
    assert!(
        loaded.remarks[0].starts_with("line 3: the decile must be a whole number from 1 to 10"),
        "{:?}",
        loaded.remarks
    );
    assert!(loaded.remarks[1].starts_with("line 4: a small area's code is"), "{:?}", loaded.remarks);
}

async fn every_table_is_in_the_catalogue(t: Bench) {
    assert_eq!(check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
}
