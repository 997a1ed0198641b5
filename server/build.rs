//! Makes the build notice new web files.
//!
//! Always: succeeds, also where the web apps were not built yet.
//! Never: builds or downloads anything.

fn main() {
    let web = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/web");
    // A missing folder would fail the embedding; an empty one is served as "not built".
    if let Err(error) = std::fs::create_dir_all(&web) {
        println!("cargo::warning=cannot make {}: {error}", web.display());
    }
    println!("cargo::rerun-if-changed=../target/web");
}
