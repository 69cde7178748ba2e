// SPDX-License-Identifier: Apache-2.0
//
// Fragments that are used and contain no cycle; variables that are used and defined, also through fragments.

/// Checks what the definitions of a document use of each other. No recursion: fragments may form long chains.
struct GraphQLUsesCheck {
    let document: GraphQLDocument
    let operationUses: [GraphQLDefinitionUses]
    let fragmentUses: [GraphQLDefinitionUses]

    func check() throws(GraphQLDocumentError) {
        try checkCycles()
        var budget = GraphQLCheckBudget()
        var used: Set<Int> = []
        for (operation, uses) in zip(document.operations, operationUses) {
            let reached = try reachable(from: uses.fragments, budget: &budget)
            used.formUnion(reached)
            try checkVariables(of: operation, uses: uses, reached: reached, budget: &budget)
        }
        for (index, fragment) in document.fragments.enumerated() where !used.contains(index) {
            throw GraphQLPlace(fragment).error("it is not used")
        }
    }

    /// Walks along the spreads, depth first, and refuses a way that meets itself.
    private func checkCycles() throws(GraphQLDocumentError) {
        var isDone = Array(repeating: false, count: fragmentUses.count)
        var isOnWay = isDone
        for start in fragmentUses.indices where !isDone[start] {
            var way = [(fragment: start, rest: fragmentUses[start].fragments.sorted())]
            isOnWay[start] = true
            while var step = way.popLast() {
                guard let next = step.rest.popLast() else {
                    isOnWay[step.fragment] = false
                    isDone[step.fragment] = true
                    continue
                }
                way.append(step)
                guard !isOnWay[next] else {
                    let names = way.drop { $0.fragment != next }.map { document.fragments[$0.fragment].name.shown }
                    throw GraphQLPlace(document.fragments[next]).error(
                        "it contains itself (\(names.prefix(8).joined(separator: " → ")) → …)"
                    )
                }
                guard !isDone[next] else { continue }
                isOnWay[next] = true
                way.append((next, fragmentUses[next].fragments.sorted()))
            }
        }
    }

    private func reachable(
        from fragments: Set<Int>,
        budget: inout GraphQLCheckBudget
    ) throws(GraphQLDocumentError) -> Set<Int> {
        var reached = fragments
        var rest = Array(fragments)
        while let next = rest.popLast() {
            for fragment in fragmentUses[next].fragments {
                try budget.spend()
                if reached.insert(fragment).inserted { rest.append(fragment) }
            }
        }
        return reached
    }

    private func checkVariables(
        of operation: GraphQLOperation,
        uses: GraphQLDefinitionUses,
        reached: Set<Int>,
        budget: inout GraphQLCheckBudget
    ) throws(GraphQLDocumentError) {
        var isUsed = Array(repeating: false, count: operation.variables.count)
        var indices = Dictionary<GraphQLName, Int>(minimumCapacity: operation.variables.count)
        for index in operation.variables.indices {
            let name = operation.variables[index].name
            guard indices.updateValue(index, forKey: name) == nil else {
                throw GraphQLPlace(operation).error("the variable '$\(name.shown)' is defined twice")
            }
        }
        var expected = 0  // Nearly always variables are used in the order in which they are declared.
        func use(_ variables: [GraphQLName], in place: GraphQLPlace) throws(GraphQLDocumentError) {
            for variable in variables {
                if expected < isUsed.count, operation.variables[expected].name == variable {
                    isUsed[expected] = true
                    expected += 1
                    continue
                }
                guard let index = indices[variable] else {
                    throw place.error("the variable '$\(variable.shown)' is not defined")
                }
                isUsed[index] = true
            }
        }
        try use(uses.variables, in: GraphQLPlace(operation))
        for index in reached {
            try budget.spend(1 + fragmentUses[index].variables.count)
            try use(fragmentUses[index].variables, in: GraphQLPlace(document.fragments[index]))
        }
        guard let index = isUsed.firstIndex(of: false) else { return }
        let name = operation.variables[index].name
        throw GraphQLPlace(operation).error("the variable '$\(name.shown)' is not used")
    }
}

/// The steps that a check may take beyond the size of the document.
struct GraphQLCheckBudget {
    private var rest = 500_000

    mutating func spend(_ steps: Int = 1) throws(GraphQLDocumentError) {
        rest -= steps
        guard rest >= 0 else { throw .invalidDocument("its fragments make the document too large to check") }
    }
}
