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
    /// Find which records are the same person, now.
    Link,
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
        /// Categories of data.
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
