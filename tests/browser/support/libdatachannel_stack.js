// libdatachannel (C++) by way of node-datachannel's polyfill, which has data channels only.

import { PeerConnection } from 'node-datachannel';
import { RTCPeerConnection } from 'node-datachannel/polyfill';

// As it stands it can be called.
export { RTCPeerConnection };
export const receives = [];

// To call, it needs help: by itself it makes an offer with its first channel, and says nothing of it.
export class Caller extends RTCPeerConnection {
  #native;
  #asked = false;

  constructor(configuration) {
    const native = new PeerConnection('caller', { iceServers: [], disableAutoNegotiation: true });
    super({ ...configuration, peerConnection: native });
    this.#native = native;
  }

  createDataChannel(...values) {
    const channel = super.createDataChannel(...values);
    if (!this.#asked) setImmediate(() => this.dispatchEvent(new Event('negotiationneeded')));
    this.#asked = true;
    return channel;
  }

  async setLocalDescription() {
    this.#native.setLocalDescription(this.signalingState === 'have-remote-offer' ? 'answer' : 'offer');
  }
}
