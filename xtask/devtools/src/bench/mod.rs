//! `cargo xtask bench`: the byte work of the engine in headless Chromium, each figure a ratio to
//! something else that is measured in the same run, in turn with it. Prints the goals of
//! `performance.md` with what was measured, met or not; fails only where it cannot measure.

mod data;
mod goals;
mod memory;
mod server;

use std::{
    path::{Path, PathBuf},
    process::Command as Program,
    time::{Duration, Instant},
};

use xtask::{
    args::{Args, Command, Opt},
    failure::{Failure, OrFail, Result},
    report::{Report, Step},
    steps::{cargo, root},
};

use crate::{
    browser::{Driver, Look, Page},
    runtime::block_on,
};

pub(crate) const COMMAND: Command = Command {
    name: "bench",
    about: "Measures hashing, fetching, decompressing and memory in a browser, against goals.",
    argument: None,
    options: &[
        Opt {
            name: "--only",
            value: Some("NAMES"),
            about: "some of: hashing,fetching,inflating,listing,opening,growing",
        },
        Opt {
            name: "--debug",
            value: None,
            about: "with the code as cargo test has it: quick to build, and no figure counts",
        },
    ],
    own_options: None,
    run: bench,
};

/// The packages of npm that the engine is compared with.
const PACKAGES: [&str; 3] = ["hash-wasm@4.12.0", "pako@2.1.0", "fzstd@0.1.1"];

/// Files of these packages, and their names on the page.
const MODULES: [(&str, &str); 3] = [
    ("hash-wasm/dist/index.esm.min.js", "hash-wasm.js"),
    ("pako/dist/pako.esm.mjs", "pako.js"),
    ("fzstd/esm/index.mjs", "fzstd.js"),
];

/// The page's own files.
const PAGE: [(&str, &str); 4] = [
    ("index.html", include_str!("page/index.html")),
    ("bench.js", include_str!("page/bench.js")),
    ("engine.js", include_str!("page/engine.js")),
    ("drain.js", include_str!("page/drain.js")),
];

/// The longest that all of it takes.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

fn bench(args: &Args) -> Result<()> {
    let folder = root().join("target/bench/site");
    let next = "check that target/ can be written";
    std::fs::create_dir_all(&folder).or_fail(folder.display(), next)?;
    let mut report = Report::start("bench")?;
    report.step("compile the code to measure", Duration::from_secs(90), |step| {
        compile(step, &folder, args.has("--debug"))
    })?;
    report.step("fetch the packages to compare with", Duration::from_secs(5), |step| {
        others(step, &folder)
    })?;
    for (name, text) in PAGE {
        std::fs::write(folder.join(name), text).or_fail(name, next)?;
    }
    report.step("make layers and blobs", Duration::from_secs(20), |_| data::write(&folder))?;
    let results = report.step("measure in Chromium", Duration::from_secs(240), |step| {
        block_on(measure(step, &folder, args.get("--only")))
    })?;
    println!("\n{}", goals::table(&results));
    Ok(())
}

/// Compiles `examples/bench_in_browser.rs` as the engine is compiled.
fn compile(step: &mut Step, folder: &Path, debug: bool) -> Result<()> {
    let profile = if debug { "dev" } else { "engine" };
    let mut build = cargo();
    build.args(["build", "--locked", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    build.args(["--features", "engine", "--example", "bench_in_browser"]);
    step.run(&mut build, "mend what the compiler found")?;
    let built = if debug { "debug" } else { "engine" };
    let wasm = format!("target/wasm32-unknown-unknown/{built}/examples/bench_in_browser.wasm");
    let mut bindgen = Program::new("wasm-bindgen");
    bindgen.current_dir(root());
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(folder).arg(wasm);
    step.run(&mut bindgen, "this is a fault of xtask itself")
}

fn others(step: &mut Step, folder: &Path) -> Result<()> {
    let home = root().join("target/bench/npm");
    let next = "check the network and npm's registry setting";
    let source = |file: &str| -> PathBuf { home.join("node_modules").join(file) };
    if !MODULES.iter().all(|(file, _)| source(file).is_file()) {
        std::fs::create_dir_all(&home).or_fail(home.display(), next)?;
        let mut npm = Program::new("npm");
        npm.current_dir(&home).args(["install", "--no-audit", "--no-fund", "--silent"]);
        npm.args(["--ignore-scripts", "--prefix", "."]).args(PACKAGES);
        step.run(&mut npm, next)?;
    }
    for (file, name) in MODULES {
        std::fs::copy(source(file), folder.join(name)).or_fail(file, next)?;
    }
    Ok(())
}

/// Opens the page and waits for its results.
async fn measure(
    step: &mut Step<'_>,
    folder: &Path,
    only: Option<&str>,
) -> Result<Vec<goals::Measured>> {
    let server = server::start(folder).await?;
    let driver = Driver::start().await?;
    let page = driver.open(Look::default()).await?;
    let query = only.map(|names| format!("?only={names}")).unwrap_or_default();
    page.goto(&format!("{}{query}", server.origin)).await?;
    let results = wait(step, &page).await;
    page.close().await?;
    results
}

async fn wait(step: &mut Step<'_>, page: &Page) -> Result<Vec<goals::Measured>> {
    let start = Instant::now();
    let mut said = String::new();
    let mut watch = memory::Watch::start(page).await?;
    while start.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let state: String = page.script("return globalThis.state ?? ''").await?;
        match state.as_str() {
            "done" => {
                let results: Vec<goals::Measured> =
                    page.script("return globalThis.results").await?;
                return Ok(results.into_iter().chain(watch.grown()).collect());
            }
            failed if failed.starts_with("failed") => {
                return Err(Failure::new(failed, "look at xtask/devtools/src/bench/page/bench.js"));
            }
            state => {
                if state != said {
                    step.log(state);
                    state.clone_into(&mut said);
                }
                step.state(state);
                watch.look(page, state).await?;
            }
        }
    }
    Err(Failure::new(format!("{said} took too long"), "run it on a machine with less to do"))
}
