//! Commands as people write them.

use super::ValueError;

/// Reads a command: words, those with blanks in them between quotes. No shell reads it.
pub fn command(text: &str) -> Result<Vec<String>, ValueError> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for character in text.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    let help = Some("write `python manage.py sqlmigrate {app} {name}`".to_owned());
    match (words.is_empty(), quote) {
        (false, None) => Ok(words),
        (true, _) => Err(ValueError { message: "there is no command".to_owned(), help }),
        (_, Some(_)) => Err(ValueError { message: format!("`{text}` has a quote that does not end"), help }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_words() {
        assert_eq!(command("a 'b c' d\"e f\"").unwrap(), ["a", "b c", "de f"]);
        assert_eq!(command("  ").unwrap_err().message, "there is no command");
        assert_eq!(command("a 'b").unwrap_err().message, "`a 'b` has a quote that does not end");
    }
}
