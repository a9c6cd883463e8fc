//! `make bench-pages`: how long each page takes, as a browser on this machine sees it. Makes a demonstration unit (or takes the one
//! that is there), serves it, signs in as each kind of member, asks each page 50 times one after another, and prints the median,
//! the 95th percentile and the size as sent. A measurement, not a test: nothing fails for being slow.
//!
//! `bench_pages --program PATH [--dir DIR] [--people 200000] [--times 50] [--port 18600]`
#![allow(clippy::expect_used, clippy::panic, reason = "a measuring tool: its panics say what could not be measured")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use clap::Parser;

#[derive(Debug, Parser)]
struct Plan {
    /// The program.
    #[arg(long)]
    program: PathBuf,
    /// The demonstration unit; made if it isn't there, and kept.
    #[arg(long, default_value = "target/bench-pages")]
    dir: PathBuf,
    /// Residents of its county.
    #[arg(long, default_value_t = 200_000)]
    people: u64,
    /// Requests for each page.
    #[arg(long, default_value_t = 50)]
    times: u32,
    /// Where it is served.
    #[arg(long, default_value_t = 18_600)]
    port: u16,
}

/// A page to ask for.
enum Asked {
    /// By its address.
    At(&'static str),
    /// The first link on a page that begins so.
    Link { on: &'static str, to: &'static str },
    /// The answer to a form on a page: fields beyond the form's token.
    Form { at: &'static str, fields: &'static str },
    /// As [`Asked::Link`], opened by a form that asks what for, whose path ends so, and then shown.
    Opened { on: &'static str, to: &'static str, by: &'static str },
}

/// Who asks for which page.
const PAGES: [(&str, &str, &str, Asked); 31] = [
    ("", "front page", "", Asked::At("/")),
    ("Amira Cole", "home", "navigator", Asked::At("/home")),
    ("Amira Cole", "moments", "navigator", Asked::At("/moments")),
    ("Amira Cole", "all moments", "navigator", Asked::At("/moments?show=all")),
    ("Amira Cole", "a moment", "navigator", Asked::Opened { on: "/moments?show=all", to: "/moments/0", by: "/open" }),
    ("Amira Cole", "referrals", "navigator", Asked::At("/referrals")),
    (
        "Amira Cole",
        "find a person",
        "navigator",
        Asked::Form {
            at: "/people",
            fields: "purpose=support&given=Daniel&family=Shah&born-day=1&born-month=2&born-year=2010",
        },
    ),
    ("Tess Okonjo", "home", "rota lead", Asked::At("/home")),
    ("Tess Okonjo", "moments", "rota lead", Asked::At("/moments?show=unassigned")),
    ("Tess Okonjo", "rota", "rota lead", Asked::At("/rota")),
    ("Ruth Adeyemi", "home", "social worker", Asked::At("/home")),
    ("Priya Nair", "home", "analyst", Asked::At("/home")),
    ("Priya Nair", "pairs to review", "analyst", Asked::At("/links/review")),
    ("Priya Nair", "pairs, page 20", "analyst", Asked::At("/links/review?page=20")),
    ("Priya Nair", "a pair", "analyst", Asked::Link { on: "/links/review", to: "/links/pairs/" }),
    ("Priya Nair", "feeds", "analyst", Asked::At("/data/feeds")),
    ("Priya Nair", "a feed", "analyst", Asked::At("/data/feeds/police_events")),
    ("Priya Nair", "a delivery", "analyst", Asked::Link { on: "/data/feeds/police_events", to: "/data/uploads/" }),
    ("Owen Pryce", "feeds", "data owner", Asked::At("/data/feeds")),
    ("Priya Nair", "board", "analyst", Asked::At("/board")),
    ("David Marsh", "board", "board member", Asked::At("/board")),
    ("Helen Strand", "home", "project manager", Asked::At("/home")),
    ("Helen Strand", "places", "project manager", Asked::At("/places")),
    ("Helen Strand", "places, a district", "project manager", Asked::Link { on: "/places", to: "/places?district=" }),
    ("Helen Strand", "an area", "project manager", Asked::Link { on: "/places", to: "/places/E" }),
    ("Helen Strand", "areas for the map", "project manager", Asked::At("/places/areas.geojson")),
    ("Nadia Hassan", "agreements", "protection officer", Asked::At("/trust/agreements")),
    ("Nadia Hassan", "who looked, and why", "protection officer", Asked::At("/trust/access")),
    ("Nadia Hassan", "who shares what", "protection officer", Asked::At("/trust/agreements/map")),
    ("Nadia Hassan", "rules", "protection officer", Asked::At("/trust/rules")),
    (
        "Nadia Hassan",
        "may I share this?",
        "protection officer",
        Asked::At("/trust/may-i-share?from=health&what=ae_navigator&to=voluntary&for=support&how=agreed"),
    ),
];

fn main() {
    let plan = Plan::parse();
    let (mut child, mut output) = serve(&plan);
    await_server(&mut output);
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let mut browsers: BTreeMap<&str, Browser> = BTreeMap::new();
    println!("{:24} {:19} {:>9} {:>9} {:>10}", "page", "as", "median", "95th", "as sent");
    let mut slow = 0;
    for (who, name, duty, asked) in PAGES {
        let browser = browsers.entry(who).or_insert_with(|| Browser::signed_in(plan.port, who));
        let Some((path, fields)) = browser.address(&asked) else {
            println!("{name:24} {duty:19}   nothing to show in this unit");
            continue;
        };
        let figures = Figures::of(browser, &path, &fields, plan.times);
        slow += u32::from(figures.median >= Duration::from_millis(10));
        println!("{name:24} {duty:19} {figures}");
    }
    println!("{slow} pages took 10 ms or more at the median");
    child.kill().expect("the server can be stopped");
    child.wait().expect("the server ends");
}

/// Starts the program on its demonstration unit, which it makes first where there is none.
fn serve(plan: &Plan) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(&plan.program)
        .env("ALONGSIDE_LOG", "error")
        .args(["demo", "--people", &plan.people.to_string(), "--listen", &format!("127.0.0.1:{}", plan.port), "--dir"])
        .arg(&plan.dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let output = BufReader::new(child.stdout.take().expect("its output is ours"));
    (child, output)
}

fn await_server(output: &mut impl std::io::BufRead) {
    let mut line = String::new();
    while output.read_line(&mut line).expect("the program speaks") > 0 {
        if line.starts_with("Serving on") {
            return;
        }
        line.clear();
    }
    panic!("the program ended before it served");
}

/// The times of one page.
struct Figures {
    median: Duration,
    late: Duration,
    bytes: usize,
}

impl Figures {
    fn of(browser: &mut Browser, path: &str, fields: &str, times: u32) -> Self {
        let mut took = Vec::new();
        let mut bytes = 0;
        for round in 0..times + 5 {
            let (method, body) = browser.filled(fields);
            let begun = Instant::now();
            let answer = browser.ask(method, path, &body, true);
            let time = begun.elapsed();
            // A form that was taken leads on to the page that shows it.
            let taken = answer.status == 200 || (answer.status == 303 && !fields.is_empty());
            assert!(taken, "{path} answered {}", answer.status);
            bytes = answer.body.len();
            // The first five warm caches that a served unit has warm.
            if round >= 5 {
                took.push(time);
            }
        }
        took.sort_unstable();
        let at = |share: usize| took.get((took.len() * share / 100).min(took.len() - 1)).copied().unwrap_or_default();
        Self { median: at(50), late: at(95), bytes }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let bytes = u32::try_from(self.bytes).unwrap_or(u32::MAX);
        write!(f, "{:6.1} ms {:6.1} ms {:7.1} kB", millis(self.median), millis(self.late), f64::from(bytes) / 1000.0)
    }
}

/// What a request brought.
struct Answer {
    status: u16,
    cookies: Vec<String>,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).replace("&#38;", "&").replace("&amp;", "&")
    }
}

