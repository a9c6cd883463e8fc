//! What later stages and `app` may use of sharing: agencies, members, agreements, tokens, the decider, and the words for
//! a refusal. Nothing else of this crate is theirs.
//!
//! Everything that writes takes a [`vault::Change`], so that the caller says who does it and why, and what belongs together
//! commits together:
//!
//! ```ignore
//! let mut change = vault.change(Cause { actor, purpose: Purpose::Administration, operation: Operation::Administration,
//!     act: code!("unit_set_up"), scope: Scope::unit() }).await?;
//! let unit = add_agency(&mut change, &NewAgency { code: code!("unit"), name: "…".into(), kind: AgencyKind::Unit }).await?;
//! change.commit().await?;
//! ```

use base::Code;
use vault::{Facet, Plain, Staff, StoreError};

pub use crate::{
    agency::{
        Agency, AgencyError, AgencyKind, NewAgency, add as add_agency, all as agencies, by_code as agency_by_code,
        by_id as agency_by_id, facets, facets_of_all as all_facets, register_holding, supplied_by, unit,
    },
    agreement::{
        Act, Agreement, AgreementError, Brought, Deed, Dossier, Hand, Stage, Standing, Terms, add as add_agreement,
        all as agreements, all_bring, assess_as_program as assess_agreement, by_id as agreement_by_id,
        draft as draft_agreement, enact as enact_agreement, end as end_agreement, file as file_agreement,
        pages::waiting as agreements_waiting, purpose_title, purpose_words,
    },
    ask::{
        AskError, Condition, DataAsk, Facts, Granted, NewAsk, NewGrant, Refused, State as AskState, Why, ask, grant,
        home::{HomeLine, home_lines},
        part::{Side, answer_form, ask_summary, open_ask, take_answer},
        pointer::{Pointer, named_in_pointers, pointers, set_named_in_pointers, withheld},
        refuse, take_back, withdraw,
    },
    decision::{
        CedarDecider, RECEIVER, RUN, end_standing_where_records_came, handling, refusal_words, sealed_run, way_forward,
    },
    disclosure::{
        Acknowledged, Copies, Decided as FileDecided, Disclosed, FileError, FileRow, Given, Hand as FileHand,
        How as DisclosedHow, KeyError, MOST_PEOPLE, MadeFile, NewFile, Notice, NoticeError, Part as FilePart,
        Person as InFile, PersonPart, Released as ReleasedFile, Shown, State as FileState, Told,
        about as disclosed_about, acknowledge as acknowledge_notice, add_person as add_to_file, disclosed_part,
        draft as draft_file, file_for_release, file_summary, open_file, propose as propose_file, recipients_of,
        refuse_file, register_given, register_key, register_pointers, register_views, release as release_file, tell,
        tell_because,
    },
    emergency::{
        Danger, Emergency, EmergencyError, NewEmergency, Verdict, acknowledge, break_glass, end_now as end_emergency,
        judge, justify, lift,
        pages::{emergency_summary, open_emergency},
    },
    law::{Category, Force, Law, PolicyError, PowerKind, Rule, RuleKind, Sharing, law},
    member::{
        Duty, Member, MemberError, Members, NewMember, add as add_member, all as members, by_email as member_by_email,
        by_id as member_by_id, names as member_names, set_active as set_member_active, set_duties as set_member_duties,
    },
    oversight::{
        CountPeople, Finding, Known, Look, Opened, PeopleTable, Quarter, Report, ReportError, Rule as UnusualRule,
        State as UnusualState, Surroundings, UnusualError, Waiting, alarm as alarm_of_unusual,
        answer as answer_unusual, propose as propose_report, publish as publish_report, set_home, set_line_manager,
        settle as settle_unusual,
    },
    retention::{
        EraseError, Erased, Erasing, Held as HeldBack, HoldReason, Keep, KeepReason, NewHold,
        Restrict as RestrictRecord, RestrictReason, RetentionError, ask_to_lift, erase, keep as keep_record,
        lift as lift_hold, put_hold, reached as erasure_reached, restrict as restrict_record, see_to_retention,
        see_to_starting_rules as see_to_retention_rules,
    },
    rights::{
        Everyone, Sought, Statement,
        bring::{SoFar, bring_request, record_request},
        everyone::Unlinked,
        what_they_say,
    },
    rules::{RulesError, see_to_starting_set},
    seal::{
        NewSeal, Seal, SealError, SealReader, SealWhy, all as seals, ask_to_lift as ask_to_lift_seal,
        confirm as confirm_seal, end_unconfirmed as end_unconfirmed_seal, keep as keep_sealed, lift as lift_seal,
        name as name_for_sealed, pages::may_seal, readers as seal_readers, restrict, seal, seal_declared,
        unname as unname_for_sealed, unrestrict,
    },
    sign_in::{
        PasswordError, PasswordHash, hash_password,
        reset::{Reset, ResetError, reset as reset_member},
    },
    token::{ApiToken, TokenError, add as add_token, all as tokens, revoke as revoke_token, token_actor},
};

/// Every controller's part of every category in which a person can be identified.
///
/// # Errors
/// The database's.
pub async fn all_person_facets(book: &Staff) -> Result<Vec<Facet>, StoreError> {
    let mut facets = all_facets(book).await?;
    facets.retain(|facet| !law().category(&facet.category).anonymous);
    Ok(facets)
}

/// The unit's own part of what it makes itself: `contact`, `referral`, `link_decision`. None before the unit was set up.
///
/// # Errors
/// The database's.
pub async fn unit_facet(plain: &Plain, category: Code) -> Result<Option<Facet>, StoreError> {
    Ok(unit(plain).await?.map(|unit| Facet { controller: unit.id, category }))
}

/// The name of a category in plain words.
#[must_use]
pub fn category_words(category: &Code) -> String {
    law().category(category).name
}
