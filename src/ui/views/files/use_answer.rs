//! Asking about opened layers from a part.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::super::{ByIdentity, ViewContext};
use crate::{
    layers::index::{Answer, Question},
    ui::hooks::{Query, use_query},
};

/// A question with its answer.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) question: Question,
    pub(super) answer: Answer,
}

/// The answer to a question; asked again when more was read.
#[hook]
pub(super) fn use_answer(
    context: &ViewContext,
    question: Question,
    generation: u32,
) -> Query<Reply> {
    let blobs = context.connection.blobs.clone();
    use_query((question, generation), move |(question, _): &(Question, u32)| {
        let (blobs, question) = (blobs.clone(), question.clone());
        async move {
            let answer = blobs.ask(&question).await?;
            Ok(Reply { question, answer })
        }
    })
}

/// Returns the content in an answer, copied once; empty in any other answer.
#[hook]
pub(super) fn use_content_bytes(reply: Option<&Rc<Reply>>) -> Rc<Bytes> {
    use_memo(reply.cloned().map(ByIdentity), |reply| {
        match reply.as_ref().map(|reply| &reply.0.answer) {
            Some(Answer::Content(bytes, _)) => Bytes::copy_from_slice(bytes),
            Some(Answer::ArchiveListing(inside)) => Bytes::copy_from_slice(&inside.unpacked),
            _ => Bytes::new(),
        }
    })
}
