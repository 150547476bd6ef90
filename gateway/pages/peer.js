// One RTCPeerConnection to one participant, negotiated the way the W3C calls "perfect": both sides run the same code
// and may start a negotiation at any time. Where two offers meet, the polite side takes its own back, and the other
// ignores the one it got. Who is polite, the server says.
// https://www.w3.org/TR/webrtc/#perfect-negotiation-example

export class Peer {
  #connection;
  #polite;
  #send;
  #changed;
  #track;
  #sender = null;
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #mediaAdded = false;

  // What the participant sends: null until it sends sound.
  stream = null;

  // `send(type, fields)` passes a signal to the participant, `changed()` is called when `state` or `stream` changed.
  // The one who came later calls; the other answers. So the first negotiation needs no luck.
  constructor({ polite, configuration, track, send, changed }) {
    this.#polite = polite;
    this.#track = track;
    this.#send = send;
    this.#changed = changed;
    const connection = new RTCPeerConnection(configuration);
    this.#connection = connection;
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => {
      // Passed on as it is, also the empty one that ends the candidates. Null only says that gathering is over.
      if (candidate) this.#send('ice_candidate', candidate.toJSON());
    };
    connection.oniceconnectionstatechange = () => {
      if (connection.iceConnectionState === 'failed') connection.restartIce();
    };
    connection.onconnectionstatechange = () => this.#changed();
    connection.ontrack = ({ track: received }) => {
      if (received.kind !== 'audio') return;
      this.stream = new MediaStream([received]);
      this.#changed();
    };
    if (polite) this.#addMedia();
  }

  // new, connecting, connected, disconnected, failed or closed.
  get state() {
    return this.#connection.connectionState;
  }

  // A signal from the participant, in the order in which the server delivered it.
  async receive(message) {
    try {
      switch (message.type) {
        case 'offer':
        case 'answer':
          await this.#describe({ type: message.type, sdp: message.sdp });
          break;
        case 'ice_candidate':
          await this.#addCandidate(message);
          break;
      }
    } catch (error) {
      if (this.state === 'closed') return;
      console.warn(`${message.type} not taken:`, error.message);
      if (message.type === 'offer') this.#send('reject', { reason: 'unsupported' });
    }
  }

  // What is sent from now on; null sends nothing.
  setTrack(track) {
    this.#track = track;
    if (this.#sender) this.#sender.replaceTrack(track).catch(() => {});
    else if (track && this.#mediaAdded) this.#sender = this.#connection.addTrack(track);
  }

  close() {
    const connection = this.#connection;
    connection.onnegotiationneeded = connection.onicecandidate = connection.ontrack = null;
    connection.oniceconnectionstatechange = connection.onconnectionstatechange = null;
    connection.close();
  }

  #addMedia() {
    if (this.#mediaAdded) return;
    this.#mediaAdded = true;
    if (this.#track) this.#sender = this.#connection.addTrack(this.#track);
    else if (this.#polite) this.#connection.addTransceiver('audio', { direction: 'recvonly' });
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      if (this.state !== 'closed') console.warn('no offer made:', error.message);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #describe(description) {
    const connection = this.#connection;
    const isOffer = description.type === 'offer';
    const ready = !this.#makingOffer && (connection.signalingState === 'stable' || this.#settingAnswer);
    this.#ignoringOffer = isOffer && !ready && !this.#polite;
    if (this.#ignoringOffer) return;

    if (isOffer) this.#addMedia();
    this.#settingAnswer = !isOffer;
    try {
      await connection.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    if (!isOffer) return;
    for (const transceiver of connection.getTransceivers()) {
      // This page is for voices: what else is offered is answered with "no, thanks".
      if (transceiver.receiver.track.kind !== 'audio') transceiver.direction = 'inactive';
    }
    await connection.setLocalDescription();
    this.#sendDescription();
  }

  async #addCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
    try {
      await this.#connection.addIceCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
    } catch (error) {
      // The candidates of an ignored offer fit nothing here.
      if (!this.#ignoringOffer) throw error;
    }
  }

  #sendDescription() {
    const { type, sdp } = this.#connection.localDescription;
    this.#send(type, { sdp });
  }
}
