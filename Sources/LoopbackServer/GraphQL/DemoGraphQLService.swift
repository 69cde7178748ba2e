// SPDX-License-Identifier: Apache-2.0
//
// The demo's GraphQL endpoint, in memory: from an HTTP request to its reply.

import GraphQLBatching
import Synchronization

/// GraphQL over HTTP on resources in memory. Tests/Interop/schema.graphql has the schema, the rules by which the data
/// are made, and the ids that fail on purpose.
///
/// ```swift
/// let service = DemoGraphQLService(resources: 1000)
/// let server = try LoopbackHTTPServer(handler: service.respond)
/// // POST to server.url + DemoGraphQLService.path
/// ```
///
/// Requests run one at a time. Parsed documents are kept, some hundreds of them, by their text.
package final class DemoGraphQLService: Sendable {
    /// The path of the endpoint.
    package static let path = "/graphql"

    private static let modernType = "application/graphql-response+json"

    private let state: Mutex<State>

    /// Makes the resources with the ids "1" to "count".
    package init(resources count: Int) {
        state = Mutex(State(store: DemoStore(count: count)))
    }

    /// Answers a request, whatever it is.
    package func respond(to request: LoopbackRequest) -> LoopbackReply {
        guard request.path == Self.path else { return .refusal(404, "The endpoint is \(Self.path).") }
        guard request.method == "POST" else {
            return .refusal(405, "Requests are POSTed.", headers: [("Allow", "POST")])
        }
        guard Self.isMediaType((request.header("Content-Type") ?? "")[...].utf8, "application/json") else {
            return .refusal(415, "The body must be application/json.")
        }
        let isModern = Self.accepts(Self.modernType, request.header("Accept") ?? "")
        let type = isModern ? Self.modernType : "application/json"
        let headers = [(name: "Content-Type", value: type + "; charset=utf-8")]
        do throws(JSONRequest.Failure) {
            let request = try JSONRequest(request.body)
            switch answer(request) {
            case .success(let body):
                return LoopbackReply(headers: headers, body: body)
            case .failure(let error):
                // Older clients of application/json take any status but 200 for a failure of the transport.
                return LoopbackReply(status: isModern ? 400 : 200, headers: headers, body: error.response)
            }
        } catch {
            return LoopbackReply(status: 400, headers: headers, body: DemoRequestError(error.message).response)
        }
    }

    private func answer(_ request: JSONRequest) -> Result<[UInt8], DemoRequestError> {
        state.withLock { state in
            Result { () throws(DemoRequestError) in
                let operation = try state.operation(for: request)
                var execution = Execution(store: state.store, variables: operation.variables)
                execution.run(operation)
                return execution.output
            }
        }
    }

    private static func accepts(_ type: String, _ header: String) -> Bool {
        header.utf8.split(separator: UInt8(ascii: ",")).contains { isMediaType($0, type) }
    }

    /// Whether a media type, its parameters aside, is the given one.
    private static func isMediaType(_ text: Substring.UTF8View, _ type: String) -> Bool {
        text.prefix { $0 != UInt8(ascii: ";") }.trimmingHorizontalSpace.isEqualIgnoringASCIICase(to: type.utf8)
    }
}

/// What lives from one request to the next.
private struct State {
    private static let maximumDocuments = 256

    let store: DemoStore
    private var documents: [DocumentText: PreparedDocument] = [:]

    init(store: DemoStore) { self.store = store }

    mutating func operation(for request: JSONRequest) throws(DemoRequestError) -> PreparedOperation {
        let text = DocumentText(bytes: Array(request.query.utf8))
        if documents[text] == nil {
            // All at once: a server that meets so many different texts gains nothing from the old ones.
            if documents.count >= Self.maximumDocuments { documents.removeAll(keepingCapacity: true) }
            do throws(GraphQLDocumentError) {
                documents[text] = try PreparedDocument(parsing: request.query)
            } catch {
                throw DemoRequestError(error.description)
            }
        }
        guard
            let operation = try documents[text]?.operation(named: request.operationName, variables: request.variables)
        else { throw DemoRequestError("The document is lost.") }
        return operation
    }
}

/// The text of a document, compared by its bytes: strings that Unicode calls equal may be different documents.
private struct DocumentText: Hashable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension LoopbackReply {
    fileprivate static func refusal(
        _ status: Int,
        _ reason: String,
        headers: [(name: String, value: String)] = []
    ) -> Self {
        let type = (name: "Content-Type", value: "text/plain; charset=utf-8")
        return LoopbackReply(status: status, headers: headers + [type], body: Array((reason + "\n").utf8))
    }
}

extension DemoRequestError {
    /// A response without `data`.
    fileprivate var response: [UInt8] {
        var json: [UInt8] = []
        json.append(#"{"errors":["#)
        for (index, message) in messages.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(#"{"message":"#)
            json.appendJSON(message)
            json.append("}")
        }
        json.append("]}")
        return json
    }
}
