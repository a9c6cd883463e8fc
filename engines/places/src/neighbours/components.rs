//! Which areas hang together: the parts of the map between which there is no link, whichever way links run.
//! O(areas + links), nearly.

use super::Weights;

/// The parts of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// The part that each area is in, parts numbered from 0 by their first areas.
    pub of_area: Vec<u32>,
    /// How many parts there are; an island is one.
    pub count: usize,
}

impl Components {
    /// How many areas each part has.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        for part in &self.of_area {
            sizes.get_mut(*part as usize).into_iter().for_each(|size| *size += 1);
        }
        sizes
    }
}

/// The parts of the map of these links.
#[must_use]
pub fn components(weights: &Weights) -> Components {
    // Each area points to one of its own part, the first of a part to itself (Tarjan's union and find, paths halved).
    let mut towards: Vec<u32> = (0_u32..).take(weights.len()).collect();
    for (area, (neighbours, _)) in (0_u32..).zip(weights.rows()) {
        for other in neighbours {
            let (one, two) = (first(&mut towards, area), first(&mut towards, *other));
            let (low, high) = (one.min(two), one.max(two));
            towards.get_mut(high as usize).into_iter().for_each(|to| *to = low);
        }
    }
    let mut numbers: Vec<u32> = Vec::with_capacity(weights.len());
    let mut count = 0_u32;
    for area in (0_u32..).take(weights.len()) {
        let leader = first(&mut towards, area);
        // A leader is the least area of its part, so it has its number before any other of the part asks.
        let number = numbers.get(leader as usize).copied().unwrap_or(count);
        count += u32::from(leader == area);
        numbers.push(number);
    }
    Components { of_area: numbers, count: count as usize }
}

fn first(towards: &mut [u32], mut area: u32) -> u32 {
    loop {
        let to = towards.get(area as usize).copied().unwrap_or(area);
        if to == area {
            return area;
        }
        let beyond = towards.get(to as usize).copied().unwrap_or(to);
        towards.get_mut(area as usize).into_iter().for_each(|to| *to = beyond);
        area = beyond;
    }
}

#[cfg(test)]
mod tests {
    use super::{Weights, components};

    #[test]
    fn parts_are_told_whichever_way_links_run() {
        let weights = Weights::of(7, [(5, 1, 1.0), (3, 2, 1.0), (1, 6, 1.0)]).unwrap();
        let parts = components(&weights);
        assert_eq!((parts.count, parts.of_area.as_slice()), (4, [0, 1, 2, 2, 3, 1, 1].as_slice()));
        assert_eq!(parts.sizes(), [1, 3, 2, 1]);
        assert_eq!(components(&Weights::binary(0, []).unwrap()).count, 0);
    }
}
