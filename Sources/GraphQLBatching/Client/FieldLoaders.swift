// SPDX-License-Identifier: Apache-2.0
//
// Who shares a batch with whom: a loader for each group of calls that may travel together.

internal import DataLoading
internal import HTTPTransport
internal import Synchronization

/// The loaders of a client.
final class FieldLoaders: Sendable {
    typealias Loader = DataLoader<FieldCall, FieldPayload>

    /// What queries must have in common to travel together, besides the endpoint, which is the client's.
    private struct Partition: Hashable {
        /// `nil` where shapes are mixed.
        let shape: FieldShape?
        let headers: HTTPHeaders

        // Few differ in their headers alone.
        func hash(into hasher: inout Hasher) { hasher.combine(shape) }
    }

    /// Loaders beyond so many: shapes with values of their own inside would make ever more.
    private static let maximumCount = 256

    let exchange: GraphQLExchange
    private let mutations: Loader
    private let queries = Mutex<[Partition: Loader]>([:])

    init(_ exchange: GraphQLExchange) {
        self.exchange = exchange
        let limits = exchange.configuration.budget.limited(to: exchange.endpoint.limits)
        let options = DataLoaderOptions(
            unchecked: limits.aliases,
            maxConcurrentBatches: 1,
            deduplicates: false,
            memoises: false,
            name: "GraphQL mutation"
        )
        mutations = Loader(.aligned { calls in await Self.mutate(calls, over: exchange) }, options: options)
    }

    /// The loader of the calls that a call may travel with.
    ///
    /// - Throws: ``GraphQLDocumentError`` if the field cannot stand for itself.
    func loader(for call: FieldCall, _ kind: GraphQLOperation.Kind) throws(GraphQLDocumentError) -> Loader {
        guard call.options.coalesces else {
            try call.field.checkSelfContained()
            return makeLoader(kind, with: .aliases, headers: call.options.headers)
        }
        guard kind == .query else {
            try call.field.checkSelfContained()
            return mutations
        }
        let strategy = strategy(for: call.field)
        let isMixed = strategy == .mixedAliases
        let shape = isMixed ? nil : FieldShape(call: call, list: strategy.list)
        let partition = Partition(shape: shape, headers: call.options.headers)
        if let loader = queries.withLock({ $0[partition] }) {
            // The rest of a shape was checked with the first of it.
            if isMixed { try call.field.checkSelfContained() } else { try call.field.checkArguments() }
            return loader
        }
        try call.field.checkSelfContained()
        let loader = makeLoader(.query, with: strategy, headers: call.options.headers)
        return queries.withLock { queries in
            if let found = queries[partition] { return found }
            if queries.count >= Self.maximumCount { queries.removeAll() }
            queries[partition] = loader
            return loader
        }
    }

    /// Runs mutations in their order; those with other headers in a request of their own.
    private static func mutate(
        _ calls: [FieldCall],
        over exchange: GraphQLExchange
    ) async -> [Result<FieldPayload, any Error>] {
        var results: [Result<FieldPayload, any Error>] = []
        var rest = calls[...]
        while let headers = rest.first?.options.headers {
            let run = rest.prefix { $0.options.headers == headers }
            rest = rest.dropFirst(run.count)
            let batch = FieldBatch(kind: .mutation, strategy: .aliases, headers: headers, exchange: exchange)
            results += await batch.send(Array(run))
        }
        return results
    }

    private func strategy(for field: GraphQLField) -> GraphQLStrategy {
        guard !exchange.configuration.strategies.isEmpty, let declared = exchange.configuration.strategies[field.name]
        else { return exchange.configuration.strategy.applied(to: field) }
        return declared.applied(to: field)
    }

    private func makeLoader(
        _ kind: GraphQLOperation.Kind,
        with strategy: GraphQLStrategy,
        headers: HTTPHeaders
    ) -> Loader {
        let batch = FieldBatch(kind: kind, strategy: strategy, headers: headers, exchange: exchange)
        let limits = exchange.configuration.budget.limited(to: exchange.endpoint.limits)
        let options = DataLoaderOptions(unchecked: limits[batch.countUnit], memoises: false, name: "GraphQL \(kind)")
        return Loader(.aligned { calls in await batch.send(calls) }, options: options)
    }
}
