//! `alongside agency`, `agreement`, `member`, `token`: the register of who shares what, from the command line. Each change is an
//! entry of the audit log, made by the system account.

use std::{collections::BTreeMap, io::BufRead as _};

use anyhow::{Context as _, bail};
use base::{Id, code, kind};
use share::api::{
    Brought, NewAgency, NewMember, Reset, Terms, add_agency, add_agreement, add_member, add_token, agencies,
    agency_by_code, agreements, all_bring, assess_agreement, end_agreement, hash_password, member_by_email,
    register_holding, reset_member,
};
use vault::{Actor, Purpose, Scope};

use crate::{cli, demo_unit::set_up, installation::Installation};

/// Agencies.
///
/// # Errors
/// In words.
pub async fn agency(open: &Installation, command: cli::Agency) -> anyhow::Result<()> {
    match command {
        cli::Agency::Add { code, name, kind, supplies } => {
            let mut change = open.vault.change(set_up(code!("agency_added"))).await?;
            let id = add_agency(&mut change, &NewAgency { code: code.parse()?, name, kind: kind.parse()? }).await?;
            for category in supplies {
                register_holding(&mut change, id, &category.parse()?).await?;
            }
            change.commit().await?;
            println!("Added the agency {code}.");
        }
        cli::Agency::List => {
            for agency in agencies(&open.vault.plain()).await? {
                println!("{:16} {:14} {}", agency.code, agency.kind, agency.name);
            }
        }
    }
    Ok(())
}

async fn agency_id(open: &Installation, code: &str) -> anyhow::Result<Id<kind::Agency>> {
    let agency = agency_by_code(&open.vault.plain(), code).await?;
    Ok(agency.with_context(|| format!("there is no agency `{code}`; see `alongside agency list`"))?.id)
}

/// Agreements.
///
/// # Errors
/// In words, with every term that the law table refuses.
pub async fn agreement(open: &Installation, command: cli::Agreement) -> anyhow::Result<()> {
    match command {
        cli::Agreement::Add {
            title,
            parties,
            categories,
            purposes,
            gateways,
            confidentiality,
            starts,
            ends,
            review,
            assessment,
        } => {
            let mut ids = Vec::new();
            for party in &parties {
                ids.push(agency_id(open, party).await?);
            }
            let terms = Terms {
                title,
                brings: brought(open, &ids, &categories).await?,
                parties: ids,
                fields: BTreeMap::new(),
                conditions: Vec::new(),
                retention_days: None,
                assessment,
                purposes: parse_all(&purposes, "purpose")?,
                gateways: parse_all(&gateways, "gateway")?,
                confidentiality: confidentiality.map(|ground| ground.parse()).transpose()?,
                starts,
                ends,
                review: review.unwrap_or(ends),
            };
            let mut change = open.vault.change(set_up(code!("agreement_added"))).await?;
            let id = add_agreement(&mut change, &terms).await?;
            change.commit().await?;
            println!("Added the agreement {id}.");
            if terms.assessment.is_none() {
                println!(
                    "It permits nothing until its impact assessment is recorded: `alongside agreement assess {id} --reference …`."
                );
            }
        }
        cli::Agreement::End { id, last } => {
            let id: Id<kind::Agreement> =
                id.parse().context("an agreement's id is the first word of its line in `agreement list`")?;
            let mut change = open.vault.change(set_up(code!("agreement_ended"))).await?;
            end_agreement(&mut change, id, last).await?;
            change.about(Scope::of("agreement", id));
            change.commit().await?;
            println!("Its last day is {last}. The running unit parts what was linked under it on the day after.");
        }
        cli::Agreement::Assess { id, reference } => {
            let id: Id<kind::Agreement> =
                id.parse().context("an agreement's id is the first word of its line in `agreement list`")?;
            let mut change = open.vault.change(set_up(code!("agreement_assessed"))).await?;
            assess_agreement(&mut change, id, &reference).await?;
            change.commit().await?;
            println!("Its impact assessment is recorded: {reference}.");
        }
        cli::Agreement::List => {
            let today = open.vault.now().date_in_london();
            for agreement in agreements(&open.vault.plain()).await? {
                let terms = &agreement.terms;
                let standing = agreement.standing(today).code();
                println!("{} {standing:18} {} to {}  {}", agreement.id, terms.starts, terms.ends, terms.title);
            }
        }
    }
    Ok(())
}

