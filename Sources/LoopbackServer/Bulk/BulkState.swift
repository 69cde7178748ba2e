// SPDX-License-Identifier: Apache-2.0
//
// What lives behind the bulk endpoints from one request to the next, and which request does what.

import GraphQLBatching

struct BulkState {
    var settings: BulkService.Settings
    var window = RateWindow()
    private(set) var store = ItemStore()
    private var jobs: [String: Job] = [:]
    /// The jobs that may have rows to do.
    private var active: Set<String> = []
    /// The jobs and envelopes that came with an idempotency key.
    private var remembered: [String: LoopbackReply] = [:]

    init(settings: BulkService.Settings) { self.settings = settings }

    /// Brings jobs up to the present.
    mutating func advance(to now: ContinuousClock.Instant) {
        for id in active {
            jobs[id]?.advance(to: now, on: &store)
            if jobs[id]?.status(at: now).isFinal == true { active.remove(id) }
        }
    }

    /// Answers a request. Gives how long the rows take besides.
    mutating func answer(_ request: LoopbackRequest, at now: ContinuousClock.Instant) -> (LoopbackReply, Duration) {
        advance(to: now)
        do throws(EnvelopeRefusal) {
            switch (request.method, request.path) {
            case ("POST", "/bulk"): return try once(request) { state throws(EnvelopeRefusal) in try state.run(request) }
            case ("POST", "/jobs"):
                return try once(request) { state throws(EnvelopeRefusal) in
                    (try state.submit(try JobRequest.operations(request.json), at: now), .zero)
                }
            case ("POST", "/imports"):
                return try once(request) { state throws(EnvelopeRefusal) in
                    (try state.submit(try Import(request).operations, at: now), .zero)
                }
            case ("GET", "/items"): return (list(request), settings.rowCost)
            case ("GET", let path) where path.hasPrefix("/jobs/"): return (try job(request, at: now), .zero)
            default: return (item(request), settings.rowCost)
            }
        } catch {
            return (error.outcome.reply, .zero)
        }
    }

    /// Does the work, unless a request with the same idempotency key has been answered.
    private mutating func once(
        _ request: LoopbackRequest,
        _ work: (inout Self) throws(EnvelopeRefusal) -> (LoopbackReply, Duration)
    ) throws(EnvelopeRefusal) -> (LoopbackReply, Duration) {
        guard let key = request.header("Idempotency-Key") else { return try work(&self) }
        if let reply = remembered[key] { return (reply, .zero) }
        let (reply, time) = try work(&self)
        remembered[key] = reply
        return (reply, time)
    }

    private mutating func run(_ request: LoopbackRequest) throws(EnvelopeRefusal) -> (LoopbackReply, Duration) {
        try Envelope(request.json, maximum: settings.maximumOperations).run(on: &store, rowCost: settings.rowCost)
    }

    private mutating func item(_ request: LoopbackRequest) -> LoopbackReply {
        store.perform(
            ItemOperation(
                method: request.method,
                path: request.path,
                body: request.body.isEmpty ? nil : request.json,
                idempotencyKey: request.header("Idempotency-Key")
            )
        ).reply
    }

    private func list(_ request: LoopbackRequest) -> LoopbackReply {
        if let ids = request.query("ids") {
            let items = ids.split(separator: ",").map { store.items[String($0)].map(GraphQLValue.object) ?? .null }
            return .json(200, .list(items))
        }
        var lines: [UInt8] = []
        for item in store.items.sorted(by: { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }) {
            lines.appendJSON(.object(item.value))
            lines.append(UInt8(ascii: "\n"))
        }
        return LoopbackReply(headers: [("Content-Type", "application/x-ndjson")], body: lines)
    }
}

extension BulkState {
    private mutating func submit(
        _ operations: [ItemOperation],
        at now: ContinuousClock.Instant
    ) throws(EnvelopeRefusal) -> LoopbackReply {
        guard !operations.isEmpty else { throw EnvelopeRefusal(400, "empty_request", "There is no item.") }
        guard operations.count <= settings.maximumJobItems else {
            let maximum = settings.maximumJobItems
            throw EnvelopeRefusal(413, "too_many_items", "\(operations.count) items are more than \(maximum).")
        }
        let id = "task-\(jobs.count + 1)"
        jobs[id] = Job(
            id: id,
            operations: operations,
            course: settings.jobCourse,
            rowCost: settings.rowCost,
            submitted: now
        )
        active.insert(id)
        return .json(202, ["task_id": .string(id), "status": .string(Job.Status.pending.rawValue)])
    }

    private func job(_ request: LoopbackRequest, at now: ContinuousClock.Instant) throws(EnvelopeRefusal)
        -> LoopbackReply
    {
        let path = request.path.split(separator: "/")
        guard path.count >= 2, path.count <= 3, let job = jobs[String(path[1])] else {
            throw EnvelopeRefusal(404, "not_found", "There is no '\(request.path)'.")
        }
        switch path.dropFirst(2).first {
        case nil: return .json(200, job.state(at: now))
        case "result":
            guard job.status(at: now).isFinal else {
                throw EnvelopeRefusal(409, "not_finished", "The job '\(job.id)' is not finished.")
            }
            return .json(200, job.result(at: now))
        case "events":
            let last = request.header("Last-Event-ID").flatMap { Int($0) } ?? 0
            return JobEvents(job: job, lastEventID: last, now: now).reply
        default: throw EnvelopeRefusal(404, "not_found", "There is no '\(request.path)'.")
        }
    }
}

/// The body of a job.
enum JobRequest {
    /// Reads `items` to create, or `operations` as of an envelope.
    static func operations(_ body: GraphQLValue?) throws(EnvelopeRefusal) -> [ItemOperation] {
        if let items = body?["items"]?.elements {
            return items.map { ItemOperation(method: "POST", path: "/items", body: $0) }
        }
        guard let operations = body?["operations"]?.elements else {
            throw EnvelopeRefusal(400, "invalid_format", "The body has neither 'items' nor 'operations'.")
        }
        return try operations.map { (element) throws(EnvelopeRefusal) in
            guard let operation = ItemOperation(element) else {
                throw EnvelopeRefusal(400, "invalid_format", "An operation lacks 'method' or 'path'.")
            }
            return operation
        }
    }
}

extension ItemOperation {
    /// Reads an operation of an envelope or a job; `nil` without `method` or `path`.
    init?(_ json: GraphQLValue) {
        guard let method = json["method"]?.text, let path = json["path"]?.text else { return nil }
        self.init(method: method, path: path, body: json["body"], idempotencyKey: json["idempotency_key"]?.text)
    }
}

extension LoopbackRequest {
    /// Whether the request has an API key.
    func has(key: String) -> Bool { header("X-API-Key") == key || header("Authorization") == "Bearer \(key)" }
}
