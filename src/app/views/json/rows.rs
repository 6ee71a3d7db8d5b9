//! The rows in which a document is laid out.

use super::token::{Token, TokenKind};

/// Levels beyond this are indented no further.
const MAX_INDENT: u16 = 40;
/// Raw lines longer than this, in bytes, go on in the next row.
const RAW_ROW: usize = 160;

/// Tokens `first..last` on one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineRow {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) indent: u16,
}

/// Rows of one value each; an empty object or array stays on its row.
pub(super) fn pretty_rows(tokens: &[Token]) -> Vec<LineRow> {
    let (mut rows, mut first, mut depth, mut indent) = (Vec::new(), 0, 0_u16, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => depth = depth.saturating_add(1),
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if at + 1 < tokens.len() && !breaks_after(tokens, at) {
            continue;
        }
        rows.push(LineRow { first, last: to_u32(at + 1), indent });
        first = to_u32(at + 1);
        let closes = kind_at(tokens, at + 1) == Some(TokenKind::Close);
        indent = depth.saturating_sub(u16::from(closes)).min(MAX_INDENT);
    }
    rows
}

fn kind_at(tokens: &[Token], at: usize) -> Option<TokenKind> {
    tokens.get(at).map(|token| token.kind)
}

fn breaks_after(tokens: &[Token], at: usize) -> bool {
    match (kind_at(tokens, at), kind_at(tokens, at + 1)) {
        (Some(TokenKind::Open), next) => next != Some(TokenKind::Close),
        (_, Some(TokenKind::Close)) => true,
        // After a comma, but not after the colon that follows a key.
        (Some(TokenKind::Punctuation), _) => {
            at.checked_sub(1).and_then(|before| kind_at(tokens, before)) != Some(TokenKind::Key)
        }
        _ => false,
    }
}

/// Rows of the text as written; a long line goes on after the token in which it became too long.
pub(super) fn raw_rows(text: &str, tokens: &[Token]) -> Vec<(u32, u32)> {
    let (mut rows, mut start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let mut at = start;
        while end - at > RAW_ROW {
            let split = row_end(text, tokens, at + RAW_ROW).min(end);
            rows.push((to_u32(at), to_u32(split)));
            at = split;
        }
        if at < end || at == start {
            rows.push((to_u32(at), to_u32(end)));
        }
        start += line.len();
    }
    rows
}

/// Returns the end of a row at or after `at`, never inside a token or a character.
fn row_end(text: &str, tokens: &[Token], at: usize) -> usize {
    let before = tokens.partition_point(|token| (token.start as usize) < at).checked_sub(1);
    let end = before.and_then(|index| tokens.get(index)).map_or(0, |token| token.end as usize);
    text.ceil_char_boundary(end.max(at))
}

/// Sizes were capped long before 4 GiB.
pub(super) fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
