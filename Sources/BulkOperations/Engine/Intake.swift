// SPDX-License-Identifier: Apache-2.0
//
// Between the source of the inputs and the account: what was read, item by item.

public import Synchronization

/// Items that were read and are not in the account yet.
///
/// A source may stop after any item and never go on. What it gave until then is here, and not lost with it.
@usableFromInline
final class Intake<Input: Sendable>: Sendable {
    @usableFromInline
    struct State: Sendable {
        @usableFromInline var cargo = Cargo<Input>()
        @usableFromInline var nextIndex = 0
        @usableFromInline var isOpen = true

        @usableFromInline
        init() {}
    }

    @usableFromInline let state = Mutex(State())
    /// What the items' idempotency keys begin with; `nil` if they have none.
    @usableFromInline let keyPrefix: String?

    init(keyPrefix: String?) {
        self.keyPrefix = keyPrefix
    }

    /// How many items were read.
    var readCount: Int { state.withLock { $0.nextIndex } }

    /// Takes an input. Returns whether more are wanted.
    @inlinable
    func add(_ input: Input) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.cargo.append(BulkItem(index: state.nextIndex, input: input, keyPrefix: keyPrefix))
            state.nextIndex += 1
            return true
        }
    }

    /// Takes items of an earlier run, which have their indices.
    func add(_ cargo: Cargo<Input>) {
        var cargo = cargo
        cargo.setKeys(keyPrefix)
        state.withLock { [cargo] state in
            guard state.isOpen else { return }
            state.cargo += cargo
            state.nextIndex += cargo.count
        }
    }

    /// What was read and is not in the account yet.
    var cargo: Cargo<Input> { state.withLock { $0.cargo } }

    /// Forgets what is in the account now.
    func clear() { state.withLock { $0.cargo = Cargo() } }

    /// Takes nothing more. Returns what is not in the account.
    func close() -> Cargo<Input> {
        state.withLock { state in
            state.isOpen = false
            return state.cargo
        }
    }
}
