//! Converts natural language to names.

use crate::syntax::plurals;

/// Verbs that start a comment or a function name describing an action.
const VERBS: &str = "\
    add adjust align allocate append apply assemble assert assign attach bind build cache calculate call cancel check \
    choose clean clear clone close collect combine compare compile compress compute configure connect construct consume \
    convert copy count create decode decompress decrypt delete derive detect determine discard dispatch display divide \
    desugar download drain draw drop dump emit encode encrypt ensure enter escape estimate eval evaluate exec execute expand \
    export extend extract fetch fill filter find fix flatten flush fold format free gather gen generate group handle hash hide import \
    infer initialize insert inspect install iterate join lex link list load lock log look lower make map mark match measure merge \
    move multiply normalize notify open pack pad parse patch pick poll pop prepare print process propagate prune publish \
    push queue read rebuild receive record recover redraw reduce refresh register release reload remove rename render \
    repair replace report request reserve reset resize resolve restore retry reverse rewrite rotate round save scale scan \
    search select send serialize set show shrink shuffle sign simplify skip sort spawn split start step stop store strip \
    submit subtract sum swap sync take test toggle tokenize trace track transform translate traverse trim truncate unpack \
    unwrap update upload use validate verify visit wait walk warn wrap write";
/// Verbs of functions that return their object.
const GIVING: &str = "\
    build calculate choose collect compute convert count create decode derive detect determine encode estimate extract \
    fetch find format gather generate load make measure parse pick read receive render resolve scan select take";
/// Verbs of functions that apply to each case as to the whole.
const OF_CASES: &str = "\
    apply check compile convert decode decompress deserialize desugar display draw dump emit encode escape eval evaluate exec \
    execute expand export extract fold format gen generate handle import infer lex lower parse print process read render resolve \
    rewrite serialize tokenize transform translate traverse update validate visit walk write";
/// Verbs that a name may end with, and that would mean the same as nouns.
const ENDING: &str = "\
    apply compile convert decode decompress deserialize desugar emit encode eval evaluate execute infer parse read render resolve \
    rewrite serialize tokenize transform translate traverse validate visit write";
/// Cases that occur in many types.
const VAGUE_CASES: &str = "\
    some none ok err other default unknown any all one two three four five six seven eight nine ten zero self true false \
    borrowed owned normal custom empty first last next new start end begin error less greater equal occupied vacant current";
/// Names of variables that occur in any function.
const VAGUE_NAMES: &str = "\
    current previous prev free rest tail head inner outer input inputs next node text state status error last_error \
    left right source target found flag done ended kind peeked byte identifiers node_identifiers choice curr_byte";
/// Nouns for numbers.
const MEASURES: &str = "\
    len length size count offset width height index total sum average mean norm distance estimate position start end min \
    max area depth level ratio scale difference delta hash checksum capacity limit interval duration";
/// Qualities that anything may have.
const VAGUE_QUALITIES: &str =
    "some none ok err null first last next new some_and ok_and none_or empty same";
/// Methods that return another view of their receiver, or one or several of its elements.
const VIEWS: &str = "\
    iter iter_mut into_iter unwrap expect clone cloned copied borrow borrow_mut chars bytes char_indices enumerate rev \
    peekable by_ref lock trim trim_start trim_end get get_mut first last next peek keys values values_mut zip skip take map \
    filter drain len windows chunks split lines rest inner deref unwrap_or unwrap_or_default ok err ok_or ok_or_else map_err \
    step_by skip_while take_while";
/// Methods of the standard library whose names start with a verb but don't name an object.
const OF_STD: &str = "\
    write_str write_all write_char write_fmt write_vectored push_str push_back push_front read_exact read_to_end \
    read_to_string read_line split_once split_first split_last split_off split_whitespace split_terminator strip_prefix \
    strip_suffix trim_matches trim_start_matches trim_end_matches extend_from_slice map_err map_or map_or_else map_while \
    take_while skip_while sort_unstable sort_unstable_by sort_by_key copy_from_slice clone_from_slice insert_str \
    pop_front pop_back set_len find_map filter_map step_by search_by binary_search_by fill_with fill_buf reserve_exact \
    replace_range remove_entry insert_with insert_entry swap_remove rotate_left rotate_right compare_exchange fetch_add \
    fetch_sub lock_shared wait_timeout assert_eq assert_ne debug_assert split_at split_at_mut checked_add checked_sub \
    drop_in_place read_unaligned write_unaligned copy_nonoverlapping copy_within sum_of make_mut convert_to parse_str";
