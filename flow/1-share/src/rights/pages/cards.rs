//! What was found, row by row: each as a card with its fields, what rules suggest to leave out beside each, and what a human decided.

use web::{Choice, Fault, Form, Site};

use crate::{
    ask::pages::unsealed,
    rights::{
        WORDS, answer,
        codes::Ground,
        gather::{Gathered, Item},
        mark::{Marks, NewMark},
        suggest::{self, Suggestion, WHOLE},
    },
};

/// A choice beside a field.
pub(in crate::rights) struct Control {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub choices: Vec<Choice>,
    pub blank: &'static str,
}

pub(in crate::rights) struct FieldView {
    pub label: String,
    pub value: String,
    /// What stands where nothing can be changed: the ground, or that it is shown.
    pub said: String,
    pub control: Option<Control>,
}

pub(in crate::rights) struct RowView {
    pub number: u32,
    pub title: String,
    pub from: String,
    pub law_enforcement: bool,
    pub whole: Option<Control>,
    pub whole_said: String,
    pub fields: Vec<FieldView>,
    /// Names of the fields by which another field is left out, where there are any.
    pub other: Option<(Control, Control)>,
    pub why: String,
    /// The field in which one says why, and its label.
    pub why_name: String,
    pub why_label: String,
}

fn grounds(item: &Item) -> Vec<Choice> {
    Ground::for_record(item.law_enforcement)
        .map(|ground| Choice::new(ground, format!("Leave out: {}", answer::lower(ground.words()))))
        .collect()
}

fn control(item: &Item, name: String, label: String, suggestion: Option<&Suggestion>) -> Control {
    let mut choices = vec![Choice::new("show", "Show it")];
    choices.extend(grounds(item));
    Control {
        name,
        label,
        hint: suggestion.map_or_else(String::new, |one| {
            format!("{}. Suggested: {} ({})", one.why, answer::lower(one.ground.words()), one.ground.more())
        }),
        choices,
        blank: if suggestion.is_some() { "Decide" } else { "" },
    }
}

/// What was decided of a field, in words; empty where nothing was.
fn said(marks: &Marks, number: u32, field: &str) -> String {
    match marks.get(number, field) {
        Some(mark) => mark.ground.map_or_else(|| "Shown".to_owned(), |ground| format!("Left out: {}", ground.words())),
        None => String::new(),
    }
}

/// One row as a card; with controls where it can be changed.
pub(in crate::rights) fn row_view(
    site: &Site,
    (gathered, marks): (&Gathered, &Marks),
    item: &Item,
    editable: bool,
    form: &mut Form,
) -> Result<RowView, Fault> {
    let suggestions = suggest::of_item(item, gathered);
    let of = |field: &str| suggestions.iter().find(|one| one.field == field);
    let number = item.number;
    let mut prefill = |name: &str, field: &str| {
        if let Some(mark) = marks.get(number, field) {
            form.put(name, mark.ground.map_or_else(|| "show".to_owned(), |ground| ground.code().to_owned()));
        }
    };
    let mut fields = Vec::new();
    let mut others = Vec::new();
    for (at, field) in item.fields.iter().enumerate().filter(|(_, field)| !field.technical) {
        let name = format!("m-{number}-{at}");
        prefill(&name, &field.key);
        let marked = marks.get(number, &field.key).is_some();
        let shown = editable && (marked || of(&field.key).is_some());
        if !shown {
            others.push(Choice::new(at, field.label.clone()));
        }
        fields.push(FieldView {
            label: field.label.clone(),
            value: field.value.clone(),
            said: said(marks, number, &field.key),
            control: shown.then(|| control(item, name, format!("{}: what to do", field.label), of(&field.key))),
        });
    }
    let whole_name = format!("m-{number}-w");
    prefill(&whole_name, WHOLE);
    let whole = editable && (marks.get(number, WHOLE).is_some() || of(WHOLE).is_some());
    let other = (editable && !others.is_empty()).then(|| {
        let mut which = vec![Choice::new("w", "The whole entry")];
        which.extend(others);
        let field = Control {
            name: format!("f-{number}"),
            label: "Which?".to_owned(),
            hint: String::new(),
            choices: which,
            blank: "Not yet",
        };
        let ground = Control {
            name: format!("g-{number}"),
            label: "On which ground?".to_owned(),
            hint: String::new(),
            choices: grounds(item),
            blank: "Choose",
        };
        (field, ground)
    });
    let why = marks.all().filter(|mark| mark.number == number).find_map(|mark| mark.why.as_ref());
    let why = why.map_or_else(|| Ok(String::new()), |why| unsealed(site.vault(), why))?;
    if form.value(&format!("w-{number}")).is_empty() {
        form.put(format!("w-{number}"), why.clone());
    }
    Ok(RowView {
        number,
        title: item.title.clone(),
        from: format!("{}. {}", item.agency, item.about),
        law_enforcement: item.law_enforcement,
        whole: whole.then(|| control(item, whole_name, "The whole entry: what to do".to_owned(), of(WHOLE))),
        whole_said: said(marks, number, WHOLE),
        fields,
        other,
        why,
        why_name: format!("w-{number}"),
        why_label: format!("Why is something of entry {number} left out?"),
    })
}

/// `show`, or a ground's code; nothing where nothing was chosen.
fn chosen(text: &str) -> Option<Option<Ground>> {
    match text {
        "" => None,
        "show" => Some(None),
        code => code.parse().ok().map(Some),
    }
}

fn field_at(item: &Item, at: &str) -> Option<String> {
    if at == "w" {
        return Some(WHOLE.to_owned());
    }
    item.fields.get(at.parse::<usize>().ok()?).map(|field| field.key.clone())
}

/// What a page of cards decided. Leaves a sentence in the form where something is left out without a reason.
///
/// # Errors
/// Not found for a row that is not there.
pub(in crate::rights) fn new_marks(form: &mut Form, gathered: &Gathered) -> Result<Vec<NewMark>, Fault> {
    let rows: Vec<u32> = form.values("row").iter().filter_map(|text| text.parse().ok()).collect();
    let mut new = Vec::new();
    for number in rows {
        let item = gathered.item(number).ok_or(Fault::NotFound)?;
        let why_name = format!("w-{number}");
        let why = form.optional(&why_name, WORDS).unwrap_or_default();
        let places = (0..item.fields.len()).map(|at| at.to_string()).chain(std::iter::once("w".to_owned()));
        let mut of_row = Vec::new();
        for at in places {
            if let (Some(ground), Some(field)) = (chosen(form.value(&format!("m-{number}-{at}"))), field_at(item, &at))
            {
                of_row.push(NewMark { number, field, ground, why: why.clone() });
            }
        }
        if let (Some(field), Some(Some(ground))) =
            (field_at(item, form.value(&format!("f-{number}"))), chosen(form.value(&format!("g-{number}"))))
        {
            of_row.push(NewMark { number, field, ground: Some(ground), why: why.clone() });
        }
        if of_row.iter().any(|one| one.ground.is_some()) && why.is_empty() {
            form.refuse(&why_name, format!("Say why something of entry {number} is left out"));
        }
        new.extend(of_row);
    }
    Ok(new)
}
