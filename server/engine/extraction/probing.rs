//! Source text whose warnings and errors reveal facts about variables and values.

use ra_ap_syntax::{AstNode, ast};

use super::{
    Known, Probe, Selection, WITNESS, closures,
    exits::{Role, wrapped},
    fields::Field,
    outcome, scope,
    selection::{Capture, Local},
};
use crate::{
    syntax::{Edition, Source},
    text::{TextRange, TextSize},
};

/// A probe that is inserted into the source text.
struct Question {
    at: TextSize,
    before: String,
    /// The subject, and the probed code.
    asked: Option<(String, String)>,
    behind: String,
}

/// The name of the probed value.
const ASKED: &str = "__asked";

impl Question {
    fn words(at: TextSize, words: &str) -> Self {
        Self {
            at,
            before: words.to_owned(),
            asked: None,
            behind: String::new(),
        }
    }
}

impl Selection {
    /// Probes types: unreachable code that moves each variable that the signature will mention.
    pub fn type_probe(&self, source: &Source) -> Probe {
        let drop = match source.context.edition {
            // Paths start at the crate, which may have no `std`. If `drop` is shadowed, no types are reported.
            Edition::Edition2015 => "drop",
            _ => "::core::mem::drop",
        };
        let ask = |at, name: &str, subject: String| {
            // A move in a closure captures by value, even in unreachable code.
            let given = if self.is_from_outside(&subject) {
                String::new()
            } else {
                format!("{drop}({name}); ")
            };
            Question {
                at,
                before: "loop { break; ".to_owned(),
                asked: Some((subject, format!("{drop}(&{name}); {given}"))),
                behind: "} ".to_owned(),
            }
        };
        let start = self.range.start();
        let mut questions = Vec::new();
        let captured = self.captures.iter().map(|it| it.name.as_str());
        let before = captured
            .chain([WITNESS])
            .map(|name| ask(start, name, name.to_owned()));
        if self.is_expression {
            questions.push(Question::words(start, "({ "));
        }
        questions.extend(before);
        let fields = self.fields.iter().map(Field::path);
        questions.extend(fields.map(|path| ask(start, &path, path.clone())));
        let closures = self.captures.iter();
        questions.extend(closures.flat_map(|capture| in_closure(capture, &ask)));
        let hidden = self.dropped.iter().filter(|it| it.is_hidden);
        questions.extend(hidden.map(|local| ask(local.declared, &local.name, local.subject())));
        if let Some(carried) = self.exits.leave.carried().filter(|it| it.is_break) {
            let mut jumps = self.exits.jumps.iter();
            let jump = jumps.find(|it| it.role == Role::Carried);
            let broken = jump.and_then(|it| it.value.clone());
            let broken = match carried.wrapper {
                Some(_) => broken.as_ref().and_then(wrapped),
                None => broken,
            };
            let broken = broken.map(|it| asking_of(&it, outcome::BROKEN, &ask));
            questions.extend(broken.into_iter().flatten());
        }
        let result = self.scope.asked();
        let result = result.filter(|it| self.value.as_ref() != Some(it));
        let result = result.map(|it| asking_of(&it, scope::RESULT, &ask));
        questions.extend(result.into_iter().flatten());
        let values = self.value.iter();
        questions.extend(values.flat_map(|value| asking_of(value, outcome::VALUE, &ask)));
        if self.value.is_none() {
            let shown = self.dropped.iter().filter(|it| !it.is_hidden);
            let behind = self.outputs.iter().chain(shown);
            let asked = |local: &Local| ask(self.code_end, &local.name, local.subject());
            questions.extend(behind.map(asked));
        }
        if self.is_expression {
            questions.push(Question::words(self.range.end(), "})"));
        }
        self.probe(source, questions)
    }

