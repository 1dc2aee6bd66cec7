//! Pure names of the standard library: they access nothing but their arguments.

/// Whether a macro only constructs a value.
pub(super) fn is_macro(name: &str) -> bool {
    [
        "format",
        "format_args",
        "matches",
        "vec",
        "write",
        "writeln",
    ]
    .contains(&name)
}

/// Whether a name is one of the standard library that may be added or removed.
pub(super) fn is_of_std(name: &str) -> bool {
    is_macro(name) || is_function(name) || is_type(name) || is_module(name) || is_root(name)
}

pub(super) fn is_root(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc")
}

pub(super) fn is_module(name: &str) -> bool {
    [
        "borrow",
        "char",
        "cmp",
        "collections",
        "convert",
        "fmt",
        "hash",
        "iter",
        "mem",
        "num",
        "ops",
        "option",
        "result",
        "slice",
        "str",
        "string",
        "vec",
    ]
    .contains(&name)
}

/// Whether the items behind a path segment may have side effects.
pub(super) fn leads_out(segment: &str) -> bool {
    [
        "alloc",
        "arch",
        "cell",
        "env",
        "ffi",
        "fs",
        "intrinsics",
        "io",
        "libc",
        "net",
        "os",
        "panic",
        "process",
        "ptr",
        "sync",
        "thread",
    ]
    .contains(&segment)
}

pub(super) fn is_zero_or_one(number: &str) -> bool {
    let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = &number[digits.len()..];
    let is_suffix = suffix.is_empty() || is_type(suffix);
    // `u8` and similar suffixes end in digits.
    let bare = SUFFIXES.iter().find_map(|it| number.strip_suffix(it));
    matches!(bare, Some("0" | "1")) || (is_suffix && matches!(digits, "0" | "1"))
}

const SUFFIXES: [&str; 12] = [
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
];

pub(super) fn is_type(name: &str) -> bool {
    SUFFIXES.contains(&name) || TYPES.contains(&name)
}

const TYPES: [&str; 60] = [
    "AsMut",
    "AsRef",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "Borrow",
    "Box",
    "Clone",
    "ControlFlow",
    "Copy",
    "Cow",
    "Debug",
    "Default",
    "Display",
    "DoubleEndedIterator",
    "Entry",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "HashMap",
    "HashSet",
    "Into",
    "IntoIterator",
    "Item",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Ordering",
    "Output",
    "PartialEq",
    "PartialOrd",
    "Peekable",
    "RangeInclusive",
    "Range",
    "Result",
    "Reverse",
    "Sized",
    "Some",
    "String",
    "Sum",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Vec",
    "VecDeque",
    "bool",
    "char",
    "f32",
    "f64",
    "str",
];

pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.split_whitespace().any(|it| it == name)
}

/// Whether a method mutates its receiver.
pub(super) fn is_change(name: &str) -> bool {
    CHANGES.split_whitespace().any(|it| it == name)
}

const CHANGES: &str = "
    append clear dedup dedup_by dedup_by_key drain extend extend_from_slice get_or_insert get_or_insert_with insert or_default
    or_insert or_insert_with pop pop_back pop_front push push_back push_front push_str remove replace retain reverse rotate_left
    rotate_right split_off swap take truncate
";

/// Whether a method reorders or deduplicates elements.
pub(super) fn is_order(name: &str) -> bool {
    ["sort", "dedup", "reverse", "rotate"]
        .iter()
        .any(|it| name.starts_with(it))
}

/// Functions and methods. None of them panics for a valid receiver, and none hides a failure unless its name says so.
const FUNCTIONS: &str = "
    abs abs_diff all and and_modify and_then any append as_bytes as_deref as_deref_mut as_mut as_ref as_slice as_str
    back back_mut binary_search binary_search_by binary_search_by_key bytes
    cast_signed chain char_indices chars checked_add checked_div checked_mul checked_sub chunk_by chunks chunks_exact clamp clear
    clone cloned cmp collect concat contains contains_key copied count cycle
    dedup dedup_by dedup_by_key default deref drain drop
    empty ends_with entry enumerate eq eq_ignore_ascii_case err extend extend_from_slice
    filter filter_map find find_map first first_mut flat_map flatten fold for_each from from_fn from_iter from_str front fuse
    ge get get_mut get_or_insert get_or_insert_with gt
    insert inspect into into_iter into_keys into_values is_alphabetic is_alphanumeric is_ascii is_ascii_alphabetic
    is_ascii_alphanumeric is_ascii_digit is_ascii_uppercase is_ascii_lowercase is_ascii_punctuation is_ascii_whitespace is_char_boundary
    is_digit is_empty is_eq is_err is_err_and is_finite is_nan is_negative is_none is_none_or is_numeric is_ok is_ok_and
    is_positive is_some is_some_and is_sorted is_whitespace is_lowercase is_uppercase iter iter_mut
    join keys last last_mut le len lines lt
    map map_err map_or map_or_else map_while max max_by max_by_key min min_by min_by_key
    ne new next next_back next_if next_if_eq not nth
    ok ok_or ok_or_else once or or_default or_else or_insert or_insert_with
    parse partial_cmp partition peek peekable pop pop_back pop_front position pow product push push_back push_front push_str
    rem_euclid remove repeat repeat_n replace rest retain rev reverse rfind rotate_left rotate_right rposition rsplit rsplit_once
    saturating_add saturating_mul saturating_sub scan skip skip_while sort sort_by sort_by_cached_key sort_by_key sort_unstable
    sort_unstable_by sort_unstable_by_key split split_at split_first split_last split_off split_once split_terminator
    split_whitespace splitn starts_with step_by strip_prefix strip_suffix successors sum swap
    take take_while then then_some then_with to_ascii_lowercase to_ascii_uppercase to_digit to_lowercase to_owned to_string
    to_uppercase to_vec total_cmp transpose trim trim_end trim_end_matches trim_matches trim_start trim_start_matches truncate
    try_fold try_for_each try_from try_into
    unwrap_or unwrap_or_default unwrap_or_else unzip update
    values values_mut windows with_capacity wrapping_add wrapping_mul wrapping_sub xor zip
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_one_have_any_type() {
        for number in ["0", "1", "0u32", "1usize", "0i8", "1u8"] {
            assert!(is_zero_or_one(number), "{number}");
        }
        for number in ["2", "10", "0x1", "1e9", "0b1", "1.5", "11u8", "18"] {
            assert!(!is_zero_or_one(number), "{number}");
        }
    }

    #[test]
    fn nothing_that_panics_or_leads_out_is_known() {
        for name in [
            "unwrap",
            "expect",
            "panic",
            "exit",
            "spawn",
            "open",
            "leak",
            "forget",
            "transmute",
            "as_ptr",
            "from_raw_parts",
            "write_all",
            "read_to_string",
        ] {
            assert!(!is_of_std(name), "{name}");
        }
    }
}