/// Suffixes that only distinguish a function from another one.
const VAGUE_ENDS: &str = "part impl inner helper rec with internal once all";
/// Maximum length of a name, in bytes.
const LONGEST: usize = 36;
const MOST_PARTS: usize = 5;
/// Words that are skipped at the start of a name.
const LEADING: &str = "\
    now first next then finally lastly also just step second third simply here only we let's lets and so again please always \
    otherwise afterwards to";
/// Words that are left out of names.
const SMALL: &str = "\
    what how the a an all any our its it each every this that these those is are be their some new own actual both there";
/// Verbs after "to" that don't start a name.
const PURPOSES: &str =
    "see be make avoid get keep give let have do ensure prevent allow support help";
/// Nouns that mean nothing without their complement.
const MEASURES_OF: &str = "\
    maximum minimum number list set series sequence rest part copy amount kind type bit lot pair group end beginning";
/// Words that turn a title into a sentence.
const PREDICATES: &str = "\
    is are was were be been do does did has have had will would can could should must may might not no nothing only get gets \
    on in at with from than that then";
/// Words that end a name.
const CLAUSES: &str = "\
    much many only owner-only sure if when where which because since but unless until while as and or so e.g. i.e. etc whether without before after using \
    via";
/// Words that can't end a name.
const PREPOSITIONS: &str = "\
    of to in for with from by on at into onto up out over under no not ahead";
/// Words that start remarks about the code instead of descriptions.
const REMARKS: &str = "\
    todo fixme xxx hack note safety bug warning rustfmt see";
/// Maximum number of words of a comment without a leading verb: a longer one is a remark.
const MOST_OF_NOUNS: usize = 2;
/// Maximum number of words of a name: a longer one is a sentence.
const MOST_WORDS: usize = 4;

fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(' ')
}

fn has(list: &'static str, word: &str) -> bool {
    word_in(list, word).is_some()
}

/// A word as an entry of a list of words.
fn word_in(list: &'static str, word: &str) -> Option<&'static str> {
    if word.is_empty() || word.contains(' ') {
        return None;
    }
    let mut places = memchr::memmem::find_iter(list.as_bytes(), word.as_bytes());
    places.find_map(|at| {
        let (before, rest) = list.split_at(at);
        let (found, behind) = rest.split_at(word.len());
        let begins = before.is_empty() || before.ends_with(' ');
        let ends = behind.is_empty() || behind.starts_with(' ');
        (begins && ends).then_some(found)
    })
}

/// The verb that a function's name starts or ends with: `consensus_decode` decodes.
pub(in crate::extraction) fn verb_of(name: &str) -> Option<&'static str> {
    match name {
        "from_str" => return Some("parse"),
        "fmt" => return Some("format"),
        _ => {}
    }
    let (_, last) = name.rsplit_once('_').unwrap_or_default();
    first_verb(name).or_else(|| word_in(ENDING, last))
}

fn first_verb(name: &str) -> Option<&'static str> {
    word_in(VERBS, name.split('_').next()?)
}

pub(super) fn gives_something(verb: &str) -> bool {
    has(GIVING, verb)
}

/// Whether the verb for the whole applies to each case: a part of `print_type` is `print_array`, but a part of `create_user`
/// creates nothing.
pub(super) fn is_done_to_cases(verb: &str) -> bool {
    has(OF_CASES, verb)
}

/// Whether a method only returns another view of its receiver.
pub(super) fn is_view(method: &str) -> bool {
    has(VIEWS, method)
        || method.starts_with("as_")
        || method.starts_with("is_")
        || method.starts_with("to_")
        || method.starts_with("into_")
}

