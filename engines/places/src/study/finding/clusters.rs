//! Do high areas lie beside high ones, more than chance would have it, and where?

use crate::{
    cluster::{
        FalseDiscovery, GetisOrd, LocalMoran, Moran, Own, Plan, Quadrant, adjusted, local_permuted, moran_permuted,
    },
    study::{
        output::{
            Finding, Section,
            figures::{p_value, real},
            map::Shade,
            table::{Cell, Table},
        },
        run::Tell,
        world::{Tells, World},
    },
};

/// How an area shows on the map, as a place in [`legend`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heat {
    Hot,
    HotSome,
    ColdSome,
    Cold,
    Plain,
}

/// False discoveries that are allowed among the areas named: one in twenty.
const ALLOWED: f64 = 0.05;

/// Moran's I, local Moran and Gi* of the rates.
pub fn find(world: &World, tell: &Tell<'_>) -> Finding {
    let values = world.rates();
    let weights = world.touching.row_standardised();
    let plan = Plan::new(world.spec.permutations, world.spec.seed);
    let progress = |done, of| tell.at(done, of);
    let whole = moran_permuted(&values, &weights, &plan, &progress);
    let areas = local_permuted(&values, &weights, Own::Counted, &plan, &progress);
    match (whole, areas) {
        (Ok(whole), Ok(local)) => found(world, whole, &local.stars, &local.moran),
        (Err(error), _) | (_, Err(error)) => Finding::without("clusters", TITLE, &error.to_string()),
    }
}

const TITLE: &str = "Do high places lie together?";

fn found(world: &World, whole: Moran, stars: &[Option<GetisOrd>], local: &[Option<LocalMoran>]) -> Finding {
    let p: Vec<Option<f64>> =
        stars.iter().map(|star| star.and_then(|star| star.permutation).map(|tails| tails.two_sided())).collect();
    let q = adjusted(&p, FalseDiscovery::Hochberg).unwrap_or_default();
    let heat: Vec<Heat> = stars.iter().zip(p.iter().zip(&q)).map(|(star, (p, q))| heat(*star, *p, *q)).collect();
    let star_z = stars.iter().map(|star| Cell::real(star.map(|star| star.z), 2)).collect();
    let local_i = local.iter().map(|local| Cell::real(local.map(|local| local.i), 3)).collect();
    let local_p = local
        .iter()
        .map(|local| Cell::real(local.and_then(|local| local.permutation).map(|tails| tails.two_sided()), 3));
    let hottest = hottest(world, &heat, stars);
    Finding {
        section: Some(section(world, whole, &heat, hottest.clone())),
        tables: vec![hottest],
        columns: vec![
            world.column("gi_star_z", Tells::Neighbours, star_z),
            world.column("gi_star_p", Tells::Neighbours, p.iter().map(|p| Cell::real(*p, 3)).collect()),
            world.column("gi_star_q", Tells::Neighbours, q.iter().map(|q| Cell::real(*q, 3)).collect()),
            world.column("hot_spot", Tells::Nothing, heat.iter().map(|heat| Cell::text(word(*heat))).collect()),
            world.column("local_moran_i", Tells::Neighbours, local_i),
            world.column("local_moran_p", Tells::Neighbours, local_p.collect()),
            world.column(
                "quadrant",
                Tells::Nothing,
                local
                    .iter()
                    .map(|local| local.map_or(Cell::None, |local| Cell::text(quadrant(local.quadrant))))
                    .collect(),
            ),
        ],
        ..Finding::default()
    }
}

fn heat(star: Option<GetisOrd>, p: Option<f64>, q: Option<f64>) -> Heat {
    let (Some(star), Some(p), Some(q)) = (star, p, q) else { return Heat::Plain };
    match (star.z > 0.0, p <= ALLOWED, q <= ALLOWED) {
        (true, _, true) => Heat::Hot,
        (true, true, false) => Heat::HotSome,
        (false, _, true) => Heat::Cold,
        (false, true, false) => Heat::ColdSome,
        (_, false, false) => Heat::Plain,
    }
}

