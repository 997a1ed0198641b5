//! The names of functions and how many arguments each takes.
//!
//! Always: one line per function; the table here is the list of what is supported.
//! Never: evaluates; changes the place of a function, because compiled forms hold it.

use serde::{Deserialize, Serialize};

/// What functions give, by which their evaluation is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A number from numbers.
    Arithmetic,
    /// A number from a text or from nodes.
    Measure,
    Truth,
    Text,
    Nodes,
    /// A date, or whatever the arguments are.
    Special,
}

macro_rules! functions {
    ($($class:ident $variant:ident $name:literal $least:literal $most:literal;)*) => {
        /// A function that expressions can call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Function { $($variant,)* }

        impl Function {
            /// All functions, as one writes them.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            pub fn named(name: &str) -> Option<Function> {
                match name {
                    $($name => Some(Function::$variant),)*
                    _ => None,
                }
            }

            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }

            /// The kind of its result.
            pub(super) fn class(self) -> Class {
                match self { $(Function::$variant => Class::$class,)* }
            }

            /// The least and the greatest number of arguments.
            pub fn arity(self) -> (usize, usize) {
                match self { $(Function::$variant => ($least, $most),)* }
            }
        }
    };
}

const MANY: usize = 255;

impl Function {
    pub fn takes(self, count: usize) -> bool {
        let (least, most) = self.arity();
        least <= count && (count <= most || MANY <= most)
    }

    /// Which arguments must be node-sets.
    #[cfg(feature = "authoring")]
    pub(super) fn wants_nodes(self, argument: usize) -> bool {
        match self {
            Function::Count
            | Function::Sum
            | Function::CountNonEmpty
            | Function::Randomize
            | Function::Position
            | Function::LocalName
            | Function::Name
            | Function::NamespaceUri
            | Function::IndexedRepeat => argument == 0,
            _ => false,
        }
    }
}

functions! {
    Arithmetic Abs "abs" 1 1;
    Arithmetic Acos "acos" 1 1;
    Measure Area "area" 1 1;
    Arithmetic Asin "asin" 1 1;
    Arithmetic Atan "atan" 1 1;
    Arithmetic Atan2 "atan2" 2 2;
    Text Base64Decode "base64-decode" 1 1;
    Truth Boolean "boolean" 1 1;
    Truth BooleanFromString "boolean-from-string" 1 1;
    Arithmetic Ceiling "ceiling" 1 1;
    Truth Checklist "checklist" 2 255;
    Text Coalesce "coalesce" 1 255;
    Text Concat "concat" 0 255;
    Truth Contains "contains" 2 2;
    Arithmetic Cos "cos" 1 1;
    Measure Count "count" 1 1;
    Measure CountNonEmpty "count-non-empty" 1 1;
    Measure CountSelected "count-selected" 1 1;
    Nodes Current "current" 0 0;
    Special Date "date" 1 1;
    Special DateTime "date-time" 1 1;
    Measure DecimalDateTime "decimal-date-time" 1 1;
    Measure DecimalTime "decimal-time" 1 1;
    Measure Distance "distance" 1 255;
    Truth EndsWith "ends-with" 2 2;
    Arithmetic Exp "exp" 1 1;
    Arithmetic Exp10 "exp10" 1 1;
    Truth False "false" 0 0;
    Arithmetic Floor "floor" 1 1;
    Text FormatDate "format-date" 2 2;
    Text FormatDateTime "format-date-time" 2 2;
    Nodes Id "id" 1 1;
    Special If "if" 3 3;
    Nodes IndexedRepeat "indexed-repeat" 3 7;
    Nodes Instance "instance" 1 1;
    Arithmetic Int "int" 1 1;
    Text ItemLabel "jr:choice-name" 2 2;
    Text Join "join" 1 255;
    Measure Last "last" 0 0;
    Text LocalName "local-name" 0 1;
    Arithmetic Log "log" 1 1;
    Arithmetic Log10 "log10" 1 1;
    Measure Max "max" 1 255;
    Measure Min "min" 1 255;
    Text Name "name" 0 1;
    Text NamespaceUri "namespace-uri" 0 1;
    Text NormalizeSpace "normalize-space" 0 1;
    Truth Not "not" 1 1;
    Special Now "now" 0 0;
    Arithmetic Number "number" 0 1;
    Special Once "once" 1 1;
    Arithmetic Pi "pi" 0 0;
    Measure Position "position" 0 1;
    Arithmetic Pow "pow" 2 2;
    Text Pulldata "pulldata" 4 4;
    Nodes Randomize "randomize" 1 2;
    Truth Regex "regex" 2 2;
    Arithmetic Round "round" 1 2;
    Truth Selected "selected" 2 2;
    Text SelectedAt "selected-at" 2 2;
    Arithmetic Sin "sin" 1 1;
    Arithmetic Sqrt "sqrt" 1 1;
    Truth StartsWith "starts-with" 2 2;
    Text State "lumbung:state" 1 1;
    Text String "string" 0 1;
    Measure StringLength "string-length" 0 1;
    Text Substr "substr" 2 3;
    Text Substring "substring" 2 3;
    Text SubstringAfter "substring-after" 2 2;
    Text SubstringBefore "substring-before" 2 2;
    Measure Sum "sum" 1 1;
    Arithmetic Tan "tan" 1 1;
    Special Today "today" 0 0;
    Text Translate "translate" 3 3;
    Truth True "true" 0 0;
    Text Version "version" 0 0;
    Truth WeightedChecklist "weighted-checklist" 4 255;
    // From here on appended: compiled forms hold the places of functions in this list.
    Text Digest "digest" 2 3;
    Truth Geofence "geofence" 2 2;
    Text Property "property" 1 1;
    Measure Random "random" 0 0;
    Text Uuid "uuid" 0 1;
    Text Itext "jr:itext" 1 1;
}