/// Whether a method advances to the next element.
pub(super) fn moves_on(method: &str) -> bool {
    matches!(
        method,
        "next" | "advance" | "bump" | "skip" | "consume" | "next_back" | "pop"
    )
}

/// What a counter counts: `words` for `num_words` and `word_count`.
pub(super) fn counted(counter: &str) -> Option<String> {
    if let Some(many) = counter
        .strip_prefix("num_")
        .or_else(|| counter.strip_prefix("n_"))
    {
        return Some(many.to_owned());
    }
    let one = counter.strip_suffix("_count")?;
    Some(if one.ends_with('s') {
        one.to_owned()
    } else {
        format!("{one}s")
    })
}

/// Whether a function's name consists of a verb and an object, so that its caller can be named after it.
pub(super) fn is_deed(function: &str) -> bool {
    let told = first_verb(function).zip(function.split_once('_'));
    let Some((_, (_, object))) = told else {
        return false;
    };
    let begins_well = object
        .split('_')
        .next()
        .is_some_and(|it| !has(PREPOSITIONS, it) && it.len() > 2);
    let is_own = !function.starts_with("handle_") && !has(OF_STD, function);
    begins_well && is_own && !has(VIEWS, function) && !says_nothing(object)
}

/// A similar name: `skip_events` for repeated calls of `skip_event`, or else `split_word` for `split_long_word`.
pub(super) fn alike(function: &str, is_for_many: bool) -> Option<String> {
    let is_plain = function
        .rsplit('_')
        .next()
        .is_some_and(|it| it.len() > 3 && !has(VAGUE_ENDS, it));
    if is_for_many && is_plain {
        return Some(plurals::plural(function)).filter(|it| it != function);
    }
    let words: Vec<&str> = function.split('_').collect();
    match &*words {
        [verb, .., last] if words.len() > 2 && last.len() > 2 && !has(VAGUE_ENDS, last) => {
            Some(format!("{verb}_{last}"))
        }
        _ => None,
    }
}

/// Whether a variable's name describes more than its kind.
pub(super) fn is_telling(name: &str) -> bool {
    !says_nothing(name)
        && !has(VAGUE_NAMES, name)
        && !has(VAGUE_NAMES, name.trim_end_matches('s'))
        && !["_ix", "_idx", "_i"].iter().any(|it| name.ends_with(it))
}

/// Whether the name of a case fits any type.
pub(super) fn is_vague_case(name: &str) -> bool {
    has(VAGUE_CASES, name) || says_nothing(name)
}

/// Whether a quality is meaningless.
pub(super) fn is_vague_quality(name: &str) -> bool {
    let first = name.split('_').next().unwrap_or(name);
    has(VAGUE_QUALITIES, name) || has(PREPOSITIONS, first)
}

/// Whether a verb means taking something from an input.
pub(super) fn is_reading(verb: &str) -> bool {
    matches!(
        verb,
        "parse" | "read" | "decode" | "load" | "fetch" | "receive" | "deserialize"
    )
}

/// Whether a name is that of a computed number.
pub(super) fn is_measure(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    has(MEASURES, last)
}

/// Whether a name reads well written out.
pub(super) fn reads_well(name: &str) -> bool {
    let (verb, rest) = name.split_once('_').unwrap_or((name, ""));
    name.len() <= LONGEST && name.split('_').count() <= MOST_PARTS && rest != verb
}

/// Whether a name is that of a predicate.
pub(super) fn is_question(name: &str) -> bool {
    let asks_inside = name.contains("_is_") || name.contains("_has_");
    let first = name.split_once('_').map(|(first, _)| first);
    let asks = matches!(
        first,
        Some("is" | "has" | "can" | "should" | "needs" | "are" | "was" | "may" | "must")
    );
    asks || asks_inside
}

