/**
 * A node that comes back replays the timetoke records it missed, from a peer in good standing (blueprint.md section 11).
 *
 * Until then it cannot prove its uptime. A replay needs a provider of TL3 or more that can be reached; one that fails is
 * tried again when records are due to be exchanged. How it goes is a draw by node and number of its attempt.
 */
import type { Micros } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { addToHistogram } from '#stats/log-histogram';
import type { Chain } from '../chain.js';
import { roleOf, type Tier } from '../validators/reputation.js';
import { TIMETOKE_RULES } from '../validators/timetoke.js';
import type { Run, World } from '../world.js';

/** A node is back and asks for the records. */
export function startReplay(world: World, run: Run, node: number): void {
  tryReplay(world, run, node, world.now);
}

/** Repeats what failed, as far as it is due. */
export function retryReplays(world: World, run: Run): void {
  const { retries } = run.replays;
  for (const [node, due] of [...retries]) {
    if (run.chain.up[node] === 0) retries.delete(node);
    let at: Micros | undefined = due;
    while (at !== undefined && at <= world.now && run.chain.up[node] === 1) {
      tryReplay(world, run, node, at);
      at = retries.get(node);
    }
  }
}

function tryReplay(world: World, run: Run, node: number, at: Micros): void {
  const { replays, chain } = run;
  const attempt = replays.attempts[node] as number;
  replays.attempts[node] = attempt + 1;
  const key = deriveKey(replays.key, node);
  const succeeds = drawUint32(key, 2 * attempt) < world.plan.validators.replaySuccess * 4_294_967_296;
  world.replaysTried += 1;
  if (!succeeds || !hasProvider(chain, node)) {
    replays.readyAt[node] = Number.POSITIVE_INFINITY;
    replays.retries.set(node, at + TIMETOKE_RULES.syncInterval);
    return;
  }
  const takes = Math.max(0, drawFromTable(replays.table, drawUint32(key, 2 * attempt + 1)));
  replays.retries.delete(node);
  replays.readyAt[node] = at + takes;
  world.replaysDone += 1;
  addToHistogram(world.replayTimes, takes);
}

/** Whether somebody in reach may provide records: TL3 or more, as for the committee. */
function hasProvider(chain: Chain, node: number): boolean {
  const { side, deaf, mute } = chain.network;
  if (deaf[node] === 1 || mute[node] === 1) return false;
  for (let other = 0; other < chain.n; other += 1) {
    if (other === node || chain.up[other] === 0 || side[other] !== side[node] || mute[other] === 1) continue;
    if (roleOf(chain.population.tier[other] as Tier) === 'candidate') return true;
  }
  return false;
}
