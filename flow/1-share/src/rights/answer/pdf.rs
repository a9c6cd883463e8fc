//! Parts of a page as a PDF: text that can be selected, headings as headings, numbered pages, tagged so that a screen reader reads it in order
//! (PDF/UA-1). See docs/adr/0005.

use std::{collections::HashMap, num::NonZeroU16};

use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::Metadata,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, Tag, TagGroup, TagTree},
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{MetadataProvider as _, instance::LocationRef};

use super::Block;
use crate::rights::under_way::Far;

const REGULAR: &[u8] = include_bytes!("../fonts/atkinson-regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/atkinson-bold.ttf");

/// A4 in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 62.0;
const BOTTOM: f32 = 66.0;
/// Where a value begins behind its label.
const BEHIND: f32 = 170.0;

/// A cut of the typeface: for drawing, and for measuring.
struct Cut {
    font: Font,
    /// Every letter of the typeface with its glyph and how wide that is at a size of one: read once, since an answer has millions of letters.
    letters: HashMap<char, (GlyphId, f32)>,
}

impl Cut {
    fn read(bytes: &'static [u8]) -> Result<Self, String> {
        let font = Font::new(bytes.into(), 0).ok_or("the typeface can’t be read")?;
        let face = skrifa::FontRef::new(bytes).map_err(|error| error.to_string())?;
        let units = font.units_per_em();
        let metrics = face.glyph_metrics(skrifa::instance::Size::unscaled(), LocationRef::default());
        let of_letter = |(letter, id): (u32, skrifa::GlyphId)| {
            let advance = metrics.advance_width(id).unwrap_or(units / 2.0) / units;
            Some((char::from_u32(letter)?, (GlyphId::new(id.to_u32()), advance)))
        };
        let letters = face.charmap().mappings().filter_map(of_letter).collect();
        Ok(Self { font, letters })
    }

    /// The glyphs of a line, with how wide each is at a size of one. What the typeface lacks is a question mark.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyphs = text.char_indices().filter_map(|(at, letter)| {
            let (id, advance) = self.letter(letter)?;
            Some(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None))
        });
        glyphs.collect()
    }

    fn letter(&self, letter: char) -> Option<(GlyphId, f32)> {
        self.letters.get(&letter).or_else(|| self.letters.get(&'?')).copied()
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().filter_map(|letter| self.letter(letter)).map(|(_, advance)| advance * size).sum()
    }

    /// A text as lines of at most so many points; a word that is longer than a line is cut.
    fn lines(&self, text: &str, size: f32, most: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            let mut wide = 0.0;
            for word in paragraph.split_whitespace() {
                for piece in self.pieces(word, size, most) {
                    let needs = self.width(&piece, size) + if line.is_empty() { 0.0 } else { self.width(" ", size) };
                    if wide + needs > most && !line.is_empty() {
                        lines.push(std::mem::take(&mut line));
                        wide = 0.0;
                    }
                    if !line.is_empty() {
                        line.push(' ');
                    }
                    wide += needs;
                    line.push_str(&piece);
                }
            }
            if !line.is_empty() {
                lines.push(line);
            }
        }
        if lines.is_empty() {
            lines.push("–".to_owned());
        }
        lines
    }

    fn pieces(&self, word: &str, size: f32, most: f32) -> Vec<String> {
        if self.width(word, size) <= most {
            return vec![word.to_owned()];
        }
        let letters: Vec<char> = word.chars().collect();
        letters.chunks(24).map(|part| part.iter().collect()).collect()
    }
}

/// What is drawn of a block: one line.
struct Line {
    bold: bool,
    size: f32,
    x: f32,
    text: String,
}

/// A line of a page: what is drawn side by side, and how far down the next begins.
struct Row {
    drawn: Vec<Line>,
    height: f32,
}

struct Laid {
    rows: Vec<Row>,
    /// Space before.
    before: f32,
    /// The heading's order and text; none for text.
    heading: Option<(u16, String)>,
    new_page: bool,
}

