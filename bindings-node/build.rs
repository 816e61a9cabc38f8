//! Tells the linker that Node brings what the addon needs.

fn main() {
    napi_build::setup();
}
