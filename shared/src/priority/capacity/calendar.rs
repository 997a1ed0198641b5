//! The twelve months of a year that repeats.
//!
//! Always: a year follows an equal one, so what lies in a store in January came from the year before.
//! Never: knows a date.

/// A set of months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Months(u16);

impl Months {
    pub const ALL: Months = Months(0xFFF);

    /// `1 2 12` or the choices of the questionnaire, `m01 m02 m12`; the word that is none as an error.
    pub fn parse(text: &str) -> Result<Months, &str> {
        let mut months = Months::default();
        for word in text.split([' ', '|']).filter(|word| !word.is_empty()) {
            let number: u16 = word.trim_start_matches('m').parse().map_err(|_| word)?;
            if !(1..=12).contains(&number) {
                return Err(word);
            }
            months.0 |= 1 << (number - 1);
        }
        Ok(months)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn or_all(self) -> Months {
        if self.is_empty() { Months::ALL } else { self }
    }

    /// Adds `tonnes` in equal shares.
    pub(super) fn spread(self, tonnes: f64, months: &mut [f64; 12]) {
        let share = tonnes / f64::from(self.0.count_ones());
        for (index, month) in months.iter_mut().enumerate() {
            if self.0 >> index & 1 == 1 {
                *month += share;
            }
        }
    }
}

/// What lies in store at the end of each month, the least of them being nothing.
pub(super) fn stock(came: &[f64; 12], went: &[f64; 12]) -> [f64; 12] {
    let mut stock = [0.0; 12];
    let mut sum = 0.0;
    for month in 0..12 {
        sum += came[month] - went[month];
        stock[month] = sum;
    }
    let least = stock.iter().copied().fold(f64::INFINITY, f64::min);
    stock.map(|it| it - least)
}

/// What waits for a mill that takes `pace` a month. Where a year brings more than a year takes, it is
/// counted from nothing in January: it would grow without end.
pub(super) fn backlog(came: &[f64; 12], pace: f64) -> [f64; 12] {
    let mut months = [0.0; 12];
    let mut waiting = 0.0;
    // In the second year, January begins with what December left.
    let years = if came.iter().sum::<f64>() <= pace * 12.0 {
        2
    } else {
        1
    };
    for _ in 0..years {
        for month in 0..12 {
            waiting = f64::max(waiting + came[month] - pace, 0.0);
            months[month] = waiting;
        }
    }
    months
}
