// SPDX-License-Identifier: Apache-2.0
//
// Calls that travel together: sent, and sent again where that does no harm, until each has an outcome.

internal import HTTPTransport

/// How a group of calls travels.
struct FieldBatch: Sendable {
    let kind: GraphQLOperation.Kind
    let strategy: GraphQLStrategy
    let headers: HTTPHeaders
    let exchange: GraphQLExchange

    var endpoint: GraphQLEndpoint { exchange.endpoint }

    /// Sends calls and returns a result for each.
    ///
    /// They are cut by the budget. Parts of queries go at the same time; parts of mutations go one after the other.
    ///
    /// - Parameter round: How often the calls have been sent. From the third time on queries that took each other down go
    ///   in halves, so that many that fail one at a time cost O(*n*) requests in O(log *n*) rounds.
    func send(_ calls: [FieldCall], round: Int = 1) async -> [Result<FieldPayload, any Error>] {
        await send(parts: budget.parts(of: calls, unit: countUnit), round: round)
    }

    /// What is allowed now: it changes as the server teaches.
    private var budget: GraphQLBudget { exchange.configuration.budget.limited(to: endpoint.limits) }

    /// What limits the number of calls.
    var countUnit: GraphQLBudget.Unit { strategy.list == nil ? .aliases : .listLength }

    private func send(parts: [[FieldCall]], round: Int) async -> [Result<FieldPayload, any Error>] {
        guard parts.count > 1, kind == .query else {
            var results: [Result<FieldPayload, any Error>] = []
            for part in parts { results += await send(part: part, round: round) }
            return results
        }
        return await withTaskGroup(of: (Int, [Result<FieldPayload, any Error>]).self) { group in
            for (index, part) in parts.enumerated() {
                group.addTask { (index, await send(part: part, round: round)) }
            }
            var results = [[Result<FieldPayload, any Error>]](repeating: [], count: parts.count)
            for await (index, found) in group { results[index] = found }
            return results.flatMap(\.self)
        }
    }

    @concurrent
    private func send(part calls: [FieldCall], round: Int) async -> [Result<FieldPayload, any Error>] {
        let message: SizedMessage
        do throws(GraphQLDocumentError) {
            message = try self.message(for: calls)
        } catch {
            return await settle(calls, outcomesOfInvalid(calls, error), round: round)
        }
        let parts = message.partCount(in: budget)
        guard parts == 1 else { return await send(parts: calls.cut(into: parts), round: round) }
        let isIdempotent = kind == .query || calls.allSatisfy(\.options.isIdempotent)
        do {
            let reply = try await exchange.send(message.message, headers: headers, isIdempotent: isIdempotent)
            let outcomes = outcomes(of: calls, from: reply)
            // What refuses an array is not one of the requests in it: each of those has a response of its own.
            return await settle(calls, outcomes, sent: message, mayHalve: strategy != .array, round: round)
        } catch let error as GraphQLClientError where error.code == .httpError {
            let outcomes = calls.map { _ in FieldOutcome.rejected(error) }
            return await settle(calls, outcomes, sent: message, mayHalve: false, round: round)
        } catch {
            return calls.map { _ in .failure(error) }
        }
    }

    /// The results, after what has no outcome yet has been sent again.
    ///
    /// Some outcome is final, or all calls go in smaller parts, so that this comes to an end.
    private func settle(
        _ calls: [FieldCall],
        _ outcomes: [FieldOutcome],
        sent message: SizedMessage? = nil,
        mayHalve: Bool = true,
        round: Int
    ) async -> [Result<FieldPayload, any Error>] {
        let isCut = message.map { learn(from: outcomes, to: $0) } ?? false
        var results: [Result<FieldPayload, any Error>] = calls.map { _ in .failure(CancellationError()) }
        var again: [Int] = []
        for (index, outcome) in outcomes.enumerated() {
            switch outcome {
            case .value(let payload): results[index] = .success(payload)
            case .failure(let error): results[index] = .failure(error)
            case .notSent: again.append(index)
            case .abortedBySibling(let error):
                let mayRepeat = kind == .query || calls[index].options.isIdempotent
                if mayRepeat { again.append(index) } else { results[index] = .failure(error) }
            case .rejected(let error):
                let mayRepeat = isCut || (kind == .query && calls.count > 1 && mayHalve && !error.isOfAllFields)
                if mayRepeat { again.append(index) } else { results[index] = .failure(error) }
            }
        }
        guard !again.isEmpty else { return results }
        let left = again.map { calls[$0] }
        let goesInHalves = kind == .query && !isCut && (again.count == calls.count || round > 1)
        let found =
            goesInHalves
            ? await send(parts: left.cut(into: 2), round: round + 1) : await send(left, round: round + 1)
        for (index, result) in zip(again, found) { results[index] = result }
        return results
    }

    /// Whether a refusal tells of a limit, so that the calls may go in smaller parts: nothing of them has run.
    private func learn(from outcomes: [FieldOutcome], to message: SizedMessage) -> Bool {
        for case .rejected(let error) in outcomes {
            guard let limit = error.limit(refusing: message) else { return false }
            endpoint.learn(limit.value, of: limit.unit)
            return true
        }
        return false
    }

    /// Finds the calls that cannot be sent, so that each of them fails by itself.
    private func outcomesOfInvalid(_ calls: [FieldCall], _ error: GraphQLDocumentError) -> [FieldOutcome] {
        let outcomes: [FieldOutcome] = calls.map { call in
            do throws(GraphQLDocumentError) {
                _ = try message(for: [call])
                return .notSent
            } catch {
                return .failure(error)
            }
        }
        let isAnyoneToBlame = outcomes.contains { if case .failure = $0 { true } else { false } }
        return isAnyoneToBlame ? outcomes : calls.map { _ in .failure(error) }
    }
}

extension [FieldCall] {
    /// Parts of about equal size, in order, none of them empty.
    func cut(into count: Int) -> [[FieldCall]] {
        let count = Swift.min(count, self.count)
        return (0..<count).map { Array(self[$0 * self.count / count..<($0 + 1) * self.count / count]) }
    }
}