/// One kept connection and its cookies: as little of a browser as measuring needs.
struct Browser {
    port: u16,
    connection: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
    token: String,
}

impl Browser {
    /// Signed in by the demo's chooser; nobody where `who` is empty.
    fn signed_in(port: u16, who: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server answers");
        stream.set_nodelay(true).expect("a connection without delay");
        let mut browser =
            Self { port, connection: BufReader::new(stream), cookies: BTreeMap::new(), token: String::new() };
        if !who.is_empty() {
            let chooser = browser.ask("GET", "/sign-in/demo", "", false).text();
            browser.token = between(&chooser, "name=\"_csrf\" value=\"", "\"").expect("a form token").to_owned();
            // `<p id="about-ID">Name: what they do</p>`
            let (before, _) = chooser.split_once(&format!("\">{who}:")).unwrap_or_else(|| panic!("{who} is not there"));
            let id = before.rsplit_once("about-").map(|(_, id)| id.to_owned()).expect("their id");
            let form = format!("_csrf={}&member={id}", browser.token);
            let entered = browser.ask("POST", "/sign-in/demo", &form, false);
            assert_eq!(entered.status, 303, "{who} could not sign in");
        }
        browser
    }

    /// Where a page is in this unit, and the fields to send. None where there is no such link.
    fn address(&mut self, asked: &Asked) -> Option<(String, String)> {
        match asked {
            Asked::At(path) => Some(((*path).to_owned(), String::new())),
            Asked::Form { at, fields } => {
                self.take_token(at);
                Some(((*at).to_owned(), (*fields).to_owned()))
            }
            Asked::Link { on, to: "/places?district=" } => {
                let page = self.ask("GET", on, "", false).text();
                let (_, select) = page.split_once("name=\"district\"")?;
                let code = select.split("<option value=\"").nth(2)?.split('"').next()?;
                Some((format!("/places?district={code}"), String::new()))
            }
            Asked::Link { on, to } => {
                let page = self.ask("GET", on, "", false).text();
                Some((first_link(&page, to)?, String::new()))
            }
            Asked::Opened { on, to, by } => {
                let page = self.ask("GET", on, "", false).text();
                let path = first_link(&page, to)?;
                self.take_token(&path);
                let form = format!("_csrf={}&purpose=support", self.token);
                self.ask("POST", &format!("{path}{by}"), &form, false);
                Some((path, String::new()))
            }
        }
    }

