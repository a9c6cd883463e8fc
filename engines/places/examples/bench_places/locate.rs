//! Which area each of many points lies in: `locate AREAS.geojson POINTS [E]`; the points stand all over the areas' box; and what is
//! wrong with the areas.

use std::time::Instant;

use places::{
    geometry::{Bounds, Point, check::check, locate::Locator},
    random::Stream,
};

pub fn run(args: &[String]) {
    let count: usize = args[1].parse().unwrap();
    let (areas, reading) = super::contiguity::read(&args[0], args.get(2));
    let bounds = Bounds::around(&areas.shapes).unwrap();
    let mut random = Stream::of(1, 0);
    let mut between = |low: f64, high: f64| low + random.unit() * (high - low);
    let points: Vec<Point> = (0..count)
        .map(|_| {
            let longitude = between(bounds.south_west.longitude(), bounds.north_east.longitude());
            let latitude = between(bounds.south_west.latitude(), bounds.north_east.latitude());
            Point::new(longitude, latitude).unwrap()
        })
        .collect();
    let started = Instant::now();
    let locator = Locator::of(&areas.shapes);
    let indexing = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let located = locator.areas_of(&points);
    let seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let findings = check(&areas);
    let checking = started.elapsed().as_secs_f64();
    for finding in findings.iter().take(3) {
        eprintln!("{finding}");
    }
    println!(
        r#"{{"what":"locate","areas":{},"points":{count},"outside":{},"seconds_reading":{reading:.4},"seconds_indexing":{indexing:.4},"seconds":{seconds:.4},"findings":{},"seconds_checking":{checking:.4}}}"#,
        areas.codes.len(),
        located.outside,
        findings.len()
    );
}
