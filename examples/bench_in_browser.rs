//! The measurements of `cargo xtask bench`: the byte work of the engine, one piece at a time, and the engine
//! itself as the page uses it. Built for the browser only.

fn main() {}

#[cfg(target_arch = "wasm32")]
mod measured {
    // Exported by wasm-bindgen, which nothing in Rust sees.
    #![allow(unreachable_pub)]

    use std::{ops::ControlFlow, rc::Rc};

    use porthole::{
        content::{
            decode::{DecodeLimits, Decoder},
            sha256_lanes::{HashBatch, Lane},
            tar::{ArchiveEvent, Reader},
            verify::{Hasher, Verdict},
        },
        engine::{Engine, Job, engines, serve_port},
        layers::index::{Answer, Question, RowRange, Scope, Sort},
        oci::{Algorithm, Descriptor, Digest, MediaType},
        transport::Request,
        wire::{Method, Url, backoff::Policy},
    };
    use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

    /// A running hash; `algorithm` is `sha256` or `sha512`.
    #[wasm_bindgen]
    pub struct Hash(Option<Hasher>);

    #[wasm_bindgen]
    impl Hash {
        /// Nothing yet.
        #[wasm_bindgen(constructor)]
        pub fn new(algorithm: &str) -> Self {
            let algorithm = match algorithm {
                "sha512" => Algorithm::Sha512,
                _ => Algorithm::Sha256,
            };
            // As the engine does: ready to be joined by others.
            Self(Hasher::new(&algorithm).map(|hasher| hasher.in_batch(&HashBatch::default())))
        }

        /// The next bytes.
        pub fn update(&mut self, bytes: &[u8]) {
            if let Some(hasher) = &mut self.0 {
                hasher.update(bytes);
            }
        }

        /// The digest.
        pub fn finish(&mut self) -> String {
            self.0.take().map(|hasher| hasher.finish().to_string()).unwrap_or_default()
        }
    }

    /// Four messages in four lanes.
    #[wasm_bindgen]
    pub struct Four(Vec<Lane>);

    #[wasm_bindgen]
    impl Four {
        /// Nothing yet.
        #[wasm_bindgen(constructor)]
        #[allow(clippy::new_without_default)]
        pub fn new() -> Self {
            let gang = HashBatch::default();
            Self((0..4).map(|_| gang.join()).collect())
        }

        /// The next bytes of a message.
        pub fn update(&mut self, lane: usize, bytes: &[u8]) {
            if let Some(lane) = self.0.get_mut(lane) {
                lane.update(bytes);
            }
        }

        /// The first byte of each hash: enough to see that all was read.
        pub fn finish(self) -> Vec<u8> {
            self.0.into_iter().map(|lane| lane.finish()[0]).collect()
        }
    }

    /// Decompresses in parts; returns the number of plain bytes.
    #[wasm_bindgen]
    pub struct Inflate(Decoder);

    #[wasm_bindgen]
    impl Inflate {
        /// Nothing yet.
        #[wasm_bindgen(constructor)]
        #[allow(clippy::new_without_default)]
        pub fn new() -> Self {
            Self(Decoder::new(DecodeLimits::default()))
        }

        /// The next bytes.
        pub fn push(&mut self, bytes: &[u8]) -> f64 {
            let _ = self.0.push(bytes, &mut |_| ControlFlow::Continue(()));
            self.0.produced() as f64
        }
    }

    /// Lists archives in parts.
    #[wasm_bindgen]
    pub struct Listing(Reader, usize);

    #[wasm_bindgen]
    impl Listing {
        /// Nothing yet.
        #[wasm_bindgen(constructor)]
        #[allow(clippy::new_without_default)]
        pub fn new() -> Self {
            Self(Reader::new(), 0)
        }

        /// The next bytes; returns the number of entries so far.
        pub fn push(&mut self, bytes: &[u8]) -> usize {
            let count = &mut self.1;
            let _ = self.0.push(bytes, &mut |event| {
                *count += usize::from(matches!(event, ArchiveEvent::Entry(_)));
                ControlFlow::Continue(())
            });
            self.1
        }
    }

    /// Serves as the engine does.
    #[wasm_bindgen]
    pub fn serve(port: JsValue) {
        serve_port(port);
    }

    /// Engines of the page, at most so many.
    #[wasm_bindgen]
    pub struct Engines(Rc<Engine>);

    #[wasm_bindgen]
    impl Engines {
        /// None is started yet.
        #[wasm_bindgen(constructor)]
        pub fn new(most: usize) -> Self {
            Self(engines(most))
        }

        /// Fetches and verifies, or only counts where the digest cannot be computed; with `diff` also
        /// what comes out of the decompressor; with `keep` the archive is listed and kept, as the set
        /// of this number.
        pub async fn verify(
            &self,
            url: &str,
            digest: &str,
            size: f64,
            diff: bool,
            keep: Option<u32>,
        ) -> Result<(), JsError> {
            let digest: Digest = digest.parse()?;
            // Whole, and below 2^53.
            let blob = Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size as u64);
            let mut job = Job::verify(&blob);
            if diff {
                job = job.with_diff_id(Algorithm::Sha256);
            }
            if let Some(set) = keep {
                job = job.retaining(set.into());
            }
            let mut request = Request::new(Method::Get, Url::parse(url)?);
            request.cache = porthole::transport::Cache::Off;
            let (via, reports) = self.0.transport(job, Policy::default());
            let response = via.send(request).await?;
            let found = reports.follow(response.body, &mut |_| ()).await?;
            match found.verdict {
                Verdict::Verified | Verdict::Unsupported(_) => Ok(()),
                other => Err(JsError::new(&format!("{other:?}"))),
            }
        }

        /// The first rows below a directory of a layer that was kept; returns how many there are.
        pub async fn rows(&self, set: u32, digest: &str, below: &str) -> Result<f64, JsError> {
            let question = Question::Rows {
                scope: Scope { layers: vec![digest.parse()?], only: Some(0), with_removed: false },
                below: below.into(),
                open: Vec::new(),
                sort: Sort::Name,
                part: RowRange { offset: 0, count: 50 },
            };
            match self.0.ask(set.into(), &question).await? {
                Answer::Rows(rows) => Ok(rows.total as f64),
                _ => Err(JsError::new("no rows")),
            }
        }
    }
}
