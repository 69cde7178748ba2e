// SPDX-License-Identifier: Apache-2.0
//
// The third shape: mutations as aliases of one document, and queries likewise.

internal import DataLoading
public import GraphQLBatching
public import HTTPTransport

/// An operation that runs a GraphQL mutation for each item, many in a document under aliases.
///
/// ```swift
/// import BulkOperations
/// import GraphQLBatching
/// import HTTPTransport
///
/// struct User: Decodable, Sendable { var id: String }
///
/// func create(_ names: [String], at endpoint: GraphQLEndpoint, over transport: any HTTPClientTransport) async throws {
///     let creation = BulkMutation<String, User>(at: endpoint, over: transport) { item in
///         GraphQLField("createUser", arguments: ["name": .string(item.input)]) { "id" }
///     }
///     print(try await BulkRunner(creation).run(names).summary)
/// }
/// ```
///
/// A chunk is cut further as the `GraphQLBudget` of the configuration says. Errors reach the items that they concern: a
/// document that is refused for one bad value, so that nothing of it ran, goes again in halves, without that one in the
/// end. A mutation whose outcome is lost is not sent again, unless the run has idempotency keys: then the field must hand on
/// ``BulkItem/idempotencyKey`` as an argument.
public struct BulkMutation<Input: Sendable, Output: Decodable & Sendable>: BulkOperation {
    /// Makes the field for an item.
    public typealias Field = @Sendable (BulkItem<Input>) throws -> GraphQLField

    /// What is asked before a run, which does not begin if the answer is not a success; `nil`, the default, for nothing.
    public var healthCheck: HTTPRequest?
    private let endpoint: GraphQLEndpoint
    private let transport: any HTTPClientTransport
    private let configuration: GraphQLClientConfiguration
    private let check: @Sendable (Input) throws -> Void
    private let field: Field

    /// Makes an operation.
    ///
    /// - Parameters:
    ///   - endpoint: The server, with what is known of its limits.
    ///   - transport: What moves the requests.
    ///   - configuration: Headers, budgets and so on.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - field: Makes the mutation for an item; what it throws is the failure of that item.
    public init(
        at endpoint: GraphQLEndpoint,
        over transport: any HTTPClientTransport,
        configuration: GraphQLClientConfiguration = GraphQLClientConfiguration(),
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        field: @escaping Field
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.configuration = configuration
        check = validate
        self.field = field
    }

    /// Sends the health check.
    public func prepare() async throws { try await BulkExchange(transport: transport).check(healthCheck) }

    /// Asks the closure that was given for it.
    public func validate(_ input: Input) throws { try check(input) }

    /// Runs the mutations of a chunk, those of each document in the order of the items.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] {
        // Documents of one client go one after another; chunks are to go side by side.
        let client = chunk.client(at: endpoint, over: transport, configuration)
        let options = GraphQLCallOptions(isIdempotent: chunk.hasIdempotencyKeys)
        var search = RefusalSearch<Input, Output> { items in
            await items.outcomes { item in
                let field: GraphQLField
                do { field = try self.field(item) } catch { return .failure(error) }
                do {
                    return .success(try await client.mutateResult(field, as: Output.self, options: options).value)
                } catch let error as GraphQLClientError {
                    return error.outcome(mayRepeat: item.idempotencyKey != nil)
                } catch {
                    return .thrown(error, mayRepeat: item.idempotencyKey != nil)
                }
            }
        }
        return await search.outcomes(of: chunk.items)
    }
}

/// An operation that reads a GraphQL field for each item, many in a document: `getMany`.
///
/// ```swift
/// import BulkOperations
/// import GraphQLBatching
/// import HTTPTransport
///
/// struct User: Decodable, Sendable { var id: String; var name: String }
///
/// func users(_ ids: [String], at endpoint: GraphQLEndpoint, over transport: any HTTPClientTransport) async throws -> [User?] {
///     let reading = BulkQuery<String, User?>(at: endpoint, over: transport) { item in
///         GraphQLField("user", arguments: ["id": .id(item.input)]) { "id"; "name" }
///     }
///     return try await BulkRunner(reading).run(ids).get()  // nil for what there is not
/// }
/// ```
///
/// How fields travel together, as aliases or as one list, is for `GraphQLClientConfiguration.strategies` to say.
public struct BulkQuery<Input: Sendable, Output: Decodable & Sendable>: BulkOperation {
    /// Makes the field for an item.
    public typealias Field = @Sendable (BulkItem<Input>) throws -> GraphQLField

    /// What is asked before a run, which does not begin if the answer is not a success; `nil`, the default, for nothing.
    public var healthCheck: HTTPRequest?
    private let endpoint: GraphQLEndpoint
    private let transport: any HTTPClientTransport
    private let configuration: GraphQLClientConfiguration
    private let field: Field

    /// Makes an operation; the parameters are those of a ``BulkMutation``. `Output` is an optional if a field may be null.
    public init(
        at endpoint: GraphQLEndpoint,
        over transport: any HTTPClientTransport,
        configuration: GraphQLClientConfiguration = GraphQLClientConfiguration(),
        field: @escaping Field
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.configuration = configuration
        self.field = field
    }

    /// Sends the health check.
    public func prepare() async throws { try await BulkExchange(transport: transport).check(healthCheck) }

    /// Reads the fields of a chunk.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] {
        let client = chunk.client(at: endpoint, over: transport, configuration)
        return await chunk.items.outcomes { item in
            let field: GraphQLField
            do { field = try self.field(item) } catch { return .failure(error) }
            do {
                return .success(try await client.query(field, as: Output.self))
            } catch let error as GraphQLClientError {
                return error.outcomeOfReading()
            } catch {
                return BulkOutcome.thrown(error, mayRepeat: true).ofReading
            }
        }
    }
}

extension BulkChunk {
    fileprivate func client(
        at endpoint: GraphQLEndpoint,
        over transport: any HTTPClientTransport,
        _ configuration: GraphQLClientConfiguration
    ) -> GraphQLClient {
        GraphQLClient(
            endpoint: endpoint,
            transport: LearningTransport(base: transport, learn: { learn(from: $0) }),
            configuration: configuration
        )
    }
}

extension Array where Element: Sendable {
    /// The outcome of each item, asked for at the same time, so that all travel together.
    fileprivate func outcomes<Output>(
        _ outcome: @escaping @Sendable (Element) async -> BulkOutcome<Output>
    ) async -> [BulkOutcome<Output>] {
        await withBatching {
            await withTaskGroup(of: (Int, BulkOutcome<Output>).self) { group in
                for (place, item) in enumerated() {
                    group.addTask { (place, await outcome(item)) }
                }
                var outcomes = [BulkOutcome<Output>?](repeating: nil, count: count)
                for await (place, outcome) in group { outcomes[place] = outcome }
                return outcomes.compactMap(\.self)
            }
        }
    }
}

/// A transport that shows each response to a rate limiter.
private struct LearningTransport: HTTPClientTransport {
    let base: any HTTPClientTransport
    let learn: @Sendable (HTTPResponse) -> Void

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.send(request)
        learn(response)
        return response
    }
}
