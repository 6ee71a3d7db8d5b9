//! Parts that pages share. One file each; the styles of each are a block of the same name in
//! `static/components.css`.

mod approve;
mod byte_size;
mod copy_button;
mod digest_code;
mod empty;
mod error_box;
mod heading;
mod list_head;
mod loaded;
mod media_type_words;
mod platform_badge;
mod progress;
mod sign_in;
mod tabs;
mod trail;
mod verification_mark;
mod window;
mod windowed_list;

pub use approve::Approve;
pub use byte_size::{ByteSize, exact_bytes, human_bytes};
pub use copy_button::CopyButton;
pub use digest_code::DigestCode;
pub use empty::Empty;
pub use error_box::ErrorBox;
pub use heading::{HEADING_ID, Heading};
pub use list_head::ListHead;
pub use loaded::loaded;
pub use media_type_words::MediaTypeWords;
pub use platform_badge::PlatformBadge;
pub use progress::Progress;
pub use sign_in::SignIn;
pub use tabs::{Tab, Tabs};
pub use trail::{Trail, repository_route};
pub use verification_mark::VerificationMark;
pub use windowed_list::WindowedList;
