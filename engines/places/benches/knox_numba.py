"""The Knox test in numba, the peer that `make bench-places` holds ours against: `knox_numba.py FILE` with lines of x,y,day.

Pairs are found by buckets of the widest band and listed with their band of distance; permutations run side by side (prange) over
that list, one count per pair. 4 bands of 100 m (half-open) by 4 of 7 days, 999 permutations, two threads. It runs once to
compile, which is timed apart, and then warm.
"""

import json
import sys
import time

import numba as nb
import numpy as np

nb.set_num_threads(min(2, nb.config.NUMBA_NUM_THREADS))
BANDS, TIMES, PERMUTATIONS = np.array([100.0, 200.0, 300.0, 400.0]), np.array([7, 14, 21, 28]), 999


@nb.njit(cache=False)
def pairs_of(x, y, order, starts, columns, rows, ends, fill, first, second, band):
    found = 0
    for row in range(rows):
        for column in range(columns):
            own = row * columns + column
            for a in range(starts[own], starts[own + 1]):
                i = order[a]
                for step in range(5):
                    r, c = row, column
                    if step == 1:
                        c += 1
                    elif step >= 2:
                        r, c = row + 1, column + step - 3
                    if r >= rows or c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for b in range(a + 1 if step == 0 else starts[cell], starts[cell + 1]):
                        j = order[b]
                        d = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
                        for k in range(ends.size):
                            if d < ends[k]:
                                if fill:
                                    first[found], second[found], band[found] = i, j, k
                                found += 1
                                break
    return found


@nb.njit(parallel=True, cache=False)
def tables_of(first, second, band, days, bands, limits, permutations, seed):
    tables = np.zeros((permutations + 1, bands, limits.size), np.int64)
    longest = limits[-1]
    of_days = np.full(longest + 1, limits.size, np.int64)
    for apart in range(longest):
        for k in range(limits.size - 1, -1, -1):
            if apart < limits[k]:
                of_days[apart] = k
    for p in nb.prange(permutations + 1):
        drawn = days.copy()
        if p > 0:
            np.random.seed(seed + p)
            np.random.shuffle(drawn)
        table = np.zeros((bands, limits.size + 1), np.int64)
        for k in range(first.size):
            apart = abs(drawn[first[k]] - drawn[second[k]])
            table[band[k], of_days[min(apart, longest)]] += 1
        tables[p] = table[:, : limits.size]
    return tables


def knox(x, y, days):
    start = time.perf_counter()
    side = BANDS[-1]
    column, row = ((x - x.min()) // side).astype(np.int64), ((y - y.min()) // side).astype(np.int64)
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    cell = row * columns + column
    order = np.argsort(cell, kind="stable").astype(np.int32)
    starts = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    # Sorted by place, so that what is close on the ground is close in memory.
    x, y, days = x[order], y[order], days[order].astype(np.int32)
    order = np.arange(x.size, dtype=np.int32)
    none = np.zeros(0, np.int32)
    count = pairs_of(x, y, order, starts, columns, rows, BANDS**2, False, none, none, none.astype(np.int8))
    first, second, band = np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count, np.int8)
    pairs_of(x, y, order, starts, columns, rows, BANDS**2, True, first, second, band)
    paired = time.perf_counter()
    tables = tables_of(first, second, band, days, BANDS.size, TIMES, PERMUTATIONS, 1)
    p = (1 + (tables[1:] >= tables[0]).sum(axis=0)) / (1 + PERMUTATIONS)
    return count, tables[0], p, paired - start, time.perf_counter() - paired


data = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
few = data[:200]
start = time.perf_counter()
knox(few[:, 0].copy(), few[:, 1].copy(), few[:, 2].astype(np.int64))
compiling = time.perf_counter() - start
count, observed, p, pairing, permuting = knox(data[:, 0].copy(), data[:, 1].copy(), data[:, 2].astype(np.int64))
print(json.dumps({
    "what": "knox_numba", "points": len(data), "pairs": count, "seconds": pairing + permuting, "pairing": pairing,
    "permuting": permuting, "compiling": compiling, "observed": observed.ravel().tolist(),
}))
