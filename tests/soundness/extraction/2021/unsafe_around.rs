//= extracted
fn copy(from: &[u32], to: &mut [u32]) -> usize {
    let count = from.len().min(to.len());
    let mut done = 0;
    // SAFETY: `count` is within both.
    unsafe {
        while done < count {
            //{
            let value = *from.get_unchecked(done);
            *to.get_unchecked_mut(done) = value * 2;
            done += 1;
            //}
        }
    }
    done
}

fn main() {
    let mut to = [0; 2];
    println!("{} {to:?}", copy(&[1, 2, 3], &mut to));
}
