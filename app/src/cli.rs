//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// The shared system of a violence reduction unit.
#[derive(Debug, Parser)]
#[command(name = "alongside", version, about, propagate_version = true)]
pub struct Cli {
    /// The configuration file; it need not exist.
    #[arg(long, global = true, default_value = "alongside.toml", env = "ALONGSIDE_CONFIG")]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a demonstration unit with a synthetic county, and serve it.
    Demo(Demo),
    /// Serve the pages and the API, and run the background jobs.
    Serve,
    /// Write a synthetic county with known truth.
    County(County),
    /// Take in files of a feed.
    Ingest(Ingest),
    /// Say whether files that declare feeds or moment types can be used, and what to mend.
    Check(Check),
    /// Load small areas, residents or postcodes.
    Areas(Areas),
    /// Find which records are the same person: the unit's own without files, or those of files with a spec.
    Link(Link),
    /// Where harm is, whether it moved and how sure that is: a study of somebody's files, with a report.
    Places(Places),
    /// Agencies.
    #[command(subcommand)]
    Agency(Agency),
    /// Agreements.
    #[command(subcommand)]
    Agreement(Agreement),
    /// People who sign in.
    #[command(subcommand)]
    Member(Member),
    /// Tokens with which agencies' systems send files and notifications.
    #[command(subcommand)]
    Token(Token),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Write an encrypted copy of everything to a file.
    Backup(BackupFile),
    /// Bring back a copy into an empty installation; what was erased since stays erased.
    Restore(BackupFile),
    /// Records read, people found, moments open: what the unit amounts to, and whether the counts add up.
    Summary(Summary),
    /// Say how this installation is set up and what is wrong with it.
    Doctor,
    /// Print the description of the API (OpenAPI).
    Openapi,
}

/// The demonstration.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where it is kept.
    #[arg(long, default_value = "demo-data")]
    pub dir: PathBuf,
    /// Residents of the county.
    #[arg(long, default_value_t = 200_000)]
    pub people: u64,
    /// The same seed gives the same county.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Do all but serve, print a summary, and end.
    #[arg(long)]
    pub no_serve: bool,
    /// Address and port to serve on; a loopback address.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
}

/// A synthetic county.
#[derive(Debug, Args)]
pub struct County {
    /// Residents.
    #[arg(long, default_value_t = 200_000)]
    pub people: u64,
    /// The same seed gives the same files.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// The folder to fill.
    #[arg(long)]
    pub out: PathBuf,
    /// The last day of its two years (default: today).
    #[arg(long)]
    pub until: Option<base::Date>,
    /// Rows of records.parquet (default: 1.43 for each resident that partners know).
    #[arg(long)]
    pub records: Option<u64>,
}

/// A study of places. It needs no unit, and nothing of the unit is read or written.
#[derive(Debug, Args)]
#[command(
    after_help = "alongside places 2019-*-street.csv --areas lsoa.geojson --population population.csv --out out/\n  alongside places --example > places.toml    # every setting, to change"
)]
pub struct Places {
    /// Files of events, plain or gzip: data.police.uk's, or any CSV of points or counts that the spec describes.
    #[arg(required_unless_present = "example")]
    pub events: Vec<PathBuf>,
    /// Boundaries of the areas: GeoJSON (plain or gzip) or GeoParquet.
    #[arg(long, required_unless_present = "example")]
    pub areas: Option<PathBuf>,
    /// Residents by area: CSV.
    #[arg(long, required_unless_present = "example")]
    pub population: Option<PathBuf>,
    /// Deciles of deprivation by area: CSV.
    #[arg(long)]
    pub deprivation: Option<PathBuf>,
    /// Weights of harm by category: CSV.
    #[arg(long)]
    pub harm: Option<PathBuf>,
    /// Settings (TOML); without them, those that --example prints.
    #[arg(long)]
    pub spec: Option<PathBuf>,
    /// The folder to write: report.html, areas.csv and .geojson, a table for each question, manifest.json.
    #[arg(long, required_unless_present = "example")]
    pub out: Option<PathBuf>,
    /// Print a spec with every setting, and stop.
    #[arg(long)]
    pub example: bool,
}

/// Files of a feed.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The feed, such as `custody`; `police-uk` is `police_uk`.
    pub feed: String,
    /// The files: CSV, gzipped CSV or XLSX.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// Files that declare feeds or moment types.
#[derive(Debug, Args)]
pub struct Check {
    /// Files of feeds.
    #[arg(long, num_args = 1.., required_unless_present = "moment_types")]
    pub feeds: Vec<PathBuf>,
    /// Files of moment types.
    #[arg(long, num_args = 1..)]
    pub moment_types: Vec<PathBuf>,
}

