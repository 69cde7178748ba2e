// SPDX-License-Identifier: Apache-2.0
//
// The ways that are compared, and what is measured of each.

/// A way to do the same work.
enum Way: String, CaseIterable {
    case oneByOne = "one-by-one"
    case allAtOnce = "all-at-once"
    case loader
    case aliases
    case mutationsOneByOne = "mutations-one-by-one"
    case mutationsAliased = "mutations-aliased"

    /// The way as a person calls it.
    var title: String {
        switch self {
        case .oneByOne: "one by one"
        case .allAtOnce: "all at once"
        case .loader: "DataLoader"
        case .aliases: "aliased queries"
        case .mutationsOneByOne: "mutations one by one"
        case .mutationsAliased: "aliased mutations"
        }
    }
}

/// What went over the network.
struct Traffic: Equatable {
    var requests = 0
    var bytesOut = 0
    var bytesIn = 0
}

/// What a way cost.
struct Measurement {
    var way: Way
    var traffic: Traffic
    var time: Duration
    /// How many times faster it was than the first way that does the same work.
    var speedup: Double

    /// One line of JSON.
    var json: String {
        """
        {"way": "\(way.rawValue)", "requests": \(traffic.requests), "bytes_out": \(traffic.bytesOut), \
        "bytes_in": \(traffic.bytesIn), "seconds": \((time / .seconds(1)).fixed(6)), "speedup": \(speedup.fixed(2))}
        """
    }
}

extension Measurement {
    /// With the speedup over another measurement; as it is if there is none.
    func compared(to other: Measurement?) -> Measurement {
        guard let other else { return self }
        var result = self
        result.speedup = other.time / time
        return result
    }
}
