//! A digest: whole in the document and when copied, shortened only for the eye.

use yew::prelude::*;

use super::copy_button;

use crate::{oci::Digest, ui::text as words};

/// A digest with a button that copies it.
pub fn digest_code(digest: &Digest) -> Html {
    with_button(digest, code(digest))
}

/// The same as a link, if it leads somewhere.
pub fn linked_digest(digest: &Digest, href: Option<AttrValue>) -> Html {
    match href {
        Some(href) => with_button(digest, html! { <a {href}>{ code(digest) }</a> }),
        None => digest_code(digest),
    }
}

fn code(digest: &Digest) -> Html {
    let text = AttrValue::from(digest.to_string());
    html! { <code class="digest" title={text.clone()}>{ text }</code> }
}

fn with_button(digest: &Digest, shown: Html) -> Html {
    html! {
        <span class="digest-code">
            { shown }
            { copy_button(digest.to_string(), words::COPY_DIGEST) }
        </span>
    }
}