    /// Probes the item type of an unnameable iterator that the function returns.
    pub fn item_probe(&self, source: &Source, known: &Known) -> Option<Probe> {
        let subject = outcome::nameless(self, known)?;
        let name = match (&self.value, &*self.outputs) {
            (Some(_), []) => ASKED.to_owned(),
            (None, [output]) => output.name.clone(),
            _ => return None,
        };
        let ask = |at, name: &str, _: String| Question {
            at,
            before: "loop { break; ".to_owned(),
            asked: Some((
                subject.clone(),
                format!("::core::mem::drop(&::core::iter::Iterator::next(&mut {{{name}}})); "),
            )),
            behind: "} ".to_owned(),
        };
        let questions = match &self.value {
            Some(value) => asking_of(value, &subject, &ask),
            None => vec![ask(self.code_end, &name, String::new())],
        };
        Some(self.probe(source, questions))
    }

    /// Probes which captures of a closure are `Copy`: others fail to compile.
    pub fn copy_probe(&self, source: &Source) -> Option<Probe> {
        let captured = self.captures.iter().map(|it| it.name.clone());
        let asked = captured.chain(self.fields.iter().map(Field::path));
        let asked = asked.filter(|it| self.is_from_outside(it));
        let mut questions: Vec<Question> = asked
            .map(|path| Question {
                at: self.range.start(),
                before: "{ fn asked<T: Copy>(_: &T) {} ".to_owned(),
                asked: Some((path.clone(), format!("asked(&{path}); "))),
                behind: "} ".to_owned(),
            })
            .collect();
        if questions.is_empty() {
            return None;
        }
        if self.is_expression {
            questions.insert(0, Question::words(self.range.start(), "({ "));
            questions.push(Question::words(self.range.end(), "})"));
        }
        Some(self.probe(source, questions))
    }

    /// Whether the subject is captured by a closure or an `async` block around the selection.
    fn is_from_outside(&self, subject: &str) -> bool {
        let root = subject.split('.').next().unwrap_or_default();
        let mut captures = self.captures.iter();
        (root == "self" && self.scope.inner.is_some())
            || captures.any(|it| it.is_outer && it.name == root)
    }

    /// Probes which variables are moved, by using each one again after the selection.
    pub fn move_probe(&self, source: &Source) -> Probe {
        let names = self.captures.iter().map(|it| it.name.as_str());
        let receiver = (!self.receivers.is_empty()).then_some("self");
        let fields: Vec<String> = self.fields.iter().map(Field::path).collect();
        let names = names.chain(receiver).map(str::to_owned);
        let captured = names.chain(fields).map(|it| (it.clone(), it));
        let shown = self.dropped.iter().filter(|it| !it.is_hidden);
        let declared = shown.map(|local| (local.name.clone(), local.subject()));
        let at = self.code_end;
        let asked = |(name, subject): (String, String)| Question {
            at,
            before: "{ ".to_owned(),
            asked: Some((subject, format!("let _ = &{name}; "))),
            behind: "} ".to_owned(),
        };
        let Some(value) = &self.value else {
            let mut questions: Vec<Question> = captured.chain(declared).map(asked).collect();
            questions.extend(self.hidden().flat_map(asking_when_hidden));
            return self.probe(source, questions);
        };
        let start = value.syntax().text_range().start();
        let mut questions: Vec<Question> = self.hidden().flat_map(asking_when_hidden).collect();
        questions.extend([
            Question::words(start, "(match { "),
            Question::words(at, &format!(" }} {{ {ASKED} => {{ ")),
        ]);
        questions.extend(captured.map(asked));
        questions.push(Question::words(at, &format!("{ASKED} }} }})")));
        self.probe(source, questions)
    }

    /// The hidden variables, each with the initializer of the variable that hides it.
    fn hidden(&self) -> impl Iterator<Item = (&Local, ast::Expr)> {
        let hidden = self.dropped.iter().filter(|it| it.is_hidden);
        hidden.filter_map(|local| {
            let statements = self.statements.iter().cloned();
            let mut lets = statements.filter_map(ast::LetStmt::cast);
            let hiding = lets.find(|it| {
                let is_behind = it.syntax().text_range().start() >= local.declared;
                let names = it.pat().into_iter();
                let mut names = names
                    .flat_map(|it| it.syntax().descendants().collect::<Vec<_>>())
                    .filter_map(ast::Name::cast);
                is_behind && names.any(|it| it.text() == local.name)
            });
            Some((local, hiding?.initializer()?))
        })
    }

