// SPDX-License-Identifier: Apache-2.0
//
// A file that is uploaded in a multipart form, as operations that create its rows.

import Foundation
import GraphQLBatching

/// A multipart form ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)) with a `file`, and perhaps a `mapping` of its
/// columns to members, as a JSON object.
struct Import {
    private let file: Part
    private let mapping: [String: String]

    struct Part {
        var name = ""
        var type = ""
        var body: ArraySlice<UInt8> = []
    }

    init(_ request: LoopbackRequest) throws(EnvelopeRefusal) {
        let type = request.header("Content-Type") ?? ""
        guard type.hasPrefix("multipart/form-data"), let range = type.range(of: "boundary=") else {
            throw EnvelopeRefusal(415, "invalid_format", "The body must be multipart/form-data with a boundary.")
        }
        let boundary = type[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        let parts = Self.parts(of: request.body, boundary: Array("--\(boundary)".utf8))
        guard let file = parts.first(where: { $0.name == "file" }) else {
            throw EnvelopeRefusal(400, "invalid_format", "The form has no 'file'.")
        }
        self.file = file
        let text = parts.first { $0.name == "mapping" }.map { Data($0.body) }
        mapping = text.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
    }

    var operations: [ItemOperation] {
        get throws(EnvelopeRefusal) {
            switch file.type {
            case "text/csv": rows.map { Self.creating(.object($0)) }
            case "application/x-ndjson":
                try file.body.split(separator: UInt8(ascii: "\n")).map { (line) throws(EnvelopeRefusal) in
                    Self.creating(try Self.json(line))
                }
            case "application/json": (try Self.json(file.body).elements ?? []).map(Self.creating)
            default: throw EnvelopeRefusal(415, "invalid_format", "'\(file.type)' is no format of an import.")
            }
        }
    }

    private static func creating(_ body: GraphQLValue) -> ItemOperation {
        ItemOperation(method: "POST", path: "/items", body: body)
    }

    private static func json(_ bytes: ArraySlice<UInt8>) throws(EnvelopeRefusal) -> GraphQLValue {
        guard let json = try? JSONSerialization.jsonObject(with: Data(bytes)) else {
            throw EnvelopeRefusal(400, "invalid_format", "The file is not JSON.")
        }
        return GraphQLValue(json: json)
    }

    /// The rows of a file in CSV, by the names in its first line. A cell that begins as JSON's objects and lists do is
    /// read as JSON.
    private var rows: [[String: GraphQLValue]] {
        let records = Self.records(of: String(decoding: file.body, as: UTF8.self))
        guard let header = records.first?.map({ mapping[$0] ?? $0 }) else { return [] }
        return records.dropFirst().map { record in
            Dictionary(
                zip(header, record).map { name, cell in
                    let isJSON = cell.hasPrefix("{") || cell.hasPrefix("[")
                    let value = isJSON ? try? Self.json(Array(cell.utf8)[...]) : nil
                    return (name, value ?? .string(cell))
                }
            ) { $1 }
        }
    }

    /// Text between commas and line breaks; quotes protect both, and are doubled inside.
    private static func records(of text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var cell = ""
        var isQuoted = false
        for character in text {
            switch character {
            case "\"":
                cell.append(character)
                isQuoted.toggle()
            case _ where isQuoted: cell.append(character)
            case ",", "\n", "\r\n":
                record.append(unquoted(cell))
                cell = ""
                guard character != "," else { continue }
                records.append(record)
                record = []
            default: cell.append(character)
            }
        }
        if !cell.isEmpty || !record.isEmpty { records.append(record + [unquoted(cell)]) }
        return records
    }

    private static func unquoted(_ cell: String) -> String {
        cell.hasPrefix("\"") ? String(cell.dropFirst().dropLast()).replacing("\"\"", with: "\"") : cell
    }

    private static func parts(of body: [UInt8], boundary: [UInt8]) -> [Part] {
        Self.split(body, at: boundary).dropFirst().compactMap { bytes in
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            var part = Part()
            part.body = bytes[end.upperBound...].dropLast(2)
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            for line in head.split(separator: "\r\n") {
                let field = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                guard field.count == 2 else { continue }
                switch field[0].lowercased() {
                case "content-type": part.type = String(field[1].prefix { $0 != ";" })
                case "content-disposition":
                    part.name =
                        field[1].range(of: " name=\"").map {
                            String(field[1][$0.upperBound...].prefix { $0 != "\"" })
                        } ?? ""
                default: continue
                }
            }
            return part
        }
    }

    private static func split(_ bytes: [UInt8], at separator: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
