//! What partners send. One file for each feed: its columns in order, how it writes dates and codes, and the row made of an
//! event and a person as told. [`outbox`] puts rows into files, with bad rows, repeats and later versions among them.
//!
//! | feed | file | bytes | covers | own id |
//! |---|---|---|---|---|
//! | `police_events` | csv | UTF-8 | a month's events | `row_ref` |
//! | `custody` | csv | Windows-1252 | a month's arrivals | `Custody Record Number` |
//! | `missing_episodes` | csv | UTF-16LE with BOM | a month's reports | `EpisodeID` |
//! | `youth_justice` | csv, every cell quoted | UTF-8, CRLF | all cases open in the quarter | `Case ID` |
//! | `exclusions` | xlsx with Excel dates | | a quarter's exclusions | none |
//! | `social_care` | csv | UTF-8 with BOM | all involvements open in the quarter | `Involvement ID` |
//! | `ae_navigator` | csv | UTF-8 | a month's notifications | `notification_id` |
//! | `istv` | csv | UTF-8 | a month's attendances, nobody named | none |
//! | `street_crime` | csv.gz, as data.police.uk | UTF-8 | a whole month | `Crime ID`, not for anti-social behaviour |

pub mod ae_navigator;
pub mod custody;
pub mod encoding;
pub mod exclusions;
pub mod istv;
pub mod missing_episodes;
pub mod outbox;
pub mod police_events;
pub mod social_care;
pub mod street_crime;
pub mod xlsx;
pub mod youth_justice;

/// The feeds that go through the [`outbox`]; street crime, which names nobody, is written month by month by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// Persons in police events.
    PoliceEvents,
    /// Arrivals in police custody.
    Custody,
    /// Episodes of children missing.
    MissingEpisodes,
    /// Youth justice cases.
    YouthJustice,
    /// School suspensions and permanent exclusions.
    Exclusions,
    /// Children's social care involvements.
    SocialCare,
    /// Navigator notifications from A&E.
    AeNavigator,
    /// Anonymous assault attendances.
    Istv,
}

/// What a column holds: how to spoil it, and whether a later version may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything; may be blank.
    Plain,
    /// Must not be blank.
    Required,
    /// A date or a date and time, required.
    When,
    /// One of a list, required.
    Code,
    /// A telephone number.
    Phone,
}

/// How a file's text becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    /// UTF-8.
    Plain,
    /// UTF-8 after a byte order mark.
    Marked,
    /// UTF-8, each cell quoted, lines ended by CR and LF.
    Quoted,
    /// UTF-16, little-endian, after a byte order mark.
    Utf16,
    /// Windows-1252.
    Windows1252,
    /// A workbook with one sheet.
    Workbook,
}

/// A feed's declaration.
pub struct Layout {
    /// Folder and name.
    pub name: &'static str,
    /// Columns in order.
    pub columns: &'static [(&'static str, Kind)],
    /// Bytes.
    pub bytes: Bytes,
    /// Months that one file covers: 1 or 3.
    pub months: u32,
    /// What an impossible date looks like in this feed.
    pub impossible: &'static str,
    /// Whether each file holds everything open, so that nothing needs to be sent again.
    pub whole_picture: bool,
}

impl Feed {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PoliceEvents,
        Self::Custody,
        Self::MissingEpisodes,
        Self::YouthJustice,
        Self::Exclusions,
        Self::SocialCare,
        Self::AeNavigator,
        Self::Istv,
    ];

    /// Its declaration.
    #[must_use]
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::PoliceEvents => &police_events::LAYOUT,
            Self::Custody => &custody::LAYOUT,
            Self::MissingEpisodes => &missing_episodes::LAYOUT,
            Self::YouthJustice => &youth_justice::LAYOUT,
            Self::Exclusions => &exclusions::LAYOUT,
            Self::SocialCare => &social_care::LAYOUT,
            Self::AeNavigator => &ae_navigator::LAYOUT,
            Self::Istv => &istv::LAYOUT,
        }
    }
}

/// `M` and `F` in words.
fn sex_in_words(sex: &str) -> String {
    match sex {
        "F" => "Female",
        "M" => "Male",
        _ => "Unknown",
    }
    .to_owned()
}

/// A date in a `strftime` format, or nothing.
fn day(date: Option<jiff::civil::Date>, format: &str) -> String {
    date.map(|date| date.strftime(format).to_string()).unwrap_or_default()
}

/// A date and time in a `strftime` format, or nothing.
fn time(at: Option<jiff::civil::DateTime>, format: &str) -> String {
    at.map(|at| at.strftime(format).to_string()).unwrap_or_default()
}
