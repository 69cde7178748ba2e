// SPDX-License-Identifier: Apache-2.0
//
// Waiting for a job to end: by its events where it has some, else by looking at its status.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
internal import HTTPTransport

/// Follows one job.
struct JobFollower<Input: Sendable, Output: Decodable & Sendable>: Sendable {
    let jobs: BulkJobs<Input, Output>
    let id: String
    let chunk: BulkChunk<Input>

    /// Returns when the job has ended.
    ///
    /// - Throws: Why it cannot be followed any further: the deadline, too many looks that failed, or `CancellationError`.
    func end() async throws -> BulkJobStatus {
        let clock = RunClock(jobs.clock)
        guard let deadline = jobs.deadline else { return try await follow(clock) }
        return try await withThrowingTaskGroup(of: BulkJobStatus?.self) { group in
            group.addTask { try await follow(clock) }
            group.addTask {
                try await clock.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let status = first else {
                throw BulkError(.timedOut, "The job did not end within its deadline of \(deadline).")
            }
            return status
        }
    }

    /// Reads the result of a job that has ended, again if that fails.
    func result() async throws -> HTTPResponse {
        let clock = RunClock(jobs.clock)
        var looks = Looks(jobs)
        while true {
            switch await look(at: try jobs.routes.result(id)) {
            case .success(let response): return response
            case .failure(let error): try await clock.sleep(for: looks.delay(afterLost: error))
            }
        }
    }

    private func follow(_ clock: RunClock) async throws -> BulkJobStatus {
        if let events = jobs.routes.events, let transport = jobs.exchange.transport as? any HTTPStreamingTransport {
            var stream = JobEventStream(jobs: jobs, id: id, url: try events(id), transport: transport)
            if let status = try await stream.end(clock) { return status }
        }
        return try await poll(clock)
    }

    private func poll(_ clock: RunClock) async throws -> BulkJobStatus {
        var looks = Looks(jobs)
        while true {
            switch await look(at: try jobs.routes.status(id)) {
            case .success(let response):
                let status = try BulkJobStatus(id, response.body)
                jobs.onStatus(status)
                if status.isFinal { return status }
                try await clock.sleep(for: looks.delayAfterLook())
            case .failure(let error):
                try await clock.sleep(for: looks.delay(afterLost: error))
            }
        }
    }

    private func look(at url: HTTPURL) async -> Result<HTTPResponse, LookFailure> {
        let request = HTTPRequest(method: .get, url: url, headers: jobs.headers)
        let reply: BulkExchange.Reply<Output> = await jobs.exchange.send(request, for: chunk, mayRepeat: true)
        switch reply {
        case .success(let response): return .success(response)
        case .refused(.transient(let error, let retryAfter)):
            return .failure(LookFailure(error: error, retryAfter: retryAfter, isForGood: error is CancellationError))
        case .refused(.failure(let error)), .refused(.unknown(let error, _)):
            return .failure(LookFailure(error: error, retryAfter: nil, isForGood: true))
        case .refused(.success):
            return .failure(LookFailure(error: CancellationError(), retryAfter: nil, isForGood: true))
        }
    }
}

/// Why a look at a job shows nothing.
private struct LookFailure: Error {
    let error: any Error
    let retryAfter: Duration?
    /// Whether it is no use to look again.
    let isForGood: Bool
}

/// When to look again.
private struct Looks {
    private let longest: Duration
    private let maxLost: Int
    private var next: Duration
    private var lost = 0

    init(_ jobs: BulkJobs<some Sendable, some Decodable & Sendable>) {
        longest = jobs.longestPoll
        maxLost = jobs.maxLostLooks
        next = jobs.firstPoll
    }

    mutating func delayAfterLook() -> Duration {
        lost = 0
        defer { next = min(next * 2, longest) }
        return next
    }

    /// - Throws: The reason, if it is no use to look again.
    mutating func delay(afterLost failure: LookFailure) throws -> Duration {
        lost += 1
        guard !failure.isForGood, lost <= maxLost else { throw failure.error }
        defer { next = min(next * 2, longest) }
        return max(next, min(failure.retryAfter ?? .zero, .seconds(120)))
    }
}

/// The events of one job, resumed when they are cut.
private struct JobEventStream<Input: Sendable, Output: Decodable & Sendable> {
    let jobs: BulkJobs<Input, Output>
    let id: String
    let url: HTTPURL
    let transport: any HTTPStreamingTransport
    private var lastID = ""
    private var delay: Duration

    init(jobs: BulkJobs<Input, Output>, id: String, url: HTTPURL, transport: any HTTPStreamingTransport) {
        self.jobs = jobs
        self.id = id
        self.url = url
        self.transport = transport
        delay = jobs.firstPoll
    }

    /// The status with which the job ended; `nil` if there are no events to follow, or too many cuts without one.
    mutating func end(_ clock: RunClock) async throws -> BulkJobStatus? {
        var cuts = 0
        while cuts <= jobs.maxLostLooks {
            do {
                var request = HTTPRequest(method: .get, url: url, headers: jobs.headers)
                try request.headers.set(name: "Accept", value: "text/event-stream")
                if !lastID.isEmpty { try request.headers.set(name: "Last-Event-ID", value: lastID) }
                let response = try await transport.stream(request)
                guard response.isSuccess else { return nil }
                for try await event in ServerSentEvents(response.body) {
                    cuts = 0
                    if let status = read(event) { return status }
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                // The stream was cut: it is resumed below.
            }
            try Task.checkCancellation()
            cuts += 1
            try await clock.sleep(for: delay)
        }
        return nil
    }

    /// The status with which the job ended, if the event says so.
    private mutating func read(_ event: ServerSentEvent) -> BulkJobStatus? {
        lastID = event.id
        delay = event.retry ?? delay
        let told = try? BulkJobStatus(id, Array(event.data.utf8))
        switch event.event {
        case "complete": return BulkJobStatus(id: id, status: "SUCCESS", completed: told?.completed, total: told?.total)
        case "error": return BulkJobStatus(id: id, status: "FAILURE", completed: told?.completed, total: told?.total)
        default:
            if let told { jobs.onStatus(told) }
            return nil
        }
    }
}

extension BulkJobStatus {
    fileprivate init(_ id: String, _ json: [UInt8]) throws {
        let body = try JSONDecoder().decode(JobBody.self, from: Data(json))
        guard let status = body.status else {
            throw BulkError(.invalidResponse, "The answer to a look at the job '\(id)' has no 'status'.", offender: id)
        }
        self.init(id: id, status: status, completed: body.progress?.completed, total: body.progress?.total)
    }
}
