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

pub const KTM: Shipped = Shipped {
    file: "ktm.toml",
    document: include_str!("../../data/methods/ktm.toml"),
};

pub const DESA_PERCONTOHAN: Shipped = Shipped {
    file: "desa_percontohan.toml",
    document: include_str!("../../data/methods/desa_percontohan.toml"),
};

pub const MITRA_IKN: Shipped = Shipped {
    file: "mitra_ikn.toml",
    document: include_str!("../../data/methods/mitra_ikn.toml"),
};

/// All of them, in the order of a list on screen.
pub const SHIPPED: [Shipped; 8] = [
    IDM,
    DESMIGRATIF,
    KTM,
    DESA_PERCONTOHAN,
    MITRA_IKN,
    POTENSI_TENUN,
    POTENSI_GERABAH,
    POTENSI_TANAMAN,
];