fn word(heat: Heat) -> &'static str {
    match heat {
        Heat::Hot => "hot",
        Heat::HotSome => "perhaps hot",
        Heat::ColdSome => "perhaps cold",
        Heat::Cold => "cold",
        Heat::Plain => "",
    }
}

fn quadrant(quadrant: Quadrant) -> &'static str {
    match quadrant {
        Quadrant::HighHigh => "high among high",
        Quadrant::LowHigh => "low among high",
        Quadrant::LowLow => "low among low",
        Quadrant::HighLow => "high among low",
    }
}

fn section(world: &World, whole: Moran, heat: &[Heat], hottest: Table) -> Section {
    let number = |of: Heat| heat.iter().filter(|heat| **heat == of).count();
    let p = whole.permutation.map_or(1.0, crate::cluster::Tails::two_sided);
    let together = if p <= ALLOWED && whole.i > whole.expected {
        format!(
            "Yes: areas with high rates lie beside others with high rates more than chance would have it (Moran's I {}, p {}).",
            real(whole.i, 3),
            p_value(p)
        )
    } else {
        format!("No more than chance would have it (Moran's I {}, p {}).", real(whole.i, 3), p_value(p))
    };
    let (hot, cold) = (number(Heat::Hot), number(Heat::Cold));
    let unsure = number(Heat::HotSome) + number(Heat::ColdSome);
    let legend = [
        ("hot", "Hot: high with its neighbours"),
        ("hot-some", "Perhaps hot"),
        ("cold-some", "Perhaps cold"),
        ("cold", "Cold: low with its neighbours"),
        ("plain", "No sign of either"),
    ];
    let legend: Vec<Shade> = legend.iter().map(|(style, means)| Shade { style, means: (*means).to_owned() }).collect();
    let shades: Vec<Option<usize>> = heat.iter().map(|heat| Some(*heat as usize)).collect();
    Section {
        id: "clusters",
        title: TITLE.to_owned(),
        said: format!(
            "{together} {hot} areas are hot together with their neighbours and {cold} are cold, where at most one in twenty of those \
             named is named by chance; {unsure} more might be."
        ),
        caveat: format!(
            "A hot area has neighbours with high rates; its own may be ordinary. The rates are by residents, so that a town \
             centre is hot wherever visitors are. {}",
            islands(whole.islands)
        ),
        method: format!(
            "Gi* (Ord and Getis 1995, closed form) and local Moran (Anselin 1995) of crude rates per 1,000 residents over areas that share \
             at least a corner, row-standardised; conditional permutation, {} times, ties counted as extreme, seed {}; p on both sides; \
             false discoveries after Benjamini and Hochberg. Moran's I against {} permutations of all areas.",
            world.spec.permutations, world.spec.seed, world.spec.permutations
        ),
        picture: Some(world.canvas.shaded("Map of hot and cold areas", &shades, &legend)),
        table: Some(hottest),
    }
}

fn islands(number: usize) -> String {
    match number {
        0 => String::new(),
        1 => "One area touches no other and can be neither.".to_owned(),
        more => format!("{more} areas touch no other and can be neither."),
    }
}

fn hottest(world: &World, heat: &[Heat], stars: &[Option<GetisOrd>]) -> Table {
    let mut order: Vec<(usize, f64)> = stars
        .iter()
        .zip(heat)
        .enumerate()
        .filter(|(_, (_, heat))| **heat == Heat::Hot)
        .filter_map(|(area, (star, _))| star.map(|star| (area, star.z)))
        .collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let headings = [("code", "Code"), ("name", "Area"), ("count", "Events"), ("gi_star_z", "Gi*")];
    let mut table = Table::new("hot_areas", "Areas that are hot with their neighbours, the hottest first", &headings);
    for (area, z) in order {
        let (code, name) = world.ground.code_and_name(area);
        let count = world.counts.get(area).copied().unwrap_or_default();
        table.rows.push(vec![
            Cell::text(code),
            Cell::text(name),
            world.cell(area, Cell::Count(count)),
            if world.hides() { Cell::Hidden } else { Cell::Real(z, 2) },
        ]);
    }
    table
}
