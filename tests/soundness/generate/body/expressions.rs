//! Expressions of a requested type.

use super::{Body, Param, Value};

impl Body<'_> {
    /// A value of this type that only uses what is visible.
    pub(super) fn value(&mut self, value: Value) -> String {
        match value {
            Value::Unit => "()".to_owned(),
            Value::Bool => self.operand(),
            Value::Number => self.number(),
            Value::Option => match self.chance.below(3) {
                0 => "None".to_owned(),
                1 => format!("Some({})", self.number()),
                _ => self.option(),
            },
            Value::Result => match self.chance.below(3) {
                0 => "Err(String::from(\"wrong\"))".to_owned(),
                1 => format!("Ok({})", self.number()),
                _ => self.result(),
            },
        }
    }

    /// A variable of this type, if one is visible.
    pub(super) fn variable(&mut self, value: Value) -> Option<String> {
        let all = self.variables.iter().filter(|(_, has)| *has == value);
        let names: Vec<String> = all.map(|(name, _)| name.clone()).collect();
        (!names.is_empty()).then(|| self.chance.pick(&names).clone())
    }

    pub(super) fn number(&mut self) -> String {
        let variable = self.variable(Value::Number);
        match (self.chance.below(9), variable) {
            (0..4, Some(name)) => name,
            (4, Some(name)) => format!("{name} + 1"),
            (5, _) => "seen(\"number\").size()".to_owned(),
            (6, _) if self.has(Param::List) => {
                let of_list = [
                    "count(list)",
                    "Entry(list).len()",
                    "Entry(list).iter().len()",
                ];
                (*self.chance.pick(&of_list)).to_owned()
            }
            (7, _) if self.has(Param::Lock) => "peek(lock)".to_owned(),
            (8, _) if self.has(Param::Option) => "option.unwrap_or(7)".to_owned(),
            _ => self.chance.below(5).to_string(),
        }
    }

    /// The scrutinee of a `match`, `if let` or `let … else`.
    pub(super) fn option(&mut self) -> String {
        let number = self.variable(Value::Number).unwrap_or_else(|| "3".into());
        match self.chance.below(8) {
            0 | 1 if self.has(Param::Option) => "option".to_owned(),
            2 => format!("seen(\"asked\").ask({number})"),
            3 if self.has(Param::List) => "Entry(list).first()".to_owned(),
            4 if self.has(Param::List) && !self.is_guarded => {
                "list.borrow().last().copied()".to_owned()
            }
            5 if self.has(Param::Lock) && !self.is_guarded => {
                format!("lock.lock().unwrap().checked_sub({number})")
            }
            6 => format!("Log.find({number})"),
            _ => format!("Some({number}).filter(|n| *n != 2)"),
        }
    }

    pub(super) fn result(&mut self) -> String {
        let number = self.variable(Value::Number).unwrap_or_else(|| "2".into());
        match self.chance.below(3) {
            0 if self.has(Param::Result) => "result.clone()".to_owned(),
            1 => format!("seen(\"checked\").check({number})"),
            _ => {
                format!("Some({number}).filter(|n| *n > 1).ok_or_else(|| String::from(\"small\"))")
            }
        }
    }

    /// One to four distinct operands.
    pub(super) fn condition(&mut self) -> String {
        let mut operands = vec![self.operand()];
        let more = [0, 0, 0, 1, 1, 2, 3];
        for _ in 0..*self.chance.pick(&more) {
            let operand = self.operand();
            let known = operand.trim_start_matches('!');
            if !operands
                .iter()
                .any(|other| other.trim_start_matches('!') == known)
            {
                operands.push(operand);
            }
        }
        let mut condition = operands.remove(0);
        for operand in operands {
            let operator = if self.chance.percent(60) { "&&" } else { "||" };
            condition = format!("{condition} {operator} {operand}");
        }
        condition
    }

    /// An expression of type `bool`, or one whose type is inferred as such.
    pub(super) fn operand(&mut self) -> String {
        match self.chance.below(5) {
            0 => self.comparison(),
            1 => self.question(),
            2 if self.has(Param::Flags) => {
                let asked = [
                    "*flags.is_open()",
                    "!flags.is_open()",
                    "!flags.is_known",
                    "flags.is_known()",
                ];
                (*self.chance.pick(&asked)).to_owned()
            }
            3 => {
                let number = self.variable(Value::Number).unwrap_or_else(|| "1".into());
                let asked = [
                    format!("make({number})"),
                    format!("!mask({number})"),
                    format!("seen(\"asked\").ask({number}).is_none()"),
                    "!seen(\"long\").is_long()".to_owned(),
                ];
                self.chance.pick(&asked).clone()
            }
            _ => {
                let name = self.variable(Value::Bool);
                let name = name.unwrap_or_else(|| "seen(\"shown\").is_long()".to_owned());
                let negation = if self.chance.percent(30) { "!" } else { "" };
                format!("{negation}{name}")
            }
        }
    }

    fn comparison(&mut self) -> String {
        let operators = ["<", "<=", ">", ">=", "==", "!="];
        let operator = *self.chance.pick(&operators);
        if self.has(Param::Weight) && self.chance.percent(50) {
            let limit = self.chance.below(4);
            // Clippy already warns about comparing floats for equality before anything is changed.
            return match self.chance.below(2) {
                0 => format!("weight {operator} Weight({limit}.5)"),
                _ => format!("weight.len() {} {limit}.5", operators[self.chance.below(4)]),
            };
        }
        if self.has(Param::List) && self.chance.percent(30) {
            return format!("count(list) {operator} {}", self.chance.below(3));
        }
        let (left, right) = (self.number(), self.chance.below(5));
        format!("{left} {operator} {right}")
    }

    fn question(&mut self) -> String {
        match self.chance.below(4) {
            0 if self.has(Param::Option) => "option.is_none()".to_owned(),
            1 if self.has(Param::Option) => "option.is_some()".to_owned(),
            2 if self.has(Param::Result) => "result.is_ok()".to_owned(),
            _ => {
                let number = self.number();
                format!("Some({number}).is_some_and(|n| n > 2)")
            }
        }
    }
}
