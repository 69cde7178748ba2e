// SPDX-License-Identifier: Apache-2.0
//
// A server, and what was learnt of it.

public import HTTPTransport
internal import Synchronization

/// The endpoint of a server, with what its answers have taught: its limits, whether it knows persisted queries, how long
/// a URL it takes; and with the texts of documents that were sent.
///
/// Make one for the process and clients as you need them:
///
/// ```swift
/// import GraphQLBatching
/// import HTTPTransport
///
/// struct Server: Sendable {
///     let endpoint: GraphQLEndpoint
///     let transport: any HTTPClientTransport
///
///     func client(token: String) throws -> GraphQLClient {
///         var headers = HTTPHeaders()
///         try headers.append(name: "Authorization", value: "Bearer \(token)")
///         let configuration = try GraphQLClientConfiguration(headers: headers)
///         return GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration)
///     }
/// }
/// ```
public final class GraphQLEndpoint: Sendable {
    private struct State {
        var limits = GraphQLBudget.unlimited
        var persistsQueries = true
        var maxURLLength = Int.max
    }

    /// Where the server is.
    public let url: HTTPURL
    let documents = CoalescedDocuments()
    private let state = Mutex(State())

    /// Makes an endpoint of which nothing is known.
    public init(_ url: HTTPURL) {
        self.url = url
    }

    /// The limits that refusals of the server named, or that follow from what it refused. They only get stricter.
    public var limits: GraphQLBudget { state.withLock { $0.limits } }

    /// Whether persisted queries make sense: until the server says that it does not support them.
    var persistsQueries: Bool {
        get { state.withLock { $0.persistsQueries } }
        set { state.withLock { $0.persistsQueries = newValue } }
    }

    /// The longest URL that the server may take.
    var maxURLLength: Int { state.withLock { $0.maxURLLength } }

    /// Remembers that a URL of this length was too long.
    func refusedURL(ofLength length: Int) {
        state.withLock { $0.maxURLLength = min($0.maxURLLength, length - 1) }
    }

    /// Remembers a limit.
    func learn(_ limit: Int, of unit: GraphQLBudget.Unit) {
        state.withLock { $0.limits[unit] = min($0.limits[unit] ?? .max, limit) }
    }
}
