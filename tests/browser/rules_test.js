// What rooms and stored offers do with what a real Chromium says.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { openRaw } from './support/raw_client.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let pages = [];

const raw = async (clientId) => {
  const page = await openRaw(browser, system.url, clientId);
  pages.push(page);
  return page;
};
const opened = async (...values) => {
  const tab = await Tab.open(browser, system.url, ...values);
  pages.push(tab.page);
  return tab;
};

before(async () => {
  system = await System.start();
  browser = await launch();
});
afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

// All that these tabs do is in the tab: what is returned is what came back over the wire.
const join = (page, room, options) => page.evaluate(async ([name, wanted]) => {
  window.client.send('join', { room: name, options: wanted });
  return window.client.take('joined');
}, [room, options]);

test('an audio room refuses the offer of a camera and takes the one of a microphone', async () => {
  const ada = await raw('ada');
  const grace = await raw('grace');
  const joined = await join(ada, 'audio', { media: 'audio' });
  assert.equal(joined.options.media, 'audio');
  await join(grace, 'audio');
  const verdict = await ada.evaluate(async () => {
    await window.client.take('participant_joined');
    const connection = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    await connection.setLocalDescription();
    window.client.send('offer', { sdp: connection.localDescription.sdp });
    return window.client.take('error');
  });
  assert.equal(verdict.code, 'media_not_allowed');
  const [sent, received] = await Promise.all([
    ada.evaluate(async () => {
      const connection = new RTCPeerConnection();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
      await connection.setLocalDescription();
      const offer = connection.localDescription.sdp;
      window.client.send('offer', { sdp: offer });
      const { sdp } = await window.client.take('answer');
      await connection.setRemoteDescription({ type: 'answer', sdp });
      return offer;
    }),
    grace.evaluate(async () => {
      const { sdp } = await window.client.take('offer');
      const connection = new RTCPeerConnection();
      await connection.setRemoteDescription({ type: 'offer', sdp });
      await connection.setLocalDescription();
      window.client.send('answer', { sdp: connection.localDescription.sdp });
      return sdp;
    }),
  ]);
  assert.match(sent, /m=audio/);
  assert.equal(received, sent, 'byte for byte');
});

test('a relay-only room passes no address of a real Chromium', async () => {
  const ada = await raw('ada');
  const grace = await raw('grace');
  await join(ada, 'relay', { relay_only: true });
  assert.equal((await join(grace, 'relay')).options.relay_only, true);
  const said = await ada.evaluate(async () => {
    await window.client.take('participant_joined');
    // With a microphone Chromium names the addresses of this machine, without one only .local names: both.
    const candidates = [];
    const descriptions = [];
    for (const media of [true, false]) {
      const connection = new RTCPeerConnection();
      if (media) {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        for (const track of stream.getTracks()) connection.addTrack(track, stream);
      }
      connection.createDataChannel('d');
      const gathered = new Promise((resolve) => {
        connection.onicecandidate = ({ candidate }) => {
          if (!candidate) return resolve();
          candidates.push(candidate.candidate);
          window.client.send('ice_candidate', candidate.toJSON());
        };
      });
      await connection.setLocalDescription();
      await gathered;
      descriptions.push(connection.localDescription.sdp);
      window.client.send('offer', { sdp: connection.localDescription.sdp });
    }
    window.client.send('message', { data: 'done' });
    return { candidates, descriptions };
  });
  assert.ok(said.candidates.length > 0);
  const heard = await grace.evaluate(async () => {
    const received = [];
    for (;;) {
      const message = await window.client.next();
      if (message.type === 'message') return received;
      received.push(message);
    }
  });
  assert.deepEqual(heard.map(({ type }) => type), ['offer', 'offer'], 'no candidate came through');
  const addresses = said.candidates.filter(Boolean).map((line) => line.split(' ')[4]);
  const text = JSON.stringify(heard).toLowerCase();
  for (const address of addresses) {
    assert.ok(said.descriptions.join('').includes(address), 'the description named it');
    assert.ok(!text.includes(address.toLowerCase()), address);
  }
  assert.doesNotMatch(text, /candidate:|\.local|typ (host|srflx)/);
});

