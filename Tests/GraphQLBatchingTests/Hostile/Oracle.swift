// SPDX-License-Identifier: Apache-2.0
//
// graphql-core as the judge of our parser and printer: one long-lived process that is asked in lines of JSON.

import Foundation

@testable import GraphQLBatching

/// The process behind Tests/Interop/oracle.py.
final class Oracle {
    /// What graphql-core says of a document or of a text.
    struct Answer: Decodable {
        /// What differs between the two sides; `nil` if nothing does.
        var difference: String?
        /// How graphql-core prints a document.
        var prints: [String]?
    }

    private struct DocumentQuestion: Encodable {
        var compact: String
        var pretty: String
        var tree: GraphQLValue
    }

    /// The Python that has graphql-core; `nil` unless the tests run under Scripts/interop.
    static var python: String? { ProcessInfo.processInfo.environment["INTEROP_PYTHON"] }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
        let script = URL(filePath: #filePath).appending(path: "../../../Interop/oracle.py").standardized
        process.executableURL = URL(filePath: Self.python ?? "").absoluteURL
        process.arguments = [script.path()]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    /// Ends the process, which reads to the end of its input.
    func end() throws {
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Asks about documents of our own: both sides must read the same in both of our texts.
    func judge(_ documents: [GraphQLDocument]) throws -> [Answer] {
        try ask(documents.map { DocumentQuestion(compact: $0.text(), pretty: $0.text(.pretty), tree: $0.tree) })
    }

    /// Asks about any texts: both sides must refuse it, or accept it and read the same.
    func judge(_ readings: [Reading]) throws -> [Answer] { try ask(readings) }

    /// Foundation writes the JSON: our own writer escapes with the code that is to be judged.
    private func ask(_ questions: some Encodable) throws -> [Answer] {
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(questions) + Data("\n".utf8))
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw POSIXError(.EPIPE) }
            line += data
        }
        return try JSONDecoder().decode([Answer].self, from: line)
    }
}

/// What our parser makes of a text, before a document is made and checked.
struct Reading: Encodable {
    enum Verdict: String, Encodable {
        case accepted
        /// An error of syntax.
        case refused
        /// Another fault that shows while parsing. What follows is not read.
        case structure
    }

    var text: String
    var verdict: Verdict
    /// Line and column of the fault.
    var place: [Int]?
    var tree: GraphQLValue?

    init(_ text: String) {
        self.text = text
        do throws(GraphQLDocumentError) {
            var parser = try GraphQLParser(text)
            let (operations, fragments) = try parser.document()
            tree = GraphQLDocument(unchecked: operations, fragments: fragments).tree
            verdict = .accepted
        } catch {
            verdict = error.code == .syntax ? .refused : .structure
            place = error.location.map { [$0.line, $0.column] }
        }
    }
}