/// Whether a name fits anything.
pub(super) fn says_nothing(name: &str) -> bool {
    name.len() < 3
        || matches!(
            name,
            "self"
                | "tmp"
                | "temp"
                | "val"
                | "value"
                | "values"
                | "res"
                | "ret"
                | "result"
                | "out"
                | "output"
                | "item"
                | "items"
                | "iter"
                | "elem"
                | "data"
                | "other"
                | "this"
                | "var"
                | "obj"
                | "foo"
                | "bar"
                | "len"
                | "pos"
                | "idx"
                | "ptr"
                | "buf"
                | "num"
                | "cur"
                | "cow"
                | "arg"
                | "args"
                | "choice"
        )
}

/// Derives a name from the comment above the code. `verb` is the enclosing function's, for comments that only name a thing.
pub(super) fn name(comment: &str, verb: Option<&str>) -> Option<String> {
    let sentence = Sentence::first(comment)?;
    let words = &sentence.words;
    let words_in_all = words.len();
    let words = &words[..end_of_purpose(words)];
    let mut words = words.iter().peekable();
    let start = base(words.peek()?);
    let mut name = Vec::new();
    if let Some(start) = start {
        words.next();
        name.push(start.to_owned());
    } else {
        let verb = verb.filter(|it| is_done_to_cases(it) && sentence.is_title)?;
        name.push(verb.to_owned());
    }
    let mut subject = words
        .skip_while(|word| matches!(word.as_str(), "of" | "all"))
        .take_while(|word| !has(CLAUSES, word))
        .filter(|word| !has(SMALL, word))
        .map(|word| word.replace(['-', '/'], "_"));
    let room = MOST_WORDS - 1;
    let subject: Vec<String> = subject.by_ref().take(room + 1).collect();
    // Cut off in the middle, it would mean something else.
    let end = if subject.len() > room {
        subject.iter().rposition(|it| has(PREPOSITIONS, it))?
    } else {
        subject.len()
    };
    let subject = &subject[..end];
    let is_plain = |word: &String| {
        word.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let is_end = |it: &String| !has(PREPOSITIONS, it) && !has(MEASURES_OF, it);
    let ends_well = subject.last().is_some_and(is_end);
    let is_word = subject.iter().any(|it| it.len() > 2);
    if !ends_well
        || !is_word
        || !subject.iter().all(is_plain)
        || start.is_none() && words_in_all > MOST_OF_NOUNS
    {
        return None;
    }
    name.extend(subject.iter().cloned());
    Some(name.join("_"))
}

/// The index where a sentence continues with a purpose: "to see", "to avoid".
fn end_of_purpose(words: &[String]) -> usize {
    let purposes = words.windows(2).skip(1).position(|pair| {
        let is_verb = has(VERBS, &pair[1]) || has(PURPOSES, &pair[1]);
        pair[0] == "to" && is_verb
    });
    purposes.map_or(words.len(), |at| at + 1)
}

/// The first meaningful part of a comment.
struct Sentence {
    /// The words without leading ones that don't start a name.
    words: Vec<String>,
    /// Whether it is the whole comment and is just a noun phrase.
    is_title: bool,
}

impl Sentence {
    fn first(comment: &str) -> Option<Self> {
        let words = |part: &str| -> Vec<String> {
            let words = part.split_whitespace().map(str::to_lowercase);
            let is_leading =
                |word: &String| has(LEADING, word) || word.chars().all(|c| !c.is_alphabetic());
            words.skip_while(is_leading).collect()
        };
        let parts = comment.split(['.', ':', ',', ';', '(', '—', '?', '!']);
        let mut said = parts.map(words).filter(|words| !words.is_empty());
        let words = said.next()?;
        let is_title = said.next().is_none() && !words.iter().any(|it| has(PREDICATES, it));
        (!has(REMARKS, &words[0])).then_some(Self { words, is_title })
    }
}

/// The base form of a verb in a sentence: `parse` for `parses` and `parsing`.
fn base(word: &str) -> Option<&'static str> {
    let stems = [
        word.to_owned(),
        word.strip_suffix('s').unwrap_or_default().to_owned(),
        word.strip_suffix("es").unwrap_or_default().to_owned(),
        word.strip_suffix("ies")
            .map(|it| format!("{it}y"))
            .unwrap_or_default(),
        word.strip_suffix("ing").unwrap_or_default().to_owned(),
        word.strip_suffix("ing")
            .map(|it| format!("{it}e"))
            .unwrap_or_default(),
    ];
    words_of(VERBS).find(|verb| stems.iter().any(|stem| stem == verb))
}