/// `custody` is brought by every party; `police:custody` by that one.
async fn brought(open: &Installation, parties: &[Id<kind::Agency>], words: &[String]) -> anyhow::Result<Vec<Brought>> {
    let mut brings = Vec::new();
    for word in words {
        match word.split_once(':') {
            None => brings.extend(all_bring(parties, &parse_all(std::slice::from_ref(word), "category")?)),
            Some((party, category)) => {
                let category = category.parse().with_context(|| format!("`{category}` is not a known category"))?;
                brings.push(Brought { party: agency_id(open, party).await?, category });
            }
        }
    }
    Ok(brings)
}

fn parse_all<T: std::str::FromStr>(words: &[String], what: &str) -> anyhow::Result<Vec<T>> {
    words.iter().map(|word| word.parse().map_err(|_| anyhow::anyhow!("`{word}` is not a known {what}"))).collect()
}

/// People who sign in.
///
/// # Errors
/// In words.
pub async fn member(open: &Installation, command: cli::Member) -> anyhow::Result<()> {
    match command {
        cli::Member::Add { email, name, agency, duties } => new_member(open, email, name, &agency, &duties).await,
        cli::Member::Reset { email, second_factor } => reset(open, &email, second_factor).await,
    }
}

/// A code for a new password, made by whoever keeps the machine.
async fn reset(open: &Installation, email: &str, second_factor: bool) -> anyhow::Result<()> {
    let staff = open.vault.staff(&Actor::System, Purpose::Administration, code!("members_read")).await?;
    let member = member_by_email(&staff, email).await?.context("nobody signs in with this email address")?;
    if second_factor {
        reset_member(&open.vault, &Actor::System, member.id, Reset::SecondFactor).await?;
        eprintln!("Their second factor is taken away; they set up a new one when they next sign in.");
    }
    let code = reset_member(&open.vault, &Actor::System, member.id, Reset::Password).await?;
    println!("{}", code.unwrap_or_default());
    eprintln!(
        "With this code they choose a new password at {}/sign-in/new-password. It works once, for 24 hours, and is not shown \
         again. Their present password no longer works, and they are signed out everywhere.",
        open.config.server.public_url
    );
    Ok(())
}

async fn new_member(
    open: &Installation,
    email: String,
    name: String,
    agency: &str,
    duties: &[String],
) -> anyhow::Result<()> {
    let agency = agency_id(open, agency).await?;
    eprintln!(
        "Type a first password for {email}, then Enter; they are asked for a second factor when they first sign in."
    );
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("no password was given; nothing was changed");
    }
    let hash = hash_password(&password, &email, open.vault.random()).await?;
    let mut change = open.vault.change(set_up(code!("member_added"))).await?;
    let new = NewMember {
        email,
        name,
        agency,
        duties: parse_all(duties, "duty")?.into_iter().collect(),
        password: Some(hash),
    };
    add_member(&mut change, &new).await?;
    change.commit().await?;
    println!("Added.");
    Ok(())
}

/// Tokens of agencies' systems.
///
/// # Errors
/// In words.
pub async fn token(open: &Installation, command: cli::Token) -> anyhow::Result<()> {
    let cli::Token::Add { agency, label } = command;
    let agency = agency_id(open, &agency).await?;
    let mut change = open.vault.change(set_up(code!("token_added"))).await?;
    let (_, shown) = add_token(&mut change, open.vault.random(), agency, &label).await?;
    change.commit().await?;
    println!("{shown}");
    eprintln!("This token is shown once. Keep it as you keep a password.");
    Ok(())
}
