//! The map as SVG and as GeoJSON. Five classes of about as many areas each, each with a hatching of its own, so that colour
//! never stands alone; every shape is a link that says its name and its number.

use std::fmt::Write as _;

use places::scale::{CLASSES, Quantiles};
use web::number;

use super::{
    atlas::{Atlas, Place},
    question::Question,
};

/// A class of the legend.
pub(super) struct Key {
    /// 0 where there is no number, else from 1, the lowest.
    pub step: usize,
    /// `0 to 2.4 per 1,000 residents`.
    pub words: String,
    /// How many areas are in it.
    pub areas: usize,
}

/// The map of one question, shaded.
pub(super) struct Drawing<'a> {
    atlas: &'a Atlas,
    question: &'a Question,
    totals: &'a [u64],
    scale: Quantiles,
}

impl<'a> Drawing<'a> {
    pub(super) fn of(atlas: &'a Atlas, question: &'a Question, totals: &'a [u64]) -> Self {
        let shown = atlas.places.iter().zip(totals).filter(|(place, _)| question.takes_in(place));
        let values = shown.filter_map(|(place, offences)| question.value(*offences, place.residents));
        let scale = Quantiles::of(values, CLASSES);
        Self { atlas, question, totals, scale }
    }

    fn shown(&self) -> impl Iterator<Item = (&'a Place, u64)> {
        let question = self.question;
        self.atlas.places.iter().zip(self.totals.iter().copied()).filter(move |(place, _)| question.takes_in(place))
    }

    /// 0 where there is no number, else from 1. A scale with fewer classes than five uses the darker ones of five.
    fn step(&self, place: &Place, offences: u64) -> usize {
        let value = self.question.value(offences, place.residents);
        value.and_then(|value| self.scale.class_of(value)).map_or(0, |class| self.step_of(class))
    }

    fn step_of(&self, class: usize) -> usize {
        class + 1 + if class == 0 { 0 } else { CLASSES.saturating_sub(self.scale.classes().len()) }
    }

    /// The legend, lowest first.
    pub(super) fn keys(&self) -> Vec<Key> {
        let measure = self.question.measure_words();
        let mut keys: Vec<Key> = self
            .scale
            .classes()
            .iter()
            .enumerate()
            .map(|(class, range)| {
                let (least, greatest) = (number(range.least), number(range.greatest));
                let range_words = if least == greatest { least } else { format!("{least} to {greatest}") };
                Key { step: self.step_of(class), words: format!("{range_words} {measure}"), areas: range.count }
            })
            .collect();
        let unknown = self.shown().filter(|(place, offences)| self.step(place, *offences) == 0).count();
        if unknown > 0 {
            keys.push(Key { step: 0, words: "number of residents not known".to_owned(), areas: unknown });
        }
        keys
    }

    /// `12.3 per 1,000 residents`, or `31 offences`.
    fn words(&self, place: &Place, offences: u64) -> String {
        match self.question.value(offences, place.residents) {
            Some(_) if !self.question.rates && offences == 1 => "1 offence".to_owned(),
            Some(value) => format!("{} {}", number(value), self.question.measure_words()),
            None => "number of residents not known".to_owned(),
        }
    }

    /// The shapes, class by class, as the inside of an `<svg>`. Names come from files, so they are escaped.
    pub(super) fn shapes(&self) -> String {
        let mut classes: [String; CLASSES + 1] = Default::default();
        for (place, offences) in self.shown() {
            let path = if self.question.district.is_some() { &place.in_district } else { &place.in_county };
            let Some(class) = classes.get_mut(self.step(place, offences)) else { continue };
            // Writing to a string cannot fail.
            let _ = write!(
                class,
                "<a href=\"/places/{}\" tabindex=\"-1\"><title>{}: {}</title><path d=\"{path}\"/></a>",
                place.at.area,
                escape(&place.at.name),
                self.words(place, offences),
            );
        }
        let mut text = String::with_capacity(classes.iter().map(String::len).sum::<usize>() + 400);
        for (step, class) in classes.iter().enumerate() {
            if !class.is_empty() {
                let _ = write!(text, "<g fill=\"url(#step-{step})\">{class}</g>");
            }
        }
        text
    }

    /// The areas as a GeoJSON feature collection for the map that one can move about in: `code`, `name`, `step`, `words`.
    pub(super) fn geojson(&self) -> String {
        let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
        for (at, (place, offences)) in self.shown().enumerate() {
            let properties = serde_json::json!({
                "code": place.at.area.to_string(),
                "name": place.at.name,
                "step": self.step(place, offences),
                "words": self.words(place, offences),
            });
            let _ = write!(
                text,
                "{}{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":{}}}}}",
                if at == 0 { "" } else { "," },
                place.boundary,
            );
        }
        text.push_str("]}");
        text
    }
}

/// Text for markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
