//! The engine hears of a cancel, and of a question, in the middle of bytes that are all at hand.

use std::{future::poll_fn, task::Poll};

use super::*;
use crate::caps;

/// Bytes of each part of the body that are plain zeros.
const PLAIN: usize = 4 << 20;

/// The parts of the body. All of them together are 128 MiB.
const PARTS: usize = 32;

/// A layer of zeros: each part is a member of gzip.
fn bomb() -> (Descriptor, Reply) {
    let member = Bytes::from(gzipped(&vec![0; PLAIN]));
    let whole = member.repeat(PARTS);
    let reply = (0..PARTS).fold(Reply::status(200), |reply, _| reply.body(member.clone()));
    (blob(&whole), reply)
}

/// Follows a job for so many turns of the executor, and drops it. Returns true if it ended by then.
fn ends_within(bench: &Bench, job: &Job, turns: usize) -> bool {
    bench.run(async {
        let (via, reports) = bench.engine.transport(job.clone(), Policy::default());
        let layer = layer_of(job);
        let body = bench.registry.blob_via(&repository(), &layer, via).await.unwrap();
        let mut ignored = |_| ();
        let following = reports.follow(body, &mut ignored);
        pin_mut!(following);
        let mut left = turns;
        poll_fn(|context| match following.poll_unpin(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => {
                left -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await
    })
}

fn layer_of(job: &Job) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, job.digest.clone(), job.size)
}

#[test]
fn a_cancel_is_heard_within_one_slice_of_work() {
    let (layer, reply) = bomb();
    for retained in [false, true] {
        let answer = reply.clone();
        let bench = Bench::answering(move |_, _| answer.clone());
        let mut job = Job::verify(&layer).with_diff_id(Algorithm::Sha256);
        if retained {
            job = job.retaining(bench.engine.new_set());
        }
        assert!(!ends_within(&bench, &job, 4), "all bytes were read before the first look");
        // The cancel is on its way, and is heard at the end of the slice.
        bench.run(bench.clock.shared().as_ref().sleep(std::time::Duration::from_millis(1)));
        assert_eq!(bench.script.open(), 0, "the fetch goes on");
    }
}

#[test]
fn a_question_is_answered_between_the_slices_of_a_layer() {
    let (layer, reply) = bomb();
    let bench = Bench::answering(move |_, _| reply.clone());
    let set = bench.engine.new_set();
    let job = Job::verify(&layer).retaining(set);
    let question = Question::Content { layer: layer.digest.clone(), offset: 0 };
    bench.run(async {
        let (via, reports) = bench.engine.transport(job.clone(), Policy::default());
        let body = bench.registry.blob_via(&repository(), &layer, via).await.unwrap();
        let mut ignored = |_| ();
        let reading = reports.follow(body, &mut ignored);
        let asking = bench.engine.ask(set, &question);
        pin_mut!(reading);
        pin_mut!(asking);
        match select(reading, asking).await {
            futures_util::future::Either::Left(_) => panic!("the layer was read to its end first"),
            futures_util::future::Either::Right((answer, _)) => {
                assert!(matches!(answer, Ok(Answer::Nothing)));
            }
        }
    });
}

#[test]
fn a_slice_is_a_small_part_of_the_layer_of_these_tests() {
    assert!(caps::ENGINE_SLICE * 16 < (PLAIN * PARTS) as u64);
}
