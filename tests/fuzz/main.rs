//! Input by chance against every reader of what people and networks send.
//!
//! Always: a number of cases from a fixed seed, the same each time; `cargo xtask fuzz` runs the same
//! code for minutes from a new seed. Former findings lie in `corpus/` and are run first.
//! Never: ends with success when a case panicked, took more memory, stack or time than a phone has.

mod bundle;
mod engine;
mod interview;
mod limits;
mod memory;
mod mutate;
mod priority;
mod targets;
mod zip;

/// One target as one test, below its name, so that `cargo xtask fuzz NAME` finds it.
macro_rules! target {
    ($name:ident, $target:ident, $rule:ident) => {
        mod $name {
            #[test]
            fn $rule() {
                crate::engine::fuzz(&crate::targets::Target::$target);
            }
        }
    };
}

target!(expression, EXPRESSION, is_read_and_computed_or_refused);
target!(pattern, PATTERN, is_compiled_and_matched_or_refused);
target!(sheets, SHEETS, are_imported_and_answered_or_refused);
target!(choices, CHOICES, are_read_and_chosen_from_or_refused);
target!(xform, XFORM, is_imported_and_answered_or_refused);
target!(workbook, WORKBOOK, is_read_and_imported_or_refused);
target!(compiled, COMPILED, is_safe_to_answer_or_refused);
target!(json, JSON, is_read_as_others_read_it_or_refused);
target!(message, MESSAGE, is_read_and_unpacked_or_refused);
target!(bundle_file, BUNDLE, is_opened_or_refused);
target!(method, METHOD, ranks_villages_or_is_refused);
target!(rank_table, RANK_TABLE, is_ranked_or_refused);
target!(capacity_table, CAPACITY_TABLE, is_compared_or_refused);
target!(record, RECORD, computes_again_or_is_refused);
