// SPDX-License-Identifier: Apache-2.0
//
// A document that is parsed and checked once, and an operation of it with the variables of one request.

import GraphQLBatching

/// A parsed document, with what of it can be kept for later requests.
struct PreparedDocument {
    private let document: GraphQLDocument
    private let fragments: [GraphQLName: GraphQLFragment]
    /// What does not fit the schema.
    private let messages: [String]
    /// The plan of each operation that has been asked for, and whose plan does not depend on variables.
    private var plans: [Int: [PlannedField]] = [:]

    init(parsing text: String) throws(GraphQLDocumentError) {
        document = try GraphQLDocument(parsing: text)
        let fragments = Dictionary(document.fragments.map { ($0.name, $0) }) { first, _ in first }
        self.fragments = fragments
        messages = document.operations.flatMap { SchemaCheck($0, fragments: fragments).messages }
    }

    /// Makes an operation ready to run.
    mutating func operation(
        named name: String?,
        variables given: [String: GraphQLValue]
    ) throws(DemoRequestError) -> PreparedOperation {
        guard messages.isEmpty else { throw DemoRequestError(messages: messages) }
        let index = try index(ofOperation: name)
        let operation = document.operations[index]
        let variables = try operation.coerce(given)
        return PreparedOperation(
            kind: operation.kind,
            fields: try plan(of: index, variables: variables),
            variables: variables
        )
    }

    private func index(ofOperation name: String?) throws(DemoRequestError) -> Int {
        guard let name else {
            guard document.operations.count == 1 else {
                throw DemoRequestError("The document has several operations: 'operationName' must say which to run.")
            }
            return 0
        }
        guard let index = document.operations.firstIndex(where: { $0.name?.text == name }) else {
            throw DemoRequestError("The document has no operation of the name in 'operationName'.")
        }
        return index
    }

    private mutating func plan(
        of index: Int,
        variables: [String: GraphQLValue]
    ) throws(DemoRequestError) -> [PlannedField] {
        if let plan = plans[index] { return plan }
        let operation = document.operations[index]
        guard let root = DemoSchema.Object(operation.kind) else { return [] }
        var planner = ExecutionPlanner(fragments: fragments, variables: variables)
        do throws(ExecutionPlanner.Failure) {
            let plan = try planner.fields(of: [operation.selectionSet], in: root)
            if !planner.isConditional { plans[index] = plan }
            return plan
        } catch {
            throw DemoRequestError(error.message)
        }
    }
}

/// An operation with all that is needed to run it.
struct PreparedOperation {
    let kind: GraphQLOperation.Kind
    let fields: [PlannedField]
    /// Coerced; without those that are absent and have no default.
    let variables: [String: GraphQLValue]
}

/// Why a request is refused before anything runs.
struct DemoRequestError: Error {
    let messages: [String]

    init(messages: [String]) { self.messages = messages }
    init(_ message: String) { messages = [message] }
}

extension GraphQLOperation {
    /// Variable coercion ([GraphQL, section 6.1.2](https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values)).
    fileprivate func coerce(_ given: [String: GraphQLValue]) throws(DemoRequestError) -> [String: GraphQLValue] {
        var coerced: [String: GraphQLValue] = [:]
        var messages: [String] = []
        for definition in variables {
            do throws(InputError) {
                coerced[definition.name.text] = try definition.coerce(given[definition.name.text])
            } catch {
                messages.append("The variable '$\(definition.name)': \(error.message).")
            }
        }
        guard messages.isEmpty else { throw DemoRequestError(messages: messages) }
        return coerced
    }
}

extension GraphQLVariableDefinition {
    fileprivate func coerce(_ given: GraphQLValue?) throws(InputError) -> GraphQLValue? {
        if let given { return try InputCoercion.json.coerce(given, to: type) }
        if let defaultValue { return try InputCoercion.constant.coerce(defaultValue, to: type) }
        guard !type.isNonNull else { throw InputError("a value of the type '\(type)' is required") }
        return nil
    }
}
