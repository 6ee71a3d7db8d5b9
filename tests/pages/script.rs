//! A registry that answers from a table, behind the real client.

use std::rc::Rc;

use porthole::{
    app::{Connections, remote_in_thread, session::doctor::doctor, settings::NoStore},
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
};

/// The answers by their paths. Any other path is 404.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Vec<(String, Reply)>,
}

impl Script {
    /// Adds the answer of a path without its query.
    pub(crate) fn on(mut self, path: &str, reply: Reply) -> Self {
        self.answers.push((path.to_owned(), reply));
        self
    }

    /// Adds a JSON document as the answer of a path.
    pub(crate) fn json(self, path: &str, content_type: &str, body: &str) -> Self {
        self.on(path, Reply::ok(body.to_owned()).header("content-type", content_type))
    }

    /// Returns connections that this table answers.
    pub(crate) fn connections(&self) -> Connections {
        let page = "http://localhost:8080";
        Connections::new(remote_in_thread(self.stack(), Rc::new(NoStore)))
            .with_doctor(doctor(self.stack(), page))
    }

    fn stack(&self) -> Stack {
        let clock = VirtualClock::default();
        let answers = self.answers.clone();
        let door = Scripted::answering(clock.shared(), move |request, _| {
            let url = request.url.to_string();
            let path = url.split("//").nth(1).and_then(|rest| rest.split_once('/'));
            let path = path.map_or("", |(_, path)| path).split('?').next().unwrap_or_default();
            let found = answers.iter().find(|(known, _)| known.trim_start_matches('/') == path);
            found.map_or_else(|| not_found(path), |(_, reply)| reply.clone())
        });
        Stack::over(Rc::clone(&door) as _, clock.shared()).with_retry(None).as_page(true)
    }
}

fn not_found(path: &str) -> Reply {
    let code = if path.contains("/manifests/") { "MANIFEST_UNKNOWN" } else { "NAME_UNKNOWN" };
    let body = format!(r#"{{"errors":[{{"code":"{code}","message":"not here"}}]}}"#);
    Reply::status(404).header("content-type", "application/json").body(body)
}
