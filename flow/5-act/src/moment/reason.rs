//! The short lists of a moment: why a clock stops, how somebody was reached, whether they want support.

base::code_list! {
    /// Why a clock stops or pauses, or a moment ends.
    Reason {
        /// They were reached.
        Contacted => "contacted", "Reached";
        /// They don't want support.
        Declined => "declined", "They do not want support";
        /// Someone supports them already.
        AlreadySupported => "already_supported", "Someone supports them already";
        /// They no longer live here.
        MovedOutOfArea => "moved_out_of_area", "They have moved out of the area";
        /// It would put them or a worker in danger just now: the clock waits.
        NotSafeNow => "not_safe_now", "It is not safe to contact them now";
        /// They died.
        Died => "died", "They have died";
        /// It should never have been raised.
        RaisedInError => "raised_in_error", "This was raised in error";
        /// Support began, after they were reached and agreed.
        SupportStarted => "support_started", "Support has started";
        /// They could not be reached, and the time is up.
        NotReached => "not_reached", "They could not be reached";
        /// Somebody else held it before, as the record says and a worker confirms.
        AlreadyHeld => "already_held", "It was held already, as the record says";
    }
}

impl Reason {
    /// Whether a type may list it among the reasons that stop its clock.
    #[must_use]
    pub fn may_stop(self) -> bool {
        !matches!(self, Self::NotSafeNow | Self::SupportStarted | Self::NotReached | Self::AlreadyHeld)
    }

    /// Whether ending for this reason answers the moment, so that it counts as in time or not.
    #[must_use]
    pub fn is_an_answer(self) -> bool {
        matches!(self, Self::Declined | Self::AlreadySupported)
    }
}

base::code_list! {
    /// How an attempt was made.
    How {
        /// In person.
        FaceToFace => "face_to_face", "Face to face";
        /// By telephone.
        Phone => "phone", "By phone";
    }
}

base::code_list! {
    /// Whether a person wants support: their own word, apart from any lawful basis to share.
    Agreed {
        /// They do.
        Yes => "yes", "Yes";
        /// They don't.
        No => "no", "No";
        /// They have not decided.
        NotYet => "not_yet", "Not yet";
    }
}
