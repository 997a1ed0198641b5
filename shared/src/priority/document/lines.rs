//! The line of a document that the place of a fault names.
//!
//! Always: the line where a person would look first: the name of a part, a key, or the head of its table.
//! Never: fails; what is not found has no line.

/// A line, its number counted from 1, and the table that it stands in.
struct Line<'d> {
    number: usize,
    text: &'d str,
    /// Empty before the first table.
    table: &'d str,
}

/// `indicator iks_05.weight` names a part by its id, code or area; `programme.quota.total` a key; `held` a table;
/// `programme.quota.mix[1]` the second of several.
pub(super) fn line_of(document: &str, place: &str) -> Option<usize> {
    let lines = lines(document);
    match place.split_once(' ') {
        Some((path, name)) => named(&lines, path.trim_end_matches(','), name),
        None => keyed(&lines, place),
    }
}

fn lines(document: &str) -> Vec<Line<'_>> {
    let mut table = "";
    let each = (1..).zip(document.lines());
    let line = each.map(|(number, text)| {
        let text = text.trim_start();
        if let Some(head) = head(text) {
            table = head;
        }
        Line {
            number,
            text,
            table,
        }
    });
    line.collect()
}

/// The name between the brackets of a table's head.
fn head(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let (name, _) = inner.split_once(']')?;
    Some(name.trim())
}

fn has_key(text: &str, key: &str) -> bool {
    let rest = text.strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn named(lines: &[Line], path: &str, name: &str) -> Option<usize> {
    let (short, _) = name.split_once('.').unwrap_or((name, ""));
    let says = |line: &&Line, name: &str| line.text.contains(&format!("\"{name}\""));
    let is_name = |line: &&Line, name: &str| {
        let keys = ["id", "code", "area"];
        keys.iter().any(|key| has_key(line.text, key)) && says(line, name)
    };
    let own = || lines.iter().filter(|it| it.table.starts_with(path));
    // A code has dots of its own, so that the whole name comes first.
    for name in [name, short] {
        let found = own().find(|it| is_name(it, name));
        let found = found.or_else(|| own().find(|it| says(it, name)));
        if let Some(line) = found {
            return Some(line.number);
        }
    }
    let elsewhere = lines.iter().find(|it| is_name(it, short));
    elsewhere.map(|it| it.number)
}

fn keyed(lines: &[Line], place: &str) -> Option<usize> {
    let (table, index) = match place.strip_suffix(']').and_then(|it| it.split_once('[')) {
        Some((table, index)) => (table, index.parse().unwrap_or(0)),
        None => (place, 0),
    };
    let mut heads = lines.iter().filter(|it| head(it.text) == Some(table));
    if let Some(line) = heads.nth(index) {
        return Some(line.number);
    }
    let (outer, key) = table.rsplit_once('.').unwrap_or(("", table));
    let mut own = lines.iter().filter(|it| it.table == outer);
    if let Some(line) = own.find(|it| has_key(it.text, key)) {
        return Some(line.number);
    }
    match outer {
        "" => None,
        // A key that is not written: its table says where it belongs.
        _ => keyed(lines, outer),
    }
}

#[cfg(test)]
mod tests {
    use super::line_of;

    const DOCUMENT: &str = "format = 1\nid = \"x\"\nscale = [0, 1]\n\
        [[dimension]]\nid = \"x\"\n\
        [[indicator]]\nid = \"x\"\nweight = 1\n\
        [screening]\nexclude = [\"53.21.03.2003\"]\n\
        [programme.quota]\nper_area = 1\n\
        [[programme.quota.mix]]\nat_least = 1\n\
        [[programme.quota.mix]]\nat_least = 2\n\
        [[programme.quota.earmark]]\narea = \"53.21\"\n\
        [[programme.quota.lock]]\ncode = \"53.21.03.2003\"\n\
        [[programme.eligible]]\nid = \"ruang\"\n";

    #[test]
    fn a_place_has_the_line_where_it_stands() {
        let cases = [
            ("scale", Some(3)),
            ("dimension x.weights", Some(5)),
            ("indicator x.weight", Some(7)),
            ("screening 53.21.03.2003", Some(10)),
            ("screening.exclude", Some(10)),
            ("programme.quota.total", Some(11)),
            ("programme.quota.per_area", Some(12)),
            ("programme.quota.mix[1]", Some(15)),
            ("programme.quota.earmark 53.21", Some(18)),
            ("programme.quota.lock 53.21.03.2003", Some(20)),
            ("programme.eligible ruang.expression", Some(22)),
            ("programme ruang.expression", Some(22)),
            ("held", None),
            ("document", None),
        ];
        for (place, line) in cases {
            assert_eq!(line_of(DOCUMENT, place), line, "{place}");
        }
    }
}
