//! Thresholds with a unit: similarities of q-grams and spans of time.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

/// A similarity of q-grams, written as a number or as `{ least = 0.6, q = 2 }`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QGrams {
    /// The similarity that is asked for, above 0 and at most 1.
    pub least: f64,
    /// Characters in a gram, 1 to 6; `None` for the rule's usual number.
    pub q: Option<u8>,
}

impl Serialize for QGrams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(q) = self.q else {
            return serializer.serialize_f64(self.least);
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("least", &self.least)?;
        map.serialize_entry("q", &q)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for QGrams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QGramsVisitor)
    }
}

/// Written out so that a mistake is named, where serde's untagged enums only say that nothing matched.
struct QGramsVisitor;

impl<'de> Visitor<'de> for QGramsVisitor {
    type Value = QGrams;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a similarity such as 0.8, or { least = 0.8, q = 2 }")
    }

    fn visit_f64<E: de::Error>(self, least: f64) -> Result<QGrams, E> {
        Ok(QGrams { least, q: None })
    }

    fn visit_i64<E: de::Error>(self, least: i64) -> Result<QGrams, E> {
        Ok(QGrams { least: least as f64, q: None })
    }

    fn visit_u64<E: de::Error>(self, least: u64) -> Result<QGrams, E> {
        Ok(QGrams { least: least as f64, q: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<QGrams, A::Error> {
        let (mut least, mut q) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "least" => least = Some(map.next_value()?),
                "q" => q = Some(map.next_value()?),
                other => return Err(de::Error::unknown_field(other, &["least", "q"])),
            }
        }
        Ok(QGrams { least: least.ok_or_else(|| de::Error::missing_field("least"))?, q })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for QGrams {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "QGrams".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A similarity of q-grams, as a number or with the characters in a gram.",
            "anyOf": [
                { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
                {
                    "type": "object",
                    "properties": {
                        "least": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
                        "q": { "type": "integer", "minimum": 1, "maximum": 6 },
                    },
                    "required": ["least"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

/// A span of time between two dates, counted in days: `{ days = 10 }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Days.
    Days(f64),
    /// Months of 30.4375 days, as Splink counts them.
    Months(f64),
    /// Years of 365.25 days, as Splink counts them.
    Years(f64),
}

impl Span {
    /// The span in days.
    #[must_use]
    pub fn days(self) -> f64 {
        match self {
            Span::Days(days) => days,
            Span::Months(months) => months * 30.4375,
            Span::Years(years) => years * 365.25,
        }
    }
}
