import HTTPTypes
import Hummingbird
import Logging

/// Counts requests, and makes a `Problem` of every error.
struct AnswerMiddleware<Context: RequestContext>: RouterMiddleware {
    let figures: HTTPFigures
    let log: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        let response: Response
        do {
            response = try await next(request, context)
        } catch let problem as Problem {
            response = try problem.response(from: request, context: context)
        } catch let error as any HTTPResponseError where error.status.code < 500 {
            response = try Problem(error.status, Self.detail(error, request)).response(from: request, context: context)
        } catch {
            log.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            response = try Problem(.internalServerError, "this is a fault of the server; its log says more")
                .response(from: request, context: context)
        }
        figures.answered(
            HTTPFigures.Series(
                route: context.endpointPath ?? "none", method: request.method.rawValue, status: response.status.code),
            in: began.duration(to: .now) / .seconds(1))
        return response
    }

    private static func detail(_ error: any HTTPResponseError, _ request: Request) -> String {
        switch error.status {
        case .notFound: "there is nothing at \(request.uri.path.prefix(200)); /openapi.json lists what there is"
        default: error.status.reasonPhrase
        }
    }
}
