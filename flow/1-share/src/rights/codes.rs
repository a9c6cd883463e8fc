//! Code lists of people's rights, each with its words: what is asked, by whom, under which regime, what was done, on which ground
//! something is withheld or refused. Citations are a reading of the law for software, not legal advice.

base::code_list! {
    /// Which right. `more` is the law.
    Kind {
        /// A copy of what is held.
        Access => "access", "See what is held", "UK GDPR article 15; Data Protection Act 2018 section 45";
        /// What is wrong is put right.
        Correction => "correction", "Correct it", "UK GDPR article 16; Data Protection Act 2018 section 46";
        /// It is not to be used.
        Objection => "objection", "Object to its use", "UK GDPR article 21";
        /// It is kept and not used.
        Restriction => "restriction", "Keep it, and don’t use it", "UK GDPR article 18; Data Protection Act 2018 section 47";
        /// It is deleted.
        Erasure => "erasure", "Delete it", "UK GDPR article 17; Data Protection Act 2018 section 47";
        /// How it was handled.
        Complaint => "complaint", "Complain", "Data Protection Act 2018 section 164A, from the Data (Use and Access) Act 2025";
    }
}

impl Kind {
    /// A request of this kind, as lists and headings call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Access => "Access request",
            Self::Correction => "Correction",
            Self::Objection => "Objection",
            Self::Restriction => "Restriction",
            Self::Erasure => "Request to delete",
            Self::Complaint => "Complaint",
        }
    }
}

base::code_list! {
    /// Who asks.
    MadeBy {
        /// The person.
        Person => "person", "The person themselves", "";
        /// A parent.
        Parent => "parent", "A parent", "A child who understands what they ask decides for themselves: ask them first.";
        /// A carer with responsibility in law.
        Carer => "carer", "A carer or guardian", "A child who understands what they ask decides for themselves: ask them first.";
        /// A solicitor.
        Solicitor => "solicitor", "A solicitor", "They need the person’s signed authority.";
        /// An advocate.
        Advocate => "advocate", "An advocate or a charity", "They need the person’s signed authority.";
    }
}

base::code_list! {
    /// Under which law. It hangs on the controller and what it keeps the data for.
    Regime {
        /// UK GDPR.
        General => "uk_gdpr", "UK GDPR", "";
        /// Part 3.
        LawEnforcement => "dpa_part_3", "Data Protection Act 2018 Part 3 (law enforcement)", "";
        /// Both kinds of records.
        Both => "both", "UK GDPR and law enforcement rules", "";
    }
}

base::code_list! {
    /// What was done with a request.
    Deed {
        /// It came.
        Received => "received", "Received", "";
        /// The clock stops.
        IdentityAsked => "identity_asked", "Asked who they are", "";
        /// The clock begins.
        IdentitySeen => "identity_seen", "Saw who they are", "";
        /// The clock stops.
        ClarificationAsked => "clarification_asked", "Asked what they mean", "";
        /// The clock goes on.
        Clarified => "clarified", "They said what they mean", "";
        /// Two more months.
        Extended => "extended", "Extended by two months", "";
        /// A complaint was acknowledged.
        Acknowledged => "acknowledged", "Acknowledged", "";
        /// Everything was found.
        Gathered => "gathered", "Found what is held", "";
        /// Given to the second person.
        Submitted => "submitted", "Given to a second person", "";
        /// Not yet.
        SentBack => "sent_back", "Sent back", "";
        /// As it is.
        Approved => "approved", "Approved", "";
        /// Of a right other than access.
        Decided => "decided", "Decided", "";
        /// They have the answer.
        Answered => "answered", "Answered", "";
        /// They were told that it is refused.
        Refused => "refused", "Refused", "";
        /// They took it back.
        Withdrawn => "withdrawn", "Withdrawn", "";
    }
}

base::code_list! {
    /// Why an answer takes two more months (UK GDPR article 12(3)).
    Longer {
        /// One request is complex.
        Complex => "complex", "The request is complex", "";
        /// They made several.
        Several => "several", "They made several requests", "";
    }
}

base::code_list! {
    /// How an answer was given.
    Given {
        /// Face to face.
        ByHand => "by_hand", "Handed over, and talked through", "";
        /// A letter.
        Post => "post", "Sent by tracked post", "";
        /// Electronically.
        SecureMail => "secure_mail", "Sent by secure mail", "";
        /// Fetched.
        Collected => "collected", "Collected by them", "";
    }
}

base::code_list! {
    /// What was decided on a right other than access.
    Outcome {
        /// Wholly.
        Done => "done", "Yes: it is done", "";
        /// In part.
        Partly => "partly", "In part", "";
        /// Not.
        Not => "not", "No", "";
    }
}

impl Outcome {
    /// In words, of a right.
    pub(crate) fn of(self, kind: Kind) -> &'static str {
        match (kind, self) {
            (Kind::Complaint, Self::Done) => "Upheld",
            (Kind::Complaint, Self::Partly) => "Partly upheld",
            (Kind::Complaint, Self::Not) => "Not upheld",
            (Kind::Erasure, Self::Done) => "Yes: delete it",
            (Kind::Erasure, Self::Not) => "No: keep it",
            _ => self.words(),
        }
    }
}

