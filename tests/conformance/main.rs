//! What we read and write against programs of others: sheets by chance against pyxform, the reference for XLSForm;
//! files of a ranking against readers of each format.
//!
//! Always: the same sheets each time; the code is that of `cargo xtask conformance pyxform`.
//! Never: passes where one of them is missing; `cargo xtask setup` installs them.

mod exports;
#[path = "../../shared/examples/conformance/generate.rs"]
mod generate;
#[path = "../../shared/examples/conformance/pyxform.rs"]
mod pyxform;

use tests::harness::workspace;

const CASES: u64 = 150;

#[test]
fn generated_sheets_mean_to_us_what_they_mean_to_pyxform() {
    let python = workspace().join("target/pyxform/bin/python");
    assert!(
        python.exists(),
        "pyxform is not installed; run `cargo xtask setup`, which needs python3 with venv"
    );
    let report = pyxform::hold(&python.to_string_lossy(), CASES);
    println!(
        "{}",
        report.unwrap_or_else(|differences| panic!("{differences}"))
    );
}
