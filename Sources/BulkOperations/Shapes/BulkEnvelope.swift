// SPDX-License-Identifier: Apache-2.0
//
// The second shape: many REST operations in one request.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import HTTPTransport

/// One operation in an envelope.
public struct BulkEnvelopeOperation: Sendable {
    /// The method, as if it were a request of its own.
    public var method: HTTPMethod
    /// The path.
    public var path: String
    /// The body; `nil` for none.
    public var body: (any Encodable & Sendable)?

    /// Makes an operation.
    public init(_ method: HTTPMethod, _ path: String, body: (any Encodable & Sendable)? = nil) {
        self.method = method
        self.path = path
        self.body = body
    }
}

/// An operation that sends many REST operations in one request:
/// `{operations: [{id, method, path, body}], options: {…}}`, answered by `{results: [{id, status, body or error}]}`.
///
/// ```swift
/// import BulkOperations
/// import HTTPTransport
///
/// struct User: Codable, Sendable { var name: String }
///
/// func create(_ users: [User], over transport: any HTTPClientTransport) async throws -> [User?] {
///     let url = try HTTPURL("https://api.example.com/bulk")
///     let creation = BulkEnvelope<User, User>(to: url, over: transport) { item in
///         BulkEnvelopeOperation(.post, "/users", body: item.input)
///     }
///     return try await BulkRunner(creation).run(users).outputs
/// }
/// ```
///
/// Results are matched by their id and not by their place. An operation without a result was sent, so that its item is
/// unknown. Where runs have idempotency keys, each operation has its own as `idempotency_key`, and PUT, DELETE and GET
/// need none to be repeated.
public struct BulkEnvelope<Input: Sendable, Output: Decodable & Sendable>: BulkOperation {
    /// Makes the operation for an item.
    public typealias Operation = @Sendable (BulkItem<Input>) throws -> BulkEnvelopeOperation

    /// Header fields of each request.
    public var headers = HTTPHeaders()
    /// The most operations in a request; 1,000 by default.
    public var maxOperations = 1_000
    /// Whether the server may run operations side by side. Off by default.
    public var isParallel = false
    /// Whether the server goes on after an operation that failed; if not, those behind it fail. On by default.
    public var continuesOnError = true
    /// The time after which the server begins no further operation; `nil`, the default, for its own.
    public var serverTimeout: Duration?
    /// Whether the server leaves bodies out of successful results. `Output` must be an optional then, which is `nil`.
    public var suppressesSuccess = false
    /// What is asked before a run, which does not begin if the answer is not a success; `nil`, the default, for nothing.
    public var healthCheck: HTTPRequest?
    private let url: HTTPURL
    private let exchange: BulkExchange
    private let decoder: JSONDecoder
    private let check: @Sendable (Input) throws -> Void
    private let operation: Operation

    /// Makes an operation.
    ///
    /// - Parameters:
    ///   - url: Where envelopes go.
    ///   - transport: What moves them.
    ///   - decoder: Decodes the bodies of results.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - operation: Makes the operation for an item; what it throws is the failure of that item.
    public init(
        to url: HTTPURL,
        over transport: any HTTPClientTransport,
        decoder: JSONDecoder = JSONDecoder(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        operation: @escaping Operation
    ) {
        self.url = url
        exchange = BulkExchange(transport: transport)
        self.decoder = decoder
        check = validate
        self.operation = operation
    }

    /// The most operations in a request.
    public var maxChunkSize: Int? { max(maxOperations, 1) }

    /// An envelope can be done as a whole or not at all.
    public var isAtomic: Bool { true }

    /// Sends the health check.
    public func prepare() async throws { try await exchange.check(healthCheck) }

    /// Asks the closure that was given for it.
    public func validate(_ input: Input) throws { try check(input) }

    /// Sends an envelope.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] {
        var outcomes = [BulkOutcome<Output>?](repeating: nil, count: chunk.items.count)
        var operations: [(place: Int, json: EnvelopeBody.Operation)] = []
        for (place, item) in chunk.items.enumerated() {
            do {
                let made = try operation(item)
                operations.append((place, EnvelopeBody.Operation(made, id: "\(place)", key: item.idempotencyKey)))
            } catch {
                outcomes[place] = .failure(error)
            }
        }
        let isComplete = operations.count == chunk.items.count
        let found =
            operations.isEmpty || (chunk.isAtomic && !isComplete)
            ? operations.map { _ in .failure(notBegun) } : try await send(operations.map(\.json), for: chunk)
        for (operation, outcome) in zip(operations, found) { outcomes[operation.place] = outcome }
        return outcomes.compactMap(\.self)
    }