test('an offer made in one tab is claimed by its id in another, and they are connected', async () => {
  const maker = await raw('maker');
  const claimer = await raw('claimer');
  const offerId = await maker.evaluate(async () => {
    const connection = new RTCPeerConnection();
    window.connection = connection;
    window.channel = connection.createDataChannel('talk');
    let created;
    const waiting = [];
    const trickle = (candidate) => window.client.send('ice_candidate', { offer_id: created, ...candidate });
    connection.onicecandidate = ({ candidate }) => {
      const fields = candidate?.toJSON() ?? { candidate: '' };
      if (created) trickle(fields);
      else waiting.push(fields);
    };
    await connection.setLocalDescription();
    window.client.send('create_offer', { sdp: connection.localDescription.sdp });
    created = (await window.client.take('offer_created')).offer_id;
    waiting.forEach(trickle);
    return created;
  });
  const talk = maker.evaluate(async () => {
    const message = new Promise((resolve) => { window.channel.onmessage = ({ data }) => resolve(data); });
    await window.client.take('offer_claimed');
    const { sdp } = await window.client.take('answer');
    await window.connection.setRemoteDescription({ type: 'answer', sdp });
    const pump = async () => {
      for (;;) {
        const { candidate, sdpMid, sdpMLineIndex } = await window.client.take('ice_candidate');
        await window.connection.addIceCandidate(candidate ? { candidate, sdpMid, sdpMLineIndex } : undefined);
      }
    };
    pump();
    return message;
  });
  await claimer.evaluate(async (id) => {
    window.client.send('claim_offer', { offer_id: id });
    const offer = await window.client.take('offer');
    const connection = new RTCPeerConnection();
    connection.onicecandidate = ({ candidate }) => {
      window.client.send('ice_candidate', { offer_id: id, ...(candidate?.toJSON() ?? { candidate: '' }) });
    };
    connection.ondatachannel = ({ channel }) => {
      channel.onopen = () => channel.send('hello by id');
    };
    await connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    for (const candidate of offer.candidates) await connection.addIceCandidate(candidate.candidate ? candidate : undefined);
    await connection.setLocalDescription();
    window.client.send('answer', { offer_id: id, sdp: connection.localDescription.sdp });
  }, offerId);
  assert.equal(await talk, 'hello by id');
});

test('on the page, who knocks waits, is let in, and who is removed is told', async () => {
  const host = await raw('host');
  await join(host, 'door', { knock: true });
  const ada = await opened({ room: 'door' });
  await ada.page.fill('#name', 'Ada');
  await ada.page.click('#join');
  await until('Ada is told to wait', async () =>
    /has to let you in/.test(await ada.page.locator('#notice').textContent()));
  await host.evaluate(async () => {
    const { client_id: id } = await window.client.take('knock');
    window.client.send('admit', { client_id: id });
    await window.client.take('participant_joined');
    window.client.close();
  });
  await ada.page.waitForSelector('#call', { state: 'visible' });
  await ada.sees('Ada');
  // Who has been longest in the room lets the next one in.
  const grace = await opened({ room: 'door' });
  await grace.page.fill('#name', 'Grace');
  await grace.page.click('#join');
  await ada.page.getByRole('button', { name: 'Let in' }).click();
  await Promise.all([ada.sees('Ada', 'Grace'), grace.sees('Ada', 'Grace')]);
  assert.deepEqual([...ada.errors, ...grace.errors], []);
});

test('on the page, who is removed is told and does not come back by itself', async () => {
  const host = await raw('host');
  await join(host, 'strict');
  const ada = await opened({ room: 'strict' });
  await ada.join('Ada');
  await host.evaluate(async () => {
    const { client_id: id } = await window.client.take('participant_joined');
    window.client.send('kick', { client_id: id, reason: 'enough' });
  });
  await until('Ada is told', async () => /removed from this room/.test(await ada.page.locator('body').textContent()));
  // Not on its way back, but where a person would have to ask again.
  assert.equal(await ada.page.locator('#join').isVisible(), true);
  await until('only the host is left', async () => await system.service.metric('signaling_sessions') === 1);
  assert.deepEqual(ada.errors, []);
});
