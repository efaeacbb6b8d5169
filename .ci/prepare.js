// What `npm ci` ends with: a build.
//
// `npx rollout-sim` in this folder links the package into npx's own cache and runs this script there once more. What is
// built need not be built again, under the feet of a run; and a failure would leave that cache broken for good.
import { spawnSync } from 'node:child_process';

if (process.env.npm_command !== 'exec') {
  process.exitCode = spawnSync('npm run build', { shell: true, stdio: 'inherit' }).status ?? 1;
}
