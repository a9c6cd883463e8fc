//! A member: someone who signs in, for which agency they act, and what they may do (their duties).

mod store;

use std::collections::BTreeSet;

use base::{Code, Id, kind};

pub(crate) use store::Secrets;
pub use store::{Members, add, all, by_email, by_id, names, set_active, set_duties};
pub(crate) use store::{
    recovery_code_used, second_factor_step_used, secrets_by_email, secrets_by_id, set_password, set_second_factor,
};

/// Someone who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: Id<kind::Member>,
    /// The address by which they sign in; folded to lower case.
    pub email: String,
    /// Their name, as colleagues know them.
    pub name: String,
    /// For which agency they act.
    pub agency: Id<kind::Agency>,
    /// Whether they may sign in.
    pub active: bool,
    /// What they may do.
    pub duties: BTreeSet<Duty>,
}

base::code_list! {
    /// What a member may do; `more` is what it lets them do, to be read after a colon. Policy says what each means: see `policies/`.
    Duty {
        /// Meets young people at reachable moments.
        Navigator => "navigator", "Navigator", "sees moments to act on, and the young person they are about";
        /// Supports young people over time.
        YouthWorker => "youth_worker", "Youth worker", "sees the young people to support, and records what was done";
        /// Protects children; works for social care.
        SocialWorker => "social_worker", "Social worker", "looks a child up to keep them safe";
        /// Checks deliveries, settles pairs, counts.
        Analyst => "analyst", "Analyst", "checks deliveries, decides which records are the same person, counts";
        /// Works with intelligence to prevent violence.
        IntelligenceOfficer => "intelligence_officer", "Intelligence officer", "looks at police and partner records to prevent violence";
        /// Leads the unit.
        ProjectManager => "project_manager", "Project manager", "sees counts and money, and never a person";
        /// Answers for the unit.
        BoardMember => "board_member", "Board member", "sees counts, and never a person";
        /// Watches over the law.
        DataProtectionOfficer => "data_protection_officer", "Data protection officer", "sees who looked and why, keeps agreements, answers people’s rights";
        /// Answers for what an agency sends.
        DataOwner => "data_owner", "Data owner", "sends their own agency’s data and mends it";
        /// Keeps the rota.
        RotaLead => "rota_lead", "Rota lead", "keeps the rota and assigns moments";
        /// Keeps accounts and settings.
        Administrator => "administrator", "Administrator", "keeps accounts and settings, and sees no one’s record";
    }
}

impl From<Duty> for Code {
    fn from(duty: Duty) -> Self {
        // Every duty's word is a code; a test says so.
        Self::new(duty.code()).unwrap_or_else(|_| base::code!("unknown_duty"))
    }
}

/// A member to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The address by which they sign in.
    pub email: String,
    /// Their name, as colleagues know them.
    pub name: String,
    /// For which agency they act.
    pub agency: Id<kind::Agency>,
    /// What they may do.
    pub duties: BTreeSet<Duty>,
    /// Their first password; without one they can't sign in by password.
    pub password: Option<crate::sign_in::PasswordHash>,
}

/// Why a member can't be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// No name.
    #[error("give the member a name of 1 to 200 characters")]
    Name,
    /// No address.
    #[error("give an email address such as name@example.org")]
    Email,
    /// Somebody has this address.
    #[error("somebody signs in with this email address already")]
    Taken,
    /// Nothing to do.
    #[error("give the member at least one duty")]
    NoDuty,
    /// There is no such agency.
    #[error("there is no such agency")]
    NoAgency,
    /// There is no such member.
    #[error("there is no such member")]
    NoMember,
    /// The database's.
    #[error(transparent)]
    Store(#[from] vault::StoreError),
}

/// An address as it is kept and looked for: without spaces around it, in lower case.
pub(crate) fn folded_email(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duty_is_a_code_and_is_read_back() {
        for duty in Duty::ALL {
            assert!(Code::is_valid(duty.code()));
            assert_eq!(duty.code().parse(), Ok(*duty));
        }
        assert!("Navigator".parse::<Duty>().is_err());
    }
}
