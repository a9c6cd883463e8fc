"""Kernel density by KDEpy's FFT, the peer of `make bench-places`: `density_kdepy.py FILE` with lines of x,y,day.

The same grid of 150 m cells over the points and 300 m around. KDEpy's bandwidth is the standard deviation of the
kernel on a line, h/√7 for a quartic one of reach h. It runs once before it is timed, five times, and the median counts.
"""

import json
import sys
import time

import numpy as np
from KDEpy import FFTKDE

data = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)[:, :2]
side, h = 150.0, 300.0
low = np.floor((data.min(axis=0) - h) / side)
high = np.floor((data.max(axis=0) + h) / side)
axes = [(np.arange(low[k], high[k] + 1) + 0.5) * side for k in range(2)]
grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)


def density():
    return FFTKDE(kernel="biweight", bw=h / 7**0.5, norm=2).fit(data).evaluate(grid) * len(data) * 1e6


density()
seconds = []
for _ in range(5):
    start = time.perf_counter()
    found = density()
    seconds.append(time.perf_counter() - start)
print(json.dumps({
    "what": "density_kdepy", "points": len(data), "cells": len(grid), "seconds": float(np.median(seconds)),
    "sum": float(found.sum() * side * side / 1e6),
}))
