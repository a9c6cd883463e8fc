//! Neighbours by contiguity: `contiguity AREAS.geojson [queen|rook] [E] [METRES]`, from parsed rings to weights; reading is
//! told apart. With a number of metres, borders within that distance.

use std::{fs::File, time::Instant};

use places::{
    geometry::read::{Areas, ReadOptions, geojson},
    neighbours::{Contiguity, components, contiguity, contiguity_within},
};

pub fn run(args: &[String]) {
    let kind = if args.get(1).is_some_and(|kind| kind == "rook") { Contiguity::Rook } else { Contiguity::Queen };
    // The threads are there before the clock runs, as a peer's are.
    rayon::join(|| (), || ());
    let (areas, reading) = read(&args[0], args.get(2));
    let started = Instant::now();
    let metres = args.get(3).map(|metres| metres.parse().unwrap());
    let find = || match metres {
        Some(metres) => contiguity_within(&areas.shapes, kind, metres).unwrap(),
        None => contiguity(&areas.shapes, kind).unwrap(),
    };
    let weights = find();
    let seconds = started.elapsed().as_secs_f64();
    // Again and again, for the least that it takes on a machine where others work.
    let once = || {
        let started = Instant::now();
        assert_eq!(find().links(), weights.links());
        started.elapsed().as_secs_f64()
    };
    let least = (0..if metres.is_some() { 0 } else { 20 }).map(|_| once()).fold(seconds, f64::min);
    println!(
        r#"{{"what":"contiguity","areas":{},"links":{},"islands":{},"components":{},"seconds_reading":{reading:.4},"seconds":{seconds:.4},"seconds_least":{least:.4}}}"#,
        areas.codes.len(),
        weights.links(),
        weights.islands().len(),
        components(&weights).count
    );
}

/// The areas of a file whose codes begin so, and the seconds that reading took.
pub fn read(path: &str, beginning: Option<&String>) -> (Areas, f64) {
    let options = ReadOptions { beginning: beginning.cloned(), ..ReadOptions::default() };
    let started = Instant::now();
    let areas = geojson(File::open(path).unwrap(), &options).unwrap();
    (areas, started.elapsed().as_secs_f64())
}
