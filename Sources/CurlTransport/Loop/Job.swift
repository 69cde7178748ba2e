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
    var heapIndex: Int?

    var deadline: ContinuousClock.Instant { exchange.deadline }
    var origin: String { exchange.request.url.origin }

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    /// The error of a request that its time-out ends in this phase.
    var timeoutError: HTTPTransportError {
        let timeout = exchange.timeout
        let message =
            switch phase {
            case .waiting: "The request to \(origin) was not sent: it waited in the queue for all its \(timeout)."
            case .inFlight(let transfer) where transfer.attempts > 0:
                "No complete response from \(origin) in \(timeout)."
            case .ready, .inFlight, .ended: "No connection to \(origin) in \(timeout)."
            }
        return HTTPTransportError(.timedOut, message, mayHaveReachedServer: mayHaveReachedServer)
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

    private var mayHaveReachedServer: Bool {
        guard case .inFlight(let transfer) = phase else { return false }
        return transfer.attempts > 0
    }
}
