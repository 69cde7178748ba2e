// SPDX-License-Identifier: Apache-2.0
//
// The strategies: from calls to one message, and from its answer to an outcome for each call.

extension FieldBatch {
    /// Makes one message of calls.
    ///
    /// - Throws: ``GraphQLDocumentError`` if one of the calls is not valid.
    func message(for calls: [FieldCall]) throws(GraphQLDocumentError) -> SizedMessage {
        SizedMessage(
            message: try GraphQLMessage(try content(for: calls), kind: kind),
            count: calls.count,
            countUnit: countUnit,
            cost: calls.reduce(0) { $0 + min($1.options.cost, .max >> 32) }
        )
    }

    private func content(for calls: [FieldCall]) throws(GraphQLDocumentError) -> GraphQLMessage.Content {
        if let field = strategy.list?.field(for: calls) {
            let call = FieldCall(field, options: GraphQLCallOptions())
            return .request(try request(coalescing: [call]))
        }
        let isEachAlone = strategy == .array || strategy == .variables
        guard isEachAlone, let first = calls.first, calls.count > 1 else {
            return .request(try request(coalescing: calls))
        }
        var requests: [GraphQLRequest] = []
        for call in calls {
            requests.append(try request(coalescing: [call]))
        }
        guard strategy == .variables else { return .array(requests) }
        return .variables(requests.map(\.variables), of: try request(coalescing: [first]))
    }

    private func request(coalescing calls: [FieldCall]) throws(GraphQLDocumentError) -> GraphQLRequest {
        // Queries were partitioned by shape, unless they are mixed.
        let areOfOneShape = kind == .query && strategy != .mixedAliases
        return try endpoint.documents.request(coalescing: calls, kind: kind, areOfOneShape: areOfOneShape)
    }

    /// The outcome of each call.
    func outcomes(of calls: [FieldCall], from reply: GraphQLReply) -> [FieldOutcome] {
        switch reply.content {
        case .one(let response):
            if let list = strategy.list, let field = list.field(for: calls) {
                return list.outcomes(of: calls, from: response.outcomes(of: [field], kind: kind)[0].with(reply.status))
            }
            let outcomes = response.outcomes(of: calls.map(\.field), kind: kind)
            return outcomes.map { $0.with(reply.status) }
        case .many(let responses):
            return zip(calls, responses).map { call, response in
                switch response {
                case .success(let response):
                    response.outcomes(of: [call.field], kind: kind)[0].final
                case .failure(let error):
                    .failure(GraphQLClientError(.invalidResponse, "A result is no GraphQL response: \(error)"))
                }
            }
        }
    }
}

extension FieldOutcome {
    /// The outcome with the status of the response, which tells a caller who was refused more.
    fileprivate func with(_ status: Int) -> Self {
        guard case .rejected(var error) = self else { return self }
        error.status = status
        return .rejected(error)
    }

    /// The outcome of a field that was sent alone: a refusal is its own.
    fileprivate var final: Self {
        if case .rejected(let error) = self { .failure(error) } else { self }
    }
}
