//! Parts that pages share. One file each; the styles of each are a block of the same name in
//! `static/components.css`.

mod approve;
mod byte_size;
mod copy_button;
mod digest_code;
mod empty;
mod error_box;
mod foreign;
mod heading;
mod list_head;
mod loaded;
mod long_list;
mod media_type_words;
mod platform_badge;
mod progress;
mod sign_in;
mod tabs;
mod trail;
mod verification_mark;
mod window;
mod windowed_list;

pub use byte_size::byte_size;
pub use copy_button::copy_button;
pub use digest_code::{digest_code, linked_digest};
pub use empty::empty;
pub use error_box::{error_box, final_error, has_remedy, remedy, sign_in};
pub use foreign::{foreign, foreign_title};
pub use heading::{HEADING_ID, INSIDE_ID, heading, name_heading};
pub use list_head::{ListHead, list_head};
pub use loaded::loaded;
pub use long_list::{DrawnLists, LongList, short_list, use_drawn_lists};
pub use media_type_words::media_type_words;
pub use platform_badge::platform_badge;
pub use progress::progress;
pub use tabs::{Tab, tabs};
pub use trail::{repository_route, trail};
pub use verification_mark::verification_mark;
pub use windowed_list::WindowedList;
