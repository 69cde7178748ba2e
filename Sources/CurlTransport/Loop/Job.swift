// SPDX-License-Identifier: Apache-2.0
//
// What the loop knows of an exchange.

import HTTPTransport

/// An exchange on its way through the loop, on whose thread alone it is touched.
///
/// It waits in the queue; or has a place and is ready to be started; or is in flight on a transfer, which it retains;
/// or has ended. Any of the first three can end it.
final class Job: DeadlineHeapElement {
    enum Phase {
        case waiting(AdmissionQueue<Job>.Ticket)
        case ready
        case inFlight(Transfer)
        case ended
    }

    let exchange: Exchange
    var phase = Phase.ready
    /// When its limits are to be looked at.
    var deadline: Moment
    var heapIndex: Int?

    var origin: String { exchange.request.url.origin }

    init(_ exchange: Exchange, deadline: Moment) {
        self.exchange = exchange
        self.deadline = deadline
    }

    /// Where it is, for its time limits.
    var stage: TimeLimits.Stage {
        if case .inFlight(let transfer) = phase { transfer.stage } else { .queued(since: exchange.start) }
    }

    /// The response of a server that does not want the rest of the request, if that is so.
    func earlyResponse(now: Moment) -> HTTPResponse? {
        guard exchange.isLarge, case .inFlight(let transfer) = phase, transfer.isAnsweredEarly(now: now) else {
            return nil
        }
        return transfer.response.take()
    }

    /// When the whole exchange must have ended. A stream whose head is there may go on for as long as it likes.
    var total: Moment? {
        if exchange.channel != nil, case .inFlight(let transfer) = phase, transfer.hasHead { return nil }
        return exchange.deadline
    }

    /// The error of a request that a time limit ends in this phase.
    func timeoutError(_ limit: TimeLimits.Limit, _ limits: TimeLimits) -> HTTPTransportError {
        let total = exchange.timeout
        let message =
            switch limit {
            case .queue: "The request to \(origin) was not sent: it waited in the queue for \(limits.queue ?? total)."
            case .connect: "No connection to \(origin) within \(limits.connect)."
            case .firstByte: "No response from \(origin) within \(limits.firstByte ?? total) of the request."
            case .idle: "The response from \(origin) stood still for \(limits.idle ?? total)."
            case .total: totalTimeoutMessage
            }
        return HTTPTransportError(.timedOut, message, mayHaveReachedServer: mayHaveReachedServer)
    }

    private var totalTimeoutMessage: String {
        let timeout = exchange.timeout
        return switch phase {
        case .waiting, .ready: "The request to \(origin) was not sent: it waited in the queue for all its \(timeout)."
        case .inFlight(let transfer) where transfer.attempts > 0: "No complete response from \(origin) in \(timeout)."
        case .inFlight, .ended: "No connection to \(origin) in \(timeout)."
        }
    }

    /// The error of a request that a shutdown ends in this phase.
    var shutDownError: HTTPTransportError {
        HTTPTransportError(
            .shutDown,
            "The transport was shut down before the response from \(origin) was complete.",
            mayHaveReachedServer: mayHaveReachedServer
        )
    }

    /// The error of a request that a failure of the loop ends in this phase.
    func error(because failure: HTTPTransportError) -> HTTPTransportError {
        HTTPTransportError(failure.code, failure.message, mayHaveReachedServer: mayHaveReachedServer)
    }

    /// An error of this job, with all that is known of how far it has come.
    func describing(_ error: HTTPTransportError) -> HTTPTransportError {
        var error = error
        error.isRequestIdempotent = exchange.request.isIdempotent
        error.elapsed = exchange.start.duration(to: .now)
        if case .inFlight(let transfer) = phase {
            error.phase = transfer.phase
            error.attempts = transfer.attempts
            error.isConnectionReused = transfer.progress.isConnectionReused
        } else {
            error.phase = .queue
        }
        return error
    }

    /// What it has cost until now.
    func metrics(failure: HTTPTransportError.Code?) -> HTTPTransportMetrics {
        let request = exchange.request
        let total = exchange.start.duration(to: .now)
        var metrics = HTTPTransportMetrics(method: request.method, origin: origin, total: total)
        metrics.failure = failure
        if case .inFlight(let transfer) = phase { transfer.fill(&metrics, from: exchange.start) }
        return metrics
    }

    private var mayHaveReachedServer: Bool {
        guard case .inFlight(let transfer) = phase else { return false }
        return transfer.attempts > 0
    }
}
