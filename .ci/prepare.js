// What `npm ci` ends with: a build.
//
// `npx rollout-sim` in this folder links the package into npx's own cache and runs this script there once more. What is
// built need not be built again, under the feet of a run. Before `npm ci` there is nothing to link, and npx would
// remember that for good: so the command is there and says what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

const MAIN = '.dist/cli/main.js';

if (process.env.npm_command !== 'exec') {
  process.exitCode = spawnSync('npm run build', { shell: true, stdio: 'inherit' }).status ?? 1;
} else if (!existsSync(MAIN)) {
  const command = "console.error('rollout-sim is not built yet. Run npm ci.');\nprocess.exitCode = 2;\n";
  mkdirSync('.dist/cli', { recursive: true });
  writeFileSync(MAIN, `#!/usr/bin/env node\n${command}`, { mode: 0o755 });
}