impl NotDone {
    /// The grounds on which what this right asks is not done, or a complaint is not upheld.
    pub(crate) fn of(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |one| one.is_of(kind))
    }

    fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Unfounded | Self::Excessive | Self::NoIdentity | Self::NoAuthority => true,
            Self::Accurate => kind == Kind::Correction,
            Self::LegalDuty => kind == Kind::Erasure,
            Self::PublicTask => matches!(kind, Kind::Erasure | Kind::Objection),
            Self::LegalClaims => matches!(kind, Kind::Erasure | Kind::Objection | Kind::Restriction),
            Self::Others => matches!(kind, Kind::Access | Kind::Erasure | Kind::Restriction),
            Self::Crime => matches!(kind, Kind::Access | Kind::Correction | Kind::Erasure | Kind::Restriction),
        }
    }
}

base::code_list! {
    /// On which ground a request, or what it asks for, is refused. `more` is the law.
    NotDone {
        /// Unfounded.
        Unfounded => "unfounded", "It is plainly without ground", "UK GDPR article 12(5); Data Protection Act 2018 section 53";
        /// Excessive.
        Excessive => "excessive", "It is excessive: the same was answered a short time ago", "UK GDPR article 12(5); Data Protection Act 2018 section 53";
        /// Who asks was not shown.
        NoIdentity => "no_identity", "Who asks could not be shown", "UK GDPR article 12(2) and (6); Data Protection Act 2018 section 52(4)";
        /// No authority.
        NoAuthority => "no_authority", "They may not ask for this person", "UK GDPR article 12(2)";
        /// It is right.
        Accurate => "accurate", "The record is right, or says what was said at the time", "UK GDPR article 16; Data Protection Act 2018 section 46";
        /// It must be kept.
        LegalDuty => "legal_duty", "The law says that it must be kept", "UK GDPR article 17(3)(b)";
        /// A public task.
        PublicTask => "public_task", "It is needed for a task in the public interest, such as keeping a child safe", "UK GDPR articles 17(3)(b) and 21(1)";
        /// Evidence.
        LegalClaims => "legal_claims", "It is needed for legal claims, or as evidence", "UK GDPR articles 17(3)(e), 18(2) and 21(1); Data Protection Act 2018 section 47(2)";
        /// Somebody else's rights.
        Others => "others", "It protects the rights of somebody else", "UK GDPR article 18(2); Data Protection Act 2018 Schedule 2 paragraph 16";
        /// Law enforcement.
        Crime => "crime", "It would get in the way of preventing or finding out about crime", "Data Protection Act 2018 Schedule 2 paragraph 2, and sections 45(4) and 48(3)";
    }
}

base::code_list! {
    /// On which ground something is left out of an answer. `more` is the law.
    Ground {
        /// Somebody else.
        ThirdParty => "third_party", "It is about somebody else", "Data Protection Act 2018 Schedule 2 paragraph 16";
        /// Crime.
        Crime => "crime", "It would get in the way of preventing or finding out about crime", "Data Protection Act 2018 Schedule 2 paragraph 2";
        /// Proceedings.
        Proceedings => "proceedings", "It is needed for legal proceedings or rights", "Data Protection Act 2018 Schedule 2 paragraph 5";
        /// Privilege.
        Privilege => "privilege", "It is legal advice", "Data Protection Act 2018 Schedule 2 paragraph 19";
        /// Health.
        HarmHealth => "harm_health", "Seeing it could seriously harm somebody’s health", "Data Protection Act 2018 Schedule 3 paragraph 5";
        /// Social work.
        HarmSocialWork => "harm_social_work", "Seeing it could seriously harm somebody, and get in the way of social work", "Data Protection Act 2018 Schedule 3 paragraph 11";
        /// Education.
        HarmEducation => "harm_education", "Seeing it could seriously harm somebody", "Data Protection Act 2018 Schedule 3 paragraph 19";
        /// Child abuse.
        ChildAbuse => "child_abuse", "It says that a child was or may be at risk of abuse, and seeing it is not best for the child", "Data Protection Act 2018 Schedule 3 paragraph 21";
        /// Part 3: an inquiry or a crime.
        PoliceInquiry => "police_inquiry", "It would get in the way of an inquiry, or of preventing or finding out about crime", "Data Protection Act 2018 section 45(4)(a) and (b)";
        /// Part 3: security.
        PublicSecurity => "public_security", "It would harm public or national security", "Data Protection Act 2018 section 45(4)(c) and (d)";
        /// Part 3: others.
        PoliceOthers => "police_others", "It protects the rights of somebody else", "Data Protection Act 2018 section 45(4)(e)";
        /// Said elsewhere.
        Duplicate => "duplicate", "The same is given elsewhere in this answer", "Given once";
        /// Keys and passwords.
        Security => "security", "It keeps the system safe, and says nothing about the person", "UK GDPR article 32";
    }
}

impl Ground {
    /// Whether it is one of Part 3, for records that are kept for law enforcement; none where it serves under both regimes.
    pub(crate) fn law_enforcement(self) -> Option<bool> {
        match self {
            Self::PoliceInquiry | Self::PublicSecurity | Self::PoliceOthers => Some(true),
            Self::Duplicate | Self::Security => None,
            _ => Some(false),
        }
    }

    /// Whether telling the person that this was the ground would do the harm itself: then only a sentence that is true of every
    /// answer is said.
    pub(crate) fn is_silent(self) -> bool {
        matches!(self, Self::Crime | Self::PoliceInquiry | Self::PublicSecurity)
    }

    /// The grounds that can be named for a record.
    pub(crate) fn for_record(law_enforcement: bool) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |ground| ground.law_enforcement().is_none_or(|of| of == law_enforcement))
    }
}
