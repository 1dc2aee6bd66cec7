//! Comments in conditions, between blocks and behind them.
fn check(is_open: bool, has_key: bool, name: Option<&str>) -> usize {
    // Above everything.
    if is_open {
        // Why the second question is asked.
        if has_key
        /* or a friend has */
        {
            // Inside both.
            println!("in");
        } // Behind the inner one.
    } // Behind the outer one.
    if !is_open
        // Somebody may be at home.
        && has_key
        || name.is_none()
    // Nobody asked.
    {
        println!("knock");
    }
    if let Some(name) = name {
        // There is a name.
        return name.len(); // Its length.
    } else {
        // There is none.

        // Still none.
        println!("nobody"); // Really.
        0 // Nothing.
    }
}

fn wait(times: u8, is_late: bool) {
    for time in 0..times {
        // Once for each.
        if !is_late {
            // One.
            println!("{time}"); // two
            
            /* three */
            println!("wait");
            // four
            println!("listen");
            // five
        }
    }
}

fn choose(is_left: bool) {
    /* before */
    if is_left
    /* the head */
    {
        // left
        println!("left");
    } else {
        // right
        println!("right");
    } // behind
}

fn main() {
    println!(
        "{} {}",
        check(true, true, None),
        check(false, true, Some("Ann"))
    );
    println!("{}", check(false, false, None));
    wait(2, false);
    wait(2, true);
    choose(true);
    choose(false);
}
