//! Places on the globe.

/// The Earth's mean radius in kilometres (International Union of Geodesy and Geophysics: R₁ of GRS 80).
const RADIUS: f64 = 6371.0088;

/// Latitude and longitude in radians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// Reads what cleaning made of a place: two numbers of degrees, parted by a space.
    pub(crate) fn new(text: &str) -> Option<Place> {
        let (latitude, longitude) = text.split_once(' ')?;
        let radians = |degrees: &str| degrees.parse::<f64>().ok().map(f64::to_radians);
        Some(Place { latitude: radians(latitude)?, longitude: radians(longitude)? })
    }

    /// Kilometres over the globe, by the haversine formula (Sinnott, "Virtues of the haversine", Sky and Telescope 68, 1984).
    pub(crate) fn kilometres(self, other: Place) -> f64 {
        let half = |from: f64, to: f64| ((from - to) / 2.0).sin().powi(2);
        let chord = half(self.latitude, other.latitude)
            + self.latitude.cos() * other.latitude.cos() * half(self.longitude, other.longitude);
        2.0 * RADIUS * chord.sqrt().min(1.0).asin()
    }
}
