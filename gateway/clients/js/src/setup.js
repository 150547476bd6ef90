// How one set-up of an RTCPeerConnection went. The first outcome is told, and no other: an ICE restart and a renegotiation
// are no new set-up.

// The most that the server takes.
const LONGEST_MS = 600_000;
// RFC 8445, section 4. Other names are those of implementations from before it.
const CANDIDATE_TYPE = /^(host|srflx|prflx|relay)$/;
// Chromium answers with what it gathered up to 50 ms before, for whoever asked then: that may be from before there was a way.
const STATS_PAUSE_MS = 100;
const STATS_TRIES = 5;

/** @typedef {import('./protocol.js').SetupOutcome} SetupOutcome */

export class Setup {
  #connection;
  #tell;
  #beganAt = 0;
  #told = false;

  /**
   * @param {RTCPeerConnection} connection
   * @param {(outcome: SetupOutcome) => void} tell
   */
  constructor(connection, tell) {
    this.#connection = connection;
    this.#tell = tell;
  }

  /** An offer goes out or has come. Only the first counts, unless `anew`. */
  begin(anew = false) {
    if (anew || !this.#beganAt) this.#beganAt = performance.now();
  }

  /** The states of the connection may say how it went. */
  look() {
    const { connectionState, iceConnectionState } = this.#connection;
    if (iceConnectionState === 'failed') this.fail('ice');
    else if (connectionState === 'failed') this.fail('dtls');
    else if (connectionState === 'connected') this.#succeed();
  }

  /** @param {'ice' | 'dtls' | 'timeout'} [reason] */
  fail(reason) {
    if (this.#ends()) this.#tell({ state: 'failed', setup_ms: this.#took, reason });
  }

  async #succeed() {
    if (!this.#ends()) return;
    const setup_ms = this.#took;
    const candidate_type = await localCandidateType(this.#connection);
    this.#tell({ state: 'connected', setup_ms, candidate_type });
  }

  #ends() {
    if (this.#told || !this.#beganAt) return false;
    this.#told = true;
    return true;
  }

  get #took() {
    return Math.min(Math.round(performance.now() - this.#beganAt), LONGEST_MS);
  }
}

/**
 * What our end of the way is that ICE chose; undefined where the browser does not tell.
 * @param {RTCPeerConnection} connection
 * @returns {Promise<any>}
 */
async function localCandidateType(connection) {
  try {
    for (let tries = 1; ; ++tries) {
      const stats = await connection.getStats();
      const pair = chosenPair(stats);
      if (pair) return CANDIDATE_TYPE.exec(stats.get(pair.localCandidateId).candidateType)?.[0];
      if (tries === STATS_TRIES || connection.connectionState !== 'connected') return undefined;
      await new Promise((resolve) => setTimeout(resolve, STATS_PAUSE_MS));
    }
  } catch {
    return undefined;
  }
}

/** @param {any} stats */
function chosenPair(stats) {
  const all = [...stats.values()];
  const chosen = all.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  // Firefox marks the pair instead.
  return stats.get(chosen) ?? all.find(({ type, selected }) => type === 'candidate-pair' && selected);
}
