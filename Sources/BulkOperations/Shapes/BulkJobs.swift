// SPDX-License-Identifier: Apache-2.0
//
// The fourth shape: asynchronous jobs, submitted, followed and collected.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import HTTPTransport

/// Where the jobs of a server are.
public struct BulkJobRoutes: Sendable {
    /// Where a job is submitted.
    public var submit: HTTPURL
    /// Where its status is, by its id.
    public var status: @Sendable (String) throws -> HTTPURL
    /// Where its result is.
    public var result: @Sendable (String) throws -> HTTPURL
    /// Where its events are; `nil` to ask for the status again and again.
    public var events: (@Sendable (String) throws -> HTTPURL)?

    /// The usual routes: jobs are submitted to a URL and are found below it, with `/result` and `/events`.
    public init(below url: HTTPURL, hasEvents: Bool = true) {
        submit = url
        status = { try HTTPURL("\(url.string)/\($0)") }
        result = { try HTTPURL("\(url.string)/\($0)/result") }
        events = nil
        if hasEvents { events = { try HTTPURL("\(url.string)/\($0)/events") } }
    }
}

/// What a server says of a job.
public struct BulkJobStatus: Hashable, Sendable {
    /// The job.
    public let id: String
    /// `PENDING`, `STARTED`, `RETRY`, `SUCCESS` or `FAILURE`.
    public let status: String
    /// How many of its items are done, if the server says so.
    public let completed: Int?
    /// How many there are, if the server says so.
    public let total: Int?

    var isFinal: Bool { status == "SUCCESS" || status == "FAILURE" }
}

/// An operation that hands its items to a server as jobs: it submits one (`task_id`), follows it by its events, or by
/// asking for its status less and less often, and collects the result of each item by its index.
///
/// ```swift
/// import BulkOperations
/// import HTTPTransport
///
/// struct Card: Codable, Sendable { var name: String }
///
/// func importCards(_ cards: [Card], over transport: any HTTPClientTransport) async throws -> [Card?] {
///     let routes = BulkJobRoutes(below: try HTTPURL("https://api.example.com/jobs"))
///     let jobs = BulkJobs<Card, Card>(at: routes, over: transport)
///     var options = BulkOptions()
///     options.chunking = .fixed(10_000)
///     return try await BulkRunner(jobs, options: options).run(cards).outputs
/// }
/// ```
///
/// More inputs than a job takes make several jobs, which are followed together, as many at a time as
/// ``BulkOptions/maxConcurrentChunks``. Events are followed over an `HTTPStreamingTransport`; a cut stream is resumed
/// behind the last event that came.
///
/// Nobody follows a job any more when its run is cancelled, or its ``deadline`` has passed. It goes on at the server then:
/// its items are unknown, with an error that has the ``BulkError/jobID``.
public struct BulkJobs<Input: Sendable, Output: Decodable & Sendable>: BulkOperation {
    /// Makes the body of the request that submits a chunk.
    public typealias Body = @Sendable (BulkChunk<Input>) throws -> [UInt8]
    /// Sends the request that submits a chunk.
    public typealias Submission = @Sendable (HTTPRequest, BulkChunk<Input>) async throws -> HTTPResponse

    /// Header fields of each request, such as an API key.
    public var headers = HTTPHeaders()
    /// The name of the header field of a job's idempotency key, which is made of those of its items.
    public var keyHeader = "Idempotency-Key"
    /// The most items of a job; 10,000 by default.
    public var maxJobSize = 10_000
    /// The time to the second look at a status, which doubles from look to look; 100 ms by default.
    public var firstPoll = Duration.milliseconds(100)
    /// The longest time between two looks; 10 s by default.
    public var longestPoll = Duration.seconds(10)
    /// How long a job is followed; `nil`, the default, for as long as it takes.
    public var deadline: Duration?
    /// How often in a row a look may fail before a job is given up; 10 by default.
    public var maxLostLooks = 10
    /// Measures times.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// What is asked before a run, which does not begin if the answer is not a success; `nil`, the default, for nothing.
    public var healthCheck: HTTPRequest?
    /// Told what is known of each job, whenever something is.
    public var onStatus: @Sendable (BulkJobStatus) -> Void = { _ in }

    let routes: BulkJobRoutes
    let exchange: BulkExchange
    let decoder: JSONDecoder
    private let check: @Sendable (Input) throws -> Void
    private let submission: Submission

