// SPDX-License-Identifier: Apache-2.0
//
// How urgent a batch is, as a number.

/// The raw value of a `TaskPriority`: a type whose size only the runtime knows, so that whatever holds one is laid out when
/// the program runs, and copied by calls.
@usableFromInline
struct Priority: Comparable, Sendable {
    @usableFromInline let rawValue: UInt8

    @inlinable
    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    @inlinable
    init(_ priority: TaskPriority) {
        self.init(rawValue: priority.rawValue)
    }

    /// That of the current task.
    @inlinable static var current: Priority { Priority(Task.currentPriority) }

    @inlinable var taskPriority: TaskPriority { TaskPriority(rawValue: rawValue) }

    @inlinable
    static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}
