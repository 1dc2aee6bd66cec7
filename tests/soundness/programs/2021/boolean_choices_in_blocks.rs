//! Guards where a block, a label, a loop or a macro of the file is around.
macro_rules! matches {
    ($value:expr, $pattern:pat) => {{
        println!("matched");
        match $value {
            $pattern => true,
            _ => false,
        }
    }};
}

macro_rules! or {
    ($a:expr) => {
        $a
    };
}

fn braces(a: u8) -> bool {
    let b = a;
    if or! { b == 1 } {
        return true;
    }
    b == 2
}

fn of_a_block(a: u8) -> bool {
    let b = a;
    if { b } == 1 {
        return true;
    }
    b == 2
}

fn of_a_match(a: u8) -> bool {
    match a {
        0 => {
            if a.is_power_of_two() {
                return true;
            }
            false
        }
        1 => {
            let b = a + 1;
            if b.is_power_of_two() {
                return true;
            }
            false
        }
        _ => a == 9,
    }
}

fn labelled(a: u8) -> bool {
    let is_one = 'a: {
        if a == 1 {
            break 'a true;
        }
        false
    };
    is_one
}

fn looped(a: u8) -> bool {
    for b in 0..a {
        if b == 3 {
            return true;
        }
    }
    false
}

fn own_macro(a: Option<u8>) -> bool {
    let b = a;
    if let Some(1..=3) = b {
        return true;
    }
    false
}

fn within(a: u8) -> bool {
    if a < 3 {
        return false;
    }
    a < 9
}

fn ends(a: u8) -> bool {
    if a == 1 {
        return true;
    }
    panic_or(a)
}

fn panic_or(a: u8) -> bool {
    if a > 9 {
        return false;
    }
    if a == 7 {
        true
    } else {
        unreachable(a)
    }
}

fn unreachable(a: u8) -> bool {
    println!("{a}");
    a == 3
}

fn main() {
    for a in 0..11 {
        println!("{} {} {}", braces(a), of_a_block(a), of_a_match(a));
        println!("{} {} {}", labelled(a), looped(a), own_macro(Some(a)));
        println!("{} {}", within(a), ends(a));
    }
}
