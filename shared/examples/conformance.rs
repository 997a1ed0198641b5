//! Holds the questionnaire engine against others: `xpath FILE` and `pyxform PYTHON CASES`.
//!
//! Always: prints passed, total and each difference; fails where there is one without a reason.
//! Never: uses the network; `cargo xtask conformance` installs what is needed.

#[path = "../src/questionnaire/xpath/tests/table.rs"]
mod table;

#[path = "conformance/generate.rs"]
mod generate;
#[path = "conformance/pyxform.rs"]
mod pyxform;

// The table of expressions is read by the same code as in the tests of `shared` itself.
pub use shared::{questionnaire, time};

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["xpath", file] => xpath(file),
        ["pyxform", python, cases] => match cases.parse() {
            Ok(cases) => pyxform(python, cases),
            Err(_) => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: conformance xpath FILE | conformance pyxform PYTHON CASES");
    ExitCode::FAILURE
}

fn pyxform(python: &str, cases: u64) -> ExitCode {
    match pyxform::hold(python, cases) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(report) => {
            println!("{report}");
            ExitCode::FAILURE
        }
    }
}

fn xpath(file: &str) -> ExitCode {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("cannot read {file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let report = match table::run(&text) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{file} is no table of expressions: {error}");
            return ExitCode::FAILURE;
        }
    };
    for difference in &report.differences {
        println!("differs: {difference}");
    }
    let passed = report.total - report.differences.len();
    let percent = 100.0 * passed as f64 / report.total.max(1) as f64;
    println!("passed {passed} of {} ({percent:.1} %)", report.total);
    if percent < 98.0 {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
