//! Traces: spans of our own rooms, sent to a collector in batches by a thread of its own. What waits is bounded; when the collector
//! does not keep up, or does not answer, spans are lost and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::{Layer, Registry};

use crate::config::traces::Traces;

/// How long the last spans may take to leave when the program ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// Spans on their way to a collector.
#[derive(Debug)]
pub struct Spans {
    provider: SdkTracerProvider,
}

impl Spans {
    /// Begins to send spans; `None` when there is nowhere to send them. How many wait, how often they are sent, which of them
    /// are kept and what is said beside them is as the variables of `OpenTelemetry` say, which the library reads.
    ///
    /// # Errors
    /// When the address is none.
    pub fn start(traces: Option<&Traces>) -> Result<Option<Self>, String> {
        let Some((traces, address)) = traces.and_then(|traces| Some((traces, traces.address()?))) else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address)
            .build()
            .map_err(|error| format!("--otlp-endpoint: {error}"))?;
        let resource = Resource::builder()
            .with_service_name(traces.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Exporter { exporter, failing: AtomicBool::new(false) })
            .with_resource(resource.build())
            .build();
        Ok(Some(Self { provider }))
    }

    /// The layer that makes spans of ours.
    #[must_use]
    pub fn layer(&self) -> impl Layer<Registry> + Send + Sync + use<> {
        // Not those of other crates, of which nobody here knows what is in them; and no events, which are for the log.
        let is_ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(env!("CARGO_PKG_NAME")))
            .with_max_level_hint(LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(is_ours)
    }

    /// Sends what waits, for a few seconds at most.
    pub fn stop(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Sends batches, and says once when they cannot be sent and once when they can again, not for each.
#[derive(Debug)]
struct Exporter {
    exporter: SpanExporter,
    failing: AtomicBool,
}

impl opentelemetry_sdk::trace::SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let sent = self.exporter.export(batch).await;
        let failed_before = self.failing.swap(sent.is_err(), Ordering::Relaxed);
        match &sent {
            Err(error) if !failed_before => {
                tracing::warn!(%error, "spans cannot be sent to the collector and are lost until they can");
            }
            Ok(()) if failed_before => tracing::info!("spans are sent to the collector again"),
            _ => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
