//! Messages between the page and the engine as bytes. Both sides are of one build, so a message has no
//! names and no versions: serde lists the fields of each type once, and postcard writes them.

use serde::{Serialize, de::DeserializeOwned};

/// Writes a message.
pub fn to_bytes<T: Serialize>(message: &T) -> Vec<u8> {
    // Only a list that does not know its own length cannot be written, and no message has one.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads a message. Returns `None` if the bytes are something else, or more than one message.
///
/// No memory is reserved because the bytes claim a length: a list that claims more items than there are
/// bytes left starts without room, and ends where the bytes end.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (message, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(message)
}

/// Reads and writes bytes in one go, for `#[serde(with = "…")]`. Without it they pass one by one.
pub(crate) mod in_one_go {
    use std::fmt;

    use serde::{
        Deserializer, Serializer,
        de::{Error, Visitor},
    };

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_byte_buf(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Message {
        number: u64,
        text: Option<String>,
        #[serde(with = "in_one_go")]
        content: Vec<u8>,
        list: Vec<[u64; 8]>,
    }

    #[test]
    fn messages_come_back_as_they_were_written_and_no_part_of_one_is_a_message() {
        let text = Some("größe".to_owned());
        let message = Message { number: 300, text, content: vec![0, 255], list: vec![[7; 8]] };
        let bytes = to_bytes(&message);
        assert_eq!(from_bytes(&bytes), Some(message));
        for end in 0..bytes.len() {
            assert_eq!(from_bytes::<Message>(bytes.get(..end).unwrap()), None);
        }
        assert_eq!(from_bytes::<Message>(&[bytes, vec![0]].concat()), None, "more than a message");
    }

    #[test]
    fn a_lying_length_is_refused_without_room_for_it() {
        let lying = [0xff, 0xff, 0xff, 0xff, 0x0f, 1];
        assert_eq!(from_bytes::<Vec<u8>>(&lying), None);
        assert_eq!(from_bytes::<Vec<[u64; 8]>>(&lying), None);
        assert_eq!(from_bytes::<Vec<Vec<String>>>(&lying), None);
        assert_eq!(from_bytes::<String>(&lying), None);
    }
}
