//! The demonstration, session by session in the order of time.

use crate::{
    city,
    days::{DAY, FIRST, LAST},
    out::{Out, Session},
    plan::Plan,
    register,
    scale::Scale,
    totals::Totals,
    town::Life,
};

/// What is recorded next.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Registers,
    Households { town: usize },
    Day { day: u64, town: usize },
    Over,
}

/// All that is recorded of a city, as sessions in the order of time. One scale and one seed always give the same.
#[derive(Debug)]
pub struct Demo {
    plan: Plan,
    lives: Vec<Life>,
    out: Out,
    stage: Stage,
    /// Whole sessions, last first.
    ready: Vec<Session>,
}

impl Demo {
    /// When the ledger is made, microseconds UTC.
    pub const CREATED: i64 = 1_223_251_200_000_000;
    /// The ledger's time zone.
    pub const ZONE: &str = "Asia/Shanghai";

    /// Begins a demonstration behind so many records, which the ledger has already.
    pub fn new(scale: Scale, seed: u64, records: u64) -> Self {
        let plan = Plan::new(scale, seed);
        let lives = plan.towns.iter().map(|town| Life::new(&plan, town)).collect();
        Self { plan, lives, out: Out::new(records), stage: Stage::Registers, ready: Vec::new() }
    }

    /// Returns what it adds up to.
    pub fn totals(&self) -> &Totals {
        &self.plan.totals
    }

    /// Returns about how many events it comes to: for telling how much is left.
    pub fn expected(&self) -> u64 {
        let Totals { households, visits, persons_received, issues, officials, units, .. } = self.plan.totals;
        households + visits + persons_received + 7 * issues + 3 * officials + 250 * units
    }

    /// Puts down the next piece, and says what follows.
    fn proceed(&mut self) -> Stage {
        let Self { plan, lives, out, stage, .. } = self;
        match *stage {
            Stage::Registers => {
                register::rules(out);
                register::units(plan, out);
                register::officials(plan, out);
                Stage::Households { town: 0 }
            }
            Stage::Households { town } => match plan.towns.get(town) {
                Some(of) => {
                    register::households(plan, of, out);
                    Stage::Households { town: town + 1 }
                }
                None => Stage::Day { day: FIRST, town: 0 },
            },
            Stage::Day { day, .. } if day > LAST => Stage::Over,
            Stage::Day { day, town } if town == plan.towns.len() => {
                city::day(plan, day, out);
                Stage::Day { day: day + 1, town: 0 }
            }
            Stage::Day { day, town } => match plan.towns.get(town).zip(lives.get_mut(town)) {
                Some((of, life)) => {
                    // In the evening, one town after the other.
                    let minute = day * DAY + 18 * 60 + 150 * town as u64 / plan.towns.len() as u64;
                    life.record(plan, of, day, minute, out);
                    Stage::Day { day, town: town + 1 }
                }
                None => Stage::Over,
            },
            Stage::Over => Stage::Over,
        }
    }
}

impl Iterator for Demo {
    type Item = Session;

    fn next(&mut self) -> Option<Session> {
        loop {
            if let Some(session) = self.ready.pop() {
                return Some(session);
            }
            if matches!(self.stage, Stage::Over) {
                return None;
            }
            self.stage = self.proceed();
            self.ready = self.out.take();
        }
    }
}
