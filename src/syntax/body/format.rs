//! The little languages inside literals: the specifiers of `format`, the escapes of `E'…'`.

/// How it is put in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Literal,
    Raw,
}

/// After `%`: how long the specifier is, which argument it names, and what it puts in. None of the last: it is not one
/// that puts in anything.
pub(super) fn specifier(text: &[u8]) -> (usize, Option<usize>, Option<Kind>) {
    let digits = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count().min(6);
    let mut length = digits(0);
    let mut position = None;
    if length > 0 && text.get(length) == Some(&b'$') {
        let number = text.get(..length).and_then(|digits| std::str::from_utf8(digits).ok());
        position = number.and_then(|number| number.parse().ok());
        length += 1;
    } else {
        length = 0;
    }
    length += usize::from(text.get(length) == Some(&b'-'));
    length += digits(length);
    match text.get(length) {
        Some(b'I') => (length + 1, position, Some(Kind::Name)),
        Some(b'L') => (length + 1, position, Some(Kind::Literal)),
        Some(b's') => (length + 1, position, Some(Kind::Raw)),
        Some(b'%') => (1, None, None),
        _ => (0, None, None),
    }
}

/// Backslash escapes of `E'…'` that matter to the lexer, at the same length.
pub(super) fn unescape(text: &mut [u8]) {
    let mut at = 0;
    while let Some(pair) = text.get_mut(at..at + 2) {
        let escaped = pair.first() == Some(&b'\\');
        if escaped && let [first, second] = pair {
            *first = 0;
            *second = match *second {
                b'n' | b'r' => b'\n',
                b't' | b'f' | b'b' => b' ',
                other => other,
            };
        }
        at += 1 + usize::from(escaped);
    }
}