/// Converts the name of a type or a variant to snake case.
pub(super) fn in_snake_case(name: &str) -> Option<String> {
    let mut snake = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|it| letters[it]);
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|it| {
                it.is_lowercase()
                    || it.is_ascii_digit()
                    || it.is_uppercase() && letters.get(at + 1).is_some_and(|it| it.is_lowercase())
            });
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (snake.len() > 1 && snake.chars().all(is_word)).then_some(snake)
}

/// The name of a matched literal: the string if it is a word, or the name of a punctuation character.
pub(super) fn of_literal(literal: &str) -> Option<String> {
    let sign = literal.trim_start_matches('b');
    if let Some(sign) = sign.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')) {
        let found = SIGNS.iter().find(|(known, _)| *known == sign)?;
        return Some(found.1.to_owned());
    }
    let word = literal.strip_prefix('"')?.strip_suffix('"')?;
    let word = word
        .trim_start_matches(['-', '$', '@'])
        .replace('-', "_")
        .to_lowercase();
    let begins_well = word.starts_with(|c: char| c.is_ascii_lowercase());
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (begins_well && word.len() > 2 && word.chars().all(is_word)).then_some(word)
}

/// Common names of punctuation, keyed by the source text in literals.
const SIGNS: [(&str, &str); 34] = [
    ("(", "open_paren"),
    (")", "close_paren"),
    ("[", "open_bracket"),
    ("]", "close_bracket"),
    ("{", "open_brace"),
    ("}", "close_brace"),
    ("<", "open_angle"),
    (">", "close_angle"),
    ("\"", "quote"),
    ("\\\"", "quote"),
    ("\\'", "single_quote"),
    ("\\\\", "backslash"),
    ("/", "slash"),
    ("&", "ampersand"),
    ("#", "hash"),
    ("*", "star"),
    ("-", "dash"),
    ("_", "underscore"),
    (",", "comma"),
    (".", "dot"),
    (":", "colon"),
    (";", "semicolon"),
    ("=", "equals"),
    ("!", "bang"),
    ("?", "question_mark"),
    ("@", "at_sign"),
    ("%", "percent"),
    ("+", "plus"),
    ("~", "tilde"),
    ("`", "backtick"),
    ("|", "pipe"),
    ("$", "dollar"),
    ("^", "caret"),
    ("\\n", "newline"),
];

/// The kind of the characters in a range.
pub(super) fn of_range(first: &str) -> Option<&'static str> {
    match first.trim_start_matches('b') {
        "'0'" | "'1'" => Some("digit"),
        "'a'" | "'A'" => Some("letter"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_become_names() {
        let expect = |comment: &str, expected: Option<&str>| {
            assert_eq!(
                name(comment, Some("parse")).as_deref(),
                expected,
                "{comment}"
            );
        };
        expect("Write the trailer, if there is one.", Some("write_trailer"));
        expect(
            "First, we copy the entries to the table",
            Some("copy_entries_to_table"),
        );
        expect("Applies patches", Some("apply_patches"));
        expect(
            "Copying entries of the old table into the new table",
            Some("copy_entries"),
        );
        expect("Options", Some("parse_options"));
        expect("HACK: this is wrong", None);
        expect("Check", None);
        expect("see https://example.org", None);
        expect("Skip to", None);
        expect("It is not clear why this has to be so", None);
    }

    #[test]
    fn words_of_types_are_split() {
        for (name, expected) in [
            ("KeyPress", "key_press"),
            ("HTTPHeader", "http_header"),
            ("Ipv4Addr", "ipv4_addr"),
        ] {
            assert_eq!(in_snake_case(name).as_deref(), Some(expected));
        }
        assert_eq!(of_literal("\"--dry-run\"").as_deref(), Some("dry_run"));
        assert_eq!(of_literal("1"), None);
    }
}
