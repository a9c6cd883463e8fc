//! A file of points: lines of `x,y,day` in metres and days, or made up by a seed as `benches/points.py` does.

/// Columns of points.
pub struct Read {
    /// Metres eastwards.
    pub x: Vec<f64>,
    /// Metres northwards.
    pub y: Vec<f64>,
    /// Days.
    pub days: Vec<i32>,
}

/// Reads the file.
pub fn read(path: &str) -> Result<Read, Box<dyn std::error::Error>> {
    let mut read = Read { x: Vec::new(), y: Vec::new(), days: Vec::new() };
    for line in std::fs::read_to_string(path)?.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or_else(|| format!("a line without x,y,day: {line}"));
        read.x.push(next()?.parse()?);
        read.y.push(next()?.parse()?);
        read.days.push(next()?.parse()?);
    }
    Ok(read)
}
