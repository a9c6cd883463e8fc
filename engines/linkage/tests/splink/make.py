#!/usr/bin/env python3
"""Runs Splink 5 with stated models and stores what tests/it/splink.rs checks against.

    python3 -m venv venv && venv/bin/pip install splink==5.0.0 duckdb==2.0.0 pyarrow
    venv/bin/python engines/linkage/tests/splink/make.py ../shared/data/linkage

For each data set it writes `NAME.json` (the model, as Splink saves one) and `NAME.pairs.gz`: every pair that Splink compared, as numbers
of records, and its match weight to eight places. The records themselves are not stored. m, u and the prior are stated here and not
trained, so that the files are the same from one run to the next.
"""

import csv
import gzip
import json
import re
import sys
from pathlib import Path

import pyarrow
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

HERE = Path(__file__).parent
DATA = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../../../../shared/data/linkage")

# Chances by number of levels, strictest first.
M = {2: [0.9, 0.1], 3: [0.8, 0.15, 0.05], 4: [0.7, 0.15, 0.1, 0.05], 5: [0.6, 0.15, 0.1, 0.1, 0.05]}
U = {2: [0.001, 0.999], 3: [0.001, 0.009, 0.99], 4: [0.0005, 0.0015, 0.008, 0.99], 5: [0.0004, 0.0006, 0.002, 0.017, 0.98]}
M |= {6: [0.55, 0.15, 0.1, 0.08, 0.07, 0.05], 7: [0.5, 0.1, 0.1, 0.1, 0.08, 0.07, 0.05]}
U |= {6: [0.0003, 0.0007, 0.001, 0.008, 0.07, 0.92], 7: [0.0002, 0.0003, 0.0005, 0.001, 0.008, 0.07, 0.92]}


def read(*names):
    """Records of one or two files, numbered through; empty values are missing."""
    sources, number = [], 0
    for name in names:
        with open(DATA / name, newline="") as file:
            rows = [{k.strip(): (v or "").strip() or None for k, v in row.items()} for row in csv.DictReader(file, skipinitialspace=True)]
        for row in rows:
            row["row"], number = number, number + 1
        sources.append(rows)
    return sources


