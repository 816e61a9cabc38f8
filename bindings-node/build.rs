//! Tells the linker that Node brings what the addon needs, and that equal functions need to be there but once.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    napi_build::setup();
    // The linker that Rust brings along for this target knows how; generic code repeats itself a lot.
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ARCH") == "x86_64" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--icf=all");
    }
}
