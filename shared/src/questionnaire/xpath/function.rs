//! The names of functions and how many arguments each takes.
//!
//! Always: one line per function; the table here is the list of what is supported.
//! Never: evaluates.

use serde::{Deserialize, Serialize};

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:literal;)*) => {
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
    Abs "abs" 1 1;
    Acos "acos" 1 1;
    Area "area" 1 1;
    Asin "asin" 1 1;
    Atan "atan" 1 1;
    Atan2 "atan2" 2 2;
    Base64Decode "base64-decode" 1 1;
    Boolean "boolean" 1 1;
    BooleanFromString "boolean-from-string" 1 1;
    Ceiling "ceiling" 1 1;
    Checklist "checklist" 2 255;
    Coalesce "coalesce" 1 255;
    Concat "concat" 0 255;
    Contains "contains" 2 2;
    Cos "cos" 1 1;
    Count "count" 1 1;
    CountNonEmpty "count-non-empty" 1 1;
    CountSelected "count-selected" 1 1;
    Current "current" 0 0;
    Date "date" 1 1;
    DateTime "date-time" 1 1;
    DecimalDateTime "decimal-date-time" 1 1;
    DecimalTime "decimal-time" 1 1;
    Distance "distance" 1 255;
    EndsWith "ends-with" 2 2;
    Exp "exp" 1 1;
    Exp10 "exp10" 1 1;
    False "false" 0 0;
    Floor "floor" 1 1;
    FormatDate "format-date" 2 2;
    FormatDateTime "format-date-time" 2 2;
    Id "id" 1 1;
    If "if" 3 3;
    IndexedRepeat "indexed-repeat" 3 7;
    Instance "instance" 1 1;
    Int "int" 1 1;
    ItemLabel "jr:choice-name" 2 2;
    Join "join" 1 255;
    Last "last" 0 0;
    LocalName "local-name" 0 1;
    Log "log" 1 1;
    Log10 "log10" 1 1;
    Max "max" 1 255;
    Min "min" 1 255;
    Name "name" 0 1;
    NamespaceUri "namespace-uri" 0 1;
    NormalizeSpace "normalize-space" 0 1;
    Not "not" 1 1;
    Now "now" 0 0;
    Number "number" 0 1;
    Once "once" 1 1;
    Pi "pi" 0 0;
    Position "position" 0 1;
    Pow "pow" 2 2;
    Pulldata "pulldata" 4 4;
    Randomize "randomize" 1 2;
    Regex "regex" 2 2;
    Round "round" 1 2;
    Selected "selected" 2 2;
    SelectedAt "selected-at" 2 2;
    Sin "sin" 1 1;
    Sqrt "sqrt" 1 1;
    StartsWith "starts-with" 2 2;
    State "lumbung:state" 1 1;
    String "string" 0 1;
    StringLength "string-length" 0 1;
    Substr "substr" 2 3;
    Substring "substring" 2 3;
    SubstringAfter "substring-after" 2 2;
    SubstringBefore "substring-before" 2 2;
    Sum "sum" 1 1;
    Tan "tan" 1 1;
    Today "today" 0 0;
    Translate "translate" 3 3;
    True "true" 0 0;
    Version "version" 0 0;
    WeightedChecklist "weighted-checklist" 4 255;
}
