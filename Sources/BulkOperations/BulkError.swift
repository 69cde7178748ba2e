// SPDX-License-Identifier: Apache-2.0
//
// What this module has to say when something is wrong with a run, or with what it was given.

/// A fault of a run, of its options, or of one of its inputs. What an operation throws is not wrapped in it.
public struct BulkError: Error, Sendable {
    /// What kind of fault it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidOption, invalidInput, wrongOutcomeCount, tooManyInputs, notAtomic, rolledBack
            case timedOut, cancelled, invalidResponse, missingResult, itemFailed, requestFailed
            case jobFailed, jobStillRunning, journalRefused, journalDamaged, journalFailed, unfinished
        }

        private let kind: Kind

        /// An option has a value that it cannot have.
        public static let invalidOption = Code(kind: .invalidOption)
        /// An input cannot be sent.
        public static let invalidInput = Code(kind: .invalidInput)
        /// An operation returned more or fewer outcomes than it was given items.
        public static let wrongOutcomeCount = Code(kind: .wrongOutcomeCount)
        /// There are more inputs than can be done at once.
        public static let tooManyInputs = Code(kind: .tooManyInputs)
        /// The operation cannot do a chunk as a whole or not at all.
        public static let notAtomic = Code(kind: .notAtomic)
        /// The item was undone, or not done, because another item of an atomic chunk failed.
        public static let rolledBack = Code(kind: .rolledBack)
        /// A time limit passed.
        public static let timedOut = Code(kind: .timedOut)
        /// The run was cancelled, and nothing was heard of the item any more.
        public static let cancelled = Code(kind: .cancelled)
        /// What came back is not an answer to what was asked.
        public static let invalidResponse = Code(kind: .invalidResponse)
        /// The answer says nothing of this item.
        public static let missingResult = Code(kind: .missingResult)
        /// The server did not do this item: see ``BulkError/status``, ``BulkError/serverCode``, ``BulkError/details``.
        public static let itemFailed = Code(kind: .itemFailed)
        /// The server refused a request as a whole: see ``BulkError/status``.
        public static let requestFailed = Code(kind: .requestFailed)
        /// A job ended in a failure.
        public static let jobFailed = Code(kind: .jobFailed)
        /// A job runs on at the server though nobody follows it any more: see ``BulkError/jobID``.
        public static let jobStillRunning = Code(kind: .jobStillRunning)
        /// A journal is of another run, or in use by another process.
        public static let journalRefused = Code(kind: .journalRefused)
        /// A journal is damaged where that cannot come from an interrupted write.
        public static let journalDamaged = Code(kind: .journalDamaged)
        /// A journal cannot be read or written.
        public static let journalFailed = Code(kind: .journalFailed)
        /// A run has failures, or ended before it was through.
        public static let unfinished = Code(kind: .unfinished)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// One fault of one field of an input, as a server names it.
    public struct Detail: Hashable, Sendable {
        /// The field.
        public var field: String
        /// What is wrong with it.
        public var message: String

        /// Makes a detail.
        public init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    /// What kind of fault it is.
    public var code: Code
    /// What is wrong and what to do, for a person.
    public var message: String
    /// The option, the input or the file concerned, as text.
    public var offender: String?
    /// The status of an HTTP response, or of an item in one.
    public var status: Int?
    /// The code that the server gave.
    public var serverCode: String?
    /// What the server says of single fields.
    public var details: [Detail] = []
    /// The job concerned.
    public var jobID: String?
    /// What lies beneath, such as an error of the transport.
    public var underlying: (any Error)?

    /// Makes an error, such as of an input that is not valid.
    public init(
        _ code: Code,
        _ message: String,
        offender: String? = nil,
        status: Int? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.offender = offender
        self.status = status
        self.underlying = underlying
    }

    static func invalidOption(_ option: String, is value: String, mustBe rule: String) -> Self {
        Self(.invalidOption, "\(option) is \(value); it must be \(rule).", offender: option)
    }
}

extension BulkError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
