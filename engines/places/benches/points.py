"""Points for the benchmarks of points: `points.py COUNT SIDE_KM FILE` writes x,y,day by a fixed seed.

Half lie anywhere in a square, half about 300 centres (so that cells differ), all within 730 days. 50,000 points on 14.7 km have
about 3.13 million pairs within 400 m; 250,000 on 114.8 km need about 592,000 cells of 150 m.
"""

import sys

import numpy as np

count, side, file = int(sys.argv[1]), float(sys.argv[2]) * 1000, sys.argv[3]
rng = np.random.default_rng(20261122)
half = count // 2
centres = rng.uniform(0, side, (300, 2))
about = centres[rng.integers(0, 300, count - half)] + rng.normal(0, side / 40, (count - half, 2))
xy = np.vstack([rng.uniform(0, side, (half, 2)), np.clip(about, 0, side)])
rng.shuffle(xy)
days = rng.integers(0, 730, count)
with open(file, "w") as out:
    out.write("x,y,day\n")
    for (x, y), day in zip(xy, days):
        out.write(f"{x:.1f},{y:.1f},{day}\n")
