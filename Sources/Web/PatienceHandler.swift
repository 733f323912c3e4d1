import HTTPTypes
package import NIOCore
import NIOHTTPCompression
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How long a client may take over the parts of a request.
package struct Patience: Sendable {
    /// For the first head of a connection, from its beginning.
    package var head = TimeAmount.seconds(10)
    /// For the next head, from the last answer.
    package var idle = TimeAmount.seconds(60)
    /// For the body, from the end of the head.
    package var body = TimeAmount.seconds(30)
    /// For what is under way when the server is asked to stop.
    package var stop = TimeAmount.seconds(4)

    package init() {}
}

/// Closes connections whose client is too slow, however busy it keeps them, and inflates compressed bodies.
final class PatienceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Of an inflated body; each route has a lower limit of its own.
    static let largestInflated = 8 << 20

    private let patience: Patience
    private let crowd: Crowd
    /// Its number among those that wait; nil before it is connected and after its end.
    private var number: Int?
    private var deadline: Scheduled<Void>?
    private var isStopping = false
    /// Whether a request has begun that has no answer yet.
    private var isUnderWay = false
    /// The answer says that no other follows.
    private var isLast = false

    init(_ patience: Patience, _ crowd: Crowd) {
        self.patience = patience
        self.crowd = crowd
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        if let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? pipeline.addHandler(
                NIOHTTPRequestDecompressor(limit: .size(Self.largestInflated)), position: .before(codec))
        }
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        if number == nil { number = crowd.enter(context.channel) }
        expect(within: patience.head, context)
    }

    private func end() {
        deadline?.cancel()
        if let number { crowd.leave(number) }
        number = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isUnderWay = true
            expect(within: isStopping ? patience.stop : patience.body, context)
        case .body: break
        case .end:
            deadline?.cancel()
            if let number { crowd.stopWaiting(number) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var promise = promise
        switch unwrapOutboundIn(data) {
        case .head(let head): isLast = head.headerFields[.connection] == "close"
        case .body: break
        case .end:
            isUnderWay = false
            if let number {
                crowd.stopWaiting(number)
                self.number = crowd.waitAgain(context.channel)
            }
            // The answer is still on its way out.
            expect(within: isStopping ? .milliseconds(200) : patience.idle, context)
            guard isLast else { break }
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            promise = written
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            // Who has not asked anything has nothing to wait for.
            expect(within: isUnderWay ? patience.stop : .zero, context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
