//= repeated: extracted
use std::io::Write;

fn encode(first: usize, second: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    //{
    let start = u32::try_from(first).map_err(std::io::Error::other)?;
    out.write_all(&start.to_le_bytes())?;
    out.write_all(&start.count_ones().to_be_bytes())?;
    println!("{start} {} {:?}", out.len(), out.last());
    //}

    let end = u32::try_from(second).map_err(std::io::Error::other)?;
    out.write_all(&end.to_le_bytes())?;
    out.write_all(&end.count_ones().to_be_bytes())?;
    println!("{end} {} {:?}", out.len(), out.last());
    Ok(())
}

fn main() {
    let mut out = Vec::new();
    println!("{:?}", encode(3, 9, &mut out));
    println!("{:?} {out:?}", encode(3, usize::MAX, &mut out).is_err());
}
