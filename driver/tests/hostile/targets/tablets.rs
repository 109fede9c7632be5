//! Tablets: what is read of a payload is written back to what is read again.

use scylla_orm_driver::frame::TabletRouting;
use scylla_orm_driver::frame::response::Tablet;

/// The value of a payload, in either form.
pub(crate) fn run(data: &[u8]) {
    for routing in [TabletRouting::V1, TabletRouting::V2] {
        let tablet = match Tablet::decode(data, routing) {
            Ok(tablet) => tablet,
            Err(malformed) => {
                let _ = malformed.to_string();
                continue;
            }
        };
        assert!(tablet.first < tablet.last);
        assert_eq!(tablet.version.is_some(), routing == TabletRouting::V2);
        let mut again = Vec::new();
        tablet.encode(&mut again);
        assert_eq!(Tablet::decode(&again, routing), Ok(tablet));
    }
}