    /// Makes an operation.
    ///
    /// - Parameters:
    ///   - routes: Where jobs are.
    ///   - transport: What moves the requests; events need an `HTTPStreamingTransport`.
    ///   - decoder: Decodes the bodies of results.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - body: Makes the body that submits a chunk, as JSON.
    public init(
        at routes: BulkJobRoutes,
        over transport: any HTTPClientTransport,
        decoder: JSONDecoder = JSONDecoder(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        body: @escaping Body
    ) {
        self.init(at: routes, over: transport, decoder: decoder, validate: validate) { request, chunk in
            var request = request
            request.body = try body(chunk)
            try request.headers.set(name: "Content-Type", value: "application/json")
            return try await transport.send(request)
        }
    }

    /// Makes an operation that submits a chunk in a way of its own, such as a multipart form with a file.
    ///
    /// - Parameters:
    ///   - routes: Where jobs are.
    ///   - transport: What moves all other requests; events need an `HTTPStreamingTransport`.
    ///   - decoder: Decodes the bodies of results.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - submission: Gets the request without a body, with ``headers`` and the idempotency key, and sends it.
    public init(
        at routes: BulkJobRoutes,
        over transport: any HTTPClientTransport,
        decoder: JSONDecoder = JSONDecoder(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        submission: @escaping Submission
    ) {
        self.routes = routes
        exchange = BulkExchange(transport: transport)
        self.decoder = decoder
        check = validate
        self.submission = submission
    }

    /// Makes an operation that submits `{items: […]}`; otherwise as ``init(at:over:decoder:validate:body:)``.
    public init(
        at routes: BulkJobRoutes,
        over transport: any HTTPClientTransport,
        decoder: JSONDecoder = JSONDecoder(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in }
    ) where Input: Encodable {
        self.init(at: routes, over: transport, decoder: decoder, validate: validate) { chunk in
            Array(try JSONEncoder().encode(["items": chunk.inputs]))
        }
    }

    /// The most items of a job.
    public var maxChunkSize: Int? { max(maxJobSize, 1) }

    /// A job has a key of all its items.
    public var keysWholeChunks: Bool { true }

    /// Sends the health check.
    public func prepare() async throws { try await exchange.check(healthCheck) }

    /// Asks the closure that was given for it.
    public func validate(_ input: Input) throws { try check(input) }

    /// Submits a job, follows it to its end and collects its result.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] {
        var request = HTTPRequest(url: routes.submit, headers: headers)
        let mayRepeat = chunk.hasIdempotencyKeys
        if mayRepeat { try request.headers.set(name: keyHeader, value: chunk.jobKey) }
        let reply: BulkExchange.Reply<Output> = await exchange.send(request, for: chunk, mayRepeat: mayRepeat) {
            try await submission($0, chunk)
        }
        switch reply {
        case .refused(let outcome):
            return chunk.items.map { _ in outcome }
        case .success(let response):
            guard let id = (try? decoder.decode(JobBody.self, from: Data(response.body)))?.task_id else {
                let error = BulkError(.invalidResponse, "The answer to the submission of a job has no 'task_id'.")
                return chunk.items.map { _ in .unknown(error, mayRepeat: mayRepeat) }
            }
            return await follow(id, of: chunk)
        }
    }

    private func follow(_ id: String, of chunk: BulkChunk<Input>) async -> [BulkOutcome<Output>] {
        do {
            let status = try await JobFollower(jobs: self, id: id, chunk: chunk).end()
            return try await collect(id, status, chunk)
        } catch {
            var report = BulkError(
                .jobStillRunning,
                "Nobody follows the job '\(id)' any more, which may be running at the server: \(error)",
                offender: id,
                underlying: error
            )
            report.jobID = id
            return chunk.items.map { _ in .unknown(report) }
        }
    }

    /// Reads what a job that has ended came to. What the result of a failed job does not have was not done.
    private func collect(
        _ id: String,
        _ status: BulkJobStatus,
        _ chunk: BulkChunk<Input>
    ) async throws -> [BulkOutcome<Output>] {
        let response = try await JobFollower(jobs: self, id: id, chunk: chunk).result()
        let result = try decoder.decode(JobResult<Output>.self, from: Data(response.body))
        let byID = Dictionary(result.results.map { ($0.id, $0) }) { first, _ in first }
        return chunk.items.indices.map { place in
            if let found = byID["\(place)"] { return found.outcome(mayRepeat: false) }
            var error = BulkError(.missingResult, "The result of the job '\(id)' has no item \(place).", offender: id)
            error.jobID = id
            guard status.status == "FAILURE" else { return .unknown(error) }
            error.code = .jobFailed
            error.serverCode = result.error?.code
            error.message = "The job '\(id)' failed before this item: \(result.error?.message ?? "it does not say why")"
            return .failure(error)
        }
    }
}

/// What the answers to a submission and to a look at a status have in common. The names are those of the wire.
struct JobBody: Decodable {
    struct Progress: Decodable {
        var completed: Int?
        var total: Int?
    }

    var task_id: String?
    var status: String?
    var progress: Progress?
}

/// The result of a job.
private struct JobResult<Output: Decodable>: Decodable {
    var results: [ItemResult<Output>]
    var error: ServerProblem?
}

extension BulkChunk {
    /// A key of all its items: the same for the same items, and only for them.
    fileprivate var jobKey: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for item in items {
            for byte in (item.idempotencyKey ?? "").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0x2c) &* 0x100_0000_01b3
        }
        return "\(items.first?.idempotencyKey ?? "")-\(items.count)-\(String(hash, radix: 36))"
    }
}
