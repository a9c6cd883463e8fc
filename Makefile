# Two commands matter: `make demo` and `make test`. The others are parts of them, or measure.

CARGO ?= cargo
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1

.PHONY: demo test assets lint bench-audit bench-decisions bench-ingest bench-linkage bench-pages bench-places bench-search fuzz redteam torture screenshots setup-build setup-test witness

## Build the program, make a synthetic county and serve it on http://localhost:8080
demo: assets
	$(CARGO) build --release --locked -p alongside
	$(CARGO) run --release --locked --quiet -p alongside -- demo $(DEMO)

## Everything that is checked: lints, unit, property and store tests on SQLite and PostgreSQL, browser tests with axe
test: setup-test assets
	scripts/test

## The style sheet, scripts and fonts of the page kit, from npm packages
assets: setup-build
	scripts/assets

lint: assets
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

## A decision with 200 agreements and 60 gateways, on both databases, beside Cedar's own cost
bench-decisions: assets
	scripts/with-postgres $(CARGO) run --release --locked --quiet -p share --example bench_decisions

## Entries a second into the audit log and pages meanwhile, and verifying a million, on SQLite and PostgreSQL (BENCH="--seconds 60")
bench-audit:
	scripts/bench-audit $(BENCH)

## Rows a second into SQLite, against a bare insert in the same run and DuckDB beside it
bench-ingest: assets
	scripts/bench-ingest

## How long every page of a unit with 200,000 residents takes: median, 95th percentile and size as sent
bench-pages: assets
	scripts/bench-pages

## Looking somebody up among 2,000,000 people, from the form to the answer, on both databases (BENCH="--people 200000")
bench-search: assets
	scripts/with-postgres $(CARGO) run --release --locked --quiet -p link --example bench_search -- $(BENCH)

## Linking 1,000,000 records, side by side with Splink 5 on DuckDB 2: seconds, memory, ratio (BENCH="--runs 5 --wide 1 --large")
bench-linkage:
	scripts/bench-linkage $(BENCH)

## Statistics of places, side by side with pygeoda, esda, KDEpy and a Knox test in numba: seconds, ratio, growth (BENCH="--scan")
bench-places:
	scripts/bench-places $(BENCH)

## Coverage-guided fuzzing of the linkage engine's kernels, readers and linker, a minute each (FUZZ="--seconds 600 --target linker")
fuzz:
	scripts/fuzz $(FUZZ)

## Every duty's session asks for every address and sends every form of every other's: nothing may leak
redteam: assets setup-test
	scripts/browser-tests --project=desktop redteam.spec.js

## Kill the program at 200 random instants while it ingests and links, on both databases; sums must hold (bounded: 30 minutes)
torture: setup-test assets
	scripts/torture

## A picture of every page at 1280 and 360 wide, in e2e/screenshots
screenshots: setup-test assets
	scripts/browser-tests --project=screenshots

## The small program with which partners check the audit log without the unit: target/release/alongside-witness (docs/witness.md)
witness:
	$(CARGO) build --release --locked -p witness

setup-build:
	@scripts/need build

setup-test:
	@scripts/need test
