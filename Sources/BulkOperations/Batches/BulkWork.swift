// SPDX-License-Identifier: Apache-2.0
//
// One operation of a batch, and the order in which operations of all kinds are done.

/// Something to be done to a record of a named model.
public struct BulkWork<Payload: Sendable>: Sendable {
    /// What is done.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case create, update, delete
    }

    /// The place of the operation in its batch, from 0 on, in the order of submission.
    public let index: Int
    /// What is done.
    public let kind: Kind
    /// The model.
    public let model: String
    /// The record; `nil` for one that is to be created.
    public let recordID: String?
    /// The record's data; `nil` for one that is to be deleted.
    public let payload: Payload?
    /// What has more is done earlier.
    public let priority: Int
    /// Whether a deletion may be done before creations and updates of its model.
    let mayOvertake: Bool
}

/// The order of operations: which may be under way at the same time, and which wait for others.
enum WorkPlan {
    /// Phases, to be done one after another. The operations of a phase are in the order of their submission.
    ///
    /// A phase has one priority. Deletions come after all creations and updates of the same model, whatever their
    /// priority. Operations on one record are in phases of their own, in order, since those of a phase may be done at the
    /// same time.
    static func phases<Payload>(of work: [BulkWork<Payload>]) -> [[BulkWork<Payload>]] {
        var lowest: [String: Int] = [:]
        for item in work where item.kind != .delete {
            lowest[item.model] = min(lowest[item.model] ?? .max, item.priority)
        }
        var phases: [Rank: [BulkWork<Payload>]] = [:]
        var waves: [Record: Int] = [:]
        for item in work {
            let isLast = item.kind == .delete && !item.mayOvertake
            let priority = isLast ? min(item.priority, lowest[item.model] ?? .max) : item.priority
            var rank = Rank(priority: priority, isDeletion: isLast, wave: 0)
            if let id = item.recordID {
                let record = Record(model: item.model, id: id, priority: priority, isDeletion: isLast)
                rank.wave = waves[record] ?? 0
                waves[record] = rank.wave + 1
            }
            phases[rank, default: []].append(item)
        }
        return phases.sorted { $0.key < $1.key }.map(\.value)
    }

    private struct Record: Hashable {
        let model: String
        let id: String
        let priority: Int
        let isDeletion: Bool
    }

    private struct Rank: Hashable, Comparable {
        let priority: Int
        let isDeletion: Bool
        var wave: Int

        static func < (left: Self, right: Self) -> Bool {
            (-left.priority, left.isDeletion ? 1 : 0, left.wave) < (
                -right.priority, right.isDeletion ? 1 : 0, right.wave
            )
        }
    }
}
