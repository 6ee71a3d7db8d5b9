//! A module in parts: what starts, and what is loaded when it is first needed. The compiler makes one
//! module; functions marked with `wasm_split` in our code are the only ways from one part into another,
//! so what only they reach becomes a file of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use wasm_encoder::reencode::{Error, Reencode};
use xtask::{
    failure::{Failure, OrFail, Result},
    steps::{root, run},
};

use crate::digest::{integrity, short};

const NEXT: &str = "build the page again; if it stays, the versions of wasm_split_cli_support and \
                    wasm-bindgen in Cargo.lock do not go together";

/// A module with its script and the parts that the script loads.
pub(crate) struct Parts {
    /// The script, which starts the module and loads the rest.
    pub(crate) script: String,
    /// The module that is loaded at the start.
    pub(crate) module: Vec<u8>,
    /// The parts that are loaded later. The name of each changes with its bytes.
    pub(crate) later: Vec<Part>,
}

/// A part that is loaded later.
pub(crate) struct Part {
    /// The name of its file.
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
}

/// Parts what cargo made of a program in a profile.
///
/// # Errors
/// When the module is not there or has no relocations, or a tool fails.
pub(crate) fn part(program: &str, profile: &str) -> Result<Parts> {
    let input =
        target().join("wasm32-unknown-unknown").join(profile).join(format!("{program}.wasm"));
    let input = std::fs::read(&input).or_fail(input.display(), NEXT)?;
    let folder = root().join("target/parts").join(program);
    let _ = std::fs::remove_dir_all(&folder);
    let files = split(&input, program, &folder)?;
    bind(program, &folder)?;
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).or_fail(path.display(), NEXT)
    };
    let script = String::from_utf8_lossy(&read(&format!("{program}.js"))?).into_owned();
    let loader = String::from_utf8_lossy(&read(LOADER)?).into_owned();
    let module = read(&format!("{program}_bg.wasm"))?;
    let mut later = Vec::new();
    let mut loader = loader;
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = compact(&read(&name)?)?;
        let part = Part { file: named(program, &name, &bytes), bytes };
        loader = checked(&loader, &name, &part)?;
        later.push(part);
    }
    Ok(Parts { script: joined(&script, &loader)?, module, later })
}

/// The loader's file while the parts are made: it ends up in the script.
const LOADER: &str = "parts.js";

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Writes the parts as they come, and names those that are loaded later.
fn split(input: &[u8], program: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let (main, script) = (folder.join(format!("{program}.wasm")), format!("./{program}.js"));
    let loader = format!("./{LOADER}");
    let mut options = wasm_split_cli_support::Options::new(input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &loader;
    options.main_module = &script;
    options.emit_dwarf = false;
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| Failure::new(format!("{program} cannot be parted: {error:#}"), NEXT))?;
    Ok(split.split_modules)
}

/// Calls wasm-bindgen on what starts: Trunk has done so on the whole.
fn bind(program: &str, folder: &Path) -> Result<()> {
    let mut command = Command::new("wasm-bindgen");
    command.args(["--target", "web", "--no-typescript", "--keep-lld-exports"]);
    command.args(["--remove-name-section", "--remove-producers-section", "--out-name", program]);
    command.arg("--out-dir").arg(folder).arg(folder.join(format!("{program}.wasm")));
    run(&mut command, NEXT)
}

/// The same module without names of functions, and with numbers as short as they can be: the linker left
/// room in each that it could have changed.
fn compact(module: &[u8]) -> Result<Vec<u8>> {
    let mut short = wasm_encoder::Module::new();
    Unnamed
        .parse_core_module(&mut short, wasmparser::Parser::new(0), module)
        .map_err(|error| Failure::new(format!("a part cannot be read: {error}"), NEXT))?;
    Ok(short.finish())
}

struct Unnamed;

impl Reencode for Unnamed {
    type Error = std::convert::Infallible;

