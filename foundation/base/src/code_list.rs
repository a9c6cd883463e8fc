//! Short lists of codes, each an enum: what is stored, what pages say, what else there is to know.

/// An enum of codes with `ALL`, `code`, `Display` and `FromStr`; with `words` and `more` where the list has them. One form for a list:
///
/// ```
/// base::code_list! {
///     /// How somebody was reached.
///     How {
///         /// In person.
///         FaceToFace => "face_to_face", "Face to face";
///         /// By telephone.
///         Phone => "phone", "By phone";
///     }
/// }
/// assert_eq!("phone".parse(), Ok(How::Phone));
/// assert_eq!(How::Phone.words(), "By phone");
/// assert_eq!("fax".parse::<How>().unwrap_err().to_string(), "how must be one of: face_to_face phone");
/// ```
#[macro_export]
macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident => $code:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $case,)* }

        #[allow(dead_code, reason = "not every list is used in every way")]
        impl $name {
            /// Every one, in the order in which pages show them.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// The code that is stored and that policies name.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$case => $code,)* }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownCode;
            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::UnknownCode> {
                match text {
                    $($code => Ok(Self::$case),)*
                    _ => Err($crate::UnknownCode::of(stringify!($name), concat!($($code, " ",)*))),
                }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident => $code:literal, $words:literal;)* }) => {
        $crate::code_list! { $(#[$doc])* $name { $($(#[$of])* $case => $code;)* } }

        impl $name {
            /// Its words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$case => $words,)* }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident => $code:literal, $words:literal, $more:literal;)* }) => {
        $crate::code_list! { $(#[$doc])* $name { $($(#[$of])* $case => $code, $words;)* } }

        #[allow(dead_code, reason = "not every list has more to say")]
        impl $name {
            /// What else to know or do.
            #[must_use]
            pub fn more(self) -> &'static str {
                match self { $(Self::$case => $more,)* }
            }
        }
    };
}
