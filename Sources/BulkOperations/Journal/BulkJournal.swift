// SPDX-License-Identifier: Apache-2.0
//
// What a run remembers when its process is no more.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A file in which a run keeps account, so that it can go on after its process was killed, at whatever moment.
///
/// ```swift
/// import BulkOperations
///
/// func importAll(_ lines: [String], with runner: BulkRunner<BulkClosure<String, Int>>) async throws {
///     let journal = BulkJournal<Int>(at: "import.journal", fingerprint: "users.csv, 2026-11-21")
///     let result = try await runner.run(lines, journal: journal)
///     print(result.summary.fromJournal, "were done before")
/// }
/// ```
///
/// Before items are sent, the file says which; when they have ended, it says how, and is flushed to the disk before they
/// count as done. A run with the same journal and the same inputs sends nothing again that has ended. What was in flight
/// when the process ended is sent again with its idempotency key, if the run has such keys, and what was sent together goes
/// together again; otherwise it is unknown, for nobody can say whether it was done.
///
/// A record has a checksum. A last one that was torn is cut off; damage elsewhere is refused, and so is a journal of
/// another run, which has another fingerprint.
public struct BulkJournal<Output: Sendable>: Sendable {
    /// The file.
    public let path: String
    /// What the run is a run of: the file of its inputs, its endpoint, its options, whatever must be equal.
    public let fingerprint: String
    let encode: @Sendable (Output) throws -> String
    let decode: @Sendable (String) throws -> Output

    /// Names a journal whose outputs are kept as the text that closures make of them.
    ///
    /// - Parameters:
    ///   - path: The file, which need not exist yet.
    ///   - fingerprint: What the run is a run of. Line breaks in it count as spaces.
    ///   - encode: Makes one line of an output.
    ///   - decode: Makes an output of that line.
    public init(
        at path: String,
        fingerprint: String,
        encode: @escaping @Sendable (Output) throws -> String,
        decode: @escaping @Sendable (String) throws -> Output
    ) {
        self.path = path
        self.fingerprint = String(fingerprint.map { $0.isNewline ? " " : $0 })
        self.encode = encode
        self.decode = decode
    }

    /// Names a journal whose outputs are kept as JSON.
    public init(at path: String, fingerprint: String) where Output: Codable {
        let encoder = JSONEncoder()
        let decoder = JSONDecoder()
        self.init(at: path, fingerprint: fingerprint) { output in
            String(decoding: try encoder.encode(output), as: UTF8.self)
        } decode: { text in
            try decoder.decode(Output.self, from: Data(text.utf8))
        }
    }
}
