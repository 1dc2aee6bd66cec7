//! Every function that a plain comparison of tokens finds twice is found, and no others.

use std::{
    collections::{HashMap, HashSet},
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName, HasVisibility},
};

use crate::{
    index::{Code, DuplicateKind, FileId, Index, Origin, verified},
    survey::{self, FileSurvey, SurveyedUnit},
    syntax::{FileContext, STACK_SIZE, Source, Unit, is_generated, outline, tokens_of},
    text::TextRange,
};

/// Maximum number of files to read from the crates that cargo has unpacked on this machine.
const FILES: usize = 500;
/// Punctuation is counted differently here and in the index, so functions near the limit aren't compared.
const SURELY_LONG: usize = 70;

type Place = (FileId, TextRange);

#[test]
fn a_plain_comparison_finds_the_same_functions() {
    let work = || {
        let mut index = Index::default();
        let mut texts = Vec::new();
        let mut plain: HashMap<String, Vec<Place>> = HashMap::new();
        let mut written: HashMap<Place, String> = HashMap::new();
        for path in corpus() {
            let Some(source) = source(&path) else {
                continue;
            };
            let id = FileId(u32::try_from(texts.len()).unwrap());
            texts.push(source.text.clone());
            index.set(id, Origin::default(), &survey_of(&source));
            for function in source.root().descendants().filter_map(ast::Fn::cast) {
                let Some(name) = function.name() else {
                    continue;
                };
                let place = (id, name.syntax().text_range());
                let tokens = tokens(&function);
                if is_compared(&function) {
                    plain.entry(tokens.clone()).or_default().push(place);
                }
                written.insert(place, tokens);
            }
        }
        let found = index.all().into_iter();
        let found = found.filter(|one| one.kind == DuplicateKind::Function);
        let found = found.filter_map(|one| {
            verified(&one, |file| Some(&*texts[file.0 as usize]), Code::is_equal)
        });
        let groups: Vec<HashSet<Place>> = found
            .map(|one| {
                one.places
                    .iter()
                    .map(|place| (place.file, place.at))
                    .collect()
            })
            .collect();
        for group in &groups {
            let texts: HashSet<&String> = group.iter().map(|place| &written[place]).collect();
            assert_eq!(texts.len(), 1, "{texts:?}");
        }
        for (tokens, places) in plain.iter().filter(|(_, places)| places.len() > 1) {
            let is_found = groups
                .iter()
                .any(|group| places.iter().all(|place| group.contains(place)));
            assert!(is_found, "{places:?}: {tokens}");
        }
    };
    let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(work);
    thread.unwrap().join().unwrap();
}

/// The project's sources, and some of the files that cargo has unpacked.
fn corpus() -> Vec<PathBuf> {
    let mut files = Vec::new();
    rust_files(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let mut unpacked = Vec::new();
    if let Some(home) = home {
        rust_files(&home.join("registry/src"), &mut unpacked);
    }
    let step = (unpacked.len() / FILES).max(1);
    files.extend(unpacked.into_iter().step_by(step));
    files
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn source(path: &Path) -> Option<Source> {
    let text = fs::read_to_string(path).ok()?;
    let source = Source::parse(text, FileContext::default()).ok()?;
    let is_read = !source.tree.has_errors() && !is_generated(&source.root());
    is_read.then_some(source)
}

fn survey_of(source: &Source) -> FileSurvey {
    let places = outline(&source.root()).places.into_iter();
    let units = places.map(|place| {
        let unit = Unit::seeing(survey::SEES, &source.text, &place, source.context);
        SurveyedUnit {
            offset: place.node.text_range().start(),
            presence: place.presence,
            survey: survey::survey(&unit).into(),
        }
    });
    FileSurvey {
        units: units.collect(),
        ..FileSurvey::default()
    }
}

/// The tokens of a function without its attributes, comments, visibility and name.
fn tokens(function: &ast::Fn) -> String {
    let visibility = function.visibility().map(|it| it.syntax().text_range());
    let name = function.name().map(|it| it.syntax().text_range());
    let left_out = |range: TextRange| {
        let mut ranges = visibility.iter().chain(&name);
        ranges.any(|out| out.contains_range(range))
    };
    let is_of_own_attribute = |node: &SyntaxNode| {
        node.kind() == SyntaxKind::ATTR && node.parent().as_ref() == Some(function.syntax())
    };
    let tokens = tokens_of(function.syntax()).filter(|token| {
        token.kind() != SyntaxKind::COMMENT
            && !left_out(token.text_range())
            && !token
                .parent_ancestors()
                .any(|node| is_of_own_attribute(&node))
    });
    tokens.fold(String::new(), |all, token| all + token.text() + " ")
}

/// Whether the function is long, isn't a test or conditional, and doesn't belong to a trait.
fn is_compared(function: &ast::Fn) -> bool {
    let Some(body) = function.body() else {
        return false;
    };
    let words = tokens_of(body.syntax()).filter(|token| token.kind() != SyntaxKind::COMMENT);
    let has_attribute = function.syntax().ancestors().any(|node| {
        let mut attributes = node.children().filter_map(ast::Attr::cast);
        attributes.any(|attribute| {
            let text = attribute.syntax().text().to_string();
            text.contains("test") || text.contains("cfg") || text.contains("bench")
        })
    });
    let is_of_trait = function
        .syntax()
        .ancestors()
        .any(|node| ast::Impl::cast(node).is_some_and(|block| block.trait_().is_some()));
    words.count() >= SURELY_LONG && !has_attribute && !is_of_trait
}
