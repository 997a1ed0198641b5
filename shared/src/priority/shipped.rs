//! The method documents that come with the program.
//!
//! Always: each parses, and names its sources.
//! Never: changes a number of them; a kabupaten that wants another number saves a copy.

/// A method document and the name of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    pub file: &'static str,
    pub document: &'static str,
}

pub const IDM: Shipped = Shipped {
    file: "idm.toml",
    document: include_str!("../../data/methods/idm.toml"),
};

pub const DESMIGRATIF: Shipped = Shipped {
    file: "desmigratif.toml",
    document: include_str!("../../data/methods/desmigratif.toml"),
};

pub const POTENSI_TENUN: Shipped = Shipped {
    file: "potensi_tenun.toml",
    document: include_str!("../../data/methods/potensi_tenun.toml"),
};

pub const POTENSI_GERABAH: Shipped = Shipped {
    file: "potensi_gerabah.toml",
    document: include_str!("../../data/methods/potensi_gerabah.toml"),
};

pub const POTENSI_TANAMAN: Shipped = Shipped {
    file: "potensi_tanaman.toml",
    document: include_str!("../../data/methods/potensi_tanaman.toml"),
};

/// All of them, in the order of a list on screen.
pub const SHIPPED: [Shipped; 5] = [
    IDM,
    DESMIGRATIF,
    POTENSI_TENUN,
    POTENSI_GERABAH,
    POTENSI_TANAMAN,
];
