// SPDX-License-Identifier: Apache-2.0
//
// What each field of the demo's schema does.

import GraphQLBatching

extension Execution {
    /// What a field is a field of.
    enum Parent {
        case query
        case mutation
        case resource(DemoResource)

        var typename: String {
            switch self {
            case .query: DemoSchema.Object.query.rawValue
            case .mutation: DemoSchema.Object.mutation.rawValue
            case .resource: DemoSchema.Object.resource.rawValue
            }
        }
    }

    /// Writes the value of a field. Returns false if something in it has failed that may not be null.
    mutating func write(_ field: PlannedField, of parent: Parent) throws(DemoFieldError) -> Bool {
        if field.field == .typename {
            output.appendJSON(parent.typename)
            return true
        }
        if case .resource(let resource) = parent { return try write(field, of: resource) }
        let arguments = try arguments(of: field)
        switch field.field {
        case .resource: return write(try store.find(arguments.id), field.fields)
        case .resources: return try writeResources(arguments.ids, field.fields)
        case .createResource: return write(try create(arguments.input), field.fields)
        case .updateResource:
            return write(try store.update(arguments.id, DemoResource.Changes(arguments.input)), field.fields)
        case .deleteResource: output.appendJSON(try store.delete(arguments.id))
        default: throw DemoFieldError("'\(field.field.rawValue)' is not a field of '\(parent.typename)'.")
        }
        return true
    }

    private mutating func write(_ field: PlannedField, of resource: DemoResource) throws(DemoFieldError) -> Bool {
        switch field.field {
        case .id: output.appendJSON(resource.id)
        case .name: output.appendJSON(resource.name)
        case .type: output.appendJSON(resource.kind.rawValue)
        case .status: output.appendJSON(resource.status)
        case .createdAt: output.appendJSON(resource.createdAt)
        case .metadata:
            if resource.fault == .metadata {
                throw DemoFieldError("The metadata of '\(resource.id)' fail on purpose.")
            }
            output.append(contentsOf: resource.metadata)
        case .related:
            return list(of: try store.related(to: resource), isNullable: false) { execution, related in
                execution.object(field.fields, of: .resource(related))
            }
        default: throw DemoFieldError("'\(field.field.rawValue)' is not a field of 'Resource'.")
        }
        return true
    }

    private mutating func write(_ resource: DemoResource?, _ fields: [PlannedField]) -> Bool {
        guard let resource else {
            output.append("null")
            return true
        }
        return object(fields, of: .resource(resource))
    }

    private mutating func writeResources(
        _ ids: [String],
        _ fields: [PlannedField]
    ) throws(DemoFieldError) -> Bool {
        try store.checkList(of: ids)
        return list(of: ids, isNullable: true) { (execution, id) throws(DemoFieldError) in
            execution.write(try execution.store.find(id), fields)
        }
    }

    private mutating func create(_ input: [String: GraphQLValue]) throws(DemoFieldError) -> DemoResource {
        let changes = DemoResource.Changes(input)
        return try store.create(
            name: changes.name ?? "",
            kind: changes.kind ?? .document,
            status: changes.status ?? "",
            metadata: changes.metadata ?? Array("null".utf8)
        )
    }
}

/// Arguments after coercion: the schema says that they are there, and of which type.
extension [String: GraphQLValue] {
    fileprivate var id: String { self["id"]?.text ?? "" }

    fileprivate var ids: [String] {
        guard case .list(let elements)? = self["ids"] else { return [] }
        return elements.map { $0.text ?? "" }
    }

    fileprivate var input: [String: GraphQLValue] {
        guard case .object(let members)? = self["input"] else { return [:] }
        return members
    }
}

extension DemoResource.Changes {
    /// What a coerced input says. A null changes nothing but the metadata.
    fileprivate init(_ input: [String: GraphQLValue]) {
        name = input["name"]?.text
        kind = input["type"]?.text.flatMap(DemoResource.Kind.init)
        status = input["status"]?.text
        if let value = input["metadata"] {
            var json: [UInt8] = []
            json.appendJSON(value)
            metadata = json
        }
    }
}

extension GraphQLValue {
    /// The text of a string or of a case of an enum.
    var text: String? {
        switch self {
        case .string(let text): text
        case .enumCase(let name): name.text
        default: nil
        }
    }
}
