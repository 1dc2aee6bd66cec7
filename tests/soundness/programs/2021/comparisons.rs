//! Places that are compared with several values.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Word,
    Number,
    Other(u8),
    End,
}

struct Token {
    kind: Kind,
    text: &'static str,
    owned: String,
    at: i32,
}

impl Kind {
    fn is_plain(self) -> bool {
        self == Self::Space || self == Self::Word || self == Self::Number
    }

    fn is_said(&self) -> bool {
        *self != Kind::Space && *self != Kind::End && *self != Kind::Number
    }

    fn is_other(&self) -> bool {
        *self == Kind::Other(1) || *self == Kind::Other(2) || *self == Kind::Other(3)
    }
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\t' || c == '\n' || c == '\r'
}

fn is_word(c: char) -> bool {
    ('a'..='z').contains(&c) || c == '_' || c == '-' || c.is_ascii_digit()
}

fn is_sign(byte: u8, all: bool) -> bool {
    if all
        && (byte == b'+'
            || byte == b'-'
            || byte == b'*'
            || byte == b'/'
            || byte == b'%'
            || byte == b'^')
    {
        return true;
    }
    !(byte == b'a' || byte == b'b' || byte == b'c')
}

fn is_long(c: char) -> bool {
    c == 'a'
        || c == 'e'
        || c == 'i'
        || c == 'o'
        || c == 'u'
        || c == 'y'
        || c == '0'
        || c == '1'
        || c == '2'
        || c == '3'
        || c == '4'
}

fn is_key(word: &str, token: &Token) -> bool {
    let is_its = token.text == "if" || token.text == "for" || token.text == "in";
    is_its || word == "if" || word == "else" || word == "match"
}

fn is_owned(token: &Token) -> bool {
    token.owned == "a" || token.owned == "b" || token.owned == "c"
}

fn is_at(token: &Token) -> bool {
    token.at == 1 || token.at == -1 || token.at == 0x10 || token.at > 99
}

fn main() {
    let kinds = [
        Kind::Space,
        Kind::Word,
        Kind::Number,
        Kind::Other(2),
        Kind::End,
    ];
    for kind in kinds {
        println!("{} {} {}", kind.is_plain(), kind.is_said(), kind.is_other());
        println!("{kind:?}");
        let token = Token {
            kind,
            text: "for",
            owned: "b".to_owned(),
            at: -1,
        };
        println!(
            "{} {} {}",
            is_key("a", &token),
            is_owned(&token),
            is_at(&token)
        );
        println!("{:?}", token.kind);
    }
    for c in "a b_-\t7%uz".chars() {
        println!("{} {} {}", is_space(c), is_word(c), is_long(c));
        println!("{} {}", is_sign(c as u8, true), is_sign(c as u8, false));
    }
}
