//! A digest: whole in the document and when copied, shortened only for the eye.

use yew::prelude::*;

use super::CopyButton;

use crate::{oci::Digest, ui::text as words};

/// Properties of [`DigestCode`].
#[derive(Properties, PartialEq)]
pub struct DigestCodeProps {
    /// The digest.
    pub digest: Digest,
    /// Where it leads, if anywhere.
    #[prop_or_default]
    pub href: Option<AttrValue>,
    /// Shown whole even where there is little room.
    #[prop_or_default]
    pub whole: bool,
}

/// A digest with a button that copies it.
#[component]
pub fn DigestCode(props: &DigestCodeProps) -> Html {
    let text = AttrValue::from(props.digest.to_string());
    let class = classes!("digest", props.whole.then_some("whole"));
    let code = html! { <code {class} title={text.clone()}>{ &text }</code> };
    html! {
        <span class="digest-code">
            if let Some(href) = &props.href {
                <a href={href.clone()}>{ code }</a>
            } else {
                { code }
            }
            <CopyButton {text} label={words::COPY_DIGEST} />
        </span>
    }
}
