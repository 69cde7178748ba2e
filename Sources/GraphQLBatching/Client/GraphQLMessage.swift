// SPDX-License-Identifier: Apache-2.0
//
// What goes into one HTTP request: a GraphQL request, several, or one with several sets of variables.

/// The content of one HTTP request.
struct GraphQLMessage: Sendable {
    enum Content: Sendable {
        case request(GraphQLRequest)
        case array([GraphQLRequest])
        case variables([[String: GraphQLValue]], of: GraphQLRequest)
    }

    /// How the text of a request is named.
    enum TextForm: Sendable {
        case text, hash, textAndHash
    }

    let content: Content
    let kind: GraphQLOperation.Kind
    /// The body as JSON, with every text in full.
    let text: [UInt8]

    /// Makes a message.
    ///
    /// - Throws: ``GraphQLDocumentError`` if a value has no JSON.
    init(_ content: Content, kind: GraphQLOperation.Kind) throws(GraphQLDocumentError) {
        self.content = content
        self.kind = kind
        text = try content.text()
    }

    /// The request, if there is one with a text that can be persisted or put in a URL.
    var request: GraphQLRequest? {
        if case .request(let request) = content { request } else { nil }
    }

    /// The number of lexical tokens in the longest text.
    var tokenCount: Int {
        switch content {
        case .request(let request), .variables(_, of: let request): request.query.tokenCount
        case .array(let requests): requests.lazy.map(\.query.tokenCount).max() ?? 0
        }
    }

    /// The body as JSON.
    func body(_ form: TextForm) throws(GraphQLDocumentError) -> [UInt8] {
        guard form != .text, let request else { return text }
        var writer = GraphQLJSONWriter(capacity: 256)
        for (index, (name, json)) in try request.parameters(form).enumerated() {
            writer.put(index == 0 ? "{" : ",")
            writer.bytes.appendQuoted(name)
            writer.put(":")
            json.withUnsafeBufferPointer { writer.bytes.append($0) }
        }
        writer.put("}")
        return writer.bytes.array
    }
}

extension GraphQLMessage.Content {
    fileprivate func text() throws(GraphQLDocumentError) -> [UInt8] {
        switch self {
        case .request(let request):
            return try request.body()
        case .array(let requests):
            var bytes: [UInt8] = []
            for request in requests {
                bytes.append(UInt8(ascii: bytes.isEmpty ? "[" : ","))
                bytes += try request.body()
            }
            return bytes + [UInt8(ascii: "]")]
        case .variables(let sets, of: let request):
            var writer = GraphQLJSONWriter(capacity: 256)
            writer.put(#"{"query":"#)
            writer.bytes.appendQuoted(request.query)
            writer.put(#","variables":["#)
            for (index, set) in sets.enumerated() {
                if index > 0 { writer.put(",") }
                try writer.write(set)
            }
            writer.put("]}")
            return writer.bytes.array
        }
    }
}

extension GraphQLRequest {
    /// The entries of a request, each as JSON, with the hash of the text beside the text or in its place
    /// ([automatic persisted queries](https://www.apollographql.com/docs/apollo-server/performance/apq)).
    func parameters(
        _ form: GraphQLMessage.TextForm
    ) throws(GraphQLDocumentError) -> [(name: String, json: [UInt8])] {
        var parameters: [(name: String, json: [UInt8])] = []
        func add(_ name: String, _ write: (inout GraphQLJSONWriter) throws(GraphQLDocumentError) -> Void)
            throws(GraphQLDocumentError)
        {
            var writer = GraphQLJSONWriter(capacity: 256)
            try write(&writer)
            parameters.append((name, writer.bytes.array))
        }
        if form != .hash { try add("query") { $0.bytes.appendQuoted(query) } }
        if let operationName { try add("operationName") { $0.bytes.appendQuoted(operationName.text) } }
        if !variables.isEmpty {
            try add("variables") { (writer) throws(GraphQLDocumentError) in
                try writer.write(variables, inOrder: variableNames)
            }
        }
        var extensions = extensions
        if form != .text {
            extensions["persistedQuery"] = ["version": 1, "sha256Hash": .string(SHA256.hexadecimal(of: query))]
        }
        if !extensions.isEmpty {
            try add("extensions") { (writer) throws(GraphQLDocumentError) in try writer.write(extensions) }
        }
        return parameters
    }
}

extension String {
    /// The number of lexical tokens of a text that is valid GraphQL
    /// ([GraphQL, section 2.1.6](https://spec.graphql.org/September2025/#sec-Language.Source-Text.Lexical-Tokens)).
    fileprivate var tokenCount: Int {
        var text = self
        return text.withUTF8 { bytes in
            var count = 0
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                switch byte {
                case "\"":
                    while index < bytes.count, bytes[index] != "\"" { index += bytes[index] == "\\" ? 2 : 1 }
                    index += 1
                case ".":
                    index += 2
                case " ", ",", "\n":
                    continue
                case _ where byte.isNameStart:
                    while index < bytes.count, bytes[index].isNameStart || bytes[index].isDigit { index += 1 }
                case _ where byte.isDigit || byte == "-":
                    while index < bytes.count, "+-.0123456789Ee".utf8.contains(bytes[index]) { index += 1 }
                default:
                    break
                }
                count += 1
            }
            return count
        }
    }
}
