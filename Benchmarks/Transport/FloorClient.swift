// SPDX-License-Identifier: Apache-2.0
//
// The loop in C, on a thread of its own, as the transport's loop is.

import CurlFloor
import Foundation

/// A client in C. One round at a time.
final class FloorClient: @unchecked Sendable {  // Rounds follow each other.
    private let client: OpaquePointer

    init(_ load: TransportLoad) throws(MeasurementError) {
        let body = load.kind.isPost ? TransportLoad.Kind.request.map(CChar.init(bitPattern:)) : []
        let client = load.url.withCString { url in
            Self.with(load.caFile) { caFile in
                body.withUnsafeBufferPointer { body in
                    var options = curl_floor_options(
                        url: url,
                        ca_file: caFile,
                        body: load.kind.isPost ? body.baseAddress : nil,
                        body_bytes: body.count,
                        response_bytes: load.kind.responseBytes,
                        in_flight: Int32(load.inFlight),
                        buffer_bytes: 60 << 10,
                        owns_bodies: load.kind == .large
                    )
                    return curl_floor_create(&options)
                }
            }
        }
        guard let client else { throw MeasurementError(message: "libcurl makes no client in C for \(load.url)") }
        self.client = client
    }

    deinit { curl_floor_destroy(client) }

    /// Sends so many requests.
    func run(_ requests: Int) async throws {
        let problem = await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                Thread.current.name = "CurlFloor"
                continuation.resume(returning: curl_floor_run(client, requests).map { String(cString: $0) })
            }
        }
        if let problem { throw MeasurementError(message: "a response to the floor is wrong: \(problem)") }
    }

    private static func with<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        text.map { $0.withCString { body($0) } } ?? body(nil)
    }
}
