//! The stranger's journey: files and a spec in, a folder out, whole or not at all; and a clear word for whatever is wrong.

use std::{
    fs,
    path::{Path, PathBuf},
};

use linkage::{
    Spec, Suggestion,
    job::{EXAMPLE, Progress, Request, Summary, run, suggest},
};

const SPEC: &str = r#"
prior = 0.01
thresholds = { link = 0.9, review = 0.5 }
field = [{ name = "name", kind = "name" }, { name = "born", kind = "date" }, { name = "town", kind = "text" }]
blocking = [{ name = "name", keys = ["name"] }, { name = "birth", keys = ["born"] }]

[[comparison]]
name = "name"
fields = ["name"]
level = [
    { name = "same", rule = "exact", m = 0.9, u = 0.01, term_frequency = true, term_frequency_weight = 0.2 },
    { name = "near", rule = { jaro_winkler = 0.9 }, m = 0.05, u = 0.01 },
    { name = "different", rule = "else", m = 0.05, u = 0.98 },
]

[[comparison]]
name = "birth"
fields = ["born"]
level = [
    { name = "same", rule = "exact", m = 0.95, u = 0.001 },
    { name = "different", rule = "else", m = 0.05, u = 0.999 },
]
"#;

struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { dir: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn request(&self, people: impl AsRef<[u8]>) -> Request {
        let (people, spec) = (self.file("people.csv", people), self.file("people.toml", SPEC));
        Request::new(vec![people], spec, self.dir.path().join("out"))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.dir.path()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn go(request: &Request) -> Result<(Option<Summary>, Vec<String>), String> {
    let mut said = Vec::new();
    let summary = run(request, &mut |progress| {
        if let Progress::Say(line) = progress {
            said.push(line);
        }
    });
    summary.map(|summary| (summary, said)).map_err(|error| error.to_string())
}

/// Why a job over these records is refused; nothing may be left behind then.
fn refusal(people: impl AsRef<[u8]>, change: impl FnOnce(&Desk, &mut Request)) -> String {
    let desk = Desk::new();
    let mut request = desk.request(people);
    change(&desk, &mut request);
    let before = desk.names();
    let message = go(&request).expect_err("refused");
    assert_eq!(desk.names(), before, "something was left behind");
    message
}

const PEOPLE: &str = "id,name,born,town,sex,who
a,Ann Lee,1990-01-02,Hull,F,1
b,Ann Lee,1990-01-02,York,F,1
c,Bo Dale,1980-05-06,Hull,M,2
d,Bo Dale,1980-05-06,,M,2
e,Ann Lee,1971-03-04,Hull,F,3
f,Cy Nye,1980-05-06,Leeds,M,4
";

fn read(out: &Path, name: &str) -> String {
    fs::read_to_string(out.join(name)).unwrap()
}

#[test]
fn a_stranger_gets_pairs_clusters_model_charts_and_a_report() {
    let desk = Desk::new();
    let mut request = desk.request(PEOPLE);
    (request.truth, request.groups, request.margin) = (Some("who".into()), vec!["sex".into()], Some(0.05));
    let (summary, said) = go(&request).unwrap();
    let summary = summary.unwrap();
    assert_eq!((summary.records, summary.compared, summary.links, summary.clusters), (6, 6, 2, 2));
    assert!(said.iter().any(|line| line.contains("8  at most, about a second or less")), "{said:?}");
    let out = &request.out;
    let pairs = read(out, "pairs.csv");
    let mut lines = pairs.lines();
    assert_eq!(
        lines.next().unwrap(),
        "left,right,match_weight,match_probability,decision,blocking_rule,starting_bits,name: level,name: bits,name: rarity bits,\
         birth: level,birth: bits"
    );
    let parts: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(parts[..2].join(","), "c,d");
    let sum: f64 = [6, 8, 9, 11].iter().map(|at| parts[*at].parse::<f64>().unwrap()).sum();
    assert!((sum - parts[2].parse::<f64>().unwrap()).abs() < 1e-5, "the parts add up");
    assert!(read(out, "clusters.csv").contains("\na,b,2,\n") && read(out, "clusters.csv").contains("\ne,e,1,\n"));
    assert!(Spec::from_toml(&read(out, "model.toml")).unwrap().is_trained());
    assert!(read(out, "model.splink.json").contains("jaro_winkler_similarity"));
    assert_eq!(read(out, "errors.csv").lines().count(), 1, "nothing is wrong");
    assert!(read(out, "to_label.csv").starts_with("left,right,same\n"));
    let report = read(out, "report.html");
    for part in [
        "What was found",
        "By sex",
        "Against truth",
        "A sure link",
        "Common and rare values",
        "How large the clusters are",
        "Records that hold too little to be linked",
    ] {
        assert!(report.contains(part), "{part}");
    }
    for odd in ["<script", "http://", "https://", "style=", " src="] {
        assert!(!report.replace("http://www.w3.org/2000/svg", "").contains(odd), "{odd}");
    }
    for chart in [
        "parameters",
        "blocking",
        "completeness",
        "unlinkables",
        "histogram",
        "threshold_truth",
        "threshold_model",
        "waterfall_1",
        "clusters",
        "term_frequencies",
    ] {
        assert!(read(out, &format!("charts/{chart}.svg")).starts_with("<svg"), "{chart}");
        serde_json::from_str::<serde_json::Value>(&read(out, &format!("charts/{chart}.vl.json"))).unwrap();
    }
    assert_eq!(desk.names(), ["out", "people.csv", "people.toml"], "no half-written folder");

    // Once more replaces the folder; labels come back in.
    request.labels = Some(desk.file("labels.csv", "left,right,same\na,b,yes\nc,d,1\na,e,no\nc,f,0\nd,f,0\nb,e,no\n"));
    go(&request).unwrap();
    assert!(read(out, "report.html").contains("of all links are right"));
}

#[test]
fn several_files_are_sources() {
    let desk = Desk::new();
    let mut request = desk.request(PEOPLE);
    request
        .files
        .push(desk.file("more.csv", "id,name,born,town\na,Ann Lee,1990-01-02,Hull\nz,Ann Lee,1990-01-02,Hull\n"));
    request.link_only = true;
    let (summary, _) = go(&request).unwrap();
    assert_eq!(summary.unwrap().links, 4, "each Ann Lee of one file with each of the other");
    let pairs = read(&request.out, "pairs.csv");
    assert!(pairs.starts_with("source_left,left,source_right,right,") && pairs.contains("people,a,more,a,"), "{pairs}");
    request.link_only = false;
    assert_eq!(go(&request).unwrap().0.unwrap().links, 7, "and among themselves");
}

#[test]
fn the_spec_says_how_clusters_come_about_and_which_are_odd() {
    let desk = Desk::new();
    // Two people of two records each, whom one date of birth without a name joins.
    let people = "id,name,born,town\na,Ann Lee,1990-01-02,\nb,Ann Lee,,\nc,Bo Dale,1990-01-02,\nd,Bo Dale,,\n";
    let mut request = desk.request(people);
    let clustering = |lines: &str| {
        let spec = SPEC.replace("m = 0.9, u = 0.01", "m = 0.9, u = 0.0001").replace("u = 0.98", "u = 0.05");
        format!("{}\n[clustering]\n{lines}\n", spec.replace("m = 0.95, u = 0.001 ", "m = 0.95, u = 0.0008 "))
    };
    request.spec = desk.file("odd.toml", clustering("least_density = 0"));
    let (summary, _) = go(&request).unwrap();
    let summary = summary.unwrap();
    assert_eq!((summary.clusters, summary.flagged), (1, 1));
    assert!(summary.line().ends_with("1 clusters (1 of them odd)"), "{}", summary.line());
    let clusters = read(&request.out, "clusters.csv");
    assert!(clusters.contains("\na,b,4,one weak link holds two parts together: a and c\n"), "{clusters}");
    let report = read(&request.out, "report.html");
    for part in
        ["Every link holds", "one weak link holds two parts together: a and c", "to look at", "Clusters to look at (1"]
    {
        assert!(report.contains(part), "{part}");
    }
    assert!(read(&request.out, "charts/clusters.vl.json").contains("\"flagged\": 1"));

    request.spec = desk.file("odd.toml", clustering("bridge_below = 0\nlargest = 3\nleast_density = 0.6"));
    go(&request).unwrap();
    assert!(
        read(&request.out, "clusters.csv")
            .contains("\na,a,4,more than 3 records; only 50.0% of its pairs are linked\n")
    );

    request.spec = desk.file("odd.toml", clustering("method = \"correlation\""));
    let summary = go(&request).unwrap().0.unwrap();
    assert_eq!((summary.clusters, summary.flagged, summary.review), (2, 0, 1));
    assert!(read(&request.out, "pairs.csv").contains("\na,c,"), "the refused link is there");
    assert!(read(&request.out, "report.html").contains("1 links were refused"));
    assert_eq!(
        Spec::from_toml(&read(&request.out, "model.toml")).unwrap().clustering.method,
        linkage::Method::Correlation
    );

    request.spec = desk.file("odd.toml", clustering("method = \"one_to_one\""));
    let message = go(&request).unwrap_err();
    assert!(message.contains("odd.toml: the spec is wrong: clustering: method = \"one_to_one\""), "{message}");
    request.files.push(desk.file("more.csv", "id,name,born,town\nz,Ann Lee,1990-01-02,\n"));
    request.spec =
        desk.file("odd.toml", clustering("method = \"one_to_one\"\nduplicate_free = [\"people\", \"less\"]"));
    assert!(
        go(&request)
            .unwrap_err()
            .contains("names `less`, which is no source of these records; there are `people`, `more`")
    );
    request.spec = desk.file("odd.toml", clustering("method = \"one_to_one\""));
    go(&request).unwrap();
    assert!(read(&request.out, "clusters.csv").contains("\na of people,more,z,2,\n"));
}

#[test]
fn a_delivery_updates_an_earlier_job() {
    let desk = Desk::new();
    let mut request = desk.request(PEOPLE);
    go(&request).unwrap();
    let earlier = request.out.clone();
    // One record is new, one has another date of birth, one is gone, and the file has another order.
    let lines: Vec<&str> = PEOPLE.lines().collect();
    let mut now = vec![
        lines[0],
        "g,Cy Nye,1980-05-06,Leeds,M,4",
        lines[6],
        lines[5],
        "d,Bo Dale,1981-05-06,,M,2",
        lines[1],
        lines[2],
    ];
    let (update, full) = (desk.dir.path().join("update"), desk.dir.path().join("full"));
    let mut both = |now: &[&str]| {
        // A file of another name: there is one source, then as now.
        request.files = vec![desk.file("people of today.csv", now.join("\n") + "\n")];
        (request.out, request.update) = (full.clone(), None);
        let whole = go(&request).unwrap().0.unwrap();
        (request.out, request.update) = (update.clone(), Some(earlier.clone()));
        let (summary, said) = go(&request).unwrap();
        for file in ["pairs.csv", "clusters.csv", "model.toml"] {
            assert_eq!(read(&update, file), read(&full, file), "{file}");
        }
        (whole, summary.unwrap(), said.join("\n"))
    };
    let (_, summary, said) = both(&now);
    assert!(said.contains("2 of 6 records are new or changed since"), "{said}");
    assert!(
        summary.warnings.iter().any(|warning| warning.contains("compared anew: 2 records of the earlier run")),
        "{:?}",
        summary.warnings
    );
    // Where records were only added, little is compared.
    now = vec![lines[0], "g,Dee Fox,1970-05-06,Leeds,M,4", "h,Dee Fox,1970-05-06,Leeds,M,4"];
    now.extend(&lines[1..]);
    let (whole, summary, said) = both(&now);
    assert!(said.contains("2 of 8 records are new or changed since"), "{said}");
    assert_eq!((summary.compared, whole.compared, &summary.warnings), (1, 7, &whole.warnings));
    assert_eq!(
        summary.line(),
        "8 records, 1 pairs compared, 3 linked, 0 for a person to look at, 3 clusters (0 of them odd)"
    );
    assert!(read(&update, "report.html").contains("were taken over and weighed again"));
    assert!(!read(&full, "report.html").contains("were taken over"));
    // An update of an update, and into its own folder.
    (request.update, request.out) = (Some(update.clone()), update.clone());
    let (summary, said) = go(&request).unwrap();
    assert!(said.join("\n").contains("0 of 8 records are new"));
    assert_eq!((summary.unwrap().compared, read(&update, "pairs.csv")), (0, read(&full, "pairs.csv")));

    request.update = Some(desk.dir.path().join("nowhere"));
    assert!(go(&request).unwrap_err().contains("is not the folder of an earlier job"));
    fs::write(earlier.join("update.json"), "{\"form\": 0}").unwrap();
    request.update = Some(earlier);
    assert!(go(&request).unwrap_err().contains("was not written by this version"));
}

#[test]
fn chances_that_are_missing_are_learnt() {
    let desk = Desk::new();
    let mut people = "id,name,born,town\n".to_owned();
    for n in 0..400 {
        let (name, other) = (format!("name{}", n * 7 % 131), format!("name{}", (n * 7 + 1) % 131));
        let born = format!("{}-{:02}-{:02}", 1950 + n % 50, 1 + n % 12, 1 + n % 28);
        people.push_str(&format!(
            "{n}a,{name},{born},Hull\n{n}b,{},{born},York\n",
            if n % 9 == 0 { &other } else { &name }
        ));
    }
    let mut request = desk.request(&people);
    let chance = |line: &str| line.split(", m = ").next().unwrap().to_owned() + " },";
    let open: String = SPEC
        .lines()
        .map(|line| if line.contains(", m = ") { chance(line) } else { line.to_owned() })
        .collect::<Vec<_>>()
        .join("\n");
    request.spec = desk.file("open.toml", open.replace("prior = 0.01\n", "") + "\n[training]\nrandom_pairs = 20000\n");
    let (summary, _) = go(&request).unwrap();
    assert!(summary.unwrap().links > 350);
    assert!(read(&request.out, "report.html").contains("they were learnt from these records"));
}

#[test]
fn the_example_is_a_spec_that_runs() {
    let desk = Desk::new();
    Spec::from_toml(EXAMPLE).unwrap();
    let mut people =
        "rec_id,given_name,surname,date_of_birth,street_number,address_1,suburb,postcode,soc_sec_id\n".to_owned();
    for n in 0..300 {
        let line = format!(
            "given{},sur{},19{:02}{:02}{:02},{},street {},suburb{},{},{}",
            n % 37,
            n % 61,
            n % 90 + 10,
            n % 12 + 1,
            n % 28 + 1,
            n % 200,
            n % 83,
            n % 17,
            2000 + n % 90,
            1_000_000 + n
        );
        people.push_str(&format!(
            "{n}a,{line}\n{n}b,{}\n",
            if n % 5 == 0 { line.replace("given", "gievn") } else { line.clone() }
        ));
    }
    let mut request = desk.request(&people);
    request.spec = desk.file("example.toml", EXAMPLE.replace("1_000_000", "20_000"));
    let (summary, _) = go(&request).unwrap();
    assert!(summary.unwrap().links >= 290);
    // The same files, and rules for them.
    request.budget = 2_000;
    let mut said = Vec::new();
    let suggestion = suggest(&request, &mut |progress| said.push(progress)).unwrap();
    assert!(said.contains(&Progress::End(format!("{} found", suggestion.rules.len()))), "{said:?}");
    assert!(
        Suggestion::pairs(&suggestion.rules) <= 2_000 && Suggestion::share(&suggestion.rules) > 0.99,
        "{suggestion:#?}"
    );
    let text = suggestion.lines().join("\n");
    assert!(text.contains("keep the budget of 2,000 pairs") && text.contains("The spec's own rules:"), "{text}");
}

#[test]
fn a_plan_writes_nothing_and_a_budget_stops_before_it_begins() {
    let desk = Desk::new();
    let people: String = std::iter::once("id,name,born,town\n".to_owned())
        .chain((0..3000).map(|n| format!("{n},unknown,{},Hull\n", 10_000_000 + n)))
        .collect();
    let mut request = desk.request(&people);
    request.plan_only = true;
    let (summary, said) = go(&request).unwrap();
    assert!(summary.is_none() && !request.out.exists());
    let said = said.join("\n");
    assert!(said.contains("4,498,500  name (largest block 3,000 records)"), "{said}");
    assert!(
        said.contains("blocking rule `name` puts 3,000 of 3,000 records into one block: is that value a placeholder?"),
        "{said}"
    );
    assert!(
        said.contains("blocking rule `birth` finds no pair")
            && said.contains("field `town` has one and the same value"),
        "{said}"
    );
    (request.plan_only, request.budget) = (false, 1_000_000);
    let message = go(&request).unwrap_err();
    assert!(
        message.contains("up to 4498500 pairs, more than the budget of 1000000. Rule `name` alone finds 4498500"),
        "{message}"
    );
    assert!(!request.out.exists());
}

#[test]
fn odd_records_are_read_and_what_is_odd_is_said() {
    let desk = Desk::new();
    let long = "Bo".repeat(5000);
    let mut people = format!(
        "id,name,born,town\n1,🙂🙂,yesterday,\n2,محمد,1990-01-02,\n3,{long},,\n4,\"O'Brien\nMary\",31/02/1990,\n5,Zo"
    )
    .into_bytes();
    people.extend(b"\xeb,1990-13-45,\n6,\x00,,\n");
    let (summary, said) = go(&desk.request(&people)).unwrap();
    assert_eq!(summary.unwrap().records, 6);
    let said = said.join("\n");
    assert!(
        said.contains(
            "people.csv: 1 values are not UTF-8 and were read as Windows-1252, first on line 7, column `name`"
        ),
        "{said}"
    );
    assert!(said.contains("field `born`: 1 values (16.7%) can't be read as a date"), "{said}");
    assert!(said.contains("field `town` is empty in every record"), "{said}");
    for (people, pairs) in [("id,name,born,town\n1,Ann,,\n", 0), ("id,name,born,town\n1,A,,\n2,A,,\n3,A,,\n", 3)] {
        let desk = Desk::new();
        let (summary, said) = go(&desk.request(people)).unwrap();
        assert_eq!(summary.unwrap().compared, pairs);
        assert_eq!(said.join("\n").contains("only one record"), pairs == 0);
    }
}

#[test]
fn what_can_not_be_read_is_refused_by_file_line_and_column() {
    for (people, expected) in [
        ("", "people.csv: is empty"),
        ("id,name,born,town\n", "people.csv: there are columns but no records"),
        ("id,Name,born\n1,Ann,\n", "people.csv, column `name`: there is no such column, which field `name` of"),
        (
            "id,name,born,town\n1,Ann,,\n2,Bo\n",
            "people.csv, line 3, column `born`: 2 values where the header names 4 columns",
        ),
        ("id,name,born,town\n1,Ann,,\n2,Bo,,\n1,Cy,,\n", "people.csv, line 4, column `id`: the same name as on line 2"),
        ("id,name,born,town\n1,Ann,,\n,Bo,,\n", "people.csv, line 3, column `id`: is empty"),
    ] {
        let message = refusal(people, |_, _| {});
        assert!(message.contains(expected), "{message}");
    }
    assert!(refusal("id,Name,born\n1,Ann,\n", |_, _| {}).contains("did you mean `Name`?"));
    assert!(
        refusal(PEOPLE, |_, request| request.id = Some("nhs".into()))
            .contains("column `nhs`: there is no such column, which --id")
    );
    assert!(refusal(PEOPLE, |_, request| request.link_only = true).contains("there is one source"));
    assert!(
        refusal(PEOPLE, |desk, request| request.files = vec![desk.dir.path().join("gone.csv")])
            .contains("gone.csv: can't be opened")
    );
}

#[test]
fn a_wrong_spec_or_folder_is_refused_before_anything_is_read() {
    let spec = |text: &str| {
        let text = text.to_owned();
        refusal(PEOPLE, move |desk, request| request.spec = desk.file("bad.toml", text))
    };
    assert!(spec("prior = 2").contains("bad.toml: the spec can't be read"));
    assert!(spec(&SPEC.replace("jaro_winkler", "jaro_wrinkler")).contains("bad.toml: the spec can't be read: line"));
    assert!(
        spec("{\"comparisons\": 1}").contains("bad.toml: the spec can't be read: this is not a Splink 4 or 5 model")
    );
    let odd = r#"{"comparisons": [{"output_column_name": "c", "comparison_levels": [{"sql_condition": "f(x_l) = 1", "label_for_charts": "odd"}]}]}"#;
    let message = spec(odd);
    assert!(
        message
            .contains("comparison `c`, level `odd`: `f(x_l) = 1` is not a standard condition; write: { name = \"odd\""),
        "{message}"
    );
    let message = refusal(PEOPLE, |desk, request| {
        fs::create_dir(&request.out).unwrap();
        fs::write(request.out.join("thesis.doc"), "").unwrap();
        let _ = desk;
    });
    assert!(message.contains("holds other files and was not written by this command"), "{message}");
}

#[test]
fn decisions_hold_and_contradictions_are_named() {
    let desk = Desk::new();
    let mut request = desk.request(PEOPLE);
    request.decided = Some(desk.file("decided.csv", "left,right,decision\na,b,different\ne,f,same\n"));
    go(&request).unwrap();
    let clusters = read(&request.out, "clusters.csv");
    assert!(clusters.contains("\nb,b,1,") && clusters.contains("\ne,f,2,"), "{clusters}");
    for (decided, expected) in [
        (
            "left,right,decision\na,b,same\nb,a,different\n",
            "decided.csv, line 3, column `decision`: another line says the opposite",
        ),
        (
            "left,right,decision\na,b,same\nb,c,same\na,c,different\n",
            "line 4, column `decision`: other lines join these two records",
        ),
        ("left,right,decision\na,nobody,same\n", "decided.csv, line 2, column `right`: is the name of no record"),
        ("left,right,decision\na,a,same\n", "is the record on the left as well"),
        ("left,right,decision\na,b,perhaps\n", "is neither `same` nor `different`"),
        ("left,right\na,b\n", "decided.csv, column `decision`: there is no such column"),
    ] {
        let message = refusal(PEOPLE, |desk, request| request.decided = Some(desk.file("decided.csv", decided)));
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("nobody"), "no value in a message");
    }
}
