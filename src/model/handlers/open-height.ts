/**
 * A height that was computed ahead: what of it is in the chain's state.
 *
 * When it becomes final, the state is as events would have left it then, but for the drivers and logs of the nodes and
 * for what is in flight. `closeHeight` adds what stragglers do until all is quiet; `undoHeight` takes all of it back to where
 * the height began, for events to repeat it.
 */
import { clearQueue } from '#kernel/queue';
import { addValue, type Chain, DIALECT_PROOFS, decidedAt, RING, recordDecided, setAt } from '../chain.js';
import { clearMessages } from '../network/message.js';
import { ACTIVE, DECIDED, nextStart, scheduleStart } from './shell.js';

/** Puts a height that was computed into the chain's state, as far as it has happened when it is final. */
export function openHeight(chain: Chain, height: number): void {
  const { lookahead } = chain;
  const { proposer, began } = lookahead;
  const dialect = chain.dialect[proposer] as number;
  const proved = (dialect & DIALECT_PROOFS) !== 0;
  const start = began[proposer] as number;
  lookahead.value = addValue(chain, proposer, decidedAt(chain, chain.tip), dialect, proved, start);
  lookahead.first = chain.now;
  lookahead.votedBefore.set(chain.votedAt);
  lookahead.open = true;
  recordDecided(chain, height, lookahead.value);
  const slot = height % RING;
  chain.ring.height[slot] = height;
  chain.ring.start[slot] = chain.now;
  chain.ring.value[slot] = lookahead.value;
  chain.ring.round[slot] = 0;
  chain.ring.decidedPower[slot] = 0;
  chain.ring.forked[slot] = 0;
  chain.tip = height;
  chain.tipStart = chain.now;
  chain.tipAt = lookahead.tipAt;
  chain.tipRound = 0;
  advanceTo(chain, Number.NEGATIVE_INFINITY, lookahead.tipAt);
  chain.now = lookahead.tipAt;
}

/** Adds what nodes do after a height is final. */
export function closeHeight(chain: Chain): void {
  const { lookahead } = chain;
  const { decides, began, value } = lookahead;
  lookahead.open = false;
  advanceTo(chain, lookahead.tipAt, Number.MAX_VALUE);
  for (let node = 0; node < chain.n; node += 1) {
    if (began[node] === Number.POSITIVE_INFINITY) continue;
    scheduleStart(chain, node, nextStart(chain, value, decides[node] as number));
  }
}

/** What nodes do after `from`, up to and with `to`, which is finite: what is at Infinity never happens. */
function advanceTo(chain: Chain, from: number, to: number): void {
  const { lookahead, values, ring, tip } = chain;
  const { began, prevotes, precommits, decides, value } = lookahead;
  const { powers } = setAt(chain, tip);
  const happens = (time: number): boolean => time > from && time <= to;
  const slot = tip % RING;
  for (let node = 0; node < chain.n; node += 1) {
    if (began[node] === Number.POSITIVE_INFINITY) continue;
    const power = powers[node] as number;
    if (happens(began[node] as number)) {
      chain.height[node] = tip;
      chain.startedAt[node] = began[node] as number;
      chain.waiting[node] = ACTIVE;
    }
    if (happens(prevotes[node] as number)) chain.votedAt[2 * node] = tip;
    if (happens(precommits[node] as number)) {
      chain.votedAt[2 * node + 1] = tip;
      values.precommitPower[value] = (values.precommitPower[value] as number) + power;
      if (chain.release[node] === 1) values.releasePower[value] = (values.releasePower[value] as number) + power;
    }
    if (happens(decides[node] as number)) {
      chain.waiting[node] = DECIDED;
      chain.head[node] = value;
      ring.decidedPower[slot] = (ring.decidedPower[slot] as number) + power;
    }
  }
}

/** Takes the open height back to where its first node was about to enter it. */
export function undoHeight(chain: Chain): void {
  const { lookahead, tip, values } = chain;
  const { began, value } = lookahead;
  lookahead.open = false;
  lookahead.undone = true;
  clearQueue(chain.queue);
  lookahead.startsAt.fill(Number.POSITIVE_INFINITY);
  clearMessages(chain.messages);
  chain.now = lookahead.first;
  chain.tip = tip - 1;
  chain.ring.height[tip % RING] = -1;
  chain.votedAt.set(lookahead.votedBefore);
  values.precommitPower[value] = 0;
  values.releasePower[value] = 0;
  const head = decidedAt(chain, tip - 1);
  recordDecided(chain, tip, -1);
  for (let node = 0; node < chain.n; node += 1) {
    if (began[node] === Number.POSITIVE_INFINITY) continue;
    chain.height[node] = tip - 1;
    chain.head[node] = head;
    chain.waiting[node] = DECIDED;
    scheduleStart(chain, node, began[node] as number);
  }
}
