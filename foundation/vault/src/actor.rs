//! Who acts, why, and what kind of processing it is: the words that every permit and every audit entry is made of.

use base::{Code, Id, kind};

/// Whoever does something. An operator at the command line is a member, or the recorded system account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person who signed in.
    Member {
        /// Who.
        id: Id<kind::Member>,
        /// For which agency they act.
        agency: Id<kind::Agency>,
    },
    /// An agency's token at the API.
    Token {
        /// Which token.
        id: Id<kind::Token>,
        /// Whose it is.
        agency: Id<kind::Agency>,
    },
    /// A background job.
    Job {
        /// What kind of job.
        kind: Code,
        /// The job itself.
        id: Id<kind::Job>,
    },
    /// The recorded system account: the program at the command line, on the machine that holds the keys.
    System,
}

impl Actor {
    /// The agency for which this actor acts; jobs and the system act for the unit as a whole.
    #[must_use]
    pub fn agency(&self) -> Option<Id<kind::Agency>> {
        match self {
            Self::Member { agency, .. } | Self::Token { agency, .. } => Some(*agency),
            Self::Job { .. } | Self::System => None,
        }
    }

    /// `member`, `token`, `job` or `system`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Member { .. } => "member",
            Self::Token { .. } => "token",
            Self::Job { .. } => "job",
            Self::System => "system",
        }
    }

    /// Its id as text; the system account is `system`.
    #[must_use]
    pub fn id_text(&self) -> String {
        match self {
            Self::Member { id, .. } => id.to_string(),
            Self::Token { id, .. } => id.to_string(),
            Self::Job { id, .. } => id.to_string(),
            Self::System => "system".to_owned(),
        }
    }
}

base::code_list! {
    /// Why something is done. An agreement lists the purposes it covers.
    Purpose {
        /// Protecting a child or a vulnerable adult from harm.
        Safeguarding => "safeguarding";
        /// Offering support at a reachable moment.
        Support => "support";
        /// Finding which records are the same person.
        Linking => "linking";
        /// Taking in what partners send, checking it and having it mended.
        Collection => "collection";
        /// Counting, for the board, the funder and the public.
        Statistics => "statistics";
        /// Preventing crime and disorder, under the agreement's own gateway.
        Prevention => "prevention";
        /// Answering a person's rights: access, correction, erasure.
        Rights => "rights";
        /// Keeping accounts, agreements, rotas and settings.
        Administration => "administration";
        /// Checking who looked and why.
        Oversight => "oversight";
    }
}

base::code_list! {
    /// What an actor wants to do with rows about people.
    Verb {
        /// Take rows in from a partner.
        Collect => "collect";
        /// Open one person, record or moment.
        View => "view";
        /// See a list of work: moments, pairs to review, quarantined rows.
        List => "list";
        /// Look for a person.
        Search => "search";
        /// Write to what is kept about a person.
        Record => "record";
        /// Compare records to find which are the same person.
        Link => "link";
        /// Count without seeing anyone.
        Count => "count";
        /// Give to another agency or take out of the system.
        Disclose => "disclose";
        /// Delete at the end of retention or by right.
        Erase => "erase";
    }
}

base::code_list! {
    /// The kinds of processing that are logged (Data Protection Act 2018 section 62), and two of the house's own.
    Operation {
        /// Data came in.
        Collection => "collection";
        /// Data was changed.
        Alteration => "alteration";
        /// Data was looked at.
        Consultation => "consultation";
        /// Data was given out.
        Disclosure => "disclosure";
        /// Data was combined with other data.
        Combination => "combination";
        /// Data was deleted.
        Erasure => "erasure";
        /// Accounts, agreements or settings were changed.
        Administration => "administration";
        /// Somebody signed in, failed to, or signed out.
        SignIn => "sign_in";
    }
}

impl Verb {
    /// The kind of processing that an allowed request of this verb is.
    #[must_use]
    pub fn operation(self) -> Operation {
        match self {
            Self::Collect => Operation::Collection,
            Self::View | Self::List | Self::Search | Self::Count => Operation::Consultation,
            Self::Record => Operation::Alteration,
            Self::Link => Operation::Combination,
            Self::Disclose => Operation::Disclosure,
            Self::Erase => Operation::Erasure,
        }
    }
}

/// What a request or a change is about: a kind and an id, or the unit as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `person`, `record`, `moment`, `delivery`, `run`, `unit`, …
    pub kind: &'static str,
    /// Its id; none for the unit.
    pub id: Option<String>,
}

impl Scope {
    /// Something with an id.
    pub fn of<T>(kind: &'static str, id: Id<T>) -> Self {
        Self { kind, id: Some(id.to_string()) }
    }

    /// One person.
    #[must_use]
    pub fn person(id: Id<kind::Person>) -> Self {
        Self::of("person", id)
    }

    /// No one thing: the unit as a whole.
    #[must_use]
    pub fn unit() -> Self {
        Self { kind: "unit", id: None }
    }
}
