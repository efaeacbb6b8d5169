/**
 * Kinds of events of a chain's consensus at message level, and how timers name their height and round.
 */

export const DELIVER = 0; // target: receiver, data: message row; from its sender directly
export const TIMEOUT = 1; // data: kind, round, height, packed by `stamp`
export const VALUE_READY = 2; // data: round and height
export const CHECKED = 3; // a proposal is executed and verified; data: message row
export const REBROADCAST = 4; // data: round and height
export const START = 5; // the next height begins; data: its low bits
export const SYNC_CHECK = 6;
export const SYNC_APPLIED = 7; // data: message row of the response
export const RELAYED = 8; // data: message row and the neighbour it comes from, packed by `packHop`
export const ANNOUNCED = 9; // a neighbour tells that it has a message; data as of RELAYED
export const HANDLED = 10; // the node's server is through with a message; data as of RELAYED
export const SEND_LATE = 11; // a Byzantine node sends what it has held back; target: sender, data: message row
export const REPLAY = 12; // a restarted node replays its log; data: low bits of its height

const HEIGHT_MASK = 0xffff;

/** A height as events carry it. */
export function heightBits(height: number): number {
  return height & HEIGHT_MASK;
}

/** Height, round and kind of a timer. */
export function stamp(height: number, round: number, kind: number): number {
  return (heightBits(height) << 14) | ((round & 0xfff) << 2) | kind;
}

export function stampedHeight(data: number): number {
  return (data >>> 14) & HEIGHT_MASK;
}

export function stampedRound(data: number): number {
  return (data >>> 2) & 0xfff;
}

export function stampedKind(data: number): number {
  return data & 3;
}

/** Validators of a chain whose messages are relayed or queued at most. */
export const HOP_LIMIT = 1024;

/** A message row and the neighbour that hands it on. */
export function packHop(row: number, hop: number): number {
  return row * HOP_LIMIT + hop;
}

export function rowOfHop(data: number): number {
  return Math.floor(data / HOP_LIMIT);
}

export function peerOfHop(data: number): number {
  return data % HOP_LIMIT;
}