struct Cuts {
    regular: Cut,
    bold: Cut,
}

impl Cuts {
    fn lay(&self, block: &Block) -> Laid {
        let full = WIDTH - 2.0 * MARGIN;
        let heading = |text: &str, order: u16, size: f32, before: f32| Laid {
            rows: self.rows(&self.bold, true, text, size, MARGIN, full),
            before,
            heading: Some((order, text.to_owned())),
            new_page: order == 1,
        };
        match block {
            Block::Part(text) => heading(text, 1, 20.0, 0.0),
            Block::Heading(text) => heading(text, 2, 15.0, 18.0),
            Block::Small(text) => heading(text, 3, 11.5, 12.0),
            Block::Text(text) => Laid {
                rows: self.rows(&self.regular, false, text, 10.5, MARGIN, full),
                before: 7.0,
                heading: None,
                new_page: false,
            },
            Block::Line(label, value) => self.lay_line(label, value, full),
        }
    }

    fn lay_line(&self, label: &str, value: &str, full: f32) -> Laid {
        let labels = self.rows(&self.bold, true, label, 10.0, MARGIN, BEHIND - 12.0);
        let values = self.rows(&self.regular, false, value, 10.0, MARGIN + BEHIND, full - BEHIND);
        let (mut labels, mut values) = (labels.into_iter(), values.into_iter());
        let mut rows = Vec::new();
        loop {
            let (one, other) = (labels.next(), values.next());
            let height = match (&one, &other) {
                (None, None) => break,
                (Some(row), _) | (None, Some(row)) => row.height,
            };
            let drawn = one.into_iter().chain(other).flat_map(|row| row.drawn).collect();
            rows.push(Row { drawn, height });
        }
        Laid { rows, before: 2.5, heading: None, new_page: false }
    }

    fn rows(&self, cut: &Cut, bold: bool, text: &str, size: f32, x: f32, most: f32) -> Vec<Row> {
        let lines = cut.lines(text, size, most).into_iter();
        lines.map(|text| Row { drawn: vec![Line { bold, size, x, text }], height: size * 1.4 }).collect()
    }

    fn draw(&self, surface: &mut Surface<'_>, line: &Line, y: f32) {
        let cut = if line.bold { &self.bold } else { &self.regular };
        let glyphs = cut.glyphs(&line.text);
        surface.draw_glyphs(Point::from_xy(line.x, y), &glyphs, cut.font.clone(), &line.text, line.size, false);
    }
}

/// One row that was placed: on which page, how far down, and to which block it belongs.
struct Placed {
    block: usize,
    row: Row,
    y: f32,
}

