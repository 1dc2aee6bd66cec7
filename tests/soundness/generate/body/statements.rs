//! Statements, and the ends of bodies.

use super::{Body, Param, Value};

impl Body<'_> {
    /// Some statements, within the budget; at least one.
    pub(super) fn statements(&mut self, depth: usize) {
        let count = self.chance.between(1, 4);
        for at in 0..count {
            if at > 0 && self.budget == 0 {
                return;
            }
            self.budget = self.budget.saturating_sub(1);
            self.note();
            self.statement(depth);
        }
    }

    /// The tail expression of a function, of its return type.
    pub(super) fn tail(&mut self, depth: usize) {
        self.note();
        match (self.returns, self.chance.below(5)) {
            (Value::Unit, 0) => self.line("seen(\"last\").speak()"),
            (Value::Unit, 1) => {
                let option = self.option();
                self.line(&format!("if let Some(last) = {option} {{"));
                self.scoped(|body| {
                    body.is_guarded = true;
                    body.variables.push(("last".into(), Value::Number));
                    body.long_block(depth);
                });
                self.line("}");
            }
            (Value::Unit, _) => {
                let condition = self.condition();
                self.line(&format!("if {condition} {{"));
                self.scoped(|body| body.long_block(depth));
                self.line("}");
            }
            (_, 0 | 1) if depth > 0 => self.tail_of_branches(depth),
            (_, 2) if depth > 0 => self.tail_of_match(depth),
            (returns, _) => {
                let value = self.value(returns);
                self.line(&value);
            }
        }
    }

    /// A body that is long enough for a guard clause, and often ends in a temporary.
    fn long_block(&mut self, depth: usize) {
        if self.chance.percent(50) {
            self.keep_something();
        }
        self.line("println!(\"one\");");
        self.statements(depth);
        self.line("println!(\"two\");");
        match self.chance.below(4) {
            0 => self.line("seen(\"end\").speak()"),
            1 => {
                let condition = self.condition();
                self.line(&format!("if {condition} {{"));
                self.line("println!(\"three\");");
                self.line("}");
            }
            2 => {
                let option = self.option();
                self.line(&format!("match {option} {{"));
                self.line("Some(x) => println!(\"{x}\"),\nNone => println!(\"none\"),\n}");
            }
            _ => self.line("println!(\"three\");"),
        }
    }

    fn tail_of_branches(&mut self, depth: usize) {
        let head = match self.chance.below(3) {
            0 => format!("if let Some(x) = {} {{", self.option()),
            _ => format!("if {} {{", self.condition()),
        };
        self.line(&head);
        let leaves = self.chance.percent(60);
        self.scoped(|body| {
            body.is_guarded = true;
            body.statements(depth - 1);
            if leaves {
                body.leave_function();
            } else {
                body.tail(depth - 1);
            }
        });
        self.line("} else {");
        self.scoped(|body| {
            body.is_guarded = true;
            body.statements(depth - 1);
            body.tail(depth - 1);
        });
        self.line("}");
    }

    fn tail_of_match(&mut self, depth: usize) {
        let option = self.option();
        self.line(&format!("match {option} {{"));
        self.line("Some(found) => {");
        self.scoped(|body| {
            body.is_guarded = true;
            body.variables.push(("found".into(), Value::Number));
            body.statements(depth - 1);
            body.tail(depth - 1);
        });
        self.line("}\nNone => {");
        self.scoped(|body| {
            body.is_guarded = true;
            body.tail(depth - 1);
        });
        self.line("}\n}");
    }

    fn statement(&mut self, depth: usize) {
        if depth == 0 {
            return self.simple();
        }
        match self.chance.below(17) {
            0 => self.simple(),
            1 => self.keep_something(),
            2 => self.block_of_if(depth),
            3 => self.nested_if(depth),
            4 | 5 => self.if_else(depth),
            6 => self.if_let(depth),
            7 | 8 => self.unwrap_option(depth),
            9 => self.unwrap_result(depth),
            10 => self.unwrap_held(depth),
            11 => self.counting_loop(depth),
            12 => self.labelled_loops(depth),
            13 => self.match_number(),
            14 => self.match_shape(),
            15 => self.closure(depth),
            _ => self.settled_by_use(),
        }
    }

    fn simple(&mut self) {
        let number = self.number();
        match self.chance.below(5) {
            0 if self.has(Param::List) => self.line(&format!("add(list, {number});")),
            1 => {
                let name = self.fresh("value");
                self.line(&format!("declare!({name}, {number});"));
                self.variables.push((name, Value::Number));
            }
            2 => {
                let name = self.fresh("is");
                let condition = self.condition();
                self.line(&format!("let {name}: bool = {condition};"));
                self.variables.push((name, Value::Bool));
            }
            3 => self.line(&format!("println!(\"{{}}\", {number}); // Said.")),
            _ => self.line(&format!("println!(\"{{}}\", {number});")),
        }
    }

    fn keep_something(&mut self) {
        let name = self.fresh("_kept");
        if self.has(Param::List) && self.chance.percent(40) {
            self.line(&format!("let {name} = Entry(list);"));
        } else {
            self.line(&format!("let {name} = seen(\"{}\");", &name[1..]));
        }
    }

    fn block_of_if(&mut self, depth: usize) {
        let condition = self.condition();
        self.line(&format!("if {condition} {{"));
        self.scoped(|body| body.statements(depth - 1));
        if self.chance.percent(25) {
            self.leave();
        }
        self.line("}");
    }

    fn nested_if(&mut self, depth: usize) {
        let outer = self.condition();
        // Once both are in one condition, clippy warns about identical operands.
        let inner = match self.operand() {
            inner if outer.contains(inner.trim_start_matches('!')) => {
                "list_of(2).is_empty()".into()
            }
            inner => inner,
        };
        self.line(&format!("if {outer} {{"));
        self.note();
        if self.edition == 2024 && self.chance.percent(40) {
            let option = self.option();
            self.line(&format!("if let Some(_) = {option} {{"));
        } else {
            self.line(&format!("if {inner} {{"));
        }
        self.scoped(|body| {
            body.is_guarded = true;
            body.statements(depth - 1);
        });
        self.line("}\n}");
    }

    fn if_else(&mut self, depth: usize) {
        let condition = self.condition();
        self.line(&format!("if {condition} {{"));
        self.scoped(|body| body.statements(depth - 1));
        if self.chance.percent(40) {
            self.leave();
        }
        if self.chance.percent(20) {
            let condition = self.condition();
            self.line(&format!("}} else if {condition} {{"));
            self.scoped(|body| body.statements(depth - 1));
        }
        self.line("} else {");
        self.note();
        self.scoped(|body| body.statements(depth - 1));
        self.line("}");
    }

    fn if_let(&mut self, depth: usize) {
        let (pattern, value) = match self.chance.below(3) {
            0 => ("Ok(x)", self.result()),
            1 => ("Held::Number(x)", format!("held({})", self.number())),
            _ => ("Some(x)", self.option()),
        };
        self.line(&format!("if let {pattern} = {value} {{"));
        self.scoped(|body| {
            body.is_guarded = true;
            body.variables.push(("x".into(), Value::Number));
            body.statements(depth - 1);
        });
        if self.chance.percent(30) {
            self.leave();
        }
        if self.chance.percent(60) {
            self.line("} else {");
            self.scoped(|body| {
                body.is_guarded = true;
                body.statements(depth - 1);
            });
        }
        self.line("}");
    }

    fn unwrap_option(&mut self, depth: usize) {
        let option = self.option();
        self.unwrap(&option, "Some", "None", depth);
    }

    fn unwrap_result(&mut self, depth: usize) {
        let result = self.result();
        if self.returns == Value::Result && self.chance.percent(40) {
            let name = self.fresh("good");
            self.line(&format!(
                "let {name} = match {result} {{\nOk(good) => good,\nErr(why) => return Err(why),\n}};"
            ));
            self.variables.push((name, Value::Number));
            return;
        }
        self.unwrap(&result, "Ok", "Err(_)", depth);
    }

    fn unwrap_held(&mut self, depth: usize) {
        let number = self.number();
        self.unwrap(&format!("held({number})"), "Held::Number", "_", depth);
    }

    /// A `match` or `if let` that yields a value or exits early.
    fn unwrap(&mut self, value: &str, good: &str, bad: &str, depth: usize) {
        let name = self.fresh("got");
        // Half of the bindings have the name of the resulting variable.
        let inner = if self.chance.percent(50) {
            name.clone()
        } else {
            "inner".to_owned()
        };
        let is_match = self.chance.percent(70);
        if is_match {
            self.line(&format!(
                "let {name} = match {value} {{\n{good}({inner}) => {inner},"
            ));
            self.note();
            self.line(&format!("{bad} => {{"));
        } else {
            self.line(&format!(
                "let {name} = if let {good}({inner}) = {value} {{\n{inner}\n}} else {{"
            ));
        }
        self.scoped(|body| {
            body.is_guarded = true;
            if body.chance.percent(50) {
                body.statements(depth - 1);
            }
        });
        self.leave();
        self.line(if is_match { "}\n};" } else { "};" });
        self.variables.push((name, Value::Number));
    }

    fn counting_loop(&mut self, depth: usize) {
        let (name, rounds) = (self.fresh("i"), self.chance.between(1, 4));
        self.line(&format!("for {name} in 0..{rounds} {{"));
        self.loops.push(None);
        self.scoped(|body| {
            body.variables.push((name, Value::Number));
            body.statements(depth - 1);
            if body.chance.percent(60) {
                let condition = body.condition();
                body.line(&format!("if {condition} {{"));
                body.scoped(|body| body.long_block(depth - 1));
                body.line("}");
            }
        });
        self.loops.pop();
        self.line("}");
    }

    fn labelled_loops(&mut self, depth: usize) {
        let label = self.fresh("'outer");
        let (outer, inner) = (self.fresh("i"), self.fresh("k"));
        self.line(&format!("{label}: for {outer} in 0..3 {{"));
        self.line(&format!("for {inner} in 0..2 {{"));
        self.loops.push(Some(label));
        self.loops.push(None);
        self.scoped(|body| {
            body.variables.push((outer, Value::Number));
            body.variables.push((inner, Value::Number));
            body.if_else(depth);
            body.unwrap_option(depth);
            body.simple();
        });
        self.loops.truncate(self.loops.len() - 2);
        self.line("}\n}");
    }

    fn match_number(&mut self) {
        let (number, name) = (self.number(), self.fresh("word"));
        let texts = ["\"few\"", "\"some\"", "\"many\""];
        self.line(&format!("let {name} = match {number} {{"));
        for pattern in ["0", "1 | 2", "3", "4..=6", "-1"] {
            self.note();
            let text = self.chance.pick(&texts);
            self.line(&format!("{pattern} => {text},"));
        }
        let text = self.chance.pick(&texts);
        self.line(&format!("_ => {text},\n}};\nprintln!(\"{{{name}}}\");"));
    }

    fn match_shape(&mut self) {
        let number = self.number();
        let shapes = [
            "Shape::Round(4)",
            "Shape::Long(3)",
            "Shape::Flat",
            "Shape::None",
        ];
        let other = *self.chance.pick(&shapes);
        let is_square = self.operand();
        self.line(&format!(
            "let shape = if {is_square} {{ Shape::Square({number}) }} else {{ {other} }};"
        ));
        self.line("match shape {");
        let bodies = ["println!(\"{size}\")", "println!(\"size {size}\")"];
        for variant in ["Round", "Square", "Long"] {
            let body = *self.chance.pick(&bodies);
            self.line(&format!("Shape::{variant}(size) => {body},"));
        }
        self.note();
        let rest = ["println!(\"nothing\")", "{}", "seen(\"shape\").speak()"];
        for variant in ["Flat", "None"] {
            let body = *self.chance.pick(&rest);
            self.line(&format!("Shape::{variant} => {body},"));
        }
        self.line("}");
    }

    fn closure(&mut self, depth: usize) {
        let name = self.fresh("act");
        let (param, value, given) = match self.chance.below(3) {
            0 => ("flag", Value::Bool, "true"),
            1 => ("flag: bool", Value::Bool, "false"),
            _ => ("x: i32", Value::Number, "3"),
        };
        self.line(&format!("let {name} = |{param}| {{"));
        let returns = std::mem::replace(&mut self.returns, Value::Unit);
        let loops = std::mem::take(&mut self.loops);
        self.scoped(|body| {
            let variable = param.split(':').next().unwrap_or(param).to_owned();
            body.variables.push((variable.clone(), value));
            if value == Value::Bool {
                body.line(&format!(
                    "if {variable} {{\nprintln!(\"set\");\n}} else {{\nprintln!(\"not set\");\n}}"
                ));
            }
            body.statements(depth - 1);
            body.tail(depth - 1);
        });
        self.returns = returns;
        self.loops = loops;
        self.line(&format!("}};\n{name}({given});"));
    }

    /// A collection whose element type is determined in only one branch.
    fn settled_by_use(&mut self) {
        let name = self.fresh("items");
        let condition = self.condition();
        let used =
            format!("println!(\"{{:?}}\", {name}.iter().map(|item| u8::count_ones(*item)).max());");
        let (first, second) = match self.chance.below(2) {
            0 => (format!("{name}.push(7_u8);"), used),
            _ => (
                format!("{name}.push(String::from(\"item\"));"),
                format!("println!(\"{{:?}}\", {name}.iter().map(|item| item.len()).max());"),
            ),
        };
        self.line(&format!("let mut {name} = Vec::new();"));
        self.line(&format!(
            "if {condition} {{\n{first}\n}} else {{\n{second}\n}}"
        ));
        self.line(&format!("println!(\"{{}}\", {name}.len());"));
    }

    /// Exits the loop or the function.
    fn leave(&mut self) {
        let Some(label) = self.loops.last() else {
            return self.leave_function();
        };
        let outer = self.loops.iter().rev().flatten().next();
        let ways = match (label, outer) {
            (_, Some(outer)) => vec![
                "continue;".to_owned(),
                format!("continue {outer};"),
                format!("break {outer};"),
            ],
            _ => vec!["continue;".to_owned(), "break;".to_owned()],
        };
        if self.chance.percent(20) {
            return self.leave_function();
        }
        let way = self.chance.pick(&ways).clone();
        self.line(&way);
    }

    fn leave_function(&mut self) {
        if self.returns == Value::Unit {
            return self.line("return;");
        }
        let value = self.value(self.returns);
        if self.chance.percent(15) {
            self.line(&format!("leave!({value});"));
        } else {
            self.line(&format!("return {value};"));
        }
    }
}
