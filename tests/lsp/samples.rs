//! Sample texts with findings.

/// A function with an `if` that contains only another `if`.
pub(crate) fn nested(name: &str) -> String {
    format!(
        "fn {name}(a: bool, b: bool) {{\n    if a {{\n        if b {{\n            g();\n        }}\n    }}\n}}\n"
    )
}

/// The line of the outer `if` of [`nested`], and the column of the keyword.
pub(crate) const IF: (u32, u32) = (1, 4);

/// About `lines` lines with a mix as in real files: findings, other code, and characters of every width.
pub(crate) fn long(lines: usize) -> String {
    let mut text = String::from("//! Ünïcode \u{1f980} in a comment.\n\n");
    let lines_of_unit = unit(0).lines().count();
    (0..lines.div_ceil(lines_of_unit)).for_each(|at| text.push_str(&unit(at)));
    text
}

fn unit(at: usize) -> String {
    format!(
        "/// Sums the \u{1f980}s of batch {at}.\n\
         pub fn batch_{at}(values: &[i64], limit: i64, verbose: bool) -> Option<i64> {{\n\
         \x20   let größe = \"\u{1f980}\u{1f980}\"; let mut total = 0;\n\
         \x20   if !values.is_empty() {{\n\
         \x20       for (index, value) in values.iter().enumerate() {{\n\
         \x20           if *value > limit {{\n\
         \x20               if verbose {{\n\
         \x20                   println!(\"skipping {{}} of {{}}\", index, größe);\n\
         \x20               }}\n\
         \x20           }}\n\
         \x20           total += value;\n\
         \x20       }}\n\
         \x20       return Some(total);\n\
         \x20   }}\n\
         \x20   None\n\
         }}\n\n"
    )
}