/// Linking. Without files it links the unit's own records and takes nothing else; with files it needs `--spec` (or `--update`) and `--out`, and no unit.
#[derive(Debug, Args)]
#[command(
    after_help = "With files, nothing of the unit is read or written.\n\n  alongside link --example > people.toml\n  alongside link people.csv --spec people.toml --out out/"
)]
pub struct Link {
    /// CSV or Parquet files; with several, each is a source.
    #[arg(conflicts_with_all = ["example", "from_splink"])]
    pub files: Vec<PathBuf>,
    /// What to link by: a spec (TOML), or a model of Splink 4 or 5 (JSON).
    #[arg(long, requires = "files")]
    pub spec: Option<PathBuf>,
    /// The folder to write: pairs.csv, clusters.csv, model.toml, charts and report.html. It is replaced as a whole.
    #[arg(long, requires = "files")]
    pub out: Option<PathBuf>,
    /// Only say what would be compared, and stop.
    #[arg(long, requires = "files")]
    pub plan: bool,
    /// Only look for blocking rules that find the most likely matches within --budget pairs, print them beside the spec's own, and stop.
    #[arg(long, requires = "files", conflicts_with_all = ["plan", "update", "out"])]
    pub suggest_blocking: bool,
    /// Compare records of different sources only: each source holds nobody twice.
    #[arg(long, requires = "files")]
    pub link_only: bool,
    /// The column that names a record (default: unique_id, record_id, rec_id or id, else the record's number).
    #[arg(long, value_name = "COLUMN", requires = "files")]
    pub id: Option<String>,
    /// The column that names a record's source, where one file holds several.
    #[arg(long, value_name = "COLUMN", requires = "files")]
    pub source: Option<String>,
    /// Most pairs that may be compared; a run beyond it is refused before it starts.
    #[arg(long, value_name = "PAIRS", default_value_t = 100_000_000)]
    pub budget: u64,
    /// A column that says who each record really is, to hold the links against.
    #[arg(long, value_name = "COLUMN", requires = "files")]
    pub truth: Option<String>,
    /// Tell quality apart by the groups of this column, such as sex, ethnicity or age; may be given several times.
    #[arg(long = "group", value_name = "COLUMN", requires = "truth")]
    pub groups: Vec<String>,
    /// A CSV of pairs that people labelled: left, right, same.
    #[arg(long, value_name = "FILE", requires = "files")]
    pub labels: Option<PathBuf>,
    /// A CSV of pairs that people decided, whatever their weight: left, right, decision (same or different).
    #[arg(long, value_name = "FILE", requires = "files")]
    pub decided: Option<PathBuf>,
    /// The folder of an earlier job over some of these records: only what is new or changed since is compared, and the result is that of a
    /// full run. Without --spec, with that job's model.
    #[arg(long, value_name = "FOLDER", requires = "files")]
    pub update: Option<PathBuf>,
    /// Draw pairs to label into to_label.csv, so that the precision is known within this margin, such as 0.02.
    #[arg(long, value_name = "MARGIN", requires = "files", value_parser = margin)]
    pub sample: Option<f64>,
    /// Print a commented spec to begin with.
    #[arg(long, exclusive = true)]
    pub example: bool,
    /// Print a Splink model as a spec.
    #[arg(long, value_name = "FILE", exclusive = true)]
    pub from_splink: Option<PathBuf>,
}

fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if margin > 0.0 && margin < 0.5 => Ok(margin),
        _ => Err("a margin lies between 0 and 0.5, such as 0.02".to_owned()),
    }
}

/// What is known of small areas.
#[derive(Debug, Args)]
pub struct Areas {
    /// Boundaries: GeoJSON, may be gzipped.
    #[arg(long)]
    pub boundaries: Option<PathBuf>,
    /// Residents by area: CSV.
    #[arg(long)]
    pub population: Option<PathBuf>,
    /// Postcode to area: CSV.
    #[arg(long)]
    pub postcodes: Option<PathBuf>,
}

/// Agencies.
#[derive(Debug, Subcommand)]
pub enum Agency {
    /// Add one.
    Add {
        /// A short code, such as `police`.
        #[arg(long)]
        code: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// unit, police, youth_justice, council, education, social_care, health, probation, fire or voluntary.
        #[arg(long)]
        kind: String,
        /// The categories of data that it supplies, such as `custody`.
        #[arg(long, value_delimiter = ',')]
        supplies: Vec<String>,
    },
    /// List them.
    List,
}

