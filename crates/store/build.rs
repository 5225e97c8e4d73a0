//! Says that the embedded migrations are part of this crate: a new folder there must compile it again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
