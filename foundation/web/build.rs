//! Fails early, and says what to do, where the assets have not been built.

fn main() {
    println!("cargo::rerun-if-changed=assets/manifest.json");
    println!("cargo::rerun-if-changed=templates");
    if !std::path::Path::new("assets/manifest.json").exists() {
        println!(
            "cargo::error=the page kit's assets are missing: run `make assets` at the root of the project (or `npm ci && npm run build` in foundation/web)"
        );
    }
}
