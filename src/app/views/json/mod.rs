//! The JSON view of a document: its exact bytes in lines, with every digest, media type, reference
//! and web address in it leading somewhere.

mod fault;
mod lexer;
mod lines;
mod links;
mod rows;
mod scalars;
mod token;

pub use fault::Expected;
pub use lines::{Form, JsonText, Layout, Line, NotJson, Piece, PieceKind};
pub use links::{Target, is_web_address, specification};
pub use token::TokenKind;
