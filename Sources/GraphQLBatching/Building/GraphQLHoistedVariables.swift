// SPDX-License-Identifier: Apache-2.0
//
// The variables that values become: what they are called, and which values share one.

/// Collects values and gives each a variable; the same names for the same places, whatever the values are.
struct GraphQLHoistedVariables {
    /// A value in its place.
    private struct Given: Hashable {
        var place: Place
        var value: GraphQLValue
        var type: GraphQLType
    }

    private struct Place: Hashable {
        var top: GraphQLName
        /// The names between the top and the argument. None holds a point, so different ways stay different.
        var way = ""
        var argument: GraphQLName
    }

    /// The declarations, in the order of the text.
    private(set) var definitions: [GraphQLVariableDefinition] = []
    /// The first whose value holds a null that its type does not allow.
    private(set) var firstInvalid: GraphQLVariableDefinition?
    private let declared: Set<String>
    /// What each variable stands for.
    private var variables: [String: Given] = [:]
    /// The top-level name of the last value, most often that of the next one, too; and the last number that was given to
    /// one of its variables.
    private var current: (top: GraphQLName, number: Int) = ("__", 0)
    /// The last numbers of other top-level names, unless they are 0.
    private var numbers: [GraphQLName: Int] = [:]
    /// The first variable in each place that has no variable named after its top alone.
    private var firsts: [Place: GraphQLName] = [:]
    /// Further variables of a place, as under different type conditions.
    private var further: [Given: GraphQLName] = [:]

    init(declared: [GraphQLVariableDefinition], expectedCount: Int) {
        self.declared = Set(declared.map(\.name.text))
        variables.reserveCapacity(expectedCount)
        definitions.reserveCapacity(expectedCount)
    }

    /// The values by the names of their variables.
    var values: [String: GraphQLValue] { variables.mapValues(\.value) }

    /// The variable for the value of an argument.
    ///
    /// - Parameter way: The names from the top to the argument's field or directive; not empty.
    mutating func variable(
        for argument: GraphQLName,
        on way: [GraphQLName],
        value: GraphQLValue,
        type: GraphQLType
    ) -> GraphQLName {
        var place = Place(top: way[0], argument: argument)
        for step in way.dropFirst() { place.way += step.text + "." }
        let given = Given(place: place, value: value, type: type)
        // Two underscores are reserved, and "_" would make them with its first number.
        let base = place.top.isReserved || place.top == "_" ? "v" + place.top.text : place.top.text
        if current.top != place.top {
            if current.number > 0 { numbers[current.top] = current.number }
            current = (place.top, 0)
            if let name = declare(given, as: base) { return name }
            current.number = numbers[place.top, default: 0]
        }
        let first = variables[base]
        if first == given { return GraphQLName(unchecked: base) }
        if first?.place == place { return furtherVariable(for: given, base: base) }
        guard let name = firsts[place] else {
            let name = nextVariable(for: given, base: base)
            firsts[place] = name
            return name
        }
        return variables[name.text] == given ? name : furtherVariable(for: given, base: base)
    }

    private mutating func furtherVariable(for given: Given, base: String) -> GraphQLName {
        if let name = further[given] { return name }
        let name = nextVariable(for: given, base: base)
        further[given] = name
        return name
    }

    /// Declares a variable under the next number that is free.
    private mutating func nextVariable(for given: Given, base: String) -> GraphQLName {
        while true {
            current.number += 1
            if let name = declare(given, as: "\(base)_\(current.number)") { return name }
        }
    }

    /// Declares a variable; `nil` if its name is taken.
    private mutating func declare(_ given: Given, as text: String) -> GraphQLName? {
        guard declared.isEmpty || !declared.contains(text) else { return nil }
        if let taken = variables.updateValue(given, forKey: text) {
            variables[text] = taken
            return nil
        }
        let definition = GraphQLVariableDefinition(GraphQLName(unchecked: text), given.type)
        if firstInvalid == nil, !given.type.allowsNulls(of: given.value) { firstInvalid = definition }
        definitions.append(definition)
        return definition.name
    }
}
