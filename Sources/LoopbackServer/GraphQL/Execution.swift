// SPDX-License-Identifier: Apache-2.0
//
// Runs an operation and writes its response as it goes: paths, errors, and nulls that spread upwards.

import GraphQLBatching

/// One run of an operation ([GraphQL, section 6](https://spec.graphql.org/September2025/#sec-Execution)).
///
/// The response is written straight into bytes. A position that fails cuts off what it has written: it becomes null if
/// it may be, and else lets the position above it fail.
struct Execution {
    private enum PathElement {
        case name(String)
        case index(Int)
    }

    private struct FieldError {
        let message: String
        let path: [PathElement]
    }

    let store: DemoStore
    var output: [UInt8] = []
    private let coercion: InputCoercion
    private var path: [PathElement] = []
    private var errors: [FieldError] = []

    init(store: DemoStore, variables: [String: GraphQLValue]) {
        self.store = store
        coercion = InputCoercion { name, _, _ in variables[name.text] }
    }

    /// Runs the fields one after the other, as mutations must and queries may.
    mutating func run(_ operation: PreparedOperation) {
        output.append(#"{"data":"#)
        let start = output.count
        if !object(operation.fields, of: operation.kind == .mutation ? .mutation : .query) {
            output.removeLast(output.count - start)
            output.append("null")
        }
        if !errors.isEmpty {
            output.append(#","errors":["#)
            for (index, error) in errors.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                append(error)
            }
            output.append("]")
        }
        output.append("}")
    }

    /// Writes an object. Returns false if a field that may not be null has failed.
    mutating func object(_ fields: [PlannedField], of parent: Parent) -> Bool {
        output.append(UInt8(ascii: "{"))
        for (index, field) in fields.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(contentsOf: field.key)
            let isDone = position(.name(field.responseName), isNullable: field.isNullable) {
                (execution) throws(DemoFieldError) in try execution.write(field, of: parent)
            }
            guard isDone else { return false }
        }
        output.append(UInt8(ascii: "}"))
        return true
    }

    /// Writes a list of objects. Returns false if an element that may not be null has failed.
    mutating func list<Element>(
        of elements: [Element],
        isNullable: Bool,
        _ write: (inout Execution, Element) throws(DemoFieldError) -> Bool
    ) -> Bool {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            let isDone = position(.index(index), isNullable: isNullable) { (execution) throws(DemoFieldError) in
                try write(&execution, element)
            }
            guard isDone else { return false }
        }
        output.append(UInt8(ascii: "]"))
        return true
    }

    func arguments(of field: PlannedField) throws(DemoFieldError) -> [String: GraphQLValue] {
        do throws(InputError) {
            return try coercion.coerce(field.arguments, to: field.definition.arguments)
        } catch {
            throw DemoFieldError("The arguments of '\(field.field.rawValue)': \(error.message).")
        }
    }

    /// Writes what is at one position of the response, or null. Returns false if it has failed and may not be null.
    private mutating func position(
        _ element: PathElement,
        isNullable: Bool,
        _ write: (inout Execution) throws(DemoFieldError) -> Bool
    ) -> Bool {
        path.append(element)
        defer { path.removeLast() }
        let start = output.count
        do throws(DemoFieldError) {
            if try write(&self) { return true }
        } catch {
            errors.append(FieldError(message: error.message, path: path))
        }
        guard isNullable else { return false }
        output.removeLast(output.count - start)
        output.append("null")
        return true
    }

    private mutating func append(_ error: FieldError) {
        output.append(#"{"message":"#)
        output.appendJSON(error.message)
        output.append(#","path":["#)
        for (index, element) in error.path.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            switch element {
            case .name(let name): output.appendJSON(name)
            case .index(let index): output.append(contentsOf: String(index).utf8)
            }
        }
        output.append("]}")
    }
}