    fn take_token(&mut self, path: &str) {
        let page = self.ask("GET", path, "", false).text();
        if let Some(token) = between(&page, "name=\"_csrf\" value=\"", "\"") {
            token.clone_into(&mut self.token);
        }
    }

    fn filled(&self, fields: &str) -> (&'static str, String) {
        if fields.is_empty() { ("GET", String::new()) } else { ("POST", format!("_csrf={}&{fields}", self.token)) }
    }

    fn ask(&mut self, method: &str, path: &str, body: &str, compressed: bool) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\n", self.port);
        if !cookies.is_empty() {
            head.push_str(&format!("cookie: {}\r\n", cookies.join("; ")));
        }
        if compressed {
            head.push_str("accept-encoding: gzip, deflate, br\r\n");
        }
        if method == "POST" {
            head.push_str("sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n");
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let request = format!("{head}\r\n{body}");
        self.connection.get_mut().write_all(request.as_bytes()).expect("the server takes a request");
        let answer = self.read();
        for cookie in &answer.cookies {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        answer
    }

    fn read(&mut self) -> Answer {
        let status = self.line().split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let (mut length, mut chunked, mut cookies) = (0_usize, false, Vec::new());
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", value) => length = value.parse().expect("a length"),
                ("transfer-encoding", _) => chunked = true,
                ("set-cookie", value) => cookies.push(value.to_owned()),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(&self.line(), 16).expect("a chunk's size");
                body.extend(self.bytes(size));
                self.line();
                if size == 0 {
                    break;
                }
            }
        } else {
            body = self.bytes(length);
        }
        Answer { status, cookies, body }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.connection.read_line(&mut line).expect("the server answers");
        line.trim_end().to_owned()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.connection.read_exact(&mut bytes).expect("the server answers");
        bytes
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The first address on a page that begins with `to`.
fn first_link(page: &str, to: &str) -> Option<String> {
    let rest = between(page, &format!("href=\"{to}"), "\"")?;
    Some(format!("{to}{rest}"))
}
