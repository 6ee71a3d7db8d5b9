//! Paths as text: in addresses, from which they are read back exactly, even if they are not UTF-8; and
//! as names of saved files, which must do no harm.

/// A path for an address: a backslash is doubled, a byte that is no UTF-8 is `\xff`.
pub fn text(path: &[u8]) -> String {
    let mut text = String::new();
    for chunk in path.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Reads a path of an address, with or without a slash at its front.
pub fn read(text: &str) -> Vec<u8> {
    let mut path = Vec::new();
    let mut rest = text.trim_start_matches('/');
    while let Some((before, after)) = rest.split_once('\\') {
        path.extend_from_slice(before.as_bytes());
        let byte =
            after.strip_prefix('x').and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
        rest = match byte {
            Some(byte) => {
                path.push(byte);
                after.get(3..).unwrap_or_default()
            }
            None => {
                path.push(b'\\');
                after.strip_prefix('\\').unwrap_or(after)
            }
        };
    }
    path.extend_from_slice(rest.as_bytes());
    while path.last() == Some(&b'/') {
        path.pop();
    }
    path
}

/// The last component of a path.
pub fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// A path to be shown: bytes that are not UTF-8 are replaced.
pub fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// Characters that a saved file's name may have at most.
const NAME_MAX: usize = 120;

/// The name under which a file is saved: letters, digits and `.-_+@=`, never hidden, never a device
/// of Windows, not long.
pub fn save_name(path: &[u8]) -> String {
    let name = shown(name(path));
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@' | '=');
    let mut safe: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if let Some((end, _)) = safe.char_indices().nth(NAME_MAX) {
        safe.truncate(end);
    }
    let safe = safe.trim_end_matches('.');
    let stem = safe.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device).unwrap_or_default().as_bytes();
        matches!(number, [digit] if digit.is_ascii_digit())
    };
    let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered("COM")
        || numbered("LPT");
    match safe {
        "" => "file".to_owned(),
        _ if is_device => format!("file-{safe}"),
        _ if safe.starts_with('.') => format!("file{safe}"),
        _ => safe.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_from_an_address() {
        let check = |path: &[u8], expected: &str| {
            assert_eq!(text(path), expected);
            assert_eq!(read(expected), path);
            assert_eq!(read(&format!("/{expected}/")), path);
        };
        check(b"etc/os-release", "etc/os-release");
        check("größe".as_bytes(), "größe");
        check(b"a\xff\xfeb", "a\\xff\\xfeb");
        check(b"dos\\xff", "dos\\\\xff");
        check(b"\\", "\\\\");
        check(b"", "");
        // Text that no escape produces is read all the same.
        assert_eq!(read("a\\q\\xzz\\"), b"a\\q\\xzz\\");
    }

    #[test]
    fn saved_files_have_harmless_names() {
        let check = |path: &str, expected: &str| assert_eq!(save_name(path.as_bytes()), expected);
        check("etc/os-release", "os-release");
        check("a/b c\u{202e}gpj.exe", "b_c_gpj.exe");
        check("x/..", "file");
        check("x/.bashrc", "file.bashrc");
        check("nul.txt", "file-nul.txt");
        check("COM1", "file-COM1");
        check("COMET", "COMET");
        check("a\\b:c*?\"<>|", "a_b_c______");
        check("größe.txt", "größe.txt");
        check("", "file");
        assert_eq!(save_name(&[b'a'; 500]).len(), NAME_MAX);
        assert_eq!(save_name(b"a\xff"), "a_");
    }
}
