//! Asking about opened layers from a part.

use yew::prelude::*;

use super::super::Scene;
use crate::{
    layers::index::{Answer, Question},
    ui::hooks::{Query, use_query},
};

/// What was asked, and what was answered to it.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) question: Question,
    pub(super) answer: Answer,
}

/// The answer to a question; asked again when more was read.
#[hook]
pub(super) fn use_answer(scene: &Scene, question: Question, generation: u32) -> Query<Reply> {
    let blobs = scene.connection.blobs.clone();
    use_query((question, generation), move |(question, _): &(Question, u32)| {
        let (blobs, question) = (blobs.clone(), question.clone());
        async move {
            let answer = blobs.ask(&question).await?;
            Ok(Reply { question, answer })
        }
    })
}
