// SPDX-License-Identifier: Apache-2.0
//
// All resources of the demo, and the ids that fail on purpose.

/// The resources, by id. It is a class so that a run of an operation changes it in place.
final class DemoStore {
    /// The resource with the number n is at n - 1; a deleted one leaves its place empty for ever.
    private var resources: [DemoResource?]

    init(count: Int) {
        resources = (0..<max(count, 0)).map { DemoResource(number: $0 + 1) }
    }

    /// The resource with an id, or one of those that fail on purpose.
    func find(_ id: String) throws(DemoFieldError) -> DemoResource? {
        if let index = index(of: id) { return resources[index] }
        switch Special(id) {
        case .fail, .abort: throw DemoFieldError("The resource '\(id)' fails on purpose.")
        case .partial: return DemoResource(number: 1, id: id, fault: .metadata)
        case .broken: return DemoResource(number: 1, id: id, fault: .related)
        case nil: return nil
        }
    }

    /// Fails if one of the ids is to fail the whole list.
    func checkList(of ids: [String]) throws(DemoFieldError) {
        if let id = ids.first(where: { Special($0) == .abort }) {
            throw DemoFieldError("The list with '\(id)' fails on purpose.")
        }
    }

    func related(to resource: DemoResource) throws(DemoFieldError) -> [DemoResource] {
        if resource.fault == .related { throw DemoFieldError("What is related to '\(resource.id)' fails on purpose.") }
        // The places of n + 1 and n + 2.
        return (resource.number..<resource.number + 2).compactMap {
            resources.indices.contains($0) ? resources[$0] : nil
        }
    }

    func create(
        name: String,
        kind: DemoResource.Kind,
        status: String,
        metadata: [UInt8]
    ) throws(DemoFieldError) -> DemoResource {
        try Self.check(name: name)
        let number = resources.count + 1
        let created = DemoResource(number: number, name: name, kind: kind, status: status, metadata: metadata)
        resources.append(created)
        return created
    }

    func update(_ id: String, _ changes: DemoResource.Changes) throws(DemoFieldError) -> DemoResource? {
        try check(toChange: id)
        if let name = changes.name { try Self.check(name: name) }
        guard let index = index(of: id), let resource = resources[index] else { return nil }
        let updated = resource.applying(changes)
        resources[index] = updated
        return updated
    }

    /// Returns whether there was one.
    func delete(_ id: String) throws(DemoFieldError) -> Bool {
        try check(toChange: id)
        guard let index = index(of: id), resources[index] != nil else { return false }
        resources[index] = nil
        return true
    }

    private func check(toChange id: String) throws(DemoFieldError) {
        switch Special(id) {
        case .fail, .abort: throw DemoFieldError("The resource '\(id)' fails on purpose.")
        case .partial, .broken, nil: return
        }
    }

    private static func check(name: String) throws(DemoFieldError) {
        if name.isEmpty { throw DemoFieldError("A resource needs a name that is not empty.") }
    }

    private func index(of id: String) -> Int? {
        guard let number = id.utf8.decimal, resources.indices.contains(number - 1) else { return nil }
        // Not for "01".
        return id.utf8.first == UInt8(ascii: "0") ? nil : number - 1
    }
}

extension DemoStore {
    /// Ids that fail on purpose, by themselves or with a suffix behind a colon.
    private enum Special: String {
        case fail, partial, broken, abort

        init?(_ id: String) {
            self.init(rawValue: String(id.prefix { $0 != ":" }))
        }
    }
}

/// An error that belongs to one field of a response.
struct DemoFieldError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
