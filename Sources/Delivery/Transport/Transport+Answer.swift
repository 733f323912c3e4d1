extension Transport {
    /// One request on a transport of its own.
    package static func answer(to request: Request) async -> Response {
        let (responses, continuation) = AsyncStream<Response>.makeStream()
        let transport = Transport { completions in
            for completion in completions { continuation.yield(completion.response) }
            continuation.finish()
        }
        transport.submit(request, token: 0)
        var answer = Response(failure: .aborted, mayHaveLeft: false)
        for await response in responses { answer = response }
        await transport.stop(drain: false)
        return answer
    }
}
