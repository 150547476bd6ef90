// The library as its users get it: built, in a folder of its own, and with its own compiler.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const LIBRARY = fileURLToPath(new URL('../../../../gateway/clients/js', import.meta.url));
const TSC = path.join(LIBRARY, 'node_modules/typescript/bin/tsc');

// What is in the README between ```js and ```.
export async function readmeExamples() {
  const text = await readFile(path.join(LIBRARY, 'README.md'), 'utf8');
  return [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
}

export async function temporaryFolder(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'signaling-client-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function build(folder) {
  await run(process.execPath, [path.join(LIBRARY, 'build.js'), folder]);
}

// A project that has installed it.
export async function project(t, compilerOptions = {}) {
  const folder = await temporaryFolder(t);
  const installed = path.join(folder, 'node_modules/webrtc-signaling-client');
  await mkdir(installed, { recursive: true });
  await cp(path.join(LIBRARY, 'package.json'), path.join(installed, 'package.json'));
  await cp(path.join(LIBRARY, 'src'), path.join(installed, 'src'), { recursive: true });
  await build(path.join(installed, 'dist'));
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'ES2022', module: 'NodeNext', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [], noEmit: true, ...compilerOptions,
    },
  }));
  return folder;
}

// What the compiler has to complain about: '' where that is nothing.
export async function compile(folder, ...flags) {
  try {
    await run(process.execPath, [TSC, '-p', folder, ...flags], { cwd: folder });
    return '';
  } catch (error) {
    return error.stdout || String(error);
  }
}
