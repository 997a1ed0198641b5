//! Texts as people search them.
//!
//! Never: knows letters beyond Latin; the tables of all alphabets weigh more than a phone's searches are worth.

/// Lower case without the accents that Latin letters carry.
pub fn folded(text: &str) -> String {
    text.chars().map(plain).collect()
}

fn plain(letter: char) -> char {
    let lower = match letter {
        'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(letter as u32 + 32).unwrap_or(letter),
        other => other.to_ascii_lowercase(),
    };
    match lower {
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (text, plain) in [
            ("Tenun IKAT", "tenun ikat"),
            ("Désa Ñiñola", "desa ninola"),
            ("ÀÉÎÕÜÇ Ø", "aeiouc ø"),
            ("地 5 ½", "地 5 ½"),
        ] {
            assert_eq!(folded(text), plain);
        }
    }
}