/// Agreements.
#[derive(Debug, Subcommand)]
pub enum Agreement {
    /// Add one, as it was signed.
    Add {
        /// Its title.
        #[arg(long)]
        title: String,
        /// Codes of the agencies that signed it.
        #[arg(long, value_delimiter = ',', required = true)]
        parties: Vec<String>,
        /// Categories of data: `custody` where every party brings it, `police:custody` where that one does.
        #[arg(long, value_delimiter = ',', required = true)]
        categories: Vec<String>,
        /// safeguarding, support, linking, collection, statistics, prevention, rights, administration, oversight.
        #[arg(long, value_delimiter = ',', required = true)]
        purposes: Vec<String>,
        /// Powers or duties in law, such as `children_act_2004_s10_s11`.
        #[arg(long, value_delimiter = ',', required = true)]
        gateways: Vec<String>,
        /// The ground that answers a duty of confidence, such as `best_interests`.
        #[arg(long)]
        confidentiality: Option<String>,
        /// Its first day.
        #[arg(long)]
        starts: base::Date,
        /// Its last day.
        #[arg(long)]
        ends: base::Date,
        /// When it must be looked at again (default: its last day).
        #[arg(long)]
        review: Option<base::Date>,
        /// The reference of its data protection impact assessment. Without one it permits nothing.
        #[arg(long)]
        assessment: Option<String>,
    },
    /// Record the reference of an agreement's data protection impact assessment.
    Assess {
        /// Its id, as `agreement list` shows it.
        id: String,
        /// The reference.
        #[arg(long)]
        reference: String,
    },
    /// End one early. What stood on it is refused from the day after, and what was linked under it is parted.
    End {
        /// Its id, as `agreement list` shows it.
        id: String,
        /// Its last day; yesterday ends it at once.
        #[arg(long)]
        last: base::Date,
    },
    /// List them.
    List,
}

/// People who sign in.
#[derive(Debug, Subcommand)]
pub enum Member {
    /// Let one choose a new password who can't sign in; prints a code for it. Their sign-ins end.
    Reset {
        /// The address by which they sign in.
        #[arg(long)]
        email: String,
        /// Take their second factor away too: they have lost their phone and their recovery codes.
        #[arg(long)]
        second_factor: bool,
    },
    /// Add one; the first password is read from standard input.
    Add {
        /// The address by which they sign in.
        #[arg(long)]
        email: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// The code of their agency.
        #[arg(long)]
        agency: String,
        /// What they may do, such as `navigator`.
        #[arg(long, value_delimiter = ',', required = true)]
        duties: Vec<String>,
    },
}

/// Tokens of agencies' systems.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make one; it is shown once.
    Add {
        /// The code of the agency.
        #[arg(long)]
        agency: String,
        /// What it is for.
        #[arg(long)]
        label: String,
    },
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Look for entries that were changed, removed, reordered or put in.
    Verify,
    /// Sign the log as it stands and write the signed head to a file, to be kept elsewhere.
    ExportHead,
    /// Prove to a partner that an entry is in the log, or that the log only grew since a head that they kept.
    Prove(Prove),
}

/// A proof that `alongside-witness` checks without the unit.
#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["entry", "from"])),
    after_help = "  alongside audit prove --entry 1204 --for police --out entry.json\n  alongside audit prove --from kept.head --out grew.json\n\nA partner checks the file with `alongside-witness check`."
)]
pub struct Prove {
    /// The entry's position, from 0, as the page “Who looked” shows it.
    #[arg(long, value_name = "N")]
    pub entry: Option<u64>,
    /// The code of the agency that gets the proof: it shows what the entry says (ids and codes) where that agency acted or its data was
    /// asked for. Without it, the proof holds the entry's hash alone.
    #[arg(long = "for", value_name = "AGENCY", conflicts_with = "from")]
    pub reader: Option<String>,
    /// The older head: the file that the partner kept, or the number of entries that it is over.
    #[arg(long, value_name = "HEAD_OR_SIZE")]
    pub from: Option<String>,
    /// The newer head, likewise (default: the newest, signed now).
    #[arg(long, value_name = "HEAD_OR_SIZE", conflicts_with = "entry")]
    pub to: Option<String>,
    /// The file to write (default: standard output).
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// A copy of everything.
#[derive(Debug, Args)]
pub struct BackupFile {
    /// The file.
    pub file: PathBuf,
}

/// What the unit amounts to.
#[derive(Debug, Args)]
pub struct Summary {
    /// As one line of JSON.
    #[arg(long)]
    pub json: bool,
}

impl Link {
    /// Whether this links the unit's own records, rather than a stranger's files.
    #[must_use]
    pub fn is_for_the_unit(&self) -> bool {
        self.files.is_empty() && !self.example && self.from_splink.is_none()
    }
}
