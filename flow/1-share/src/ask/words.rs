//! Code lists of asking, each with its words: how what was given must be handled, and why it was not given.

base::code_list! {
    /// How what was given must be handled.
    Condition {
        /// Nobody else is given it.
        NotOnward => "not_onward", "Don’t pass it on without asking us", "";
        /// It is for this and no more.
        ThisConcern => "this_concern", "Use it for this concern only", "";
        /// The person or the family are not told.
        NotToFamily => "not_to_family", "Don’t tell the person or their family that you know before you have spoken to us", "";
        /// The owner wants a call first.
        RingFirst => "ring_first", "Ring us before you act on it", "";
    }
}

base::code_list! {
    /// Why an ask is refused. `more` says what else is possible.
    Why {
        /// There is no such record.
        NothingHeld => "nothing_held", "We hold nothing about this person", "Another service may: look them up again, or ask children’s social care.";
        /// Less would do, or nothing.
        NotNeeded => "not_needed", "What is asked for is not needed for this purpose", "Ask again for less, or say more about why you need it.";
        /// No power carries it.
        NoPower => "no_power", "No power in law lets us give this for this purpose", "Ask for another purpose if there is one, or ask your data protection officer which agreement is missing.";
        /// The confidence outweighs.
        Confidence => "confidence", "It was given in confidence, and the harm that is feared does not outweigh that", "Ask the person themselves, or make a safeguarding referral if the harm is greater than we know.";
        /// Section 16LA's own reason.
        MoreDetrimental => "more_detrimental", "Sharing would be more detrimental to the child than not sharing", "Speak to the service’s safeguarding lead; if you disagree, escalate to your own safeguarding lead and the unit’s data protection officer.";
        /// Somebody else should be asked.
        AskElsewhere => "ask_elsewhere", "Another service should be asked", "The data owner’s words say which.";
    }
}
