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
    /// - Complexity: One request, if no field takes others down with it; each further one is without those that did.
    @concurrent
    func send(_ fields: [GraphQLField], kind: GraphQLOperation.Kind) async -> [Result<FieldPayload, any Error>] {
        var results: [Result<FieldPayload, any Error>] = fields.map { _ in .failure(CancellationError()) }
        var open = Array(fields.indices)
        while !open.isEmpty {
            var again: [Int] = []
            for (index, outcome) in zip(open, await outcomes(of: open.map { fields[$0] }, kind: kind)) {
                switch outcome {
                case .value(let payload): results[index] = .success(payload)
                case .failure(let error): results[index] = .failure(error)
                case .notSent: again.append(index)
                case .abortedBySibling where kind == .query: again.append(index)
                case .abortedBySibling(let culprit):
                    results[index] = .failure(GraphQLClientError.mayHaveRun(fields[index], because: culprit))
                }
            }
            open = again
        }
        return results
    }

    /// Sends one document and says what became of each field. Some outcome is final, so asking again comes to an end.
    private func outcomes(of fields: [GraphQLField], kind: GraphQLOperation.Kind) async -> [FieldOutcome] {
        let body: [UInt8]
        do throws(GraphQLDocumentError) {
            body = try GraphQLRequest(coalescing: fields, kind: kind).body()
        } catch {
            return Self.outcomes(ofInvalid: fields, kind: kind, error: error)
        }
        do {
            return try await send(body, kind: kind).outcomes(of: fields)
        } catch {
            return fields.map { _ in .failure(error) }
        }
    }

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
