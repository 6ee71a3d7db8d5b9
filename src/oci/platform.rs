//! Platforms: the systems and processors for which images are made.

use std::{fmt, str::FromStr};

use super::{Issues, JsonCursor};
use crate::caps;

/// A platform as written in an index entry or a configuration. [`Platform::normalized`] unites the
/// spellings.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// Operating system, as Go's `GOOS`.
    pub os: String,
    /// Processor architecture, as Go's `GOARCH`.
    pub architecture: String,
    /// Variant of the architecture, such as `v8`.
    pub variant: Option<String>,
    /// Version of the operating system, used by Windows images.
    pub os_version: Option<String>,
    /// Features that the operating system must have, such as `win32k`.
    pub os_features: Vec<String>,
    /// Features of the processor, such as `sse4`: reserved in an entry of an index (image-spec
    /// image-index.md), and written by some tools.
    pub features: Vec<String>,
}

/// A text that is no platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformError(String);

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is not a platform (os/architecture/variant)", self.0)
    }
}

impl std::error::Error for PlatformError {}

const KNOWN: [&str; 6] = ["os", "architecture", "variant", "os.version", "os.features", "features"];

/// Operating systems that may stand alone in a selector. Any other single word is an architecture.
const SYSTEMS: [&str; 15] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "linux",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
];

impl Platform {
    /// Makes a platform of these parts. An empty variant is no variant.
    pub fn new(os: &str, architecture: &str, variant: &str) -> Self {
        Self {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            variant: Some(variant.to_owned()).filter(|variant| !variant.is_empty()),
            ..Self::default()
        }
    }

    /// Returns true if the platform names no system, as in BuildKit's attestation entries.
    pub fn is_unknown(&self) -> bool {
        let is_empty = |text: &str| text.is_empty() || text == "unknown";
        is_empty(&self.os) && is_empty(&self.architecture)
    }

    /// Returns the normal spelling of the platform (R148). It uses the names of containerd's
    /// platforms library, and `v8` for arm64 and `v7` for arm if no variant is given.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let variant = self.variant.as_deref().unwrap_or_default().to_ascii_lowercase();
        let (architecture, variant) =
            normal_machine(&self.architecture.to_ascii_lowercase(), variant);
        Self {
            os: normal_os(&self.os),
            variant: Some(variant).filter(|variant| !variant.is_empty()),
            architecture,
            ..self.clone()
        }
    }

    /// Returns true if each part that the requirement names is equal, and each feature that it
    /// names is present.
    pub fn satisfies(&self, required: &Self) -> bool {
        let same = |have: &str, want: &str| want.is_empty() || have == want;
        let same_option =
            |have: &Option<String>, want: &Option<String>| want.is_none() || have == want;
        same(&self.os, &required.os)
            && same(&self.architecture, &required.architecture)
            && same_option(&self.variant, &required.variant)
            && same_option(&self.os_version, &required.os_version)
            && required.os_features.iter().all(|feature| self.os_features.contains(feature))
    }

    /// Reads the platform of an index entry or a configuration.
    pub(super) fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Self {
        cursor.require(&["os", "architecture"], issues);
        let text =
            |key, issues: &mut Issues| cursor.short_text_of(key, caps::PLATFORM_TEXT, issues);
        Self {
            os: text("os", issues).unwrap_or_default(),
            architecture: text("architecture", issues).unwrap_or_default(),
            variant: text("variant", issues).filter(|variant| !variant.is_empty()),
            os_version: text("os.version", issues).filter(|version| !version.is_empty()),
            os_features: cursor.texts_of("os.features", issues),
            features: Vec::new(),
        }
    }

    /// Reads the platform of an index entry, which has no other members.
    pub(super) fn read_entry(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Option<Self> {
        if !cursor.is_object(issues) {
            return None;
        }
        cursor.check_case(&KNOWN, issues);
        Some(Self { features: cursor.texts_of("features", issues), ..Self::read(cursor, issues) })
    }
}

fn normal_os(os: &str) -> String {
    match os.to_ascii_lowercase().as_str() {
        "macos" => "darwin".to_owned(),
        os => os.to_owned(),
    }
}

