//! The forms in which the content of a file can be shown: by its bytes, never by a claim.

use super::path::name;
use crate::content::{
    picture::{self, PictureFault},
    sniff::{FileType, file_type},
};

/// The form in which a file's content is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture of this media type, one that browsers draw and that cannot hold scripts.
    Picture(&'static str),
    /// JSON with links.
    Json,
    /// The list of an archive's members.
    Archive,
    /// Lines of text. HTML, SVG and XML are text too.
    Text,
    /// Bytes.
    Hex,
}

/// The forms that fit, the best first. Every file can be shown as bytes.
pub fn forms(path: &[u8], bytes: &[u8]) -> Vec<Form> {
    match file_type(bytes) {
        FileType::Image(media_type) if picture::check(bytes).is_ok() => {
            vec![Form::Picture(media_type), Form::Hex]
        }
        FileType::Tar | FileType::Zip | FileType::Compressed(_) => vec![Form::Archive, Form::Hex],
        FileType::Text if is_json(path, bytes) => vec![Form::Json, Form::Text, Form::Hex],
        FileType::Text => vec![Form::Text, Form::Hex],
        _ => vec![Form::Hex, Form::Text],
    }
}

/// Returns the reason why a picture is not drawn.
pub fn not_drawn(bytes: &[u8]) -> Option<PictureFault> {
    let is_picture = matches!(file_type(bytes), FileType::Image(_));
    picture::check(bytes).err().filter(|_| is_picture)
}

/// Returns true if the text may be JSON: by its name, or by its first and last character.
fn is_json(path: &[u8], bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let looks =
        matches!((text.first(), text.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
    looks && (name(path).to_ascii_lowercase().ends_with(b".json") || text.first() == Some(&b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a picture of one pixel.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

    #[test]
    fn the_form_follows_the_bytes_and_not_the_name() {
        let check = |path: &str, bytes: &[u8], expected: Form| {
            assert_eq!(forms(path.as_bytes(), bytes).first(), Some(&expected), "{path}");
        };
        check("a.png", PNG, Form::Picture("image/png"));
        check("a.png", b"\x89PNG\r\n\x1a\n....", Form::Hex);
        check("a.png", b"<svg onload=alert(1)>", Form::Text);
        check("a.svg", b"<svg/>", Form::Text);
        check("a.html", b"<!doctype html><script>", Form::Text);
        check("a.pdf", b"%PDF-1.7\n\x80\0", Form::Hex);
        check("a.txt", b"text", Form::Text);
        check("a.json", b" {\"a\": 1}\n", Form::Json);
        check("a.json", b"[1]", Form::Json);
        check("a.conf", b"[section]", Form::Text);
        check("a.jar", b"PK\x03\x04....", Form::Archive);
        check("a.tgz", b"\x1f\x8b\x08....", Form::Archive);
        check("a", b"\x7fELF", Form::Hex);
        check("a", b"a\0b", Form::Hex);
    }
}