    fn parse_custom_section(
        &mut self,
        _module: &mut wasm_encoder::Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> std::result::Result<(), Error> {
        Ok(())
    }
}

/// The beginning of the digest in the name: a cache that keeps a file for ever keeps that file.
fn named(program: &str, split: &str, bytes: &[u8]) -> String {
    let part = split.trim_start_matches("split_").trim_end_matches(".wasm");
    format!("{program}-{part}-{}.wasm", short(bytes))
}

/// The loader, taking a part by its name and digest: other bytes do not start. They are compiled from
/// memory, because a host that does not know `.wasm` says so of its type.
fn checked(loader: &str, name: &str, part: &Part) -> Result<String> {
    let digest = integrity(&part.bytes);
    let (plain, file) = (format!("new URL(\"./{name}\", import.meta.url)"), &part.file);
    let by_digest = format!(
        "new URL(\"./{file}\", globalThis.portholeBase ?? import.meta.url), \
         {{ integrity: \"{digest}\", credentials: \"same-origin\" }}"
    );
    replaced(loader, &plain, &by_digest)
}

/// One script of two modules that import each other.
fn joined(script: &str, loader: &str) -> Result<String> {
    let streaming = "WebAssembly.instantiateStreaming(src, imports)";
    let bytes = "WebAssembly.instantiate(await (await src).arrayBuffer(), imports)";
    let loader = if loader.contains(streaming) {
        replaced(loader, streaming, bytes)?
    } else {
        loader.to_owned()
    };
    let import =
        script.lines().find(|line| line.starts_with("import * as") && line.contains(LOADER));
    let Some(import) = import else { return Ok(script.to_owned()) };
    let name = import.split_whitespace().nth(3).unwrap_or_default();
    let exports: Vec<&str> = loader
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.split_whitespace().next())
        .collect();
    let exported = format!("const {name} = {{ {} }};", exports.join(", "));
    let script = replaced(script, import, "")?;
    let own: Vec<&str> = loader.lines().filter(|line| !line.starts_with("import ")).collect();
    Ok(format!("{}\n{exported}\n{script}", own.join("\n").replace("export const", "const")))
}

fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    let found = text.contains(old).then_some(());
    found.or_fail(format!("the loader of parts does not say: {old}"), NEXT)?;
    Ok(text.replace(old, new))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const SCRIPT: &str =
        "import * as import1 from \"./parts.js\"\nexport function initSync() {}\nuse(import1);";
    const LOADED: &str = "import { initSync } from \"./porthole.js\";\n\
        export const __wasm_split_load_explorer = make(() => {\n\
        const src = fetch(new URL(\"./split_explorer.wasm\", import.meta.url));\n\
        return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n});";

    #[test]
    fn a_part_is_loaded_by_its_digest() {
        let part = Part { file: "porthole-explorer-1.wasm".into(), bytes: b"bytes".into() };
        let loader = checked(LOADED, "split_explorer.wasm", &part).unwrap();
        assert!(
            loader.contains("./porthole-explorer-1.wasm") && !loader.contains("split_explorer")
        );
        assert!(loader.contains(&integrity(b"bytes")));
        let other = checked("fetch(elsewhere)", "split_explorer.wasm", &part);
        assert!(other.is_err(), "a loader that is written in another way is not let through");
    }

    #[test]
    fn the_script_imports_nothing() {
        let joined = joined(SCRIPT, LOADED).unwrap();
        assert!(!joined.lines().any(|line| line.starts_with("import ")), "{joined}");
        assert!(joined.contains("const import1 = { __wasm_split_load_explorer };"), "{joined}");
        assert!(!joined.contains("instantiateStreaming"), "{joined}");
        assert_eq!(super::joined("alone", "").unwrap(), "alone", "a module without parts");
    }

    #[test]
    fn a_part_keeps_its_code_and_loses_its_names() {
        use wasm_encoder::{
            CodeSection, CustomSection, Function, FunctionSection, Module, TypeSection,
        };
        let (mut types, mut functions, mut code) =
            (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        functions.function(0);
        let mut body = Function::new([]);
        body.instructions().i32_const(1).drop().end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        let plain = module.as_slice().to_vec();
        module.section(&CustomSection { name: "name".into(), data: (&b"secret"[..]).into() });
        assert_eq!(compact(module.as_slice()).unwrap(), plain);
        assert!(compact(b"no module").is_err());
    }
}
