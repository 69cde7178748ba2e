// SPDX-License-Identifier: Apache-2.0
//
// What a run came to, item by item.

/// An item that was done.
public struct BulkSuccess<Output: Sendable>: Sendable {
    /// The place of the input among all inputs.
    public let index: Int
    /// What came of it.
    public let output: Output
    /// How often it was sent.
    public let attempts: Int

    @inlinable
    init(index: Int, output: Output, attempts: Int) {
        self.index = index
        self.output = output
        self.attempts = attempts
    }
}

/// An item that was not done, or of which nobody can say whether it was.
public struct BulkFailure<Input: Sendable>: Sendable {
    /// The place of the input among all inputs.
    public let index: Int
    /// The input.
    public let input: Input
    /// Why.
    public let error: any Error
    /// How often it was sent; 0 for an input that is not valid.
    public let attempts: Int
    let round: Int
}

/// An item that was never sent.
public struct BulkUnsent<Input: Sendable>: Sendable {
    /// The place of the input among all inputs.
    public let index: Int
    /// The input.
    public let input: Input
    let round: Int
}

/// What a run came to: four sets without a common item, which together have every input that was read.
///
/// Each is in the order of the inputs.
public struct BulkResult<Input: Sendable, Output: Sendable>: Sendable {
    /// What was done.
    public internal(set) var successes: [BulkSuccess<Output>] = []
    /// What was certainly not done.
    public internal(set) var failures: [BulkFailure<Input>] = []
    /// What was sent and may have been done. Do not repeat it blindly.
    public internal(set) var unknown: [BulkFailure<Input>] = []
    /// What was never sent.
    public internal(set) var notSent: [BulkUnsent<Input>] = []
    /// The run in numbers.
    public internal(set) var summary = BulkSummary()
    var rerun: (@Sendable (Rerun<Input>) async throws -> BulkResult)?

    @usableFromInline
    init(
        successes: [BulkSuccess<Output>],
        failures: [BulkFailure<Input>],
        unknown: [BulkFailure<Input>],
        notSent: [BulkUnsent<Input>]
    ) {
        self.successes = successes
        self.failures = failures
        self.unknown = unknown
        self.notSent = notSent
    }

    /// Makes a result of the records of a run.
    ///
    /// - Parameter records: Parts of them, each in the order of the inputs.
    @inlinable
    init(_ records: [[BulkRecord<Input, Output>]]) {
        var successes: [BulkSuccess<Output>] = []
        var failures: [BulkFailure<Input>] = []
        var unknown: [BulkFailure<Input>] = []
        var notSent: [BulkUnsent<Input>] = []
        successes.reserveCapacity(records.reduce(0) { $0 + $1.count })
        let parts = records.sorted { $0[0].index < $1[0].index }
        for record in parts.joined() {
            switch record.end {
            case .succeeded(let output):
                successes.append(BulkSuccess(index: record.index, output: output, attempts: record.attempts))
            case .failed(let error): failures.append(BulkFailure(record, error))
            case .unknown(let error): unknown.append(BulkFailure(record, error))
            case .notSent: notSent.append(BulkUnsent(record))
            }
        }
        self.init(successes: successes, failures: failures, unknown: unknown, notSent: notSent)
        let areInOrder = zip(parts, parts.dropFirst()).allSatisfy { $0[$0.count - 1].index < $1[0].index }
        if !areInOrder { sort() }
    }

    /// What came of each input that was read, in their order; `nil` for what was not done.
    ///
    /// - Complexity: O(*n*).
    public var outputs: [Output?] {
        let last = [successes.last?.index, failures.last?.index, unknown.last?.index, notSent.last?.index]
        var outputs = [Output?](repeating: nil, count: (last.lazy.compactMap(\.self).max() ?? -1) + 1)
        for success in successes { outputs[success.index] = success.output }
        return outputs
    }

    /// What came of all inputs, if all were done.
    ///
    /// - Throws: The error of the first failure, or of the first item of unknown outcome, or ``BulkError`` with
    ///   ``BulkError/Code/unfinished`` if the run ended before it was through.
    public func get() throws -> [Output] {
        if let failure = [failures.first, unknown.first].lazy.compactMap(\.self).min(by: { $0.index < $1.index }) {
            throw failure.error
        }
        guard summary.isSuccess else {
            throw BulkError(.unfinished, "The run ended before it was through (\(summary.ending)): \(summary).")
        }
        return successes.map(\.output)
    }

    /// Puts each set in the order of the inputs.
    @usableFromInline
    mutating func sort() {
        successes.sort { $0.index < $1.index }
        failures.sort { $0.index < $1.index }
        unknown.sort { $0.index < $1.index }
        notSent.sort { $0.index < $1.index }
    }
}

extension BulkFailure {
    @usableFromInline
    init(_ record: BulkRecord<Input, some Sendable>, _ error: any Error) {
        index = record.index
        input = record.input
        attempts = record.attempts
        round = record.round
        self.error = error
    }
}

extension BulkUnsent {
    @usableFromInline
    init(_ record: BulkRecord<Input, some Sendable>) {
        index = record.index
        input = record.input
        round = record.round
    }
}
