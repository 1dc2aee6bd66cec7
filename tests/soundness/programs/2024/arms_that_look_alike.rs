//! Equal bodies whose variables have unlike types, modes or orders, and ranges beside each other.
use std::fmt::Display;

enum Token {
    Small(u8),
    Large(u64),
    Text { body: String, at: usize },
    Quoted { at: usize, body: String },
    Raw(String, usize),
    Back(usize, String),
    End,
    Stop,
}

fn show(value: impl Display) -> String {
    format!("<{value}>")
}

fn text(token: &Token) -> String {
    match token {
        Token::Small(n) => show(n),
        Token::Large(n) => show(n),
        Token::Text { body, at } => {
            println!("{at}");
            show(body)
        }
        Token::Quoted { at, body } => {
            println!("{at}");
            show(body)
        }
        Token::Raw(a, b) => show(a) + &show(b),
        Token::Back(a, b) => show(a) + &show(b),
        Token::End => String::new(),
        Token::Stop => String::new(),
    }
}

fn class(letter: char) -> u8 {
    match letter {
        'a'..='m' => 1,
        'n'..='z' => 1,
        '0' => 2,
        '1'..='9' => 2,
        'é' => 1,
        ' ' => {
            println!("blank");
            3
        }
        _ => 3,
    }
}

fn port(number: u16) -> &'static str {
    match number {
        0 => "none",
        1 => "low",
        2 => "low",
        3..=1023 => "low",
        1024.. => "high",
    }
}

fn merge(result: Result<u8, u8>) -> u8 {
    match result {
        Ok(number) if number > 3 => number,
        Ok(number) => number + 1,
        Err(number) => number + 1,
    }
}

fn main() {
    let tokens = [
        Token::Small(1),
        Token::Large(2),
        Token::Text {
            body: "a".into(),
            at: 3,
        },
        Token::Quoted {
            at: 4,
            body: "b".into(),
        },
        Token::Raw("c".into(), 5),
        Token::Back(6, "d".into()),
        Token::End,
        Token::Stop,
    ];
    for token in &tokens {
        println!("{}", text(token));
    }
    println!("{:?}", ['b', 'q', '0', '7', 'é', ' ', '?'].map(class));
    println!("{:?}", [0, 1, 2, 80, 8080].map(port));
    println!("{} {} {}", merge(Ok(4)), merge(Ok(1)), merge(Err(1)));
}