    private var notBegun: BulkError {
        BulkError(.rolledBack, "Another item of the chunk cannot be sent, which is all or nothing.")
    }

    private func send(
        _ operations: [EnvelopeBody.Operation],
        for chunk: BulkChunk<Input>
    ) async throws -> [BulkOutcome<Output>] {
        let body = EnvelopeBody(operations: operations, options: options(isAtomic: chunk.isAtomic))
        var request = HTTPRequest(url: url, headers: headers, body: Array(try JSONEncoder().encode(body)))
        try request.headers.set(name: "Content-Type", value: "application/json")
        let mayRepeatAll = operations.allSatisfy(\.mayRepeat)
        let reply: BulkExchange.Reply<Output> = await exchange.send(request, for: chunk, mayRepeat: mayRepeatAll)
        switch reply {
        case .refused(.unknown(let error, _)):
            return operations.map { .unknown(error, mayRepeat: chunk.isAtomic ? mayRepeatAll : $0.mayRepeat) }
        case .refused(let outcome):
            return operations.map { _ in outcome }
        case .success(let response):
            return outcomes(of: operations, in: response)
        }
    }

    private func options(isAtomic: Bool) -> EnvelopeBody.Options {
        EnvelopeBody.Options(
            atomic: isAtomic,
            continue_on_error: continuesOnError,
            parallel: isParallel,
            timeout_ms: serverTimeout.map { Int($0 / .milliseconds(1)) },
            suppress_success: suppressesSuccess
        )
    }

    private func outcomes(of operations: [EnvelopeBody.Operation], in response: HTTPResponse) -> [BulkOutcome<Output>] {
        do {
            let results = try decoder.decode(EnvelopeResults<Output>.self, from: Data(response.body)).results
            let byID = Dictionary(results.map { ($0.id, $0) }) { first, _ in first }
            return operations.map { operation in
                byID[operation.id]?.outcome(mayRepeat: operation.mayRepeat)
                    ?? .unknown(missing(operation), mayRepeat: operation.mayRepeat)
            }
        } catch {
            let error = BulkError(.invalidResponse, "The answer is not one of an envelope: \(error)", underlying: error)
            return operations.map { .unknown(error, mayRepeat: $0.mayRepeat) }
        }
    }

    private func missing(_ operation: EnvelopeBody.Operation) -> BulkError {
        BulkError(
            .missingResult,
            "The answer has no result for \(operation.method) \(operation.path), the operation '\(operation.id)'.",
            offender: operation.id
        )
    }
}

/// What is sent.
private struct EnvelopeBody: Encodable {
    struct Operation: Encodable {
        let id: String
        let method: String
        let path: String
        let mayRepeat: Bool
        private let body: (any Encodable & Sendable)?
        private let key: String?

        private enum CodingKeys: String, CodingKey {
            case id, method, path, body
            case key = "idempotency_key"
        }

        init(_ operation: BulkEnvelopeOperation, id: String, key: String?) {
            self.id = id
            method = operation.method.rawValue
            path = operation.path
            mayRepeat = key != nil || operation.method.isIdempotent
            body = operation.body
            self.key = key
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(method, forKey: .method)
            try container.encode(path, forKey: .path)
            if let body { try container.encode(body, forKey: .body) }
            try container.encodeIfPresent(key, forKey: .key)
        }
    }

    /// The names are those of the wire.
    struct Options: Encodable {
        let atomic: Bool
        let continue_on_error: Bool
        let parallel: Bool
        let timeout_ms: Int?
        let suppress_success: Bool
    }

    let operations: [Operation]
    let options: Options
}

/// What comes back.
private struct EnvelopeResults<Output: Decodable>: Decodable {
    let results: [ItemResult<Output>]
}
