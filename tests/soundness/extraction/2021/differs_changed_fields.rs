//= repeated: extracted
#[derive(Debug, Default)]
struct Counts {
    good: u32,
    bad: u32,
}

fn add_good(counts: &mut Counts, marks: &[u32]) {
    //{
    for mark in marks {
        let weight = if *mark > 3 { mark * 2 } else { *mark };
        counts.good += weight;
        println!("{mark} weighs {weight}");
    }
    counts.good = counts.good.saturating_sub(marks.len() as u32);
    //}
    println!("good");
}

fn add_bad(counts: &mut Counts, marks: &[u32]) {
    println!("bad");
    for mark in marks {
        let weight = if *mark > 3 { mark * 2 } else { *mark };
        counts.bad += weight;
        println!("{mark} weighs {weight}");
    }
    counts.bad = counts.bad.saturating_sub(marks.len() as u32);
}

fn main() {
    let mut counts = Counts::default();
    add_good(&mut counts, &[1, 5]);
    add_bad(&mut counts, &[2, 9]);
    println!("{counts:?}");
}
