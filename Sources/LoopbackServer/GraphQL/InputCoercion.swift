// SPDX-License-Identifier: Apache-2.0
//
// Makes of a given value what the schema's type says, or tells why it cannot.

import GraphQLBatching

/// Why a value does not fit its type.
struct InputError: Error {
    let message: String

    init(_ message: String) { self.message = message }

    static func expected(_ type: String, found value: GraphQLValue) -> Self {
        Self("expected a value of the type '\(type)', found \(value.kind)")
    }

    static func null(_ variable: GraphQLName, _ type: GraphQLType) -> Self {
        Self("the variable '$\(variable)' is null or absent, and the type is '\(type)'")
    }

    /// The same error with the place where it is.
    func at(_ place: String) -> Self { Self("\(place): \(message)") }
}

/// Input coercion ([GraphQL, section 3](https://spec.graphql.org/September2025/#sec-Scalars.Input-Coercion)): of JSON
/// from the variables, and of literals in the document, in which variables may stand.
///
/// The result has strings for IDs, `enumCase` for enums, and a list for a single value where a list is due.
struct InputCoercion: Sendable {
    /// Gives the value of a variable, of `nil` for one that is absent, at a place of the given type. Fails if it may
    /// not stand there. JSON has no variables.
    var variable: @Sendable (GraphQLName, GraphQLType, _ hasDefault: Bool) throws(InputError) -> GraphQLValue?
    /// Whether enums are written as strings.
    var isJSON = false

    static let json = InputCoercion(
        variable: { name, _, _ throws(InputError) in throw InputError("a variable '$\(name)' in JSON") },
        isJSON: true
    )

    /// Of literals without variables.
    static let constant = InputCoercion { name, _, _ throws(InputError) in
        throw InputError("the variable '$\(name)' in a constant")
    }

    func coerce(_ value: GraphQLValue, to type: GraphQLType) throws(InputError) -> GraphQLValue {
        if case .variable(let name) = value {
            let value = try variable(name, type, false) ?? .null
            guard value != .null || !type.isNonNull else { throw .null(name, type) }
            return value
        }
        switch type {
        case .nonNull(let wrapped):
            guard value != .null else { throw .expected("\(type)", found: value) }
            return try coerce(value, to: wrapped)
        case .list(let element):
            if value == .null { return value }
            guard case .list(let values) = value else { return .list([try coerce(value, to: element)]) }
            return .list(try coerce(values, to: element))
        case .named(let name):
            return value == .null ? value : try coerce(value, to: name)
        }
    }

    /// Coerces arguments, or the fields of an input object. What is absent and has no default stays absent.
    func coerce(
        _ members: [String: GraphQLValue],
        to definitions: [DemoSchema.InputDefinition]
    ) throws(InputError) -> [String: GraphQLValue] {
        for name in members.keys where !definitions.contains(where: { $0.name == name }) {
            throw InputError("there is no '\(name)' here")
        }
        var result: [String: GraphQLValue] = [:]
        for definition in definitions {
            do throws(InputError) {
                result[definition.name] = try coerce(members[definition.name], to: definition)
            } catch {
                throw error.at("'\(definition.name)'")
            }
        }
        return result
    }

    private func coerce(
        _ given: GraphQLValue?,
        to definition: DemoSchema.InputDefinition
    ) throws(InputError) -> GraphQLValue? {
        let hasDefault = definition.defaultValue != nil
        var value: GraphQLValue?
        switch given {
        case .variable(let name):
            value = try variable(name, definition.type, hasDefault)
            if value == .null, definition.type.isNonNull { throw .null(name, definition.type) }
        case let given?:
            value = try coerce(given, to: definition.type)
        case nil: break
        }
        guard value == nil else { return value }
        guard !definition.isRequired else { throw InputError("a value of the type '\(definition.type)' is required") }
        return definition.defaultValue
    }

    private func coerce(_ values: [GraphQLValue], to element: GraphQLType) throws(InputError) -> [GraphQLValue] {
        var result: [GraphQLValue] = []
        result.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            do throws(InputError) {
                result.append(try coerce(value, to: element))
            } catch {
                throw error.at("element \(index)")
            }
        }
        return result
    }

    private func coerce(_ value: GraphQLValue, to name: GraphQLName) throws(InputError) -> GraphQLValue {
        switch (DemoSchema.inputType(name), value) {
        case (.id, .string), (.string, .string), (.boolean, .boolean): return value
        case (.id, .int(let number)): return .string(String(number))
        case (.json, _): return try untyped(value)
        case (.enumeration(let cases), .enumCase(let given)) where cases.contains(given.text): return value
        case (.enumeration(let cases), .string(let given)) where isJSON && cases.contains(given):
            return (try? GraphQLName(given)).map { .enumCase($0) } ?? value
        case (.object(let definitions), .object(let members)):
            return .object(try coerce(members, to: definitions))
        case (nil, _): throw InputError("there is no input type '\(name)'")
        default: throw .expected(name.text, found: value)
        }
    }

    /// A value of a type that takes any JSON: variables are replaced, enums become strings.
    private func untyped(_ value: GraphQLValue) throws(InputError) -> GraphQLValue {
        switch value {
        case .variable(let name): return try variable(name, "JSON", false) ?? .null
        case .enumCase(let name): return .string(name.text)
        case .list(let elements):
            var result: [GraphQLValue] = []
            for element in elements { result.append(try untyped(element)) }
            return .list(result)
        case .object(let members):
            var result: [String: GraphQLValue] = [:]
            for (key, member) in members { result[key] = try untyped(member) }
            return .object(result)
        case .null, .boolean, .int, .float, .string: return value
        }
    }
}

extension GraphQLValue {
    /// What it is, for a message. Never its content, which may be long, or a secret.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .int: "a whole number"
        case .float: "a number with a fraction"
        case .string: "a string"
        case .enumCase(let name): "the name \(name)"
        case .list: "a list"
        case .object: "an object"
        case .variable(let name): "$\(name)"
        }
    }
}
