//= extracted
struct Frame {
    pixels: Vec<u8>,
    width: usize,
    dirty: bool,
}

fn paint(frame: &mut Frame, color: u8) -> usize {
    let mut painted = 0;
    for row in frame.pixels.chunks_mut(frame.width) {
        //{
        for pixel in row.iter_mut() {
            if *pixel != color {
                *pixel = color;
                frame.dirty = true;
                painted += 1;
            }
        }
        //}
    }
    painted
}

fn main() {
    let mut frame = Frame {
        pixels: vec![0, 1, 0, 0],
        width: 2,
        dirty: false,
    };
    println!("{} {} {:?}", paint(&mut frame, 1), frame.dirty, frame.pixels);
}