fn normal_machine(architecture: &str, variant: String) -> (String, String) {
    let (architecture, variant) = match (architecture, variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", _) => return ("amd64".to_owned(), variant),
        ("aarch64" | "arm64", "" | "8" | "v8") => ("arm64", "v8"),
        ("aarch64", _) => return ("arm64".to_owned(), variant),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "5" | "6" | "8") => return ("arm".to_owned(), format!("v{variant}")),
        _ => return (architecture.to_owned(), variant),
    };
    (architecture.to_owned(), variant.to_owned())
}

impl FromStr for Platform {
    type Err = PlatformError;

    /// Parses a selector: `os[/architecture[/variant]]`, or an architecture alone. The names become
    /// those of [`Platform::normalized`]. `linux` and `amd64` stand in for missing parts. A missing
    /// variant stays missing, so that `linux/arm64` prints as it was typed.
    ///
    /// The version of the operating system stands in brackets after its name, with features behind
    /// `+` (containerd: `windows(10.0.17763+win32k)/amd64`), in brackets at the end, behind a colon
    /// (go-containerregistry: `windows/amd64:10.0.17763`), or as an argument (regclient:
    /// `windows/amd64,osver=10.0.17763`). `,features=` names features, between them `+`.
    fn from_str(text: &str) -> Result<Self, PlatformError> {
        parse(text).ok_or_else(|| PlatformError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Platform> {
    let mut arguments = text.split(',');
    let (text, mut details) = take_details(arguments.next()?)?;
    arguments.try_for_each(|argument| details.take_argument(argument))?;
    let parts: Vec<&str> = text.split('/').collect();
    if !parts.iter().all(|part| is_component(part)) {
        return None;
    }
    let (os, architecture, variant) = match *parts.as_slice() {
        [alone] if SYSTEMS.contains(&normal_os(alone).as_str()) => (alone, "amd64", ""),
        [alone] => ("linux", alone, ""),
        [os, architecture] => (os, architecture, ""),
        [os, architecture, variant] => (os, architecture, variant),
        _ => return None,
    };
    let normal = Platform::new(os, architecture, variant).normalized();
    // An alias such as `armel` implies a variant. The usual variant of a plain name is left out.
    let usual = matches!(normal.variant.as_deref(), Some("v7" | "v8")) && variant.is_empty();
    let variant = normal.variant.filter(|_| !usual);
    Some(Platform { variant, os_version: details.version, os_features: details.features, ..normal })
}

/// The parts of a selector beside its names.
#[derive(Default)]
struct Details {
    version: Option<String>,
    features: Vec<String>,
}

impl Details {
    /// Reads `version`, `version+feature` or `+feature`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('+');
        let version = parts.next().filter(|version| !version.is_empty());
        let features: Vec<String> = parts.map(str::to_owned).collect();
        // What parts a selector would be read otherwise when it is printed.
        let is_plain = |b: u8| b.is_ascii_graphic() && !b"()/,:".contains(&b);
        let printable = |part: &str| !part.is_empty() && part.bytes().all(is_plain);
        let is_sound = version.is_none_or(printable)
            && features.iter().all(|feature| printable(feature))
            && !text.is_empty();
        is_sound.then(|| Self { version: version.map(str::to_owned), features })
    }

    /// Reads an argument as regclient has it.
    fn take_argument(&mut self, argument: &str) -> Option<()> {
        let (key, value) = argument.split_once('=')?;
        match key.trim() {
            "osver" | "osversion" => self.version = Self::read(value.trim())?.version,
            "features" | "osfeatures" => {
                self.features.extend(Self::read(&format!("+{}", value.trim()))?.features);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Takes `(version)` or `:version` out of a selector.
fn take_details(text: &str) -> Option<(String, Details)> {
    if let Some((before, version)) = text.split_once(':') {
        return Some((before.to_owned(), Details::read(version)?));
    }
    let Some((before, rest)) = text.split_once('(') else {
        return Some((text.to_owned(), Details::default()));
    };
    let (version, after) = rest.split_once(')')?;
    let place_ok = after.starts_with('/') || (after.is_empty() && before.contains('/'));
    let details = Details::read(version).filter(|_| place_ok)?;
    Some((format!("{}{after}", before.trim_end()), details))
}

fn is_component(part: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    !part.is_empty() && part.bytes().all(allowed)
}

impl fmt::Display for Platform {
    /// Prints `os/architecture[/variant]`, and the version in brackets if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = &self.os_version {
            write!(f, " ({version})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod cap_tests {
    use super::*;
    use crate::oci::json;

    #[test]
    fn cap_platform_text_cuts() {
        let check = |length: usize, kept: usize, issues_told: usize| {
            let text = format!(r#"{{"os":"{}","architecture":"a"}}"#, "x".repeat(length));
            let parsed = json::parse(text.into());
            let mut issues = Issues::default();
            let platform = Platform::read(&JsonCursor::root(&parsed.value), &mut issues);
            assert_eq!((platform.os.len(), issues.into_vec().len()), (kept, issues_told));
        };
        check(caps::PLATFORM_TEXT, caps::PLATFORM_TEXT, 0);
        check(caps::PLATFORM_TEXT + 1, caps::PLATFORM_TEXT, 1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn r148_all_spellings_become_one() {
        let check = |os: &str, architecture: &str, variant: &str, expected: &str| {
            let platform = Platform::new(os, architecture, variant);
            assert_eq!(platform.normalized().to_string(), expected, "{platform}");
            assert_eq!(platform.normalized().normalized(), platform.normalized());
        };
        check("Linux", "AMD64", "", "linux/amd64");
        check("macos", "x86_64", "", "darwin/amd64");
        check("linux", "x86-64", "v1", "linux/amd64");
        check("linux", "amd64", "v1", "linux/amd64");
        check("linux", "amd64", "v3", "linux/amd64/v3");
        check("linux", "i386", "x", "linux/386");
        check("linux", "aarch64", "", "linux/arm64/v8");
        check("linux", "arm64", "8", "linux/arm64/v8");
        check("linux", "arm64", "v9", "linux/arm64/v9");
        check("linux", "armhf", "", "linux/arm/v7");
        check("linux", "armel", "", "linux/arm/v6");
        check("linux", "arm", "", "linux/arm/v7");
        check("linux", "arm", "5", "linux/arm/v5");
        check("linux", "arm", "V6", "linux/arm/v6");
        check("linux", "riscv64", "", "linux/riscv64");
        check("", "", "", "/");
    }

    #[test]
    fn selectors_are_read_and_printed() {
        let check = |text: &str, expected: &str| {
            let platform: Platform = text.parse().unwrap();
            assert_eq!(platform.to_string(), expected, "{text}");
            assert_eq!(platform.to_string().parse(), Ok(platform), "{text}");
        };
        check("linux/arm64/v8", "linux/arm64/v8");
        check("linux/arm64", "linux/arm64");
        check("arm64", "linux/arm64");
        check("armel", "linux/arm/v6");
        check("windows", "windows/amd64");
        check("windows(10.0.17763)/amd64", "windows/amd64 (10.0.17763)");
        check("windows/amd64 (10.0.20348.2113)", "windows/amd64 (10.0.20348.2113)");
        check("windows/amd64:10.0.17763.1", "windows/amd64 (10.0.17763.1)");
        check("windows/amd64,osver=10.0.17763.1", "windows/amd64 (10.0.17763.1)");
        check("windows/amd64, osversion = 10.0.17763.1", "windows/amd64 (10.0.17763.1)");
        check("linux/arm/v7:1", "linux/arm/v7 (1)");
        for text in [
            "",
            "/",
            "linux/",
            "a/b/c/d",
            "linux/*",
            "li nux/amd64",
            "windows(/amd64",
            "linux()/arm",
            "linux,amd64",
            "linux/amd64,os=1",
            "linux/amd64,osver=",
            "linux:1)/amd64",
            "linux/amd64:1)",
            "linux/amd64:",
            "linux/amd64,features=",
            "linux(1+)/amd64",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }

    #[test]
    fn selectors_name_features() {
        let check = |text: &str, version: Option<&str>, features: &[&str]| {
            let platform: Platform = text.parse().unwrap();
            assert_eq!(platform.os_version.as_deref(), version, "{text}");
            assert_eq!(platform.os_features, features, "{text}");
        };
        check("windows(10.0.17763+win32k)/amd64", Some("10.0.17763"), &["win32k"]);
        check("linux(+nydus+x)/arm64/v8", None, &["nydus", "x"]);
        check("linux/amd64,features=nydus", None, &["nydus"]);
        check("windows/amd64,osver=10.0.1,features=a+b", Some("10.0.1"), &["a", "b"]);
        check("linux/amd64", None, &[]);
    }
}
