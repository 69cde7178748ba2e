// SPDX-License-Identifier: Apache-2.0
//
// What a loader has to say when it is used, or served, wrongly.

/// A loader was made with a wrong option or looked for in the wrong place, or its batch function broke its contract.
///
/// What a batch function throws is not wrapped in it: it reaches the callers as it is.
public struct DataLoaderError: Error, Hashable, Sendable {
    /// What kind of fault it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidOption, missingValue, wrongResultCount, circularLoad, batchTimedOut, outsideScope
        }

        private let kind: Kind

        /// An option has a value that it cannot have.
        public static let invalidOption = Code(kind: .invalidOption)
        /// A keyed or streaming batch function brought no value for a key, and `Value` is not an optional.
        public static let missingValue = Code(kind: .missingValue)
        /// An aligned batch function returned more or fewer results than it was given keys.
        public static let wrongResultCount = Code(kind: .wrongResultCount)

        /// A batch function loaded a key whose batch waits, directly or through other batches and loaders, for the one
        /// that it works for. Noticed where a fetch under way is shared, that is with deduplication and memoisation on:
        /// otherwise such a load asks anew.
        public static let circularLoad = Code(kind: .circularLoad)

        /// A batch function took longer than ``DataLoaderOptions/batchTimeout``.
        public static let batchTimedOut = Code(kind: .batchTimedOut)

        /// A loader of a scope was asked for by a task that was not made in one. A loader that nobody else can find would
        /// batch with nobody, so none is made.
        public static let outsideScope = Code(kind: .outsideScope)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of fault it is.
    public var code: Code
    /// What is wrong and what to do, for a person.
    public var message: String
    /// The key, the option or the name concerned, as text of at most 200 characters.
    public var offender: String?

    static func invalidOption(_ option: String, is value: String, mustBe rule: String) -> Self {
        Self(code: .invalidOption, message: "\(option) is \(value); it must be \(rule).", offender: option)
    }

    static func outsideScope(loader: String) -> Self {
        Self(
            code: .outsideScope,
            message: """
                There is no loader '\(loader)' here, because loaders that are found by name belong to a scope and the \
                current task was not made in one. Call withBatching around the work of the request; a detached task does \
                not inherit its scope.
                """,
            offender: loader
        )
    }

    @usableFromInline
    static func missingValue(for key: some Any, loader: String?) -> Self {
        let key = String("\(key)".prefix(200))
        return Self(
            code: .missingValue,
            message: """
                The batch function\(loader.map { " of '\($0)'" } ?? "") brought no value for the key \(key). \
                Bring one for every key, or make the loader's Value an optional.
                """,
            offender: key
        )
    }

    @usableFromInline
    static func circularLoad(of key: some Any, loader: String?) -> Self {
        let key = String("\(key)".prefix(200))
        return Self(
            code: .circularLoad,
            message: """
                A batch function loads the key \(key)\(loader.map { " of '\($0)'" } ?? ""), whose batch waits for it, and both \
                would wait for ever. Load only keys that do not need the batch that loads them.
                """,
            offender: key
        )
    }

    @usableFromInline
    static func batchTimedOut(after time: Duration, keys: Int, loader: String?) -> Self {
        Self(
            code: .batchTimedOut,
            message: """
                The batch function\(loader.map { " of '\($0)'" } ?? "") took more than \(time) for \(keys) keys and was \
                cancelled. Allow it a longer batchTimeout, or smaller batches.
                """,
            offender: nil
        )
    }

    @usableFromInline
    static func wrongResultCount(_ results: Int, keys: Int, loader: String?) -> Self {
        Self(
            code: .wrongResultCount,
            message: """
                The batch function\(loader.map { " of '\($0)'" } ?? "") returned \(results) results for \(keys) keys. \
                It must return one for each key, in the order of the keys.
                """,
            offender: nil
        )
    }
}

extension DataLoaderError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
