// SPDX-License-Identifier: Apache-2.0
//
// Where inputs come from.

/// What yields the inputs of a run.
@usableFromInline
struct RunSource<Input: Sendable> {
    /// Reads inputs, at most so many, and puts each into the intake at once. Returns whether there may be more
    /// that it takes.
    @usableFromInline
    typealias Read = (_ limit: Int, _ intake: Intake<Input>) async throws -> Bool

    /// Whether what is left when a run ends early is read to the end, to be told as not sent.
    let isFinite: Bool
    let read: Read

    @usableFromInline
    init(isFinite: Bool, read: @escaping Read) {
        self.isFinite = isFinite
        self.read = read
    }

    /// A sequence.
    @inlinable
    init(_ base: sending some Sequence<Input>, isFinite: Bool) {
        var iterator = base.makeIterator()
        self.init(isFinite: isFinite) { limit, intake in
            for _ in 0..<limit {
                guard let input = iterator.next() else { return false }
                guard intake.add(input) else { return false }
            }
            return true
        }
    }

    /// An asynchronous sequence.
    @inlinable
    init<Base: AsyncSequence>(_ base: sending Base) where Base.Element == Input {
        var iterator = base.makeAsyncIterator()
        self.init(isFinite: false) { limit, intake in
            for _ in 0..<limit where !Task.isCancelled {
                guard let input = try await iterator.next(isolation: #isolation) else { return false }
                guard intake.add(input) else { return false }
            }
            return true
        }
    }

    /// Items of an earlier run.
    init(_ cargo: Cargo<Input>) {
        var next = 0
        self.init(isFinite: true) { limit, intake in
            let places = next..<min(next + limit, cargo.count)
            intake.add(cargo[places])
            next = places.upperBound
            return next < cargo.count
        }
    }
}
