// SPDX-License-Identifier: Apache-2.0
//
// The batch functions behind a client: a batch of fields is an aliased document.

internal import DataLoading

extension DataLoader where Key == GraphQLField, Value == FieldPayload {
    /// A loader that gathers fields and sends them as aliased documents.
    ///
    /// Nothing is remembered. Queries that are equal share a field and their batches run at the same time; mutations are
    /// never shared and run batch after batch, in call order.
    static func coalescing(_ kind: GraphQLOperation.Kind, over exchange: GraphQLExchange) -> Self {
        let isQuery = kind == .query
        let options = DataLoaderOptions(
            unchecked: exchange.configuration.maxAliases,
            maxConcurrentBatches: isQuery ? nil : 1,
            deduplicates: isQuery,
            memoises: false,
            name: "GraphQL \(kind)"
        )
        return Self(.aligned { fields in await exchange.send(fields, kind: kind) }, options: options)
    }
}

extension GraphQLExchange {
    /// Sends fields together and returns a result for each.
    ///
    /// Fields that have no outcome yet, because others took them down with them, are sent again: queries only, unless the
    /// document was never sent.
    ///
    /// - Parameter round: How often the fields have been sent. From the third time on they go in halves, so that many
    ///   that fail one at a time cost O(*n*) requests in O(log *n*) rounds.
    @concurrent
    func send(
        _ fields: [GraphQLField],
        kind: GraphQLOperation.Kind,
        round: Int = 1
    ) async -> [Result<FieldPayload, any Error>] {
        var results: [Result<FieldPayload, any Error>] = fields.map { _ in .failure(CancellationError()) }
        var again: [Int] = []
        for (index, outcome) in zip(fields.indices, await outcomes(of: fields, kind: kind)) {
            switch outcome {
            case .value(let payload): results[index] = .success(payload)
            case .failure(let error): results[index] = .failure(error)
            case .notSent: again.append(index)
            case .abortedBySibling where kind == .query: again.append(index)
            case .abortedBySibling(let culprit):
                results[index] = .failure(GraphQLClientError.mayHaveRun(fields[index], because: culprit))
            case .rejected where kind == .query && fields.count > 1: again.append(index)
            case .rejected(let error): results[index] = .failure(error)
            }
        }
        guard !again.isEmpty else { return results }
        let goesInHalves = kind == .query && (again.count == fields.count || round > 1)
        let found = await send(again.map { fields[$0] }, kind: kind, inHalves: goesInHalves, round: round + 1)
        for (index, result) in zip(again, found) { results[index] = result }
        return results
    }

    private func send(
        _ fields: [GraphQLField],
        kind: GraphQLOperation.Kind,
        inHalves: Bool,
        round: Int
    ) async -> [Result<FieldPayload, any Error>] {
        guard inHalves, fields.count > 1 else { return await send(fields, kind: kind, round: round) }
        let middle = fields.count / 2
        async let first = send(Array(fields[..<middle]), kind: kind, round: round)
        async let second = send(Array(fields[middle...]), kind: kind, round: round)
        return await first + second
    }

    /// Sends one document and says what became of each field. Some outcome is final, or the document is refused as a
    /// whole, so asking again with fewer fields comes to an end.
    private func outcomes(of fields: [GraphQLField], kind: GraphQLOperation.Kind) async -> [FieldOutcome] {
        let body: [UInt8]
        do throws(GraphQLDocumentError) {
            body = try GraphQLRequest(coalescing: fields, kind: kind).body()
        } catch {
            return Self.outcomes(ofInvalid: fields, kind: kind, error: error)
        }
        do {
            let (response, status) = try await send(body, kind: kind)
            let outcomes = response.outcomes(of: fields, kind: kind)
            guard Self.statusesOfAllFields.contains(status) || status >= 500 else { return outcomes }
            return outcomes.map { if case .rejected(let error) = $0 { .failure(error) } else { $0 } }
        } catch {
            return fields.map { _ in .failure(error) }
        }
    }

    /// Statuses that refuse a request for who sends it, where, how or how often, and not for a field in it.
    private static let statusesOfAllFields: Set = [401, 402, 403, 404, 405, 406, 408, 415, 429]

    /// Finds the fields that cannot be sent, so that each of them fails by itself.
    private static func outcomes(
        ofInvalid fields: [GraphQLField],
        kind: GraphQLOperation.Kind,
        error: GraphQLDocumentError
    ) -> [FieldOutcome] {
        let outcomes: [FieldOutcome] = fields.map { field in
            do {
                _ = try GraphQLRequest(coalescing: [field], kind: kind).body()
                return .notSent
            } catch {
                return .failure(error)
            }
        }
        let isAnyoneToBlame = outcomes.contains { if case .failure = $0 { true } else { false } }
        return isAnyoneToBlame ? outcomes : fields.map { _ in .failure(error) }
    }
}

extension GraphQLClientError {
    fileprivate static func mayHaveRun(_ field: GraphQLField, because culprit: GraphQLServerError) -> Self {
        Self(
            .outcomeUnknown,
            """
            The mutation '\(field.name)' may have run: the server withheld its result because of an error \
            in another mutation of the same request: \(culprit.message)
            """
        )
    }
}
