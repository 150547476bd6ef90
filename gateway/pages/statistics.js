// What flows over an RTCPeerConnection. Rates are differences: each reading tells what was since the one before.

const known = new WeakMap();  // RTCPeerConnection -> Statistics

// See Statistics.read().
export function readStatistics(connection) {
  if (!known.has(connection)) known.set(connection, new Statistics(connection));
  return known.get(connection).read();
}

class Statistics {
  #connection;
  #before = new Map();  // id of a report -> {bytes, timestamp}

  constructor(connection) {
    this.#connection = connection;
  }

  // {route: 'direct', 'relay' or '' while there is none,
  //  flows: [{direction: 'received' or 'sent', kind, bitsPerSecond, frames, framesPerSecond, width, height}]}.
  // What is unknown is 0.
  async read() {
    const reports = await this.#connection.getStats();
    const flows = [];
    const before = this.#before;
    this.#before = new Map();
    for (const report of reports.values()) {
      const received = report.type === 'inbound-rtp';
      if (!received && report.type !== 'outbound-rtp') continue;
      const bytes = (received ? report.bytesReceived : report.bytesSent) ?? 0;
      this.#before.set(report.id, { bytes, timestamp: report.timestamp });
      flows.push({
        direction: received ? 'received' : 'sent',
        kind: report.kind,
        bitsPerSecond: rate(before.get(report.id), bytes, report.timestamp),
        frames: (received ? report.framesDecoded : report.framesEncoded) ?? 0,
        framesPerSecond: report.framesPerSecond ?? 0,
        width: report.frameWidth ?? 0,
        height: report.frameHeight ?? 0,
      });
    }
    return { route: routeIn(reports), flows };
  }
}

function rate(before, bytes, timestamp) {
  if (!before || timestamp <= before.timestamp) return 0;
  return Math.max(0, (bytes - before.bytes) * 8 * 1000 / (timestamp - before.timestamp));
}

function routeIn(reports) {
  for (const report of reports.values()) {
    if (report.type !== 'transport') continue;
    const pair = reports.get(report.selectedCandidatePairId);
    if (!pair) continue;
    const ends = [reports.get(pair.localCandidateId), reports.get(pair.remoteCandidateId)];
    return ends.some((end) => end?.candidateType === 'relay') ? 'relay' : 'direct';
  }
  return '';
}
