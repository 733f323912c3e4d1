import Delivery

/// Hands what may leave to the transport, which exists only after the closure that needs it.
final class TransportReference: @unchecked Sendable {
    // Written once, before the first request is submitted.
    weak var transport: Transport?

    func submit(_ requests: [Transport.Submission]) {
        guard !requests.isEmpty else { return }
        transport?.submit(requests)
    }
}
