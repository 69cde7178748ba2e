// SPDX-License-Identifier: Apache-2.0
//
// The key of the API: from a file or the environment, and never from the command line, which everybody on the machine can
// see.

import Foundation

/// A secret that does not show itself where it is printed.
struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
    static let variable = "BULK_IMPORT_API_KEY"

    let value: String
    var description: String { "(API key)" }
    var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads the key from a file, or from the environment if none is named; `nil` if there is none.
    static func read(file: String?) throws(UsageError) -> APIKey? {
        guard let file else {
            return try Terminal.environment(variable).map { (text) throws(UsageError) in try key(text, variable) }
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw UsageError(message: "cannot read the API key from \(String(reflecting: file))")
        }
        return try key(text, String(reflecting: file))
    }

    private static func key(_ text: String, _ source: String) throws(UsageError) -> APIKey {
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw UsageError(message: "the API key from \(source) must be one word of printable ASCII")
        }
        return APIKey(value: key)
    }
}
