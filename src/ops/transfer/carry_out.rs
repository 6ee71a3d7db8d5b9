//! Carrying out a plan: blobs first, then manifests stage by stage, a window of them at one time.

use std::future::ready;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Action, BlobStep, ManifestStep, Plan, Target, TransferOptions, TransferSource};
use crate::{error::Result, ops::progress::Outcome};

/// Does what a plan says. The first error ends it; what was sent stays.
///
/// # Errors
/// Absence or wrong bytes at the origin; failures of either side.
pub async fn carry_out(
    plan: &Plan,
    from: &dyn TransferSource,
    to: &dyn Target,
    options: &TransferOptions,
) -> Result<()> {
    let window = options.window.max(1);
    options.observer.planned(plan.blobs.len() + plan.manifests.len(), plan.bytes());
    let blobs = stream::iter(&plan.blobs).map(|step| blob(step, from, to, options));
    blobs.buffered(window).try_for_each(|_| ready(Ok(()))).await?;
    for stage in plan.manifests.chunk_by(|one, next| one.stage == next.stage) {
        let manifests = stream::iter(stage).map(|step| manifest(step, to, options));
        manifests.buffered(window).try_for_each(|_| ready(Ok(()))).await?;
    }
    Ok(())
}

async fn blob(
    step: &BlobStep,
    from: &dyn TransferSource,
    to: &dyn Target,
    options: &TransferOptions,
) -> Result<Outcome> {
    let work = async {
        match step.action {
            Action::Keep => Ok(Outcome::AlreadyThere),
            Action::LeaveOut => Ok(Outcome::Skipped),
            Action::Send | Action::Resume { .. } | Action::Mount => {
                to.put_blob(from, step, options).await
            }
        }
    };
    options.observer.track(&step.blob, step.role, work, Outcome::of_sending).await
}

async fn manifest(
    step: &ManifestStep,
    to: &dyn Target,
    options: &TransferOptions,
) -> Result<Outcome> {
    let work = async {
        match step.action {
            Action::Keep => Ok(Outcome::AlreadyThere),
            _ => to.put_manifest(step).await.map(|()| Outcome::Transferred),
        }
    };
    options.observer.track(&step.manifest, step.role, work, Outcome::of_sending).await
}
