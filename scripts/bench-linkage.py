"""Splink's side of `make bench-linkage`, and the table of both.

    python bench-linkage.py splink RECORDS [--wide] [--records N]     one timed run of Splink 5 on DuckDB 2, as a line of JSON
    python bench-linkage.py table RESULTS                             medians and ratios of the lines that scripts/bench-linkage wrote

Both sides read the same Parquet file, clean the same columns, train from the same sample sizes, compare the pairs of the same rules by the
same levels, and cluster at the same threshold. Time runs from the file to the clusters, without Python's start.
"""

import json
import logging
import resource
import statistics
import sys
import time

CLEAN = """
create table people as
with cleaned as (
    select row_number() over () as unique_id,
        nullif(trim(regexp_replace(strip_accents(lower(given)), '[^a-z ]', '', 'g')), '') as given,
        nullif(trim(regexp_replace(strip_accents(lower(family)), '[^a-z ]', '', 'g')), '') as family,
        strftime(coalesce(try_strptime(dob, '%Y-%m-%d'), try_strptime(dob, '%d/%m/%Y')), '%Y%m%d') as dob,
        nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
        nullif(regexp_replace(phone, '[^0-9]', '', 'g'), '') as phone,
        nullif(regexp_replace(nhs_number, '[^0-9]', '', 'g'), '') as nhs_number
    from read_parquet('{path}') {limit}
)
select *, left(dob, 4) as birth_year, left(given, 1) as initial,
    left(postcode, length(postcode) - 3) as district, left(postcode, length(postcode) - 2) as sector
from cleaned
"""


def splink(path, wide, records):
    import duckdb
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.WARNING)
    start = last = time.perf_counter()
    stages = {}

    def lap(name):
        nonlocal last
        stages[name] = round(time.perf_counter() - last, 3)
        last = time.perf_counter()

    connection = duckdb.connect()
    connection.execute("SET threads=2")
    connection.execute(CLEAN.format(path=path, limit=f"limit {records}" if records else ""))
    lap("load")

    def name(column):
        levels = [
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            cll.JaroWinklerLevel(column, 0.92),
            cll.JaroWinklerLevel(column, 0.88),
            cll.JaroWinklerLevel(column, 0.7),
            cll.ElseLevel(),
        ]
        return cl.CustomComparison(output_column_name=column, comparison_levels=levels)

    same = lambda column: cll.CustomLevel(f"{column}_l = {column}_r")
    dob = [
        cll.NullLevel("dob"),
        cll.ExactMatchLevel("dob"),
        cll.DamerauLevenshteinLevel("dob", 1),
        same("birth_year"),
        cll.ElseLevel(),
    ]
    postcode = [
        cll.NullLevel("postcode"),
        cll.ExactMatchLevel("postcode"),
        same("sector"),
        same("district"),
        cll.ElseLevel(),
    ]
    rules = [
        block_on("nhs_number"),
        block_on("phone"),
        block_on("given", "family"),
        block_on("dob", "initial"),
        block_on("family", "district") if wide else block_on("family", "district", "birth_year"),
        block_on("postcode", "birth_year"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            name("given"),
            name("family"),
            cl.CustomComparison(output_column_name="dob", comparison_levels=dob),
            cl.CustomComparison(output_column_name="postcode", comparison_levels=postcode),
            cl.ExactMatch("phone"),
            cl.ExactMatch("nhs_number"),
        ],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("people"), settings, log_level=None)
    lap("settings")
    certain = [block_on("nhs_number"), block_on("given", "family", "dob")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    lap("prior")
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    lap("u")
    for rule in [block_on("dob"), block_on("given", "family")]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e7)
    lap("m")
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    lap("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.95)
    lap("cluster")
    wall = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result = {"wall": round(wall, 3), "cpu": round(usage.ru_utime + usage.ru_stime, 2), "peak_mb": usage.ru_maxrss // 1024}
    count = lambda sql: connection.execute(sql).fetchall()[0][0]
    result["records"] = count("select count(*) from people")
    result["kept"] = count(f"select count(*) from {predictions.physical_name}")
    result["clusters"] = count(
        f"select count(*) from (select cluster_id from {clusters.physical_name} group by 1 having count(*) > 1)"
    )
    result["stages"] = stages
    print(json.dumps(result))


def table(path):
    runs = [json.loads(line) for line in open(path)]
    keys = list(dict.fromkeys((run["what"], run["records"]) for run in runs))
    print(f"{'what':8} {'records':>10} {'pairs':>12} | {'ours s':>7} {'cpu s':>7} {'MB':>6} | "
          f"{'Splink s':>8} {'cpu s':>7} {'MB':>6} | {'times':>6}")
    for what, records in keys:
        def median(side, key):
            values = [run[key] for run in runs if (run["what"], run["records"], run["side"]) == (what, records, side)]
            return statistics.median(values) if values else None
        row = {side: [median(side, key) for key in ("wall", "cpu", "peak_mb")] for side in ("ours", "splink")}
        show = lambda values: " ".join(f"{'' if v is None else round(v, 2):>{w}}" for v, w in zip(values, (7, 7, 6)))
        ratio = row["splink"][0] / row["ours"][0] if row["splink"][0] and row["ours"][0] else None
        print(f"{what:8} {records:>10,} {int(median('ours', 'compared') or 0):>12,} | {show(row['ours'])} |  {show(row['splink'])} | "
              f"{'' if ratio is None else round(ratio, 1):>6}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[0] == "table":
        table(arguments[1])
    else:
        records = int(arguments[arguments.index("--records") + 1]) if "--records" in arguments else None
        splink(arguments[1], "--wide" in arguments, records)
