// SPDX-License-Identifier: Apache-2.0
//
// The progress of a job as server-sent events, each sent when its time has come.

import GraphQLBatching

/// The event stream of a job ([HTML, section 9.2](https://html.spec.whatwg.org/multipage/server-sent-events.html)).
///
/// An event's id is the number of rows that are done; a stream that is resumed begins behind it.
struct JobEvents {
    let job: Job
    /// The id of the last event that the client has seen.
    let lastEventID: Int
    let now: ContinuousClock.Instant

    private static let count = 20

    var reply: LoopbackReply {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        var steps: [LoopbackReply.Step] = [.text(head), Self.chunk("retry: 10\n\n")]
        var time = job.elapsed(at: now)
        var events = 0
        func append(_ event: String, rows: Int, _ data: GraphQLValue) -> Bool {
            let due = job.time(ofRow: rows)
            if due > time {
                steps.append(.wait(due - time))
                time = due
            }
            var json: [UInt8] = []
            json.appendJSON(data)
            let text = String(decoding: json, as: UTF8.self)
            steps.append(Self.chunk("event: \(event)\nid: \(rows)\ndata: \(text)\n\n"))
            events += 1
            guard events != job.course.eventsBeforeCut else {
                steps.append(.reset)
                return false
            }
            return true
        }
        let stride = max(1, job.operations.count / Self.count)
        for rows in Swift.stride(from: stride, through: job.lastRow, by: stride) where rows > lastEventID {
            guard append("progress", rows: rows, job.state(.started, rows: rows)) else { return .script(steps) }
        }
        let end = job.fails ? "error" : "complete"
        let state = job.fails ? job.failure : job.state(.success, rows: job.lastRow)
        if append(end, rows: job.lastRow, state) { steps.append(.text("0\r\n\r\n")) }
        return .script(steps)
    }

    private static func chunk(_ text: String) -> LoopbackReply.Step {
        .text("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }
}
