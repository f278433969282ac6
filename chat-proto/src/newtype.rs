//! The one macro behind every string that is parsed at the edge and stays valid.

/// The pattern that the schema gives for a string without a stricter one.
pub(crate) const NO_NUL: &str = "^[^\\u0000]*$";

/// Declares a string type with a `parse` that both ends share; it shows itself to nobody: see
/// [`string_type`] for those that do.
///
/// `check` gets the candidate and returns it, or the reason why it is refused: a sentence's end,
/// read after the field's name ("is empty"). U+0000 is refused by all of them, since PostgreSQL
/// aborts a whole batch on it and SQLite's JSON functions cut the text there in silence. The schema
/// tells lengths in characters, as JSON Schema counts them, and a `pattern` where there is one.
macro_rules! secret_type {
    ($(#[doc = $doc:literal])* $name:ident, min: $min:expr, max: $max:expr, $(pattern: $pattern:literal,)? check: $check:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(type = "string")]
        pub struct $name(Box<str>);

        impl $name {
            /// Parses the text.
            ///
            /// # Errors
            /// The reason, as the end of a sentence that begins with the field's name.
            pub fn parse(text: impl Into<String>) -> Result<Self, String> {
                let text: String = text.into();
                if text.contains('\0') {
                    return Err("holds the character U+0000, which nothing can store".to_owned());
                }
                let check: fn(String) -> Result<String, String> = $check;
                check(text).map(|text| Self(text.into_boxed_str()))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0.into_string()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // By hand: schemars drops length limits on types that deserialize through `try_from`.
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let (min, max): (usize, usize) = ($min, $max);
                let pattern = [$($pattern,)? crate::newtype::NO_NUL][0];
                let description = concat!($($doc, "\n"),*).trim();
                schemars::json_schema!({ "type": "string", "description": description, "minLength": min, "maxLength": max, "pattern": pattern })
            }
        }
    };
}

/// A [`secret_type`] that is no secret: it has `Display` and `Debug`.
macro_rules! string_type {
    ($(#[doc = $doc:literal])* $name:ident, min: $min:expr, max: $max:expr, $(pattern: $pattern:literal,)? check: $check:expr) => {
        crate::newtype::secret_type!($(#[doc = $doc])* $name, min: $min, max: $max, $(pattern: $pattern,)? check: $check);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

/// Declares an opaque id: 1 to [`limits::ID`](crate::limits::ID) visible ASCII characters.
macro_rules! id_type {
    ($(#[doc = $doc:literal])* $name:ident) => {
        crate::newtype::string_type!($(#[doc = $doc])* $name, min: 1, max: crate::limits::ID, pattern: "^[!-~]*$", check: |text| {
            if text.is_empty() {
                return Err("is empty".to_owned());
            }
            if text.len() > crate::limits::ID {
                return Err(format!("is {} bytes long; at most {} are allowed", text.len(), crate::limits::ID));
            }
            if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err("holds a character that is not visible ASCII".to_owned());
            }
            Ok(text)
        });
    };
}

pub(crate) use {id_type, secret_type, string_type};
