//! Shows information on a finding, only at its location, because other servers have more to show about the code.

use std::fmt::Write;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::{diagnostics, extract_function};
use crate::{
    analysis::{Finding, FindingPart},
    extraction::REPEATED_BLOCK,
    lsp::{
        session::analysed::Analysed,
        wire::{
            positions::Positions,
            profile::{Markup, Profile},
        },
    },
    refactorings::{Applicability, Offer},
    report::{self, EXTRACT_FUNCTION},
    smells::Cause,
    text::{TextSize, printable},
};

/// Maximum number of related locations; more would be unreadable.
const MOST_PARTS: usize = 8;

/// Returns `None` if there is no finding. Needs a large stack.
pub(crate) fn at(
    analysed: &Analysed,
    at: TextSize,
    markup: Markup,
    profile: &Profile,
) -> Option<Hover> {
    let findings = analysed.findings().iter();
    let findings: Vec<&Finding> = findings.filter(|it| it.at.contains(at)).collect();
    let range = findings.first()?.at;
    let pages: Vec<String> = findings
        .iter()
        .map(|finding| page(analysed, finding, markup))
        .collect();
    let (kind, line) = match markup {
        Markup::Markdown => (MarkupKind::Markdown, "\n---\n\n"),
        Markup::Plain => (MarkupKind::PlainText, "\n"),
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind,
            value: pages.join(line),
        }),
        range: Some(Positions::new(&analysed.file, profile).range(range)),
    })
}

fn page(analysed: &Analysed, finding: &Finding, markup: Markup) -> String {
    let smell = finding.smell.id;
    let mut page = match markup {
        Markup::Markdown => format!("**{smell}**: {}\n\n", markdown(&finding.message)),
        Markup::Plain => format!("{smell}: {}\n\n", finding.message),
    };
    let limits = finding.judgement.limits;
    let _ = writeln!(
        page,
        "Measured: {}. Reported above {}, strong above {}.\n",
        finding.measure, limits.warn, limits.strong
    );
    parts(&mut page, analysed, finding);
    if let Some(why) = report::reason(smell) {
        let _ = writeln!(page, "{why}\n");
    }
    answers(&mut page, analysed, finding, markup);
    if let (Markup::Markdown, Some(address)) = (markup, diagnostics::documentation(finding)) {
        let _ = writeln!(page, "\n[More about {smell}]({address})");
    }
    page
}

fn parts(page: &mut String, analysed: &Analysed, finding: &Finding) {
    if finding.parts.is_empty() {
        return;
    }
    for part in finding.parts.iter().take(MOST_PARTS) {
        let _ = writeln!(page, "- {}", said(analysed, finding, part));
    }
    let more = finding.parts.len().saturating_sub(MOST_PARTS);
    if more > 0 {
        let _ = writeln!(page, "- and {}", report::counted(more, "more location"));
    }
    page.push('\n');
}

fn said(analysed: &Analysed, finding: &Finding, part: &FindingPart) -> String {
    let said = diagnostics::say_part(finding, part);
    if part.smell.is_some() {
        return said;
    }
    let line = analysed.file.lines().line(part.at.start()) + 1;
    match finding.smell.cause {
        Cause::Repetition => format!("line {line}: {said}"),
        _ => format!("line {line} {said}"),
    }
}

/// Adds each offer with its proof sheet.
fn answers(page: &mut String, analysed: &Analysed, finding: &Finding, markup: Markup) {
    let extractions = extract_function::proposed_titles(analysed, finding).into_iter();
    let extractions = extractions.map(|title| (title, EXTRACT_FUNCTION));
    let unifying = extract_function::unifying_title(analysed, finding);
    let unifying = unifying.map(|title| (title.to_owned(), REPEATED_BLOCK));
    let extractions: Vec<(String, &str)> = extractions.chain(unifying).collect();
    if finding.smell.answers.is_empty() && extractions.is_empty() {
        return;
    }
    let context = analysed.context();
    let offers = context.map(|context| analysed.answers_to(&context, finding));
    let offers = offers.unwrap_or_default();
    let offers = offers.iter();
    let offers = offers.filter(|it| analysed.compiler || !it.refactoring().asks_rustc());
    let offers: Vec<&Offer> = offers.collect();
    if offers.is_empty() && extractions.is_empty() {
        let _ = writeln!(page, "No refactoring is available for it here.");
        return;
    }
    let _ = writeln!(page, "Available refactorings:\n");
    for offer in offers {
        let _ = writeln!(page, "- {}", answer(analysed, offer, markup));
    }
    for (title, id) in extractions {
        let title = shown(&title, markup);
        let _ = writeln!(page, "- {title} ({id}): checked with rustc when chosen");
    }
}

fn answer(analysed: &Analysed, offer: &Offer, markup: Markup) -> String {
    let change = offer.change();
    let applicability = match change.applicability {
        _ if offer.refactoring().asks_rustc() => "checked with rustc when chosen",
        Applicability::Safe => "safe",
        Applicability::NeedsCheck => "review the result",
        Applicability::Draft => "a draft to fill in",
    };
    let (title, id) = (analysed.title(offer), offer.refactoring().id);
    let title = shown(&title, markup);
    let answer = format!("{title} ({id}): {applicability}");
    if change.checked.is_empty() {
        return answer;
    }
    format!("{answer}. Checked: {}", change.checked.join("; "))
}

fn shown(title: &str, markup: Markup) -> String {
    match markup {
        Markup::Markdown => markdown(title),
        Markup::Plain => printable(title).into_owned(),
    }
}

/// Formats a sentence with code in backticks as Markdown. Code that contains a backtick would end its quotation, so everything
/// outside of pairs is escaped: source text never becomes a link, an image or markup.
fn markdown(sentence: &str) -> String {
    const LIVE: &[char] = &[
        '\\', '[', ']', '(', ')', '<', '>', '*', '_', '#', '!', '&', '|', '~', '$',
    ];
    let sentence = printable(sentence);
    let pieces: Vec<&str> = sentence.split('`').collect();
    let last = pieces.len() - 1;
    let mut escaped = String::with_capacity(sentence.len());
    for (number, piece) in pieces.into_iter().enumerate() {
        let is_quoted = number % 2 == 1 && number != last;
        match number {
            0 => {}
            _ if number == last && number % 2 == 1 => escaped.push_str("\\`"),
            _ => escaped.push('`'),
        }
        if is_quoted {
            escaped.push_str(piece);
            continue;
        }
        for character in piece.chars() {
            if LIVE.contains(&character) {
                escaped.push('\\');
            }
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stays_and_nothing_else_is_live() {
        let plain = "`name` has 9 parameters, 7 are fine";
        assert_eq!(markdown(plain), plain);
        assert_eq!(markdown("a `b_c` d_e"), "a `b_c` d\\_e");
        let forged = "`x`[click](command:run)`";
        assert_eq!(markdown(forged), "`x`\\[click\\]\\(command:run\\)\\`");
        assert_eq!(markdown("\u{202e}<b>"), "\\\\u{202e}\\<b\\>");
    }
}
