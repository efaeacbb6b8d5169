/**
 * How long a proposal keeps a node busy: building it, executing it, and the proof that it carries.
 */
import type { Micros } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { type Chain, DIALECT_PROOFS } from '../chain.js';
import { proofHeldAt, verifyWait } from './proving.js';

/** Index of the draws by which a proof reaches a node and is verified, the same in all rounds of a height. */
const PROOF_ARRIVAL = 0x4000_0000;

/** When a proposer that begins now has built its block and, where proofs are enforced, holds the proof that the block must carry. */
export function valueReadyAt(chain: Chain, node: number, height: number, round: number, now: Micros): Micros {
  const key = deriveKey(deriveKey(chain.nodeKey, height), node);
  const built = now + drawFromTable(chain.build, drawUint32(key, 4 * round + 3));
  if (((chain.dialect[node] as number) & DIALECT_PROOFS) === 0) return built;
  return Math.max(built, proofHeldAt(chain, node, height, now));
}

/** µs to execute a block that came at `now` and, where proofs are enforced, until its proof is verified. */
export function checkTime(
  chain: Chain,
  node: number,
  height: number,
  round: number,
  proposer: number,
  now: Micros,
): Micros {
  const key = deriveKey(deriveKey(chain.nodeKey, height), node);
  const execute = drawFromTable(chain.execute, drawUint32(key, 4 * round));
  if (((chain.dialect[node] as number) & DIALECT_PROOFS) === 0) return execute;
  const gossip = drawFromTable(chain.gossip, drawUint32(key, PROOF_ARRIVAL));
  const verify = drawFromTable(chain.verify, drawUint32(key, PROOF_ARRIVAL + 1));
  return execute + verifyWait(chain, node, proposer, height, gossip, verify, now + execute);
}
