// What the types promise: to the library itself, to applications, and to who copies an example.

import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

import { compile, LIBRARY, project, readmeExamples } from './support/package.js';

const CONSUMER = fileURLToPath(new URL('support/consumer.ts', import.meta.url));

test('the library is strict with itself', async () => {
  const { compilerOptions } = JSON.parse(await readFile(path.join(LIBRARY, 'tsconfig.json'), 'utf8'));
  assert.deepEqual([compilerOptions.strict, compilerOptions.checkJs], [true, true]);
  assert.equal(await compile(LIBRARY, '--noEmit'), '');
});

test('an application in strict TypeScript: right use compiles, wrong use does not', async (t) => {
  const folder = await project(t, { strict: true });
  await copyFile(CONSUMER, path.join(folder, 'consumer.ts'));
  assert.equal(await compile(folder), '');
});

test('the examples of the README are right', async (t) => {
  const folder = await project(t, {
    allowJs: true, checkJs: true, paths: { 'https://signaling.example/client/index.js': ['./node_modules/webrtc-signaling-client/dist/index.d.ts'] },
  });
  await writeFile(path.join(folder, 'ambient.d.ts'),
    'declare module "ws" { export const WebSocket: any; }\ndeclare const process: { once(event: string, listener: () => void): void };\n');
  const examples = await readmeExamples();
  for (const [index, code] of examples.entries()) await writeFile(path.join(folder, `example_${index}.js`), code);
  assert.equal(await compile(folder), '');
  // The compiler does look at them.
  await writeFile(path.join(folder, 'example_0.js'), examples[0].replace("'change'", "'changed'"));
  assert.match(await compile(folder), /example_0\.js.*changed/);
});
