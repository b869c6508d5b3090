//! Changelogs in XML. Nothing is fetched, and no entity is expanded but those of single characters.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::element::{Document, Element, MAX_DEPTH, Piece, Text};
use crate::syntax::span::Span;

/// Reads a changelog.
pub(in super::super) fn read(text: &str) -> Document {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    // Elements too deep to be kept.
    let mut deeper = 0_usize;
    let mut broken = None;
    loop {
        let start = offset(reader.buffer_position());
        let Ok(event) = reader.read_event() else {
            broken = Some(start);
            break;
        };
        let span = Span::new(start, offset(reader.buffer_position()));
        match event {
            Event::Start(_) if deeper > 0 || open.len() > MAX_DEPTH => deeper += 1,
            Event::Start(tag) => open.push(element(&tag, span)),
            Event::Empty(tag) if deeper == 0 => {
                let element = element(&tag, span);
                if let Some(parent) = open.last_mut() {
                    parent.children.push(element);
                }
            }
            Event::End(_) if deeper > 0 => deeper -= 1,
            Event::End(_) => close(&mut open, span.end),
            Event::Eof => break,
            event if deeper == 0 => {
                if let (Some(element), Some((piece, value))) = (open.last_mut(), piece(text, &event, span)) {
                    element.text.value.push_str(&value);
                    element.text.pieces.push(piece);
                }
            }
            _ => {}
        }
    }
    // What was never closed is kept as far as it goes.
    let end = offset(text.len() as u64);
    while open.len() > 1 {
        broken.get_or_insert(end);
        close(&mut open, end);
    }
    let top = open.pop().unwrap_or_default();
    let root = top.children.into_iter().find(|child| child.name == "databaseChangeLog").unwrap_or_default();
    Document { root, broken }
}

fn close(open: &mut Vec<Element>, end: u32) {
    // The first one stands for the document.
    if open.len() > 1
        && let Some(mut element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        element.span = Span::new(element.span.start, end);
        parent.children.push(element);
    }
}

fn element(tag: &BytesStart<'_>, span: Span) -> Element {
    let local = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    let mut attributes = tag.attributes();
    let attributes = attributes.with_checks(false).flatten().map(|attribute| {
        let value = unescape(&attribute.value).map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
        (local(attribute.key.as_ref()), Text { value, pieces: Vec::new() })
    });
    Element { name: local(tag.name().as_ref()), span, attributes: attributes.collect(), ..Element::default() }
}

/// A part of a text, and what it says.
fn piece(text: &str, event: &Event<'_>, span: Span) -> Option<(Piece, String)> {
    // `<![CDATA[` and `]]>`.
    const CDATA: (u32, u32) = (9, 3);
    let written = |span: Span| {
        let value = text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
        (Piece { span, shown: None }, value)
    };
    match event {
        Event::Text(_) => Some(written(span)),
        Event::CData(_) => {
            let (before, after) = CDATA;
            (span.len() >= before + after).then(|| written(Span::new(span.start + before, span.end - after)))
        }
        Event::GeneralRef(reference) => {
            let shown = match reference.resolve_char_ref() {
                Ok(Some(character)) => character.to_string(),
                _ => resolve_predefined_entity(reference).unwrap_or_default().to_owned(),
            };
            Some((Piece { span, shown: Some(shown.clone()) }, shown))
        }
        _ => None,
    }
}

fn offset(at: u64) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
