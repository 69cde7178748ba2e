// SPDX-License-Identifier: Apache-2.0
//
// Moments of tests, written as sums.

@testable import CurlTransport

extension Moment {
    static func + (moment: Moment, duration: Duration) -> Moment { moment.advanced(byAtMost: duration) }
}
