// SPDX-License-Identifier: Apache-2.0
//
// The records behind the bulk endpoints: what exists, and how often each was created.

import GraphQLBatching

/// Records by id. A copy is a snapshot, which is how an atomic envelope is undone.
struct ItemStore: Sendable {
    typealias Item = [String: GraphQLValue]

    private(set) var items: [String: Item] = [:]
    /// How often a record of each name was created, whatever became of it.
    private(set) var creations: [String: Int] = [:]
    private var created = 0
    /// What operations with an idempotency key came to.
    private var remembered: [String: (operation: ItemOperation, outcome: ItemOutcome)] = [:]
    /// Names that have been told to come again.
    private var delayed: Set<String> = []

    /// Does an operation, or tells again what it came to if its idempotency key is known.
    mutating func perform(_ operation: ItemOperation) -> ItemOutcome {
        guard let key = operation.idempotencyKey else { return performAnew(operation) }
        if let known = remembered[key] {
            return known.operation == operation
                ? known.outcome
                : .refusal(422, "idempotency_key_reused", "The key '\(key)' belongs to another operation.")
        }
        let outcome = performAnew(operation)
        if outcome.status < 500 { remembered[key] = (operation, outcome) }
        return outcome
    }

    private mutating func performAnew(_ operation: ItemOperation) -> ItemOutcome {
        let path = operation.path.split(separator: "/", omittingEmptySubsequences: true)
        guard path.first == "items", path.count <= 2 else {
            return .refusal(404, "not_found", "There is no '\(operation.path)'.")
        }
        switch (operation.method, path.count == 2 ? String(path[1]) : nil) {
        case ("POST", nil): return create(operation.body)
        case ("POST", "update-by-query"), ("POST", "delete-by-query"):
            return changeMatching(operation.body, deletes: path[1].hasPrefix("delete"))
        case ("GET", let id?): return found(id) { .success(200, .object($0)) }
        case ("PUT", let id?), ("PATCH", let id?): return update(id, operation.body)
        case ("DELETE", let id?): return delete(id)
        default: return .refusal(405, "method_not_allowed", "'\(operation.path)' takes no \(operation.method).")
        }
    }

    private mutating func create(_ body: GraphQLValue?) -> ItemOutcome {
        guard case .object(var item)? = body else { return .refusal(422, "invalid", "The body is not an object.") }
        guard case .string(let name)? = item["name"], !name.isEmpty else {
            return .invalid(field: "name", "A record needs a name that is not empty.")
        }
        if let refusal = refusal(of: name) { return refusal }
        created += 1
        item["id"] = .string(String(created))
        items[String(created)] = item
        creations[name, default: 0] += 1
        return .success(201, .object(item))
    }

    private mutating func update(_ id: String, _ body: GraphQLValue?) -> ItemOutcome {
        guard case .object(let changes)? = body else { return .refusal(422, "invalid", "The body is not an object.") }
        if changes["name"] == .string("") { return .invalid(field: "name", "A record needs a name that is not empty.") }
        if case .string(let name)? = changes["name"], let refusal = refusal(of: name) { return refusal }
        return found(id) { item in
            let updated = item.merging(changes) { $1 }.merging(["id": .string(id)]) { $1 }
            items[id] = updated
            return .success(200, .object(updated))
        }
    }

    private mutating func delete(_ id: String) -> ItemOutcome {
        found(id) { _ in
            items[id] = nil
            return .success(204, nil)
        }
    }

    /// Changes or deletes each record that has all members of a filter.
    private mutating func changeMatching(_ body: GraphQLValue?, deletes: Bool) -> ItemOutcome {
        guard case .object(let body)? = body, case .object(let filter)? = body["filter"], !filter.isEmpty else {
            return .invalid(field: "filter", "The body needs a 'filter' with at least one member.")
        }
        var changes: Item = [:]
        if case .object(let members)? = body["changes"] { changes = members }
        let matching = items.filter { _, item in filter.allSatisfy { item[$0.key] == $0.value } }
        for (id, item) in matching {
            items[id] = deletes ? nil : item.merging(changes) { $1 }.merging(["id": .string(id)]) { $1 }
        }
        return .success(200, ["matched": .int(matching.count)])
    }

    private func found(_ id: String, _ then: (Item) -> ItemOutcome) -> ItemOutcome {
        guard let item = items[id] else { return .refusal(404, "not_found", "There is no record '\(id)'.") }
        return then(item)
    }

    /// What goes wrong with a name on purpose.
    private mutating func refusal(of name: String) -> ItemOutcome? {
        if name.hasPrefix("fail") { return .invalid(field: "name", "The record '\(name)' fails on purpose.") }
        if name.hasPrefix("busy"), delayed.insert(name).inserted {
            return .refusal(503, "busy", "The record '\(name)' is to be sent again.")
        }
        return nil
    }
}
