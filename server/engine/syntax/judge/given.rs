//! Structs whose fields are dictated from outside, such as by a command line or a file format.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasAttrs},
};

use crate::syntax::attributes;

/// Derives of types whose fields are dictated from outside, such as by command lines and file formats.
const FORMATS: &[&str] = &[
    "Args",
    "BorshDeserialize",
    "BorshSerialize",
    "Deserialize",
    "FromArgs",
    "Parser",
    "Serialize",
    "StructOpt",
];
/// Field attributes of such types.
const FORMAT_ATTRIBUTES: &[&str] = &["arg", "argh", "clap", "command", "serde", "structopt"];

/// Lowercase suffixes of struct names whose fields are set independently of each other.
const OPTIONS: &[&str] = &[
    "args", "attrs", "builder", "cfg", "config", "features", "flags", "options", "opts", "params",
    "settings",
];

/// Whether a struct's name shows that its fields are options, which a user sets individually.
pub fn is_options(name: &str) -> bool {
    let name = name.to_lowercase();
    OPTIONS.iter().any(|end| name.ends_with(end))
}

/// Whether attributes show that the fields belong to a format, a command line or a foreign layout.
pub fn is_from_outside(structure: &ast::Struct, fields: &ast::FieldList) -> bool {
    let has_format = structure.attrs().any(|attribute| {
        let bare = attributes::bare(&attribute);
        match attributes::name(&bare) {
            "repr" => true,
            // `cfg_attr(feature = "serde", derive(Deserialize))`
            "derive" | "cfg_attr" => words(&bare).any(|word| FORMATS.contains(&word)),
            name => FORMAT_ATTRIBUTES.contains(&name),
        }
    });
    let mut inside = fields.syntax().descendants().filter_map(ast::Attr::cast);
    has_format
        || inside.any(|attribute| {
            let bare = attributes::bare(&attribute);
            FORMAT_ATTRIBUTES.contains(&attributes::name(&bare))
        })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    fn is_given(text: &str) -> bool {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let structure = source.root().descendants().find_map(ast::Struct::cast);
        let structure = structure.unwrap();
        is_from_outside(&structure, &structure.field_list().unwrap())
    }

    #[test]
    fn formats_and_layouts_are_given() {
        assert!(is_given("#[derive(serde::Serialize)] struct S { a: u8 }"));
        assert!(is_given(
            "#[cfg_attr(a, derive(Deserialize))] struct S(u8);"
        ));
        assert!(is_given("#[repr(C)] struct S { a: u8 }"));
        assert!(is_given("struct S { #[arg(long)] a: u8 }"));
        assert!(!is_given(
            "#[derive(Debug)] struct S { #[doc(hidden)] a: u8 }"
        ));
    }

    #[test]
    fn options_are_known_by_the_end_of_their_names() {
        assert!(is_options("ParseOptions") && is_options("client_config"));
        assert!(!is_options("OptionsOfParser") && !is_options("Session"));
    }
}
