/**
 * A height computed ahead of the events that would have brought it, and what the computation works with.
 *
 * Plain data; all times are µs, Infinity where something does not happen.
 */
export interface Lookahead {
  open: boolean; // a height is final whose stragglers are not in the chain's state yet
  undone: boolean; // that height is being repeated by events
  tried: number; // the last height that was looked at
  value: number; // the open height's decided value
  proposer: number;
  first: number; // when the first node entered the open height
  readyAt: number; // when its proposer had built the block
  tipAt: number; // when it was final
  end: number; // by when the last of its messages has arrived
  readonly startsAt: Float64Array; // by validator: when it enters its next height, the first time it was told to
  readonly startsFrom: Float64Array; // by validator: from which height
  readonly began: Float64Array; // by validator: when it entered the open height
  readonly checked: Float64Array; // by validator: µs that it takes to check the proposal
  readonly checkedAt: Float64Array; // by validator: when it is through with that
  readonly casts: Uint8Array; // by validator: which votes it casts
  readonly prevotes: Float64Array; // by validator: when it prevotes the value
  readonly polkas: Float64Array; // by validator: when it would precommit, unless it has decided
  readonly precommits: Float64Array; // by validator: when it precommits it
  readonly commits: Float64Array; // by validator: when precommits of a quorum are there
  readonly decides: Float64Array; // by validator
  readonly votedBefore: Float64Array; // [validator × 2 + type] as `votedAt` was
  readonly keys: Int32Array; // by sender: of the messages of one step
  readonly times: Float64Array; // arrivals at one receiver
  readonly powers: Float64Array; // behind them
}

export function createLookahead(n: number): Lookahead {
  return {
    open: false,
    undone: false,
    tried: -1,
    value: -1,
    proposer: -1,
    first: 0,
    readyAt: 0,
    tipAt: 0,
    end: 0,
    startsAt: new Float64Array(n).fill(Number.POSITIVE_INFINITY),
    startsFrom: new Float64Array(n).fill(-1),
    began: new Float64Array(n),
    checked: new Float64Array(n),
    checkedAt: new Float64Array(n),
    casts: new Uint8Array(n),
    prevotes: new Float64Array(n),
    polkas: new Float64Array(n),
    precommits: new Float64Array(n),
    commits: new Float64Array(n),
    decides: new Float64Array(n),
    votedBefore: new Float64Array(2 * n),
    keys: new Int32Array(n),
    times: new Float64Array(n),
    powers: new Float64Array(n),
  };
}
