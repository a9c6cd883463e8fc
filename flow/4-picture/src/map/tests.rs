//! What a question makes of an address, and what the map makes of a picture.

use base::LsoaCode;
use web::Form;

use super::{
    atlas::Atlas,
    drawing::Drawing,
    question::{Question, Sort, month_short, month_words, rate_words},
};
use crate::{
    area::{AreaPlace, AreaRow},
    offence::{Cell, store::Count},
};

fn area(number: u32, district: &str, residents: Option<u64>) -> AreaRow {
    let west = 0.1 * f64::from(number);
    let boundary = format!("[[[[{west},51.5],[{},51.5],[{},51.6],[{west},51.6]]]]", west + 0.1, west + 0.1);
    AreaRow {
        place: AreaPlace {
            area: LsoaCode::england(number).unwrap(),
            name: format!("{district} <{number}>"),
            district_code: district.to_owned(),
            district_name: district.to_owned(),
        },
        outline: boundary.clone(),
        boundary,
        residents,
        decile: None,
    }
}

fn count(area: &str, month: &str, category: &str, n: u64) -> Count {
    Count { cell: Cell { area: area.to_owned(), month: month.to_owned(), category: category.to_owned() }, n }
}

fn atlas() -> Atlas {
    let areas = vec![area(1, "North", Some(1000)), area(2, "North", Some(2000)), area(3, "South", None)];
    Atlas::of(
        1,
        areas,
        &[
            count("", "2018-12", "Drugs", 4),
            count("E01000001", "2018-11", "Burglary", 3),
            count("E01000001", "2019-01", "Drugs", 5),
            count("E01000002", "2018-11", "Drugs", 2),
            count("E01000003", "2018-11", "Drugs", 9),
            count("E01999999", "2018-11", "Drugs", 7),
        ],
    )
}

fn ask(atlas: &Atlas, query: &str) -> Question {
    Question::of(&Form::parse(query.as_bytes()), atlas)
}

#[test]
fn everything_that_came_in_is_on_the_map_or_off_it() {
    let atlas = atlas();
    assert_eq!(atlas.months, ["2018-11", "2018-12", "2019-01"]);
    let all = ask(&atlas, "");
    assert_eq!((atlas.totals(&all), atlas.off_the_map(&all)), (vec![8, 2, 9], (4, 7)));
    let drugs = ask(&atlas, "category=Drugs&from=2018-11&to=2018-12");
    assert_eq!((atlas.totals(&drugs), atlas.off_the_map(&drugs)), (vec![0, 2, 9], (4, 7)));
    assert_eq!(atlas.months_of_all(&ask(&atlas, "district=North")), [5, 0, 5]);
    assert_eq!(atlas.supplied(&all), [true, true, true]);
}

#[test]
fn an_address_that_makes_no_sense_asks_for_everything() {
    let atlas = atlas();
    let question =
        ask(&atlas, "category=Witchcraft&from=1066-10&to=x&district=Nowhere&measure=vibes&sort=luck&order=sideways");
    assert_eq!((question.category, question.from, question.to, question.district.clone()), (None, 0, 2, None));
    assert!(question.rates && question.sort == Sort::Rate && question.descending);
    let turned = ask(&atlas, "from=2019-01&to=2018-11");
    assert_eq!((turned.from, turned.to), (0, 2));
}

#[test]
fn a_question_stands_in_the_address() {
    let atlas = atlas();
    let question = ask(&atlas, "category=Drugs&district=South&from=2018-12&to=2018-12&measure=count");
    assert_eq!(question.query(&atlas), "category=Drugs&district=South&from=2018-12&to=2018-12&measure=count");
    let again = ask(&atlas, &question.query_sorted(&atlas, Sort::Area, true));
    assert!(again.sort == Sort::Area && again.descending && again.category == question.category);
}

#[test]
fn the_map_shades_links_and_escapes() {
    let atlas = atlas();
    let question = ask(&atlas, "");
    let totals = atlas.totals(&question);
    let drawing = Drawing::of(&atlas, &question, &totals);
    let shapes = drawing.shapes();
    assert_eq!(shapes.matches("<a href=\"/places/E0100000").count(), 3);
    assert!(shapes.contains("<title>North &lt;1&gt;: 8 per 1,000 residents</title>"), "{shapes}");
    assert!(shapes.contains("number of residents not known"));
    assert!(!shapes.contains("style="));
    let keys: Vec<(usize, &str, usize)> = drawing.keys().iter().map(|key| (key.step, "", key.areas)).collect();
    assert_eq!(keys, [(1, "", 1), (5, "", 1), (0, "", 1)]);
    let json: serde_json::Value = serde_json::from_str(&drawing.geojson()).unwrap();
    assert_eq!(json["features"][0]["properties"]["step"], 5);
    assert_eq!(json["features"][2]["properties"]["step"], 0);
    assert_eq!(json["features"][0]["geometry"]["type"], "MultiPolygon");
}

#[test]
fn a_district_alone_is_drawn_larger() {
    let atlas = atlas();
    let question = ask(&atlas, "district=South");
    let totals = atlas.totals(&question);
    let shapes = Drawing::of(&atlas, &question, &totals).shapes();
    assert_eq!(shapes.matches("<a ").count(), 1);
    assert_ne!(atlas.view_box(Some("South")), atlas.view_box(None));
}

#[test]
fn nothing_loaded_is_drawn_without_trouble() {
    let atlas = Atlas::default();
    let question = ask(&atlas, "category=Drugs");
    assert_eq!(question.month_count(), 0);
    assert_eq!(Drawing::of(&atlas, &question, &atlas.totals(&question)).shapes(), "");
}

#[test]
fn words() {
    assert_eq!((month_words("2018-10").as_str(), month_short("2019-02").as_str()), ("October 2018", "Feb 2019"));
    assert_eq!(rate_words(10, Some(1500)), Some(("6.7".to_owned(), "3.2 to 12.3".to_owned())));
    assert_eq!(rate_words(10, Some(0)), None);
}

#[test]
fn a_month_far_off_does_not_fill_the_memory() {
    let atlas = Atlas::of(1, Vec::new(), &[count("", "0218-10", "Drugs", 1), count("", "2019-02", "Drugs", 1)]);
    assert_eq!((atlas.months.len(), atlas.months.last().map(String::as_str)), (120, Some("2019-02")));
}
