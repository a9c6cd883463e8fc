//! The risks to people’s rights that the unit’s sharing brings with it: the findings against the Gangs Matrix (Information Commissioner’s
//! Office, enforcement notice to the Metropolitan Police, 13 November 2018), the Children’s code, and the Equality Act 2010.

base::code_list! {
    /// A risk, with what it would do to somebody.
    Risk {
        /// Sharing without law.
        WithoutLaw => "without_law", "Sharing without a lawful ground", "Somebody’s data goes to an agency that has no power or basis to have it, or after the agreement has ended.";
        /// More than is needed.
        TooMuch => "too_much", "Sharing more than is needed", "A whole record is shown where a date would have done; the family’s and others’ details come with it.";
        /// Looking without need.
        Curiosity => "curiosity", "Somebody looks without need", "A member looks up a neighbour, a relative or a colleague, or far more people than their work needs.";
        /// Emergency access misused.
        Emergencies => "emergencies", "Emergency access becomes a habit", "The way past the owner’s decision is used because it is quicker.";
        /// Kept too long.
        TooLong => "too_long", "Kept longer than needed", "What happened at 13 follows somebody into their twenties.";
        /// No voice.
        NoVoice => "no_voice", "People can’t see, correct or object", "Somebody does not know what is held, gets no answer in time, and what was wrong stays with those who received it.";
        /// Children labelled.
        Children => "children", "A child is treated as a suspect", "A child who was exploited is seen as an offender; help becomes enforcement; being young is forgotten (Children’s code, standards 1, 2 and 12).";
        /// Unfair by group.
        Unfair => "unfair", "Some groups are watched more than others", "Black boys, or any group with a protected characteristic, are over-represented without anybody noticing (Equality Act 2010 section 149).";
        /// Tampering and breach.
        Breach => "breach", "Data or log are changed, lost or taken", "Somebody takes over an account, or hides that they looked.";
        /// Machine decides.
        Machine => "machine", "A machine decides about somebody", "A score or a list closes a door, and nobody can say why.";
    }
}
