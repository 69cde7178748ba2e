// SPDX-License-Identifier: Apache-2.0
//
// The module's own lock, for tests: it is the one that the thread sanitizer understands.

@testable import DataLoading

final class Locked<State: Sendable>: Sendable {
    private let lock: Lock<State>

    init(_ state: State) { lock = Lock(state) }

    func withLock<Result: Sendable>(_ body: (inout State) -> Result) -> Result { lock.withLock(body) }
}
