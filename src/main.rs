//! The page: mounts the application in the shell that `index.html` has painted already.

fn main() {
    #[cfg(target_arch = "wasm32")]
    porthole::ui::start();
}
