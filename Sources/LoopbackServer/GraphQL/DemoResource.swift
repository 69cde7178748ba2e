// SPDX-License-Identifier: Apache-2.0
//
// One resource of the demo, and the rule by which all of them are made.

import Foundation
import GraphQLBatching

/// A resource. It does not change; an update makes another.
final class DemoResource: Sendable {
    enum Kind: String, CaseIterable {
        case document = "DOCUMENT"
        case image = "IMAGE"
        case video = "VIDEO"
        case dataset = "DATASET"
    }

    /// What goes wrong with a resource on purpose.
    enum Fault {
        /// Its metadata, which may be null.
        case metadata
        /// Its related resources, which may not be null.
        case related
    }

    /// The number that the rules for `createdAt` and `related` are about.
    let number: Int
    let id: String
    let name: String
    let kind: Kind
    let status: String
    /// As JSON.
    let metadata: [UInt8]
    let createdAt: String
    let fault: Fault?

    /// A resource that a client makes.
    init(number: Int, name: String, kind: Kind, status: String, metadata: [UInt8]) {
        self.number = number
        id = String(number)
        self.name = name
        self.kind = kind
        self.status = status
        self.metadata = metadata
        createdAt = Self.createdAt(number)
        fault = nil
    }

    /// A resource that is there from the beginning, or one like it that fails on purpose.
    init(number: Int, id: String? = nil, fault: Fault? = nil) {
        self.number = number
        self.id = id ?? String(number)
        name = "Resource \(number)"
        kind = Kind.allCases[(number - 1) % Kind.allCases.count]
        status = ["active", "draft", "archived"][(number - 1) % 3]
        let tag = number % 2 == 0 ? "even" : "odd"
        metadata = Array(#"{"owner":null,"size":\#(1024 * number),"tags":["\#(tag)"]}"#.utf8)
        createdAt = Self.createdAt(number)
        self.fault = fault
    }

    private init(_ other: DemoResource, changes: Changes) {
        number = other.number
        id = other.id
        name = changes.name ?? other.name
        kind = changes.kind ?? other.kind
        status = changes.status ?? other.status
        metadata = changes.metadata ?? other.metadata
        createdAt = other.createdAt
        fault = other.fault
    }

    /// What an update changes; `nil` leaves it as it is.
    struct Changes {
        var name: String?
        var kind: Kind?
        var status: String?
        var metadata: [UInt8]?
    }

    func applying(_ changes: Changes) -> DemoResource { DemoResource(self, changes: changes) }

    private static func createdAt(_ number: Int) -> String {
        // 2026-01-01T00:00:00Z
        Date(timeIntervalSince1970: 1_767_225_600 + 60 * Double(number)).formatted(.iso8601)
    }
}
