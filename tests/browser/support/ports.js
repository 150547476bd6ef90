// Ports of this machine that stay with a test, as tests/support/ports.py has them for Python: for what is started again where it was.

import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
// Below that range, and below those that Python gives away.
const BELOW = 12_000;
const COUNT = 4_000;

// A port that nobody listens at, and that neither the kernel nor another caller of this gives away.
export async function reserve() {
  const end = Number.parseInt(await readFile(RANGE, 'utf8'), 10) - BELOW;
  for (let tries = 0; tries < 100; ++tries) {
    const port = Math.max(1024, end - COUNT) + Math.floor(Math.random() * COUNT);
    // Of UDP, where nothing else of the tests is in this range: one process can have it, and it is gone with that.
    const claim = createSocket('udp4');
    const probe = createServer();
    try {
      claim.bind({ port, address: '127.0.0.1', exclusive: true });
      await once(claim, 'listening');
      probe.listen(port);
      await once(probe, 'listening');
      probe.close();
      await once(probe, 'close');
      claim.unref();
      return port;
    } catch {
      claim.close();
    }
  }
  throw new Error('no port is free');
}
