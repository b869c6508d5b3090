//! Reads so much of Ruby as finds `execute`, the text given to it, and the method or block that takes a migration back.

use super::super::mask::Text;
use super::scanner::Scanner;
use crate::syntax::span::Span;

/// What was found in a migration.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The calls of `execute`, in order.
    pub calls: Vec<Call>,
    /// What takes the migration back, in order.
    pub downs: Vec<Span>,
    /// Whether no transaction is opened.
    pub no_transaction: bool,
}

/// A call of `execute`.
#[derive(Debug)]
pub(super) struct Call {
    /// From the method's name to the end of its text.
    pub span: Span,
    /// The SQL, where it is written out.
    pub sql: Option<Text>,
    /// Whether it takes something back.
    pub down: bool,
}

/// The methods that are given SQL.
const METHODS: &[&str] = &["execute", "exec_query", "exec_update"];

/// Reads a migration.
pub(super) fn scan(text: &str) -> Scanned {
    let mut scanner = Scanner::new(text);
    let mut found = Scanned::default();
    // Where the part that takes back began, and how far its first line was indented.
    let mut down: Option<(u32, usize)> = None;
    // The block in brackets that takes back.
    let mut block: Option<Span> = None;
    while let Some(word) = scanner.next_word() {
        let name = word.of(text);
        if let Some(ended) = block.take_if(|block| block.end <= word.start) {
            found.downs.push(ended);
        }
        match name {
            "disable_ddl_transaction!" => found.no_transaction = true,
            "def" | "end" => {
                let indent = scanner.indent(word);
                if let (Some((start, depth)), Some(indent)) = (down, indent)
                    && name == "end"
                    && indent <= depth
                {
                    found.downs.push(Span::new(start, word.end));
                    down = None;
                }
                let takes_back = name == "def" && (scanner.follows("down") || scanner.follows("self.down"));
                if takes_back && down.is_none() && block.is_none() {
                    down = Some((word.start, indent.unwrap_or(0)));
                }
            }
            // `dir.down do … end`, `dir.down { … }`
            "down" if down.is_none() && scanner.follows("do") => {
                down = Some((word.start, scanner.indent_of_line(word)));
            }
            "down" if down.is_none() && block.is_none() && scanner.follows("{") => block = scanner.block(),
            _ if METHODS.contains(&name) => {
                let sql = scanner.argument();
                let span = Span::new(word.start, scanner.offset().max(word.end));
                let in_block = block.is_some_and(|block| block.contains(word));
                found.calls.push(Call { span, sql, down: down.is_some() || in_block });
            }
            _ => {}
        }
    }
    found.downs.extend(block);
    if let Some((start, _)) = down {
        found.downs.push(Span::new(start, scanner.offset()));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sql(text: &str) -> Vec<Option<&str>> {
        scan(text).calls.into_iter().map(|call| call.sql.map(|sql| sql.span.of(text).trim())).collect()
    }

    #[test]
    fn texts_that_are_written_out_are_found() {
        assert_eq!(sql("execute 'a'\nexecute(\"b\")\n# execute 'c'\nx = 'execute \"d\"'"), [Some("a"), Some("b")]);
        assert_eq!(sql("execute %q{a {b}}\nexecute(%(c)) if d"), [Some("a {b}"), Some("c")]);
        assert_eq!(sql("safety_assured { execute 'a' }"), [Some("a")]);
        assert_eq!(
            sql("execute <<~SQL\n  a 'b'\nSQL\nexecute(<<-'S'.squish)\n #{c}\n  S\n"),
            [Some("a 'b'"), Some("#{c}")]
        );
    }

    #[test]
    fn texts_that_are_put_together_are_not_known() {
        assert_eq!(sql("execute \"a #{b}\"\nexecute c\nexecute 'd' + e\nexecute <<~SQL\n#{f}\nSQL\n"), [None; 4]);
    }

    #[test]
    fn blocks_that_take_back_are_found() {
        let text = "reversible do |dir|\n dir.up { execute 'a' }\n dir.down { execute 'b' }\n dir.down do\n  execute 'c'\n \
                    end\n execute 'd'\nend";
        let scanned = scan(text);
        assert_eq!(scanned.calls.iter().map(|call| call.down).collect::<Vec<_>>(), [false, true, true, false]);
        assert_eq!(scanned.downs.len(), 2);
        assert_eq!(scan("dir.down { execute 'a'\ndef down").downs.len(), 1, "one inside the other is one");
    }

    #[test]
    fn what_takes_back_is_found() {
        let text = "def up\n  execute 'a'\nend\ndef down\n  if x\n  end\n  execute 'b'\nend\ndef c\nend\n";
        let scanned = scan(text);
        let downs: Vec<_> = scanned.downs.iter().map(|down| down.of(text)).collect();
        assert_eq!(downs, ["def down\n  if x\n  end\n  execute 'b'\nend"]);
        assert_eq!(scanned.calls.iter().map(|call| call.down).collect::<Vec<_>>(), [false, true]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(execute |<<~S|S|def down|end|[%q({'\"\\\\#}\n)é ]){0,20}") {
            let scanned = scan(&text);
            let mut end = 0;
            for down in scanned.downs {
                prop_assert!(down.start >= end && down.end as usize <= text.len());
                end = down.end;
            }
            for sql in scanned.calls.into_iter().filter_map(|call| call.sql) {
                prop_assert!(text.get(sql.span.start as usize..sql.span.end as usize).is_some());
            }
        }
    }
}
