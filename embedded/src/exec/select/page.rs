//! Where a page ended, as bytes that a client gives back, to whichever node it asks next.

use scylla_orm_driver::token;
use scylla_orm_driver::wire::{self, Reader};

use crate::failure::Failure;
use crate::store::Key;

/// What the next page must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) place: Place,
    /// How many rows LIMIT still allows.
    pub(super) left: Option<u32>,
    /// How many rows of the last partition were shown, for PER PARTITION LIMIT.
    pub(super) of_partition: u32,
}

/// The last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) key: Key,
    /// Its clustering values; none if the whole partition was one row.
    pub(super) row: Option<Vec<Vec<u8>>>,
}

impl Page {
    /// The bytes, with a checksum before them.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &self.place.key.bytes);
        wire::put_long(&mut out, self.place.key.token);
        wire::put_long(&mut out, self.left.map_or(-1, i64::from));
        wire::put_long(&mut out, i64::from(self.of_partition));
        if let Some(row) = &self.place.row {
            wire::put_byte(&mut out, 1);
            row.iter().for_each(|value| put(&mut out, value));
        }
        [&checksum(&out)[..], &out].concat()
    }

    /// Reads what [`Page::encode`] wrote.
    ///
    /// # Errors
    /// Protocol, for all other bytes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Page, Failure> {
        let invalid = || Failure::protocol("Invalid value for the paging state");
        let (sum, body) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
        if *sum != checksum(body) {
            return Err(invalid());
        }
        read(body).ok_or_else(invalid)
    }
}

fn read(body: &[u8]) -> Option<Page> {
    let mut reader = Reader::new(body);
    let bytes = reader.bytes("key").ok()??.to_vec();
    let token = reader.long("token").ok()?;
    let left = u32::try_from(reader.long("limit").ok()?).ok();
    let of_partition = u32::try_from(reader.long("rows").ok()?).ok()?;
    let mut row = None;
    if !reader.rest().is_empty() {
        reader.byte("row").ok()?;
        let mut values = Vec::new();
        while !reader.rest().is_empty() {
            values.push(reader.bytes("value").ok()??.to_vec());
        }
        row = Some(values);
    }
    Some(Page {
        place: Place {
            key: Key { token, bytes },
            row,
        },
        left,
        of_partition,
    })
}

fn put(out: &mut Vec<u8>, value: &[u8]) {
    wire::put_sized(out, |out| out.extend_from_slice(value));
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    token::murmur3(bytes).0.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: Option<u32>, row: Option<Vec<Vec<u8>>>) {
        let page = Page {
            place: Place {
                key: Key::new(&[b"key"]),
                row,
            },
            left,
            of_partition: 3,
        };
        let bytes = page.encode();
        assert_eq!(Page::decode(&bytes), Ok(page));
        for at in 0..bytes.len() {
            assert!(Page::decode(&bytes[..at]).is_err());
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(Page::decode(&other).is_err());
        }
    }

    #[test]
    fn there_and_back_and_nothing_else() {
        check(None, None);
        check(Some(0), Some(Vec::new()));
        check(Some(7), Some(vec![b"a".to_vec(), Vec::new()]));
    }
}
