// node build.js [DIR]: the declarations, and all modules in one minified file, in dist/ or there.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(here, ...parts);
const dist = resolve(process.argv[2] ?? at('dist'));

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', here, '--outDir', dist], { stdio: 'inherit' });
// What is only declared is not emitted.
for (const name of ['api.d.ts', 'protocol.d.ts']) copyFileSync(at('src', name), join(dist, name));
await build({
  entryPoints: [at('src/index.js')],
  outfile: join(dist, 'signaling-client.min.js'),
  bundle: true, minify: true, format: 'esm', target: 'es2022', sourcemap: 'linked', legalComments: 'none',
});
