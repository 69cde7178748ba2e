// SPDX-License-Identifier: Apache-2.0
//
// The first shape: a request for each item.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import HTTPTransport

/// An operation that sends a request for each item. As many are in flight as ``BulkOptions/maxConcurrentChunks``.
///
/// ```swift
/// import BulkOperations
/// import HTTPTransport
///
/// struct Issue: Decodable, Sendable { var id: String }
///
/// func create(_ titles: [String], over transport: any HTTPClientTransport) async throws -> [Issue?] {
///     let url = try HTTPURL("https://api.example.com/issues")
///     let creation = BulkRequests<String, Issue>(over: transport) { item in
///         HTTPRequest(url: url, body: Array("{\"title\": \"\(item.input)\"}".utf8))
///     }
///     var options = BulkOptions()
///     options.maxConcurrentChunks = 10
///     return try await BulkRunner(creation, options: options).run(titles).outputs
/// }
/// ```
///
/// A 2xx is a success; what other statuses and lost connections mean is in <doc:Outcomes>. Where runs have idempotency
/// keys, they travel as a header field.
public struct BulkRequests<Input: Sendable, Output: Sendable>: BulkOperation {
    /// Makes the request for an item.
    public typealias Request = @Sendable (BulkItem<Input>) throws -> HTTPRequest
    /// Reads the answer to one.
    public typealias Answer = @Sendable (HTTPResponse, Input) throws -> Output

    /// The name of the header field of idempotency keys; `Idempotency-Key` by default.
    public var keyHeader = "Idempotency-Key"
    /// What is asked before a run, which does not begin if the answer is not a success; `nil`, the default, for nothing.
    public var healthCheck: HTTPRequest?
    private let exchange: BulkExchange
    private let check: @Sendable (Input) throws -> Void
    private let request: Request
    private let answer: Answer

    /// Makes an operation.
    ///
    /// - Parameters:
    ///   - transport: What moves the requests.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - request: Makes the request for an item; what it throws is the failure of that item.
    ///   - answer: Reads the output from a successful response. If it throws, the item is unknown: it was done, and nobody
    ///     can say what came of it; if it was read by `GET`, it failed.
    public init(
        over transport: any HTTPClientTransport,
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        request: @escaping Request,
        answer: @escaping Answer
    ) {
        exchange = BulkExchange(transport: transport)
        check = validate
        self.request = request
        self.answer = answer
    }

    /// Makes an operation whose answers are JSON.
    ///
    /// Otherwise as ``init(over:validate:request:answer:)``. An empty answer is read as `null`.
    public init(
        over transport: any HTTPClientTransport,
        decoder: JSONDecoder = JSONDecoder(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        request: @escaping Request
    ) where Output: Decodable {
        self.init(over: transport, validate: validate, request: request) { response, _ in
            try decoder.decode(Output.self, from: response.body.isEmpty ? Data("null".utf8) : Data(response.body))
        }
    }

    /// One: each item has a request of its own.
    public var maxChunkSize: Int? { 1 }

    /// Sends the health check.
    public func prepare() async throws { try await exchange.check(healthCheck) }

    /// Asks the closure that was given for it.
    public func validate(_ input: Input) throws { try check(input) }

    /// Sends the request of each item.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] {
        var outcomes: [BulkOutcome<Output>] = []
        for item in chunk.items { outcomes.append(await outcome(of: item, in: chunk)) }
        return outcomes
    }

    private func outcome(of item: BulkItem<Input>, in chunk: BulkChunk<Input>) async -> BulkOutcome<Output> {
        var message: HTTPRequest
        do {
            message = try request(item)
            if let key = item.idempotencyKey { try message.headers.set(name: keyHeader, value: key) }
        } catch {
            return .failure(error)
        }
        let reply: BulkExchange.Reply<Output> =
            await exchange.send(message, for: chunk, mayRepeat: item.idempotencyKey != nil)
        switch reply {
        case .refused(let outcome):
            return outcome
        case .success(let response):
            do {
                return .success(try answer(response, item.input))
            } catch {
                return message.method == .get ? .failure(error) : .unknown(error)
            }
        }
    }
}
