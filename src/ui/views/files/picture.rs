//! A picture, drawn by `<img>` from bytes whose type was checked.

use bytes::Bytes;
use yew::prelude::*;

use crate::ui::{stateful::stateful, text::picture as text, views::save};

#[derive(PartialEq)]
pub(super) struct Picture {
    pub(super) bytes: Bytes,
    /// One of the fixed types of `content::sniff`.
    pub(super) media_type: &'static str,
}

stateful!(Picture, use_picture);

#[hook]
fn use_picture(props: &Picture) -> Html {
    let address = use_state(|| None::<AttrValue>);
    use_effect_with((props.bytes.clone(), props.media_type), {
        let address = address.setter();
        move |(bytes, media_type)| {
            let url = save::object_url(bytes, media_type);
            address.set(url.clone().map(AttrValue::from));
            move || {
                if let Some(url) = url {
                    save::forget(&url);
                }
            }
        }
    });
    let Some(src) = (*address).clone() else { return Html::default() };
    html! { <img class="picture" {src} alt={text::PICTURE} /> }
}
