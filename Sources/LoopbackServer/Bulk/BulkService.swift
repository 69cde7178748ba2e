// SPDX-License-Identifier: Apache-2.0
//
// Endpoints for bulk work, in memory: an item a request, envelopes, jobs with polling and events, imports.

import GraphQLBatching
import Synchronization

/// An API of records that takes them one by one, many in an envelope, or as a job.
///
/// ```swift
/// let service = BulkService()
/// let server = try LoopbackHTTPServer(handler: service.respond)
/// // POST {"name": "a"} to server.url + "/items"
/// print(service.contents.creations)
/// ```
///
/// | endpoint | |
/// |---|---|
/// | `POST /items`, `GET`, `PUT` and `DELETE /items/ID` | one record; `Idempotency-Key` is honoured |
/// | `GET /items?ids=1,2` | a list in this order, with `null` for what is missing |
/// | `GET /items` | all records, as JSON Lines |
/// | `POST /items/update-by-query`, `/items/delete-by-query` | each record that has the members of `filter` |
/// | `POST /bulk` | an envelope of `operations` and `options` |
/// | `POST /jobs` | `items` to create, or `operations`; gives a `task_id` |
/// | `GET /jobs/ID`, `/jobs/ID/result`, `/jobs/ID/events` | status, results by index, server-sent events |
/// | `POST /imports` | a multipart form with a `file` in CSV, JSON or JSON Lines, and `mapping`; gives a `task_id` |
/// | `GET /health` | |
///
/// A record needs a `name`. Names that begin with `fail` are refused, with `busy` refused once with 503, with `lost`
/// done and left out of an envelope's results.
package final class BulkService: Sendable {
    /// What may change while it serves.
    package struct Settings: Sendable {
        /// How long a row takes; the reply waits for its rows. A job keeps what was set when it was submitted.
        package var rowCost = Duration.zero
        /// How many operations an envelope may have.
        package var maximumOperations = 1_000
        /// How many rows a job may have.
        package var maximumJobItems = 10_000
        /// How jobs go that are submitted from now on.
        package var jobCourse = JobCourse()
        /// A limit on all requests but those to the health check.
        package var rateLimit: RateLimit?
        /// The key that requests must have, as `X-API-Key` or as `Authorization: Bearer`.
        package var apiKey: String?
        /// What the health check says.
        package var isHealthy = true

        package init() {}
    }

    /// What there is.
    package struct Contents: Sendable {
        /// The names of all records that exist, once for each record.
        package var names: [String]
        /// How often a record of each name was created, whatever became of it since.
        package var creations: [String: Int]
    }

    private let state: Mutex<BulkState>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// An empty store.
    ///
    /// - Parameters:
    ///   - settings: What it begins with.
    ///   - now: The time, by which jobs go on and windows of rate limits end.
    package init(
        settings: Settings = Settings(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        state = Mutex(BulkState(settings: settings))
        self.now = now
    }

    /// What requests from now on are served by.
    package var settings: Settings {
        get { state.withLock { $0.settings } }
        set { state.withLock { $0.settings = newValue } }
    }

    /// What there is at present, with the rows of jobs that are due.
    package var contents: Contents {
        state.withLock { state in
            state.advance(to: now())
            return Contents(
                names: state.store.items.values.compactMap { $0["name"]?.text },
                creations: state.store.creations
            )
        }
    }

    /// Answers a request, whatever it is.
    package func respond(to request: LoopbackRequest) -> LoopbackReply {
        state.withLock { state in
            let now = now()
            if request.path == "/health" {
                let isHealthy = state.settings.isHealthy
                return .json(isHealthy ? 200 : 503, ["status": isHealthy ? "ok" : "down"])
            }
            if let key = state.settings.apiKey, !request.has(key: key) {
                return .problem(401, "unauthorized", "The API key is missing or wrong.")
            }
            var headers: [(name: String, value: String)] = []
            if let limit = state.settings.rateLimit {
                let admission = state.window.admit(at: now, under: limit)
                headers = admission.headers
                guard admission.isWithin else {
                    return .problem(429, "rate_limited", "Too many requests.").adding(headers)
                }
            }
            let (reply, time) = state.answer(request, at: now)
            return reply.adding(headers).delayed(by: time, for: request)
        }
    }
}