/// Writes the PDF, and tells of how many pages how many are written.
///
/// # Errors
/// In words, where the typeface or the writer fails.
pub(crate) fn to_read(title: &str, blocks: &[Block], far: &Far) -> Result<Vec<u8>, String> {
    let cuts = Cuts { regular: Cut::read(REGULAR)?, bold: Cut::read(BOLD)? };
    let laid: Vec<Laid> = blocks.iter().map(|block| cuts.lay(block)).collect();
    let headings: Vec<Option<(u16, String)>> = laid.iter().map(|one| one.heading.clone()).collect();
    let pages = place(laid);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| format!("{error:?}"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(
        Metadata::new().title(title.to_owned()).language("en-GB".to_owned()).creator("Alongside".to_owned()),
    );
    let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("no such page")?;
    let mut tagged: Vec<Vec<Identifier>> = headings.iter().map(|_| Vec::new()).collect();
    let mut outline = Outline::new();
    let count = pages.len();
    for (number, page) in pages.into_iter().enumerate() {
        far.tell(number, count);
        let mut sheet = document.start_page_with(settings.clone());
        let mut surface = sheet.surface();
        for placed in page {
            let order = headings.get(placed.block).and_then(Option::as_ref);
            if let Some((order @ 1..=2, text)) = order
                && tagged.get(placed.block).is_some_and(Vec::is_empty)
            {
                let _ = order;
                let to = XyzDestination::new(number, Point::from_xy(MARGIN, placed.y - 24.0));
                outline.push_child(OutlineNode::new(text.clone(), to));
            }
            for line in &placed.row.drawn {
                let of = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                cuts.draw(&mut surface, line, placed.y);
                surface.end_tagged();
                if let Some(of_block) = tagged.get_mut(placed.block) {
                    of_block.push(of);
                }
            }
        }
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        let foot = |x, text: String| Line { bold: false, size: 8.5, x, text };
        cuts.draw(&mut surface, &foot(MARGIN, "Personal and confidential".to_owned()), HEIGHT - 36.0);
        cuts.draw(&mut surface, &foot(WIDTH - MARGIN - 60.0, format!("Page {} of {count}", number + 1)), HEIGHT - 36.0);
        surface.end_tagged();
        surface.finish();
        sheet.finish();
    }
    far.tell(count, count);
    document.set_outline(outline);
    document.set_tag_tree(tree(headings, tagged)?);
    document.finish().map_err(|error| format!("{error:?}"))
}

/// The order in which it is read aloud.
fn tree(headings: Vec<Option<(u16, String)>>, tagged: Vec<Vec<Identifier>>) -> Result<TagTree, String> {
    let mut tree = TagTree::new().with_lang(Some("en-GB".to_owned()));
    for (heading, ids) in headings.into_iter().zip(tagged) {
        let mut group = match heading {
            Some((order, text)) => {
                let order = NonZeroU16::new(order).ok_or("no such heading")?;
                TagGroup::new(Tag::Hn(order, Some(text)))
            }
            None => TagGroup::new(Tag::P),
        };
        for id in ids {
            group.push(Node::Leaf(id));
        }
        tree.push(group);
    }
    Ok(tree)
}

/// Places the rows on pages: parts begin a page, a heading stays with what follows it.
fn place(laid: Vec<Laid>) -> Vec<Vec<Placed>> {
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut y = MARGIN;
    let needs: Vec<f32> =
        laid.iter().map(|one| one.rows.iter().take(2).map(|row| row.height).sum::<f32>() + one.before).collect();
    for (block, one) in laid.into_iter().enumerate() {
        let follows = if one.heading.is_some() { needs.get(block + 1).copied().unwrap_or_default() } else { 0.0 };
        let own = needs.get(block).copied().unwrap_or_default();
        let begun = pages.last().is_some_and(|page| !page.is_empty());
        if begun && (one.new_page || y + own + follows > HEIGHT - BOTTOM) {
            pages.push(Vec::new());
            y = MARGIN;
        } else {
            y += one.before;
        }
        for row in one.rows {
            if y + row.height > HEIGHT - BOTTOM {
                pages.push(Vec::new());
                y = MARGIN;
            }
            y += row.height;
            if let Some(page) = pages.last_mut() {
                page.push(Placed { block, row, y });
            }
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_tagged_pdf_whatever_stands_in_it() {
        let long = "word ".repeat(2000);
        let mut blocks = vec![
            Block::Part("What is held".to_owned()),
            Block::Text("Zoë Łukasz Ñandú said “no” – 3×4".to_owned()),
            Block::Line("Notes".to_owned(), long),
            Block::Line(String::new(), String::new()),
            Block::Text("日本語 العربية \u{0} \u{200b}".replace('\u{0}', "")),
            Block::Line("a".repeat(300), "b".repeat(3000)),
        ];
        for at in 0..40 {
            blocks.push(Block::Heading(format!("Service {at}")));
            blocks.push(Block::Small("Record".to_owned()));
            blocks.push(Block::Line("Kind".to_owned(), "knife".to_owned()));
        }
        blocks.push(Block::Part("What is left out".to_owned()));
        let pdf = to_read("Your request", &blocks, &Far::default()).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"));
        assert!(pdf.len() > 20_000);
    }
}
