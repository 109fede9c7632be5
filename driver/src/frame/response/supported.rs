//! SUPPORTED: what the server can do.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, Why, put_short, put_string, put_string_list};

/// Answers OPTIONS: option names, and the values that the server accepts or states for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supported {
    /// In the order in which they came.
    pub options: Vec<(String, Vec<String>)>,
}

/// More than any server has to say: empty values take twelve times their length on the wire.
const MAX_VALUES: usize = 65_535;

impl Supported {
    /// SUPPORTED
    pub const OPCODE: Opcode = Opcode::Supported;

    /// The values of an option.
    pub fn values(&self, name: &str) -> Option<&[String]> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, values)| values.as_slice())
    }

    /// The first value of an option.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name)?.first().map(String::as_str)
    }

    /// Appends its body.
    ///
    /// # Errors
    /// If a text is longer than 65,535 bytes, or a list than 65,535 texts.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        let length = self.options.len();
        let field = "options";
        put_short(
            out,
            u16::try_from(length).map_err(|_| TooLong { field, length })?,
        );
        for (name, values) in &self.options {
            put_string(out, name, "option")?;
            put_string_list(out, values, "option values")?;
        }
        Ok(())
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[string multimap]`.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut all = 0;
        let options = (0..reader.short("option count")?)
            .map(|_| {
                let name = reader.string("option")?.to_owned();
                let values = reader.string_list("option values")?;
                all += values.len();
                if all > MAX_VALUES {
                    return Err(reader.malformed("option values", Why::Length));
                }
                Ok((name, values.into_iter().map(str::to_owned).collect()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Supported { options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::Response;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        let supported = Supported {
            options: vec![
                ("A".to_owned(), owned(&["1", "2"])),
                ("B".to_owned(), owned(&[])),
            ],
        };
        assert_eq!(supported.first("A"), Some("1"));
        assert_eq!(supported.values("B"), Some(&[][..]));
        assert_eq!(supported.first("B"), None);
        assert_eq!(supported.values("C"), None);
        check::response(
            &Features::default(),
            &Response::Supported(supported),
            "0002 0001 41 0002 0001 31 0001 32 0001 42 0000",
        );
    }
}
