// SPDX-License-Identifier: Apache-2.0
//
// A line of JSON as a value, and its faults in words.

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import GraphQLBatching

extension LineParser.Line {
    func decode<Value: Decodable>(_ type: Value.Type, by decoder: JSONDecoder) throws(RowError) -> Value {
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            try checkJSON()
            throw (error as? DecodingError).map(fault) ?? invalid("the line cannot be decoded: \(error)")
        }
    }

    /// Looks for the place where the line is not JSON, which Foundation's errors do not have.
    private func checkJSON() throws(RowError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw RowError(.invalidText, line: number, "the line is not UTF-8; convert the file to UTF-8")
        }
        let fault = bytes.withUnsafeBytes { bytes -> GraphQLResponseError? in
            var scanner = JSONScanner(bytes)
            do throws(GraphQLResponseError) {
                _ = try scanner.skipValue()
                try scanner.expectEnd()
                return nil
            } catch {
                return error
            }
        }
        guard let fault else { return }
        let column = fault.offset.map { $0 + 1 }
        throw RowError(.invalidValue, line: number, column: column, "the line is not JSON: \(fault.message)")
    }

    /// The error without the content of the line, which Foundation's descriptions may have.
    private func fault(_ error: DecodingError) -> RowError {
        switch error {
        case .keyNotFound(let key, let context):
            invalid("there is no \(Self.name(context.codingPath + [key]))")
        case .valueNotFound(let type, let context):
            invalid("\(Self.name(context.codingPath)) is null, not \(type)")
        case .typeMismatch(let type, let context):
            invalid("\(Self.name(context.codingPath)) is not \(type)")
        case .dataCorrupted(let context):
            invalid("\(Self.name(context.codingPath)) has no valid value")
        @unknown default: invalid("the line cannot be decoded")
        }
    }

    private func invalid(_ message: String) -> RowError { RowError(.invalidValue, line: number, message) }

    private static func name(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "the value" : String(reflecting: path.map(\.stringValue).joined(separator: "."))
    }
}
