//= repeated: extracted
struct Grid {
    cells: Vec<u8>,
    width: usize,
}

impl Grid {
    fn row(&self, at: usize) -> &[u8] {
        println!("row {at}");
        //{
        let width = self.width.max(1);
        let start = (at * width).min(self.cells.len());
        let end = (start + width).min(self.cells.len());
        &self.cells[start..end]
    }

    fn last_row(&self) -> &[u8] {
        let at = self.cells.len() / self.width.max(1) - 1;
        let width = self.width.max(1);
        let start = (at * width).min(self.cells.len());
        let end = (start + width).min(self.cells.len());
        &self.cells[start..end]
    }
}

fn main() {
    let grid = Grid {
        cells: vec![1, 2, 3, 4, 5, 6],
        width: 3,
    };
    println!("{:?} {:?}", grid.row(0), grid.last_row());
}
