import CCurl
import Foundation

/// What the transport's thread does: start transfers, let libcurl work, deliver what is done.
struct TransportLoop {
    let queue: TransportQueue
    let connections: Int
    let deliver: @Sendable ([Transport.Completion]) -> Void

    /// With so many under way, answers are gathered for so many microseconds.
    private static let many = 32
    private static let gathering: UInt32 = 200

    func run() {
        guard let multi = curl_multi_init() else {
            // Without memory nothing can be sent; whoever submits is told so.
            abandon(queue.take().submissions)
            while !queue.close() { abandon(queue.take().submissions) }
            queue.end()
            return
        }
        kt_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        queue.open(multi)
        var active: [Int64: Transfer] = [:]
        var idle: [Transfer] = []
        while true {
            let (submissions, order) = queue.take()
            if order == .abort {
                abandon(submissions)
                abort(&active, of: multi)
            } else {
                start(submissions, of: multi, active: &active, idle: &idle)
            }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finish(of: multi, active: &active, idle: &idle)
            if active.isEmpty && order != .run {
                if queue.close() { break }
                continue
            }
            // Delivering what is done may have brought more.
            if queue.beginPolling(under: order) { curl_multi_poll(multi, nil, 0, 60_000, nil) }
            // libcurl looks at all that are under way each time, however few of them have something to tell.
            if active.count >= Self.many { usleep(Self.gathering) }
        }
        idle.removeAll()
        curl_multi_cleanup(multi)
        queue.end()
    }

    private func start(
        _ submissions: [Transport.Submission], of multi: UnsafeMutableRawPointer, active: inout [Int64: Transfer],
        idle: inout [Transfer]
    ) {
        for (request, token) in submissions {
            guard active[token] == nil, let transfer = idle.popLast() ?? Transfer() else {
                abandon([(request, token)])
                continue
            }
            guard transfer.prepare(request, token: token), curl_multi_add_handle(multi, transfer.easy) == CURLM_OK
            else {
                abandon([(request, token)])
                continue
            }
            active[token] = transfer
        }
    }

    private func finish(
        of multi: UnsafeMutableRawPointer, active: inout [Int64: Transfer], idle: inout [Transfer]
    ) {
        var done: [Transport.Completion] = []
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message dies with the handle's removal.
            let code = kt_result(message)
            curl_multi_remove_handle(multi, easy)
            var own: UnsafeMutableRawPointer?
            kt_get_pointer(easy, &own)
            guard let own else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(own).takeUnretainedValue()
            done.append(Transport.Completion(token: transfer.token, response: transfer.response(code)))
            active[transfer.token] = nil
            idle.append(transfer)
        }
        if !done.isEmpty { deliver(done) }
    }

    private func abort(_ active: inout [Int64: Transfer], of multi: UnsafeMutableRawPointer) {
        guard !active.isEmpty else { return }
        let done = active.map { token, transfer in
            curl_multi_remove_handle(multi, transfer.easy)
            return Transport.Completion(token: token, response: transfer.response(nil))
        }
        active.removeAll()
        deliver(done)
    }

    /// Gives requests back that were never started.
    private func abandon(_ submissions: [Transport.Submission]) {
        guard !submissions.isEmpty else { return }
        deliver(
            submissions.map {
                Transport.Completion(token: $0.token, response: Response(failure: .aborted, mayHaveLeft: false))
            })
    }
}