def stated(settings, prior):
    """The settings with their chances filled in."""
    model = settings.get_settings("duckdb").as_dict()
    model["probability_two_random_records_match"] = prior
    for comparison in model["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level, m, u in zip(levels, M[len(levels)], U[len(levels)], strict=True):
            level["m_probability"], level["u_probability"] = m, u
    return model


def best_f1(pairs, person_of, source_of):
    """The best F1 at any threshold, counting pairs that were not compared as missed."""
    across = lambda a, b: source_of is None or source_of[a] != source_of[b]
    people = {}
    for row, person in enumerate(person_of):
        people.setdefault(person, []).append(row)
    matches = sum(across(a, b) for rows in people.values() for i, a in enumerate(rows) for b in rows[i + 1 :])
    best, links, right, last = 0.0, 0, 0, None
    for weight, a, b in sorted(((w, a, b) for a, b, w in pairs), reverse=True) + [(None, 0, 0)]:
        if last is not None and weight != last:
            best = max(best, 2 * right / (links + matches))
        if weight is not None:
            links, right, last = links + 1, right + (person_of[a] == person_of[b]), weight
    return best


def run(name, sources, settings, prior, person):
    model = stated(settings, prior)
    api = DuckDBAPI()
    tables = [api.register(pyarrow.Table.from_pylist(rows), dataset_display_name=f"s{n}") for n, rows in enumerate(sources)]
    linker = Linker(tables if len(tables) > 1 else tables[0], model)
    table = linker.inference.predict().as_pyarrow_table()
    rows = zip(*(table.column(c).to_pylist() for c in ("row_l", "row_r", "match_weight")), strict=True)
    pairs = sorted((min(a, b), max(a, b), round(w, 8)) for a, b, w in rows)

    weights = sorted({w for _, _, w in pairs})
    place = {w: n for n, w in enumerate(weights)}
    lines, last = [str(len(weights)), *map(str, weights)], 0
    for left, right, weight in pairs:
        lines.append(f"{left - last} {right - left} {place[weight]}")
        last = left
    people = [person(row) for rows in sources for row in rows]
    source_of = [n for n, rows in enumerate(sources) for _ in rows] if len(sources) > 1 else None
    # The shares that `unlinkables_chart` draws: records below a weight even against themselves.
    selves = linker._self_link().as_pyarrow_table().column("match_weight").to_pylist()
    unlinkable = {str(least): sum(w < least for w in selves) / len(selves) for least in (-5, 0, 5, 10, 15, 20)}
    saved = linker.misc.save_model_to_json()
    f1 = best_f1(pairs, people, source_of)
    model = {"splink": splink.__version__, "best_f1": f1, "unlinkable": unlinkable, **saved, "linker_uid": name}
    (HERE / f"{name}.json").write_text(json.dumps(model, indent=1) + "\n")
    with open(HERE / f"{name}.pairs.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=9, mtime=0, filename="") as file:
        file.write("\n".join(lines).encode())
    size = (HERE / f"{name}.pairs.gz").stat().st_size
    print(f"{name}: {len(pairs)} pairs, {len(weights)} weights, {size} bytes, best F1 {f1:.6f}")


def febrl(row):
    return re.match(r"rec-(\d+)-", row["rec_id"])[1]


run(
    "fake_1000",
    read("fake_1000.csv"),
    SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "city"),
            block_on("surname"),
            block_on("dob"),
            block_on("substr(first_name, 1, 3)", "substr(surname, 1, 2)"),
        ],
        additional_columns_to_retain=["cluster"],
    ),
    0.002,
    lambda row: row["cluster"],
)
run(
    # Term frequency on levels whose values may differ, of a column that the level doesn't ask for, and where one side has none.
    "fake_1000_rarity",
    read("fake_1000.csv"),
    SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[
            cl.CustomComparison(
                output_column_name="names",
                comparison_levels=[
                    cll.And(cll.NullLevel("first_name"), cll.NullLevel("surname")),
                    cll.And(cll.ExactMatchLevel("first_name"), cll.ExactMatchLevel("surname")).configure(
                        tf_adjustment_column="surname"
                    ),
                    cll.And(cll.JaroWinklerLevel("first_name", 0.85), cll.JaroWinklerLevel("surname", 0.85)).configure(
                        tf_adjustment_column="surname", tf_adjustment_weight=0.7, tf_minimum_u_value=0.002
                    ),
                    cll.ExactMatchLevel("surname").configure(tf_adjustment_column="surname"),
                    cll.Or(cll.JaroWinklerLevel("surname", 0.8), cll.ExactMatchLevel("first_name")).configure(
                        tf_adjustment_column="surname", tf_adjustment_weight=0.5
                    ),
                    cll.ElseLevel(),
                ],
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.CustomComparison(
                output_column_name="city",
                comparison_levels=[
                    cll.NullLevel("city"),
                    cll.ExactMatchLevel("city").configure(tf_adjustment_column="city"),
                    cll.LevenshteinLevel("city", 2).configure(tf_adjustment_column="city", tf_minimum_u_value=0.01),
                    cll.ElseLevel(),
                ],
            ),
            cl.CustomComparison(
                output_column_name="email",
                comparison_levels=[
                    cll.NullLevel("email"),
                    cll.ExactMatchLevel("email").configure(
                        tf_adjustment_column="city", disable_tf_exact_match_detection=True
                    ),
                    cll.JaroWinklerLevel("email", 0.88).configure(
                        tf_adjustment_column="email", disable_tf_exact_match_detection=True, tf_adjustment_weight=0.3
                    ),
                    cll.ElseLevel(),
                ],
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "city"),
            block_on("surname"),
            block_on("dob"),
            block_on("substr(first_name, 1, 3)", "substr(surname, 1, 2)"),
            block_on("email"),
        ],
        additional_columns_to_retain=["cluster"],
    ),
    0.002,
    lambda row: row["cluster"],
)
run(
    "febrl3",
    read("febrl_dataset3.csv"),
    SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.JaroAtThresholds("address_1", [0.9]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.CustomComparison(
                output_column_name="postcode",
                comparison_levels=[
                    cll.NullLevel("postcode"),
                    cll.ExactMatchLevel("postcode").configure(
                        tf_adjustment_column="postcode", tf_adjustment_weight=0.5, tf_minimum_u_value=0.001
                    ),
                    cll.Or(cll.LevenshteinLevel("postcode", 1), cll.ExactMatchLevel("suburb")),
                    cll.ElseLevel(),
                ],
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            block_on("surname"),
            block_on("address_1"),
            block_on("substr(given_name, 1, 3)", "substr(suburb, 1, 4)"),
        ],
    ),
    0.0005,
    febrl,
)
run(
    "febrl4",
    read("febrl_dataset4a.csv", "febrl_dataset4b.csv"),
    SettingsCreator(
        link_type="link_only",
        unique_id_column_name="row",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.LevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            cl.JaccardAtThresholds("address_1", [0.9, 0.7]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            block_on("soc_sec_id"),
            block_on("date_of_birth"),
            block_on("postcode"),
            block_on("address_1", "street_number"),
        ],
    ),
    0.0002,
    febrl,
)
