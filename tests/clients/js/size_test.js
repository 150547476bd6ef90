// How much a page has to load.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

import { build, temporaryFolder } from './support/package.js';

const LARGEST = 10_240;

test('the one file is small, and it is all of it', async (t) => {
  const folder = await temporaryFolder(t);
  await build(folder);
  const file = path.join(folder, 'signaling-client.min.js');
  const text = await readFile(file);
  const { length } = gzipSync(text, { level: 9 });
  t.diagnostic(`signaling-client.min.js: ${text.length} bytes, ${length} with gzip -9`);
  assert.ok(length <= LARGEST, `${length} bytes`);
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  assert.deepEqual(Object.keys(await import(pathToFileURL(file))).sort(), ['Call', 'Peer', 'SignalingClient', 'SignalingError']);
});
