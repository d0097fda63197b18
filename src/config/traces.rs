//! Knobs of traces. Their environment variables are those of OpenTelemetry, which other programs read too.

use clap::Args;

/// Where spans are sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Traces")]
pub struct Traces {
    /// Where an OpenTelemetry collector takes OTLP over HTTP, such as http://127.0.0.1:4318; spans go to /v1/traces below it.
    /// Nothing is traced when nothing is said.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// The whole address that spans are posted to, where it is another.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value_name = "URL")]
    pub otlp_traces_endpoint: Option<String>,

    /// What this server is called in traces.
    #[arg(long, env = "OTEL_SERVICE_NAME", default_value = "peerlead", value_name = "NAME")]
    pub service_name: String,
}

impl Traces {
    /// The address that spans are posted to; `None` when nothing is traced.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        // A variable that is set to nothing is not set.
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let below = |base: String| format!("{}/v1/traces", base.trim_end_matches('/'));
        given(&self.otlp_traces_endpoint).or_else(|| given(&self.otlp_endpoint).map(below))
    }
}
