//! Converts names between singular and plural.

/// Plurals that don't follow the rules below, and words that only look like plurals.
const SINGULARS: [(&str, Option<&str>); 17] = [
    ("alias", None),
    ("atlas", None),
    ("axes", Some("axis")),
    ("bias", None),
    ("caches", Some("cache")),
    ("canvas", None),
    ("children", Some("child")),
    ("ids", Some("id")),
    ("indices", Some("index")),
    ("leaves", Some("leaf")),
    ("matrices", Some("matrix")),
    ("movies", Some("movie")),
    ("ops", Some("op")),
    ("series", None),
    ("species", None),
    ("statuses", Some("status")),
    ("vertices", Some("vertex")),
];

/// The singular of a plural name; only its last word changes.
pub fn singular(many: &str) -> Option<String> {
    let (before, last) = match many.rfind('_') {
        Some(at) => many.split_at(at + 1),
        None => ("", many),
    };
    if let Some((_, one)) = SINGULARS.iter().find(|(many, _)| *many == last) {
        return one.map(|one| format!("{before}{one}"));
    }
    if let Some(stem) = many.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    let hisses = ["ches", "shes", "sses", "xes"];
    if hisses.iter().any(|end| last.ends_with(end)) {
        return many.strip_suffix("es").map(str::to_owned);
    }
    let one = many.strip_suffix('s')?;
    let is_plural = one.len() > 2 && !one.ends_with(['s', 'u', 'i']);
    is_plural.then(|| one.to_owned())
}

/// The plural of a singular name.
pub fn plural(one: &str) -> String {
    match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if one.ends_with('s') => one.to_owned(),
        _ => format!("{one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many_has_a_name() {
        for (many, one) in [
            ("lines", Some("line")),
            ("entries", Some("entry")),
            ("file_names", Some("file_name")),
            ("match_indices", Some("match_index")),
            ("branches", Some("branch")),
            ("boxes", Some("box")),
            ("classes", Some("class")),
            ("caches", Some("cache")),
            ("nodes", Some("node")),
            ("ids", Some("id")),
            ("children", Some("child")),
            ("data", None),
            ("status", None),
            ("address", None),
            ("axis", None),
            ("series", None),
            ("xs", None),
        ] {
            assert_eq!(singular(many).as_deref(), one, "{many}");
        }
    }

    #[test]
    fn many_of_one_have_a_name() {
        for (one, many) in [("entry", "entries"), ("day", "days"), ("args", "args")] {
            assert_eq!(plural(one), many);
        }
    }
}
