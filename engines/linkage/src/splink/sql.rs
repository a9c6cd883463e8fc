//! Reads the SQL of a Splink model's levels and blocking rules: enough of the language to tell what a condition asks for, whatever
//! its spacing, brackets, casts and quotes.

/// Which record of a pair a column is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// An expression. Casts and brackets are gone, names of functions are in lower case.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sql {
    Column(String, Side),
    /// A name that belongs to neither record: a lambda's, or NULL.
    Name(String),
    Number(f64),
    Text(String),
    Call(String, Vec<Sql>),
    /// Both sides of `=`, `<`, `and`, `+`, `->` and so on, in lower case.
    Binary(String, Box<Sql>, Box<Sql>),
    Not(Box<Sql>),
    IsNull(Box<Sql>),
    /// Anything between `case` and `end`.
    Case(Vec<Sql>),
}

/// Reads one condition.
pub(super) fn parse(text: &str) -> Option<Sql> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
    let sql = reader.or()?;
    (reader.at == tokens.len()).then_some(sql)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, in lower case unless it was quoted.
    Word(String),
    Quoted(String),
    Number(f64),
    Text(String),
    Mark(&'static str),
}

const MARKS: [&str; 22] = [
    "->", "::", "<>", "!=", "<=", ">=", "==", "<", ">", "=", "(", ")", ",", ".", "+", "-", "*", "/", "[", "]", "||",
    ";",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (token, used) = if first == '\'' {
            let end = rest.get(1..)?.find('\'')?;
            (Token::Text(rest.get(1..=end)?.to_owned()), end + 2)
        } else if first == '"' || first == '`' {
            let end = rest.get(1..)?.find(first)?;
            (Token::Quoted(rest.get(1..=end)?.to_owned()), end + 2)
        } else if first.is_ascii_digit() {
            let digit = |c: char| !(c.is_ascii_digit() || c == '.');
            let end = rest.find(digit).unwrap_or(rest.len());
            (Token::Number(rest.get(..end)?.parse().ok()?), end)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (Token::Word(rest.get(..end)?.to_lowercase()), end)
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark))?;
            (Token::Mark(mark), mark.len())
        };
        tokens.push(token);
        rest = rest.get(used..)?.trim_start();
    }
    Some(tokens)
}

