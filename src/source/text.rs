//! Bytes to text, so that every offset in the text is an offset in the file.

/// The longest file that spans (`u32`) can point into.
pub(super) const MAX_LENGTH: u64 = u32::MAX as u64;

/// Reads the bytes of a file. Bytes that are not UTF-8 become `?`, one for one, and a UTF-8 byte order mark stays, so
/// offsets survive. UTF-16 with a byte order mark is the exception: it is decoded, and offsets are those of the result.
pub(super) fn decode(bytes: Vec<u8>) -> String {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes).unwrap_or_else(|error| replace_invalid(error.as_bytes())),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text: String = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

/// The text with a `?` for each byte that is not UTF-8.
pub(super) fn replace_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn latin_1_keeps_its_length() {
        assert_eq!(decode(b"-- caf\xE9\nSELECT 1;".to_vec()), "-- caf?\nSELECT 1;");
    }

    #[test]
    fn truncated_sequences_are_replaced_byte_by_byte() {
        assert_eq!(decode(b"a\xE2\x82b\xF0\x9F\x98".to_vec()), "a??b???");
    }

    #[test]
    fn utf_8_mark_stays() {
        assert_eq!(decode(b"\xEF\xBB\xBFSELECT 1".to_vec()).len(), 11);
    }

    #[test]
    fn utf_16_is_decoded() {
        let text = "SELECT 'é😀'";
        let mut little = vec![0xFF, 0xFE];
        little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let mut big = vec![0xFE, 0xFF];
        big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(decode(little), text);
        assert_eq!(decode(big.clone()), text);
        big.push(0);
        assert_eq!(decode(big), format!("{text}\u{FFFD}"));
    }

    proptest! {
        #[test]
        fn length_is_kept(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assume!(!bytes.starts_with(&[0xFF, 0xFE]) && !bytes.starts_with(&[0xFE, 0xFF]));
            prop_assert_eq!(decode(bytes.clone()).len(), bytes.len());
        }
    }
}
