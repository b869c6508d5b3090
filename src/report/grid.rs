//! Text in columns: how wide it is, where it is cut, how columns share the width there is.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// No column gets narrower.
const NARROWEST: usize = 6;

/// A space at which a line is broken only where it must be. White space of the SQL itself never gets here.
pub(in crate::report) const TIE: char = '\u{a0}';

/// Columns of a terminal that `text` takes.
pub(in crate::report) fn width(text: &str) -> usize {
    text.width()
}

/// The beginning of `text` that takes at most `most` columns.
pub(in crate::report) fn take(text: &str, most: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > most {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// `text` cut to `most` columns; `more` ends what is cut.
pub(in crate::report) fn shortened(text: &str, most: usize, more: &str) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    format!("{}{more}", take(text, most.saturating_sub(width(more))).trim_end())
}

/// `text` with spaces up to `wanted` columns.
pub(in crate::report) fn padded(text: &str, wanted: usize) -> String {
    format!("{text}{}", " ".repeat(wanted.saturating_sub(width(text))))
}

/// `text` in lines of at most `most` columns, broken between words, and inside those that are longer.
pub(in crate::report) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let tied = text.split(' ').all(|word| width(word) <= most);
    let text = if tied { text.to_owned() } else { text.replace(TIE, " ") };
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        if !line.is_empty() && width(&line) + 1 + width(word) <= most {
            line.push(' ');
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while line.is_empty() && width(word) > most {
            let part = take(word, most);
            // Long names have joints.
            let joint = part.rfind(['_', '.']).map_or(0, |at| at + 1);
            let part = if joint * 2 > part.len() { part.get(..joint).unwrap_or(part) } else { part };
            // A character wider than the line has to go somewhere.
            let length = if part.is_empty() { word.chars().next().map_or(0, char::len_utf8) } else { part.len() };
            lines.push(word.get(..length).unwrap_or_default().to_owned());
            word = word.get(length..).unwrap_or_default();
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.into_iter().map(|line| line.replace(TIE, " ")).collect()
}

/// Widths for columns that would like to be `natural` wide and together may take `most`. The columns with the most to
/// spare over their floors give way first; every list of floors is tried before the next.
pub(in crate::report) fn fit(natural: &[usize], floors: &[&[usize]], most: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    let narrowest = vec![NARROWEST; natural.len()];
    for floors in floors.iter().chain([&&*narrowest]) {
        while widths.iter().sum::<usize>() > most {
            let spare = |(width, floor): (&usize, &usize)| width.saturating_sub(*floor);
            let widest = widths.iter().zip(*floors).map(spare).enumerate().max_by_key(|&(index, spare)| (spare, index));
            match widest.filter(|&(_, spare)| spare > 0).and_then(|(index, _)| widths.get_mut(index)) {
                Some(width) => *width -= 1,
                None => break,
            }
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_where_they_can() {
        assert_eq!(wrapped("transaction end (BEGIN, line 3)", 15), ["transaction end", "(BEGIN, line 3)"]);
        assert_eq!(wrapped("a_very_long_name here", 6), ["a_very", "_long_", "name", "here"]);
        assert_eq!(wrapped("events_common_idx", 10), ["events_", "common_idx"]);
        assert_eq!(wrapped("日本語", 1), ["日", "本", "語", ""]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a tied\u{a0}pair", 9), ["a", "tied pair"]);
        assert_eq!(wrapped("a tied\u{a0}pair", 8), ["a tied", "pair"]);
    }

    #[test]
    fn the_widest_column_gives_way() {
        assert_eq!(fit(&[10, 30, 5], &[&[10, 8, 5]], 35), [10, 20, 5]);
        assert_eq!(fit(&[10, 30, 5], &[&[10, 8, 5]], 20), [8, 7, 5]);
        assert_eq!(fit(&[10, 30], &[&[10, 8]], 1), [6, 6], "no narrower than can be read");
    }
}
