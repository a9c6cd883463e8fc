//! GeoJSON, read straight from its text into flat lists: no tree of the file is ever in memory.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Flat, Gathering, Properties};

/// Reads all features of a text.
pub(super) fn collection(text: &[u8], gathering: &mut Gathering) -> Result<(), String> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let mut features = Features { gathering, flat: Flat::default() };
    let read = Collection(&mut features).deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    match read {
        (_, true) => Ok(()),
        (Some(kind), false) => Err(format!("it is a {:?} without features", kind.chars().take(30).collect::<String>())),
        (None, false) => Err("it has no features".to_owned()),
    }
}

struct Features<'g, 'o> {
    gathering: &'g mut Gathering<'o>,
    flat: Flat,
}

/// Gives the type, and whether there were features.
struct Collection<'f, 'g, 'o>(&'f mut Features<'g, 'o>);

impl<'de> DeserializeSeed<'de> for Collection<'_, '_, '_> {
    type Value = (Option<String>, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_, '_> {
    type Value = (Option<String>, bool);

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a feature collection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut kind, mut found) = (None, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => kind = map.next_value_seed(Scalar)?,
                "features" => {
                    map.next_value_seed(List(self.0))?;
                    found = true;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((kind, found))
    }
}

struct List<'f, 'g, 'o>(&'f mut Features<'g, 'o>);

impl<'de> DeserializeSeed<'de> for List<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(One(self.0))?.is_some() {}
        Ok(())
    }
}

/// One feature.
struct One<'f, 'g, 'o>(&'f mut Features<'g, 'o>);

impl<'de> DeserializeSeed<'de> for One<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Features { gathering, flat } = self.0;
        flat.clear();
        let mut properties = Properties::new();
        let mut geometry = Err("it has no geometry".to_owned());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "properties" => properties = map.next_value_seed(Named(gathering))?,
                "geometry" => geometry = map.next_value_seed(Shaped(flat))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        gathering.take(properties, flat, geometry).map_err(|problem| {
            gathering.problem = Some(problem);
            A::Error::custom("a feature is wrong")
        })
    }
}

/// The properties that are wanted.
struct Named<'g, 'o>(&'g Gathering<'o>);

impl<'de> DeserializeSeed<'de> for Named<'_, '_> {
    type Value = Properties;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Properties, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Named<'_, '_> {
    type Value = Properties;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("properties")
    }

    fn visit_unit<E>(self) -> Result<Properties, E> {
        Ok(Properties::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
        let mut properties = Properties::new();
        while let Some(key) = map.next_key_seed(Wanted(self.0))? {
            match key {
                Some(key) => properties.push((key, map.next_value_seed(Scalar)?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(properties)
    }
}

/// A property's name, if it is wanted.
struct Wanted<'g, 'o>(&'g Gathering<'o>);

impl<'de> DeserializeSeed<'de> for Wanted<'_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Wanted<'_, '_> {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a property's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<String>, E> {
        Ok(self.0.wants(name).then(|| name.to_owned()))
    }
}

/// Text or a number as text; nothing of anything else.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a property's value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// A geometry into flat lists; gives what is wrong with it.
struct Shaped<'f>(&'f mut Flat);

impl<'de> DeserializeSeed<'de> for Shaped<'_> {
    type Value = Result<(), String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shaped<'_> {
    type Value = Result<(), String>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a geometry")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err("it has no geometry: leave it out, or export it again with its boundary".to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut kind, mut level) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => kind = map.next_value_seed(Scalar)?,
                "coordinates" => {
                    self.0.clear();
                    level = Some(map.next_value_seed(Nest(&mut *self.0))?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let kind: String = kind.unwrap_or_default().chars().take(20).collect();
        Ok(match (kind.as_str(), level) {
            ("Polygon", Some(Level::Polygon)) | ("MultiPolygon", Some(Level::Several)) => Ok(()),
            ("Polygon" | "MultiPolygon", Some(Level::Empty)) => Err("its boundary is empty".to_owned()),
            ("Polygon" | "MultiPolygon", _) => Err("its coordinates are not nested as GeoJSON nests them".to_owned()),
            ("", _) => Err("its geometry has no type".to_owned()),
            (other, _) => Err(format!("its geometry is a {other}; an area is a Polygon or a MultiPolygon")),
        })
    }
}

/// What a value nested in coordinates is, told by what is in it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Number(f64),
    Position,
    Ring,
    Polygon,
    Several,
    Empty,
    Wrong,
}

struct Nest<'f>(&'f mut Flat);

impl<'de> DeserializeSeed<'de> for Nest<'_> {
    type Value = Level;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Level, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nest<'_> {
    type Value = Level;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("coordinates")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Level, E> {
        Ok(Level::Number(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "coordinates are far below 2^53")]
    fn visit_u64<E>(self, number: u64) -> Result<Level, E> {
        Ok(Level::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "coordinates are far below 2^53")]
    fn visit_i64<E>(self, number: i64) -> Result<Level, E> {
        Ok(Level::Number(number as f64))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Level, E> {
        Ok(Level::Wrong)
    }

    fn visit_str<E>(self, _: &str) -> Result<Level, E> {
        Ok(Level::Wrong)
    }

    fn visit_unit<E>(self) -> Result<Level, E> {
        Ok(Level::Wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Level, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Level::Wrong)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Level, A::Error> {
        let flat = self.0;
        let first = match list.next_element_seed(Nest(&mut *flat))? {
            None => return Ok(Level::Empty),
            Some(Level::Number(x)) => return position(flat, x, list),
            Some(level) => level,
        };
        let mut alike = true;
        while let Some(next) = list.next_element_seed(Nest(&mut *flat))? {
            alike &= next == first;
        }
        Ok(match first {
            Level::Position if alike => {
                flat.ring_ends.push(flat.positions.len());
                Level::Ring
            }
            Level::Ring if alike => {
                flat.polygon_ends.push(flat.ring_ends.len());
                Level::Polygon
            }
            Level::Polygon if alike => Level::Several,
            _ => Level::Wrong,
        })
    }
}

/// The rest of a position: a second number, and perhaps a height and more, which are left.
fn position<'de, A: SeqAccess<'de>>(flat: &mut Flat, x: f64, mut list: A) -> Result<Level, A::Error> {
    let second = list.next_element_seed(Nest(&mut *flat))?;
    while list.next_element::<IgnoredAny>()?.is_some() {}
    let Some(Level::Number(y)) = second else { return Ok(Level::Wrong) };
    flat.positions.push((x, y));
    Ok(Level::Position)
}