    /// Inserts the probes. Those at the same location keep their order.
    fn probe(&self, source: &Source, mut questions: Vec<Question>) -> Probe {
        questions.sort_by_key(|it| it.at);
        let mut probe = Probe {
            text: String::new(),
            marks: Vec::new(),
        };
        let mut done = 0;
        let has_value = self.value.is_some();
        for question in questions {
            let at = usize::from(question.at);
            probe.text.push_str(&source.text[done..at]);
            if done < at && question.at == self.code_end && !has_value {
                // The last statement may be the tail expression of its block.
                let is_ended = source.text[..at].ends_with([';', '}']);
                probe.text.push_str(if is_ended { " " } else { "; " });
            }
            done = at;
            probe.add(&question);
        }
        probe.text.push_str(&source.text[done..]);
        probe
    }

    /// Whether the value is that of a `?`.
    pub(super) fn ends_with_try(&self) -> bool {
        let value = self.value.clone().or_else(|| {
            let last = self.statements.last().cloned();
            last.and_then(ast::LetStmt::cast)?.initializer()
        });
        matches!(value, Some(ast::Expr::TryExpr(_)))
    }
}

/// Probes around an expression, which return its value.
fn asking_of(
    expr: &ast::Expr,
    subject: &str,
    ask: &dyn Fn(TextSize, &str, String) -> Question,
) -> Vec<Question> {
    let range = expr.syntax().text_range();
    vec![
        Question::words(range.start(), "(match { "),
        Question::words(range.end(), &format!(" }} {{ {ASKED} => {{ ")),
        ask(range.end(), ASKED, subject.to_owned()),
        Question::words(range.end(), &format!("{ASKED} }} }})")),
    ]
}

/// Probes around the initializer that hides a variable, where it is still visible.
fn asking_when_hidden((local, value): (&Local, ast::Expr)) -> Vec<Question> {
    let range = value.syntax().text_range();
    let name = &local.name;
    vec![
        Question::words(range.start(), "(match { "),
        Question::words(range.end(), &format!(" }} {{ {ASKED} => {{ ")),
        Question {
            at: range.end(),
            before: "{ ".to_owned(),
            asked: Some((local.subject(), format!("let _ = &{name}; "))),
            behind: "} ".to_owned(),
        },
        Question::words(range.end(), &format!("{ASKED} }} }})")),
    ]
}

/// Probes the parameters and the result of a closure in a variable.
fn in_closure(
    capture: &Capture,
    ask: &dyn Fn(TextSize, &str, String) -> Question,
) -> Vec<Question> {
    let Some(body) = capture.closure.as_ref().and_then(ast::ClosureExpr::body) else {
        return Vec::new();
    };
    let range = body.syntax().text_range();
    let taken = closures::asked(capture).into_iter();
    let mut questions = vec![Question::words(range.start(), "({ ")];
    questions.extend(taken.map(|(name, subject)| ask(range.start(), &name, subject)));
    questions.extend([
        Question::words(range.start(), "match { "),
        Question::words(range.end(), &format!(" }} {{ {ASKED} => {{ ")),
        ask(range.end(), ASKED, closures::result_of(&capture.name)),
        Question::words(range.end(), &format!("{ASKED} }} }} }})")),
    ]);
    questions
}

impl Probe {
    fn add(&mut self, question: &Question) {
        self.text.push_str(&question.before);
        if let Some((subject, code)) = &question.asked {
            let start = TextSize::of(&*self.text);
            self.text.push_str(code);
            let range = TextRange::new(start, TextSize::of(&*self.text));
            self.marks.push((range, subject.clone()));
        }
        self.text.push_str(&question.behind);
    }
}
