import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import Playbooks
import Storage
import Synchronization

extension Site {
    /// `GET /metrics`: what a monitor asks, as Prometheus reads it; needs a key with the scope `read`.
    func addMetrics(to router: Router<Context>) {
        router.get("/metrics") { [self] request, _ -> Response in
            try await authorize(request, .read)
            let now = processNow()
            let figures = try await serviceFigures(at: now)
            let text = PrometheusText(service: figures, http: self.figures.snapshot, now: now).text
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// Counted at most every ten seconds, however many ask.
    private func serviceFigures(at now: Instant) async throws -> ServiceFigures {
        if let (at, figures) = counted.withLockedValue({ $0 }), now >= at, now - at < TimeSpan(milliseconds: 10_000) {
            return figures
        }
        let figures = try await read { try ServiceFigures.read(now: now, $0) }
        counted.withLockedValue { $0 = (now, figures) }
        return figures
    }
}

/// Figures in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    let service: ServiceFigures
    let http: HTTPFigures.Snapshot
    let now: Instant

    var text: String {
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            for sample in samples {
                lines.append("\(name)\(sample.labels.isEmpty ? "" : "{\(sample.labels)}") \(sample.value)")
            }
        }
        add(
            "keeptouch_touches", "gauge", "Touches in each state.",
            service.touches.sorted { $0.key < $1.key }.map { ("state=\"\($0.key)\"", "\($0.value)") })
        add("keeptouch_queue_depth", "gauge", "Pending touches that could go now.", [("", "\(service.due)")])
        add(
            "keeptouch_cycle_age_seconds", "gauge", "Since the latest cycle.",
            service.cycleAt.map { [("", seconds(since: $0))] } ?? [])
        add(
            "keeptouch_runner_age_seconds", "gauge", "Since the runner last wrote that it is alive.",
            service.runnerSeenAt.map { [("", seconds(since: $0))] } ?? [])
        add("keeptouch_waiting_rows", "gauge", "Rows that wait for their account.", [("", "\(service.waitingRows)")])
        add(
            "keeptouch_ingest_rows_total", "counter", "Rows that came in, by what became of them.",
            http.rows.sorted { $0.key < $1.key }.flatMap { source, counts in
                counts.sorted { $0.key < $1.key }.map { ("source=\"\(source)\",result=\"\($0.key)\"", "\($0.value)") }
            })
        add(
            "keeptouch_http_requests_total", "counter", "Requests that were answered.",
            http.requests.map { series, count in
                ("route=\"\(series.route)\",method=\"\(series.method)\",status=\"\(series.status)\"", "\(count)")
            }.sorted { $0.0 < $1.0 })
        add(
            "keeptouch_http_request_duration_seconds", "histogram", "From the head of a request to its answer.", [])
        for (route, histogram) in http.durations.sorted(by: { $0.key < $1.key }) {
            var below = 0
            let name = "keeptouch_http_request_duration_seconds"
            for (index, count) in histogram.counts.enumerated() {
                below += count
                let bound = index < HTTPFigures.bounds.count ? "\(HTTPFigures.bounds[index])" : "+Inf"
                lines.append("\(name)_bucket{route=\"\(route)\",le=\"\(bound)\"} \(below)")
            }
            lines.append("\(name)_sum{route=\"\(route)\"} \(histogram.sum)")
            lines.append("\(name)_count{route=\"\(route)\"} \(below)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func seconds(since moment: Instant) -> String { "\(Double((now - moment).milliseconds) / 1_000)" }
}
