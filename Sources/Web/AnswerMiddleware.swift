import HTTPTypes
import Hummingbird
import Logging
import Storage

/// Counts requests, and makes a `Problem` of every error.
struct AnswerMiddleware<Context: RequestContext>: RouterMiddleware {
    let figures: HTTPFigures
    let methods: RouteMethods
    let log: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        var response: Response
        do {
            try Site.expectReadable(request)
            response = try await next(request, context)
        } catch let problem as Problem {
            response = try problem.response(from: request, context: context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            response = try missing(request).response(from: request, context: context)
        } catch let error as any HTTPResponseError where error.status.code < 500 {
            response = try Problem(error.status, error.status.reasonPhrase).response(from: request, context: context)
        } catch let error as StorageError where error.isBusy || error.isLost {
            log.error("request failed", metadata: ["route": "\(context.endpointPath ?? "none")", "error": "\(error)"])
            var problem = Problem(
                .serviceUnavailable,
                error.isLost
                    ? "the database cannot be reached; try again"
                    : "the database is locked by another program; try again")
            problem.headers[.retryAfter] = "5"
            response = try problem.response(from: request, context: context)
        } catch {
            // The path itself may hold a secret, or a link that is good for one person.
            log.error("request failed", metadata: ["route": "\(context.endpointPath ?? "none")", "error": "\(error)"])
            response = try Problem(.internalServerError, "this is a fault of the server; its log says more")
                .response(from: request, context: context)
        }
        if request.method == .head { response = response.createHeadResponse() }
        figures.answered(
            HTTPFigures.Series(
                route: context.endpointPath ?? "none", method: request.method.rawValue, status: response.status.code),
            in: began.duration(to: .now) / .seconds(1))
        return response
    }

    /// There is nothing at the path, or nothing for the method.
    private func missing(_ request: Request) -> Problem {
        let path = request.uri.path.prefix(200)
        let allowed = methods.allowed(at: request.uri.path).joined(separator: ", ")
        guard !allowed.isEmpty else {
            return Problem(.notFound, "there is nothing at \(path); /openapi.json lists what there is")
        }
        var problem = Problem(.methodNotAllowed, "\(path) takes \(allowed), and not \(request.method.rawValue)")
        problem.headers[.allow] = allowed
        return problem
    }
}
