"""Writes single_best_links.json: what Splink 5 makes of random links without ties, by `cluster_using_single_best_links`.

Run in an environment with Splink 5: `python single_best_links.py`.
"""

import json
import pathlib
import random

import duckdb
from splink import DuckDBAPI
from splink.internals.one_to_one_clustering import one_to_one_clustering

random.seed(7)
RECORDS, LINKS = 24, 60


def clustered(sources, free, links):
    con = duckdb.connect()
    con.execute("create table nodes(unique_id int, source_dataset varchar)")
    con.execute(
        "create table edges(l int, r int, source_dataset_l varchar, source_dataset_r varchar, match_probability double)"
    )
    for at, source in enumerate(sources):
        con.execute("insert into nodes values (?, ?)", [at, source])
    for l, r, weight in links:
        con.execute("insert into edges values (?, ?, ?, ?, ?)", [l, r, sources[l], sources[r], 0.5 + weight / 200])
    api = DuckDBAPI(connection=con)
    nodes = api.table_to_splink_dataframe("nodes", "nodes")
    edges = api.table_to_splink_dataframe("edges", "edges")
    out = one_to_one_clustering(nodes, edges, "unique_id", "source_dataset", "l", "r", list(free), "drop", api, None)
    groups = {}
    for row in out.as_record_list():
        groups.setdefault(row["cluster_id"], []).append(row["unique_id"])
    smallest = {record: min(group) for group in groups.values() for record in group}
    return [smallest[at] for at in range(RECORDS)]


cases = []
for free in ["abc", "ab", "abc"]:
    sources = "".join(random.choice("abc") for _ in range(RECORDS))
    pairs = {}
    while len(pairs) < LINKS:
        pairs.setdefault(tuple(sorted(random.sample(range(RECORDS), 2))), None)
    weights = list(range(1, LINKS + 1))
    random.shuffle(weights)
    links = [[l, r, weight] for (l, r), weight in zip(pairs, weights)]
    cases.append({"sources": sources, "free": free, "edges": links, "clusters": clustered(sources, free, links)})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
