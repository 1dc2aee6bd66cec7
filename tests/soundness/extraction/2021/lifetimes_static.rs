//= extracted
mod engine {
    pub mod stage {
        #[derive(Debug)]
        pub struct Stage {
            pub(super) weight: u32,
            pub name: &'static str,
        }

        pub fn stages() -> Vec<Stage> {
            vec![
                Stage {
                    weight: 3,
                    name: "one",
                },
                Stage {
                    weight: 5,
                    name: "two",
                },
            ]
        }
    }

    pub fn weigh(limit: u32) -> Option<&'static str> {
        let stages = stage::stages();
        let mut sum = 0;
        //{
        let mut last = None;
        for stage in &stages {
            sum += stage.weight;
            if sum > limit {
                break;
            }
            last = Some(stage.name);
        }
        //}
        println!("{sum}");
        last
    }
}

fn main() {
    println!("{:?} {:?}", engine::weigh(4), engine::weigh(40));
}
