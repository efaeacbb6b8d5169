/**
 * The way back of operators whose identity was taken: under a new one, with a day of uptime and ten duties as a witness,
 * after a full epoch outside (blueprint.md section 22).
 *
 * Duties are blocks that the chain's witnesses attest and that the newcomer attested as well; they count from TL2 on, while
 * its node is up through the whole epoch. Who was banned does not return, and as built nobody does.
 */
import { HOUR } from '#base/time';
import { type Chain, DIALECT_WITNESSES, epochOf } from '../chain.js';
import { mayReturn } from '../slashing/penalty.js';
import { bookDuties, bookUptime, createIdentity } from '../validators/identity.js';
import { dutyOf, isDutyDone } from '../validators/witness.js';
import type { Expelled, Run, World } from '../world.js';
import { activeBits } from './gates.js';
import { note } from './timeline.js';
import { isOnline } from './witnesses.js';

/** A validator loses its identity; its operator begins anew at once. */
export function expel(world: World, run: Run, validator: number): void {
  const { chain, justice } = run;
  justice.expelled.set(validator, {
    epoch: epochOf(chain, chain.tip),
    since: world.now,
    identity: { ...createIdentity(validator, world.now), validated: true },
    bookedTo: chain.tip,
    bookedAt: world.now,
    left: 0,
  });
}

/** At an epoch's end: books what those outside have done since the last one, and lets return who has done enough. */
export function readmit(world: World, run: Run): void {
  const { chain, justice } = run;
  if (chain.asBuilt.bootstrap) return;
  for (const [validator, expelled] of justice.expelled) {
    book(world, run, validator, expelled);
    const { hours, successes } = expelled.identity;
    const progress = { uptimeHours: hours, witnessDuties: successes, banned: justice.banned.has(validator) };
    const epoch = epochOf(chain, chain.tip);
    if (!mayReturn({ expelledAt: expelled.epoch, epoch, newIdentity: true, ...progress })) continue;
    justice.expelled.delete(validator);
    chain.population.validated[validator] = 1;
    chain.population.hours[validator] = hours;
    chain.population.successes[validator] = successes;
    note(world, 'appeal', `validator ${validator}`, 'is back under a new identity');
  }
}

function book(world: World, run: Run, validator: number, expelled: Expelled): void {
  const { chain } = run;
  const upSince = run.upSince[validator] as number;
  const isUp = chain.up[validator] === 1;
  const uptime = isUp ? world.now - Math.max(expelled.since, upSince) : 0;
  const isThere = isUp && upSince <= expelled.bookedAt;
  const duties = isThere && expelled.identity.tier === 2 ? countDuties(world, run, validator, expelled.bookedTo) : 0;
  const aged = bookUptime(expelled.identity, Math.floor(uptime / HOUR), world.now);
  const { identity, left } = bookDuties(aged, expelled.left + duties, world.now);
  expelled.identity = identity;
  expelled.left = left;
  expelled.bookedTo = chain.tip;
  expelled.bookedAt = world.now;
}

/** Blocks after `from` that a newcomer attested as a witness. */
function countDuties(world: World, run: Run, validator: number, from: number): number {
  const { chain, economy } = run;
  const number = economy.candidates.length + validator; // its draws are its own
  let done = 0;
  for (let height = from + 1; height <= chain.tip; height += 1) {
    if (hasWitnesses(chain, height) && isDutyDone(dutyOf(isOnline(world, run, height, number), true, true))) done += 1;
  }
  return done;
}

function hasWitnesses(chain: Chain, height: number): boolean {
  return (activeBits(chain, height) & DIALECT_WITNESSES) !== 0;
}
