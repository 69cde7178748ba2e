// SPDX-License-Identifier: Apache-2.0
//
// Which batch, which scope: numbers that are taken only when somebody asks for them.

import Synchronization

/// Which batch it is, among all that the process ever sends.
public struct BatchIdentity: Hashable, Sendable, CustomStringConvertible {
    let number: UInt64

    /// The batch whose function the current task runs, or was made by; `nil` in no batch.
    ///
    /// It is that of the ``ObservedBatch`` which observers are told of, so what a batch function does can be told to
    /// belong to it.
    public static var current: BatchIdentity? { LoadContext.current?.batch?.identity }

    /// The number of the batch.
    public var description: String { "\(number)" }
}

/// Which call of ``withBatching(_:_:)`` it is, among all that the process ever makes.
public struct ScopeIdentity: Hashable, Sendable, CustomStringConvertible {
    let number: UInt64

    /// The scope whose ticks wait for the current task; `nil` outside of all.
    public static var current: ScopeIdentity? { BatchingScope.current?.identity }

    /// The number of the scope.
    public var description: String { "\(number)" }
}

extension RunningBatch {
    @usableFromInline var identity: BatchIdentity { BatchIdentity(number: serialNumber.value) }
}

extension BatchingScope {
    @usableFromInline var identity: ScopeIdentity { ScopeIdentity(number: serialNumber.value) }
}

/// A number that nothing else in the process has, taken when it is first asked for: what nobody asks for costs nothing.
struct SerialNumber: ~Copyable, Sendable {
    private static let last = Atomic<UInt64>(0)

    /// 0 until it is taken.
    private let number = Atomic<UInt64>(0)

    var value: UInt64 {
        let known = number.load(ordering: .relaxed)
        guard known == 0 else { return known }
        let new = Self.last.add(1, ordering: .relaxed).newValue
        let (isNew, other) = number.compareExchange(expected: 0, desired: new, ordering: .relaxed)
        return isNew ? new : other
    }
}
