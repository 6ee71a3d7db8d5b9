//! The view of a reference: its document is asked for once, and another view of the same is drawn from
//! it.

use yew::prelude::*;

use super::{ViewContext, draw, platforms::platforms, use_image::use_image};
use crate::{
    app::ReadDepth,
    ui::{
        components::{error_box, loaded, use_drawn_lists},
        stateful::stateful,
    },
};

/// A view of what the address names, or of an index the image of the chosen platform.
#[derive(PartialEq)]
pub(super) struct ImageView(pub(super) ViewContext);

stateful!(ImageView, use_image_view);

#[hook]
fn use_image_view(props: &ImageView) -> Html {
    let place = &props.0.place;
    let lists = use_drawn_lists(
        &[&place.reference.to_string(), place.platform.as_deref().unwrap_or_default()].concat(),
    );
    let context = &ViewContext { lists, ..props.0.clone() };
    let depth = context.place.view.depth();
    let query = use_image(context);
    loaded(&query, |image| {
        html! {
            <>
                // A view of the root has the choice inside it.
                if depth != ReadDepth::Root {
                    // What shows an image needs a choice, the others show the index as well.
                    { platforms(context, &image.root.document.value, depth != ReadDepth::Config) }
                }
                // A view without the configuration still shows the rest.
                if let Some(Err(error)) = &image.config { { error_box(error, &query.retry) } }
                { draw(context, image) }
            </>
        }
    })
}
