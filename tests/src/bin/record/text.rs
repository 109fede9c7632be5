//! What a recording says of a request.

use scylla_orm::driver::frame::request::{BatchSource, Request};

/// One line about a request.
pub(crate) fn note(request: &Request<'_>) -> String {
    let what = match request {
        Request::Startup(startup) => pairs(&startup.options),
        Request::Register(register) => register.events.join(" "),
        Request::Query(query) => query.text.to_owned(),
        Request::Prepare(prepare) => prepare.text.to_owned(),
        Request::Execute(execute) => format!("{} values", execute.params.values.len()),
        Request::Batch(batch) => {
            let sources = batch.statements.iter().map(|s| match s.source {
                BatchSource::Text(text) => text,
                BatchSource::Prepared(_) => "a prepared statement",
            });
            format!(
                "{:?}: {}",
                batch.kind,
                sources.collect::<Vec<_>>().join("; ")
            )
        }
        _ => String::new(),
    };
    format!("{} {what}", request.opcode())
}

fn pairs(options: &[(&str, &str)]) -> String {
    let pairs = options
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join(" ")
}
