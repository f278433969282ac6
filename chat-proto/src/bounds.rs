//! Bounds of numbers and lists, checked while they are read; the strings' stand in their types.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The largest number of the wire: beyond it JavaScript's numbers have gaps.
pub(crate) const INTEGER: u64 = (1 << 53) - 1;

/// Reads a number up to [`INTEGER`].
pub(crate) fn integer<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(input)?;
    if number > INTEGER {
        return Err(D::Error::custom(format_args!("is {number}; at most {INTEGER} is allowed")));
    }
    Ok(number)
}

/// The same where there may be none.
pub(crate) fn optional_integer<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(input)? {
        Some(number) if number > INTEGER => Err(D::Error::custom(format_args!("is {number}; at most {INTEGER} is allowed"))),
        number => Ok(number),
    }
}

/// Reads a word of a newer server as the default, which is what everybody is and may: the server decides
/// in any case.
pub(crate) fn known_or_default<'de, T: serde::de::DeserializeOwned + Default, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
    let word = serde_json::Value::deserialize(input)?;
    Ok(serde_json::from_value(word).unwrap_or_default())
}

/// Reads a list of words, of which a newer server may know more: what is unknown is left out.
pub(crate) fn known<'de, T: serde::de::DeserializeOwned, D: Deserializer<'de>>(input: D) -> Result<Vec<T>, D::Error> {
    let words = Vec::<serde_json::Value>::deserialize(input)?;
    Ok(words.into_iter().filter_map(|word| serde_json::from_value(word).ok()).collect())
}

/// Reads an object, and nothing else: a list of its fields in order is none.
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    input.deserialize_map(Object(PhantomData))
}

/// Reads a number between two bounds, both allowed, where there may be none.
pub(crate) fn optional_range<'de, D: Deserializer<'de>>(input: D, min: u32, max: u32) -> Result<Option<u32>, D::Error> {
    match Option::<u64>::deserialize(input)? {
        Some(number) if number < min.into() || number > max.into() => {
            Err(D::Error::custom(format_args!("is {number}; {min} to {max} are allowed")))
        }
        number => Ok(number.map(|number| number as u32)),
    }
}

/// Reads a list of at most `MAX` items; the one after them ends it with an error.
pub(crate) fn list<'de, const MAX: usize, T: Deserialize<'de>, D: Deserializer<'de>>(input: D) -> Result<Vec<T>, D::Error> {
    struct Items<const MAX: usize, T>(PhantomData<T>);

    impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for Items<MAX, T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MAX}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while list.len() < MAX {
                match items.next_element()? {
                    Some(item) => list.push(item),
                    None => return Ok(list),
                }
            }
            match items.next_element::<serde::de::IgnoredAny>()? {
                None => Ok(list),
                Some(_) => Err(A::Error::custom(format_args!("holds too many; at most {MAX} are allowed"))),
            }
        }
    }

    input.deserialize_seq(Items::<MAX, T>(PhantomData))
}