/// Deepest nesting that is followed, so that a made-up file can't exhaust the stack.
const DEEPEST: usize = 64;

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn mark(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Mark(mark)) if *mark == wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word == wanted);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Option<Sql> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.and()?;
        while self.word("or") {
            left = binary("or", left, self.and()?);
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Sql> {
        let mut left = self.not()?;
        while self.word("and") {
            left = binary("and", left, self.not()?);
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Sql> {
        if self.word("not") {
            self.depth += 1;
            let inner = if self.depth > DEEPEST { None } else { self.not() };
            self.depth -= 1;
            return Some(Sql::Not(Box::new(inner?)));
        }
        let left = self.sum()?;
        if self.word("is") {
            let not = self.word("not");
            if !self.word("null") {
                return None;
            }
            let null = Sql::IsNull(Box::new(left));
            return Some(if not { Sql::Not(Box::new(null)) } else { null });
        }
        for (mark, name) in [
            ("=", "="),
            ("==", "="),
            ("<>", "<>"),
            ("!=", "<>"),
            ("<=", "<="),
            (">=", ">="),
            ("<", "<"),
            (">", ">"),
            ("->", "->"),
        ] {
            if self.mark(mark) {
                return Some(binary(name, left, self.sum()?));
            }
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<Sql> {
        let mut left = self.term()?;
        loop {
            if self.mark("+") {
                left = binary("+", left, self.term()?);
            } else if self.mark("-") {
                left = binary("-", left, self.term()?);
            } else if self.mark("||") {
                left = binary("||", left, self.term()?);
            } else {
                return Some(left);
            }
        }
    }

    fn term(&mut self) -> Option<Sql> {
        let mut left = self.cast()?;
        loop {
            if self.mark("*") {
                left = binary("*", left, self.cast()?);
            } else if self.mark("/") {
                left = binary("/", left, self.cast()?);
            } else {
                return Some(left);
            }
        }
    }

    /// An atom with what may stand after it: `::text`, `[1]`.
    fn cast(&mut self) -> Option<Sql> {
        let mut sql = self.atom()?;
        loop {
            if self.mark("::") {
                self.kind()?;
            } else if self.mark("[") {
                sql = binary("[]", sql, self.or()?);
                self.mark("]").then_some(())?;
            } else {
                return Some(sql);
            }
        }
    }

    /// A type: `date`, `varchar(20)`, `double precision`.
    fn kind(&mut self) -> Option<()> {
        while matches!(self.peek(), Some(Token::Word(word)) if !["and", "or", "is"].contains(&word.as_str())) {
            self.at += 1;
        }
        if self.mark("(") {
            while !self.mark(")") {
                self.peek()?;
                self.at += 1;
            }
        }
        Some(())
    }

    fn atom(&mut self) -> Option<Sql> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Number(number) => Some(Sql::Number(number)),
            Token::Text(text) => Some(Sql::Text(text)),
            Token::Mark("-") => {
                self.depth += 1;
                let inner = if self.depth > DEEPEST { None } else { self.cast() };
                self.depth -= 1;
                Some(binary("-", Sql::Number(0.0), inner?))
            }
            Token::Mark("(") => {
                let inner = self.or()?;
                self.mark(")").then_some(inner)
            }
            Token::Mark("[") => self.list("]").map(|items| Sql::Call("list".to_owned(), items)),
            Token::Mark(_) => None,
            Token::Word(word) if word == "case" => self.case(),
            Token::Word(word) if word == "cast" || word == "try_cast" => {
                self.mark("(").then_some(())?;
                let inner = self.or()?;
                self.word("as").then_some(())?;
                self.kind()?;
                self.mark(")").then_some(inner)
            }
            Token::Word(word) => {
                if self.mark("(") {
                    return self.list(")").map(|arguments| Sql::Call(word, arguments));
                }
                self.name(word)
            }
            Token::Quoted(name) => self.name(name),
        }
    }

    /// A column: `first_name_l`, `l.first_name`, or another name.
    fn name(&mut self, name: String) -> Option<Sql> {
        if self.mark(".") {
            let column = match self.peek()? {
                Token::Word(column) | Token::Quoted(column) => column.clone(),
                _ => return None,
            };
            self.at += 1;
            return match name.as_str() {
                "l" => Some(Sql::Column(column, Side::Left)),
                "r" => Some(Sql::Column(column, Side::Right)),
                _ => None,
            };
        }
        if let Some(column) = name.strip_suffix("_l") {
            return Some(Sql::Column(column.to_owned(), Side::Left));
        }
        if let Some(column) = name.strip_suffix("_r") {
            return Some(Sql::Column(column.to_owned(), Side::Right));
        }
        Some(Sql::Name(name))
    }

    fn list(&mut self, end: &str) -> Option<Vec<Sql>> {
        let mut items = Vec::new();
        if self.mark(end) {
            return Some(items);
        }
        loop {
            items.push(self.or()?);
            if self.mark(end) {
                return Some(items);
            }
            self.mark(",").then_some(())?;
        }
    }

    fn case(&mut self) -> Option<Sql> {
        let mut parts = Vec::new();
        while !self.word("end") {
            let _ = self.word("when") || self.word("then") || self.word("else");
            parts.push(self.or()?);
        }
        Some(Sql::Case(parts))
    }
}

fn binary(mark: &str, left: Sql, right: Sql) -> Sql {
    Sql::Binary(mark.to_owned(), Box::new(left), Box::new(right))
}

impl Sql {
    /// Every expression within, this one too.
    pub(super) fn within(&self) -> Vec<&Sql> {
        let mut all = vec![self];
        match self {
            Sql::Call(_, inner) | Sql::Case(inner) => all.extend(inner.iter().flat_map(Sql::within)),
            Sql::Binary(_, left, right) => {
                all.extend(left.within());
                all.extend(right.within());
            }
            Sql::Not(inner) | Sql::IsNull(inner) => all.extend(inner.within()),
            Sql::Column(..) | Sql::Name(_) | Sql::Number(_) | Sql::Text(_) => {}
        }
        all
    }

    /// The columns within, each once, in the order in which they stand.
    pub(super) fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for sql in self.within() {
            if let Sql::Column(name, _) = sql
                && !columns.contains(name)
            {
                columns.push(name.clone());
            }
        }
        columns
    }

    /// The same with both records exchanged.
    pub(super) fn mirrored(&self) -> Sql {
        let both = |inner: &Sql| Box::new(inner.mirrored());
        match self {
            Sql::Column(name, Side::Left) => Sql::Column(name.clone(), Side::Right),
            Sql::Column(name, Side::Right) => Sql::Column(name.clone(), Side::Left),
            Sql::Call(name, inner) => Sql::Call(name.clone(), inner.iter().map(Sql::mirrored).collect()),
            Sql::Case(inner) => Sql::Case(inner.iter().map(Sql::mirrored).collect()),
            Sql::Binary(mark, left, right) => Sql::Binary(mark.clone(), both(left), both(right)),
            Sql::Not(inner) => Sql::Not(both(inner)),
            Sql::IsNull(inner) => Sql::IsNull(both(inner)),
            other => other.clone(),
        }
    }
}
