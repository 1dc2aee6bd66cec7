//! The body of a generated function.

mod expressions;
mod statements;

use super::chance::Chance;

/// A possible parameter of generated functions, with its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Param {
    IsOn,
    IsLate,
    Number,
    Option,
    Result,
    List,
    Lock,
    Weight,
    Flags,
}

/// The type of a function, a closure or a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Unit,
    Bool,
    Number,
    Option,
    Result,
}

pub(super) struct Body<'a> {
    chance: &'a mut Chance,
    edition: usize,
    params: &'a [Param],
    text: String,
    /// The names in scope.
    variables: Vec<(String, Value)>,
    /// The type of `return` values.
    returns: Value,
    /// The labels of the enclosing loops, innermost last.
    loops: Vec<Option<String>>,
    /// Number of names and comments so far.
    names: usize,
    /// Number of statements that may still be generated.
    budget: usize,
    /// Whether a guard of the lock or the list may be alive.
    is_guarded: bool,
}

impl Param {
    pub(super) const ALL: [Self; 9] = [
        Self::IsOn,
        Self::IsLate,
        Self::Number,
        Self::Option,
        Self::Result,
        Self::List,
        Self::Lock,
        Self::Weight,
        Self::Flags,
    ];

    pub(super) fn declared(self) -> &'static str {
        match self {
            Self::IsOn => "is_on: bool",
            Self::IsLate => "is_late: bool",
            Self::Number => "n: i32",
            Self::Option => "option: Option<i32>",
            Self::Result => "result: &Result<i32, String>",
            Self::List => "list: &RefCell<Vec<i32>>",
            Self::Lock => "lock: &Mutex<i32>",
            Self::Weight => "weight: Weight",
            Self::Flags => "flags: &Flags",
        }
    }

    pub(super) fn given(self) -> &'static str {
        match self {
            Self::IsOn => "round % 2 == 0",
            Self::IsLate => "round > 2",
            Self::Number => "round",
            Self::Option => "(round != 1).then_some(round + 1)",
            Self::Result => "&result",
            Self::List => "&list",
            Self::Lock => "&lock",
            Self::Weight => "weight",
            Self::Flags => "&flags",
        }
    }

    fn as_variable(self) -> Option<(String, Value)> {
        match self {
            Self::IsOn => Some(("is_on".to_owned(), Value::Bool)),
            Self::IsLate => Some(("is_late".to_owned(), Value::Bool)),
            Self::Number => Some(("n".to_owned(), Value::Number)),
            Self::Option => Some(("option".to_owned(), Value::Option)),
            _ => None,
        }
    }
}

impl Value {
    pub(super) fn as_return(self) -> &'static str {
        match self {
            Self::Unit => "",
            Self::Bool => " -> bool",
            Self::Number => " -> i32",
            Self::Option => " -> Option<i32>",
            Self::Result => " -> Result<i32, String>",
        }
    }
}

impl<'a> Body<'a> {
    pub(super) fn write(
        chance: &'a mut Chance,
        edition: usize,
        params: &'a [Param],
        returns: Value,
    ) -> String {
        let budget = chance.between(2, 7);
        let mut body = Self {
            chance,
            edition,
            params,
            text: String::new(),
            variables: params
                .iter()
                .filter_map(|param| param.as_variable())
                .collect(),
            returns,
            loops: Vec::new(),
            names: 0,
            budget,
            is_guarded: false,
        };
        body.statements(3);
        body.tail(2);
        body.text
    }

    fn has(&self, param: Param) -> bool {
        self.params.contains(&param)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}_{}", self.names)
    }

    /// Occasionally adds a unique comment.
    fn note(&mut self) {
        if !self.chance.percent(12) {
            return;
        }
        let note = self.fresh("Note");
        let note = if self.chance.percent(20) {
            format!("/* {note} */")
        } else {
            format!("// {note}.")
        };
        self.line(&note);
    }

    /// Generates code in a nested scope.
    fn scoped(&mut self, work: impl FnOnce(&mut Self)) {
        let visible = self.variables.len();
        let was_guarded = self.is_guarded;
        work(self);
        self.variables.truncate(visible);
        self.is_guarded = was_guarded;
    }
}
