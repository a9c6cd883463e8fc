//! Why something is refused, in words for a page, and what can be done about it.

use base::Code;
use vault::Facet;

/// A refusal's code in a plain sentence. A code that is not known gives a sentence that is true of every refusal.
#[must_use]
pub fn refusal_words(code: &str) -> &'static str {
    match code {
        "no_agreement" => "There is no information sharing agreement between the agency that controls this and yours.",
        "category_not_covered" => "The agreement between the agencies does not cover this kind of data.",
        "purpose_not_covered" => "The agreement does not cover this purpose.",
        "agreement_ended" => "The agreement that covered this has ended.",
        "agreement_not_active" => {
            "The agreement that would cover this is not in force: it is still being drafted or approved."
        }
        "agreement_suspended" => "The agreement that covers this is suspended.",
        "agreement_review_overdue" => "The review of the agreement that covers this is overdue, so it permits nothing.",
        "agreement_without_assessment" => {
            "The agreement that covers this has no data protection impact assessment, so it permits nothing."
        }
        "agreement_not_started" => "The agreement that will cover this has not started yet.",
        "gateway_not_for_purpose" => "The law that the agreement stands on can’t be used for this purpose.",
        "gateway_not_for_receiver" => "The law that the agreement stands on does not reach your kind of agency.",
        "gateway_not_in_force" => "The law that the agreement stands on is not in force yet.",
        "gateway_cannot_carry" => "The law that the agreement stands on does not allow sharing this kind of data.",
        "confidentiality_missing" => {
            "This was given in confidence, and the agreement names no ground that answers the duty of confidence."
        }
        "confidentiality_not_for_this" => {
            "This was given in confidence, and the agreement’s ground of confidentiality does not serve this purpose."
        }
        "no_basis" => "Data protection law gives your agency no basis for this.",
        "no_condition" => "Data protection law asks for a further condition for such data, and none is met here.",
        "confidence_not_for_prevention" => {
            "What was given in confidence is not used to prevent crime, only to protect."
        }
        "duty_does_not_allow" => "Your duties do not include this for this purpose.",
        "duty_counts_only" => "Your duty lets you see counts, and no person’s record.",
        "statistics_only_counts" => "For statistics people are counted, and nobody’s record is opened.",
        "second_factor_missing" => "People’s records need a second proof of who you are. Set one up in your account.",
        "member_inactive" => "This account may no longer be used.",
        "not_a_member" => "This account or token is not known here.",
        "not_your_feed" => "An agency’s token sends that agency’s own feeds only.",
        "unknown_controller" => "The agency that controls this is not known here.",
        "unknown_receiver" => "The agency that is to be given this is not known here.",
        "not_by_referral" => "The police are not asked for help by a referral; they are told in another way.",
        "not_your_ask" => "Only the agency that asked and the agency that was asked see this.",
        "only_a_pointer" => "It may be said that this service knows the person, and no more. Ask the service.",
        "decision_is_to_view" => {
            "What was decided for one person may be looked at, for what it was asked, and nothing else."
        }
        "emergency_is_to_protect" => {
            "Emergency access is for those who help young people, to look at one person’s records and protect them."
        }
        "persons_right_is_to_answer" => {
            "A person’s own request opens what is held about them to the data protection officer who answers it, and to nobody else."
        }
        "no_request_open" => {
            "What others hold is opened to whoever answers a person’s request only while a request of that person is open."
        }
        "not_your_request" => "People’s requests about their own data are seen by those who answer them.",
        // Never shown for what is marked: to whoever is not named there is no such thing.
        "not_named" => "This is for those whom the agency that controls it named.",
        "processing_restricted" => "This is kept and not used while its use is restricted.",
        "no_unit" => "The unit itself has not been set up yet.",
        "only_to_watch" => "Only the nightly watch over who looked may use this.",
        "only_to_erase" => "This may be deleted at the end of its retention, and not looked at.",
        _ => "The sharing rules do not allow this.",
    }
}

/// What to do, and whom to ask, where an agreement stopped permitting what somebody could see before; `None` where nothing of what
/// was withheld is so. The agreement whose return would help most is spoken of.
#[must_use]
pub fn way_forward(withheld: &[(Facet, Code)]) -> Option<String> {
    const STOPPED: [(&str, &str); 4] = [
        ("agreement_suspended", "It can be resumed: Trust, Agreements says by whom, and why it was suspended."),
        ("agreement_review_overdue", "Your unit’s data protection officer can review it: then it permits again."),
        ("agreement_without_assessment", "Your unit’s data protection officer can record its impact assessment."),
        ("agreement_ended", "The parties can agree anew: ask your unit’s data protection officer."),
    ];
    let (code, way) = STOPPED.iter().find(|(code, _)| withheld.iter().any(|(_, why)| why == *code))?;
    Some(format!(
        "{} {way} Nothing was lost: what you wrote here is kept. If somebody is at risk, act now: speak to the agency that knows them, \
         or call 999.",
        refusal_words(code)
    ))
}
