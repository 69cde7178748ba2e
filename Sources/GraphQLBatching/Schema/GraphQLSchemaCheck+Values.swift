// SPDX-License-Identifier: Apache-2.0
//
// Values beside the types that they must have. Messages name places and types, never a value: it may be a secret.

extension GraphQLSchemaCheck {
    /// Checks a value.
    ///
    /// - Parameters:
    ///   - hasDefault: Whether the place has a default, which an absent variable leaves in force.
    ///   - what: The value for a person: the argument or input field that it belongs to.
    mutating func check(_ value: GraphQLValue, is type: GraphQLType, hasDefault: Bool = false, what: String) {
        switch (value, type.nullable) {
        case (.variable(let name), _):
            uses.variables.append(VariableUse(variable: name, type: type, hasDefault: hasDefault, place: place))
        case (.null, _):
            if type.isNonNull { report("\(what) is null, its type '\(type)' is not") }
        case (.list(let elements), .list(let element)):
            for value in elements { check(value, is: element, what: what) }
        case (_, .list(let element)):
            check(value, is: element, what: what)  // A single value stands for a list of one.
        case (_, let nullable):
            check(value, isNamed: nullable.innermost, what: what)
        }
    }

    private mutating func check(_ value: GraphQLValue, isNamed name: GraphQLName, what: String) {
        guard let type = schema.types[name] else { return }
        let fits: Bool
        switch (type.kind, value) {
        case (.inputObject, .object(let members)): return check(members, are: type, named: name, what: what)
        case (.enumeration, .enumCase(let name)): fits = type.cases.contains(name)
        case (.enumeration, .string(let text)) where isJSON:
            fits = (try? GraphQLName(text)).map { type.cases.contains($0) } ?? false
        case (.scalar, _): fits = Self.isScalar(value, named: name.text)
        default: fits = false
        }
        if !fits { report("\(what) is no value of the type '\(name.shown)'") }
    }

    private static func isScalar(_ value: GraphQLValue, named name: String) -> Bool {
        switch (name, value) {
        case ("Int", .int(let number)): Int32(exactly: number) != nil
        case ("Float", .int), ("Float", .float), ("String", .string), ("Boolean", .boolean): true
        case ("ID", .string), ("ID", .int): true
        case ("Int", _), ("Float", _), ("String", _), ("Boolean", _), ("ID", _): false
        default: true  // What a custom scalar takes is the server's own affair.
        }
    }

    private mutating func check(
        _ members: [String: GraphQLValue],
        are type: GraphQLSchema.TypeDefinition,
        named name: GraphQLName,
        what: String
    ) {
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let key = try? GraphQLName(key), let input = type.inputs[key] else {
                let shown = String(key.prefix(64)).debugDescription
                report("\(what) has a field \(shown), which the type '\(name.shown)' has not")
                continue
            }
            // The entry of a choice of one must not be null, nor a variable that may be.
            let wanted = type.isOneOf ? GraphQLType.nonNull(input.type.nullable) : input.type
            check(value, is: wanted, hasDefault: input.hasDefault, what: "the input field '\(key.shown)' of \(what)")
        }
        for (key, input) in type.inputs.sorted(by: { $0.key < $1.key })
        where input.isRequired && members[key.text] == nil {
            report("\(what) needs the input field '\(key.shown)' of the type '\(input.type)'")
        }
        if type.isOneOf, members.count != 1 {
            report("\(what) must have exactly one entry: '\(name.shown)' is a choice of one")
        }
    }

    /// Checks the values of an operation's variables.
    mutating func check(_ values: [String: GraphQLValue], of operation: GraphQLOperation) {
        begin(at: GraphQLPlace(operation))
        isJSON = true
        for variable in operation.variables {
            guard let value = values[variable.name.text] else { continue }
            check(value, is: variable.type, what: "the variable '$\(variable.name.shown)'")
        }
    }
}
