//! `cargo xtask shot`: a picture of one view of the running page.

use std::{path::PathBuf, time::Duration};

use xtask::{
    args::{Args, Command, Opt},
    failure::{Failure, OrFail, Result},
    steps,
};

use crate::{
    browser::{Driver, Look, Theme},
    runtime::block_on,
    site::{Hosting, Site},
};

pub(crate) const COMMAND: Command = Command {
    name: "shot",
    about: "Takes a picture of a view, named by its fragment: '#/localhost:5000'. The page is the \
            running one of cargo xtask explore, or the folder of --dist.",
    argument: Some("FRAGMENT"),
    options: &[
        Opt {
            name: "--site",
            value: Some("URL"),
            about: "the running page [http://127.0.0.1:8080]",
        },
        Opt { name: "--dist", value: Some("DIR"), about: "serve this folder instead" },
        Opt { name: "--width", value: Some("PX"), about: "width of the page [1280]" },
        Opt { name: "--height", value: Some("PX"), about: "height of the page [900]" },
        Opt { name: "--theme", value: Some("NAME"), about: "light or dark [light]" },
        Opt { name: "--full", value: None, about: "the whole page, not only its first screen" },
        Opt { name: "--text", value: None, about: "also print the page's text" },
        Opt { name: "--out", value: Some("FILE"), about: "where to write [target/shot.png]" },
    ],
    own_options: None,
    run: |args| block_on(shot(args)),
};

async fn shot(args: &Args) -> Result<()> {
    let (_site, origin) = place(args).await?;
    let driver = Driver::start().await?;
    let page = driver.open(look(args)?).await?;
    let fragment = args.argument().unwrap_or("#/");
    page.goto(&format!("{origin}/{fragment}")).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    page.settle().await?;
    if args.has("--text") {
        println!("{}", page.text().await?);
    }
    let picture = page.screenshot(args.has("--full")).await?;
    report("refused by the policy", &page.violations().await?);
    report("on the console", &page.console_errors().await?);
    page.close().await?;
    write(args, &picture)
}

/// The folder that is served for this picture, if any, and where the page is.
async fn place(args: &Args) -> Result<(Option<Site>, String)> {
    match args.get("--dist") {
        Some(dist) => {
            let site = Site::start(&PathBuf::from(dist), &Hosting::default()).await?;
            let origin = site.origin();
            Ok((Some(site), origin))
        }
        None => {
            let site = args.get("--site").unwrap_or("http://127.0.0.1:8080");
            Ok((None, site.trim_end_matches('/').to_owned()))
        }
    }
}

fn look(args: &Args) -> Result<Look> {
    let theme = match args.get("--theme").unwrap_or("light") {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        other => return Err(Failure::new(format!("no theme {other}"), "give light or dark")),
    };
    Ok(Look {
        width: args.number("--width", Look::default().width)?,
        height: args.number("--height", Look::default().height)?,
        theme,
    })
}

fn report(what: &str, lines: &[String]) {
    for line in lines {
        eprintln!("{what}: {line}");
    }
}

fn write(args: &Args, picture: &[u8]) -> Result<()> {
    let file =
        args.get("--out").map_or_else(|| steps::root().join("target/shot.png"), PathBuf::from);
    std::fs::write(&file, picture).or_fail(file.display(), "give another file with --out")?;
    println!("{}", file.display());
    Ok(())
}
