//! Holes: what stands for a name that is put together at run time, `format('… %I …')`.
//!
//! A hole is a run of characters that no name has and that the lexer takes for letters, so that the text around it keeps
//! its offsets. The character tells the expression: the same expression is the same unknown name.

use std::borrow::Cow;

/// Of the first expression. The characters before it are white space to some.
const FIRST: u32 = 0x86;

/// Of all expressions beyond those that can be told apart.
const OTHER: char = '\u{9f}';

/// Three bytes long, where the length is odd: all others have two.
const FILLER: char = '\u{e000}';

/// What each hole is known to be, by number; none where that is only known at run time.
pub(crate) type Fills = [Option<Box<str>>];

/// Writes the hole of expression `number` over `bytes`, as a whole.
pub(crate) fn write(bytes: &mut [u8], number: usize) {
    let character = character(number);
    let mut pair = [0; 2];
    character.encode_utf8(&mut pair);
    let mut filler = [0; 3];
    FILLER.encode_utf8(&mut filler);
    match bytes.len() {
        0 | 1 => bytes.fill(0),
        length => {
            let (pairs, odd) = bytes.split_at_mut(if length % 2 == 0 { length } else { length - 3 });
            pairs.chunks_exact_mut(2).for_each(|two| two.copy_from_slice(&pair));
            if !odd.is_empty() {
                odd.copy_from_slice(&filler);
            }
        }
    }
}

fn character(number: usize) -> char {
    u32::try_from(number).ok().and_then(|number| char::from_u32(FIRST + number)).map_or(OTHER, |found| found.min(OTHER))
}

/// Whether expression `number` has a character of its own.
pub(crate) fn is_own(number: usize) -> bool {
    character(number) != OTHER
}

/// Whether `text` has a hole that nothing fills.
pub(crate) fn is_open(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_hole)
}

/// Whether it names something that can be told from other unknown names.
pub(crate) fn is_distinct(text: &str) -> bool {
    !text.contains(OTHER)
}

fn is_hole(character: char) -> bool {
    (FIRST..=u32::from(OTHER)).contains(&u32::from(character)) || character == FILLER
}

/// Each run of a hole as one character, or as what is known to stand there.
pub(crate) fn fold<'t>(text: &'t str, fills: &Fills) -> Cow<'t, str> {
    if !is_open(text) {
        return text.into();
    }
    let mut folded = String::with_capacity(text.len());
    let mut last = None;
    for character in text.chars() {
        let shown = match character {
            FILLER if last.is_some_and(is_hole) => None,
            FILLER => Some(OTHER),
            _ => Some(character).filter(|_| !(is_hole(character) && last == Some(character))),
        };
        last = Some(character);
        let Some(shown) = shown else { continue };
        let number = u32::from(shown).checked_sub(FIRST).map(|number| number as usize);
        match number.and_then(|number| fills.get(number)).and_then(Option::as_deref) {
            Some(fill) if is_hole(shown) && shown != OTHER => folded.push_str(fill),
            _ => folded.push(shown),
        }
    }
    folded.into()
}

/// For people: `<name>` for every name that is a hole, an ellipsis for a hole in a name.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !is_open(text) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let in_name = |character: char| character.is_alphanumeric() || character == '_';
    while let Some(character) = characters.next() {
        if !is_hole(character) {
            shown.push(character);
            continue;
        }
        while characters.next_if(|next| is_hole(*next)).is_some() {}
        let part = shown.ends_with(in_name) || characters.peek().is_some_and(|next| in_name(*next));
        shown.push_str(if part { "…" } else { "<name>" });
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_keeps_its_length_and_its_number() {
        for length in 0..12 {
            let mut bytes = vec![b'x'; length];
            write(&mut bytes, 3);
            let text = String::from_utf8(bytes).unwrap_or_default();
            assert_eq!(text.len(), length);
            if length == 2 || length > 3 {
                assert_eq!(fold(&text, &[None, None, None, Some("users".into())]), "users");
                assert_eq!(shown(&format!("a_{text}_b")), "a_…_b");
                assert_eq!(shown(&format!("public.{text} is")), "public.<name> is");
            }
        }
    }
}
