/**
 * Messages in flight: one row per message, shared by all its receivers and freed when the last one is through.
 *
 * A proposal larger than a part travels as a stream of parts, each a row that holds the proposal's own row; a receiver
 * that has all of them has the proposal (consensus.md section 9).
 */

export const MESSAGE_PROPOSAL = 0;
export const MESSAGE_PREVOTE = 1;
export const MESSAGE_PRECOMMIT = 2;
export const MESSAGE_POLKA_CERTIFICATE = 3;
export const MESSAGE_ROUND_CERTIFICATE = 4;
export const MESSAGE_SYNC_REQUEST = 5;
export const MESSAGE_SYNC_RESPONSE = 6;
export const MESSAGE_PART = 7;
/** What nobody can use: a vote with a forged signature. */
export const MESSAGE_JUNK = 8;

/** A proposal on its way in parts. */
export interface PartStream {
  readonly parts: number;
  readonly got: Uint8Array; // [part × validators + validator] → 1 once it is there
  readonly missing: Int32Array; // by validator
}

/** `C`: what certificates are made of. */
export interface MessageTable<C> {
  kind: Uint8Array; // by row
  height: Float64Array;
  round: Int32Array;
  value: Int32Array; // part: row of its proposal
  detail: Int32Array; // proposal: valid round; part: its number; sync response: number of heights
  sender: Int32Array; // who sends it
  signer: Int32Array; // who signed it: the sender, unless it passes on what another one said
  bytes: Float64Array;
  key: Int32Array; // of its transmissions
  holders: Int32Array; // deliveries and buffers that still need the row
  free: Int32Array; // stack of free rows
  freeCount: number;
  syncRows: number; // rows in use that synchronize
  readonly certificates: Map<number, C>; // by row
  readonly streams: Map<number, PartStream>; // by row of the proposal
  readonly seen: (Uint8Array | undefined)[]; // by row, where messages are relayed: who has it, by validator
}

export function createMessageTable<C>(rows = 256): MessageTable<C> {
  return {
    kind: new Uint8Array(rows),
    height: new Float64Array(rows),
    round: new Int32Array(rows),
    value: new Int32Array(rows),
    detail: new Int32Array(rows),
    sender: new Int32Array(rows),
    signer: new Int32Array(rows),
    bytes: new Float64Array(rows),
    key: new Int32Array(rows),
    holders: new Int32Array(rows),
    free: Int32Array.from({ length: rows }, (_, i) => rows - 1 - i),
    freeCount: rows,
    syncRows: 0,
    certificates: new Map(),
    streams: new Map(),
    seen: [],
  };
}

/** Takes a free row and fills it; nobody holds it yet. */
export function addMessage<C>(
  table: MessageTable<C>,
  kind: number,
  height: number,
  round: number,
  value: number,
  detail: number,
  sender: number,
): number {
  if (table.freeCount === 0) growTable(table);
  table.freeCount -= 1;
  const row = table.free[table.freeCount] as number;
  table.kind[row] = kind;
  table.height[row] = height;
  table.round[row] = round;
  table.value[row] = value;
  table.detail[row] = detail;
  table.sender[row] = sender;
  table.signer[row] = sender;
  table.holders[row] = 0;
  if (isSync(kind)) table.syncRows += 1;
  return row;
}

function isSync(kind: number): boolean {
  return kind === MESSAGE_SYNC_REQUEST || kind === MESSAGE_SYNC_RESPONSE;
}

/** One holder is through with the row; the last one frees it. */
export function releaseMessage<C>(table: MessageTable<C>, row: number): void {
  const left = (table.holders[row] as number) - 1;
  table.holders[row] = left;
  if (left <= 0) freeMessage(table, row);
}

/** Frees a row that nobody holds. */
export function freeMessage<C>(table: MessageTable<C>, row: number): void {
  if (table.certificates.size > 0) table.certificates.delete(row);
  if (table.streams.size > 0) table.streams.delete(row);
  table.free[table.freeCount] = row;
  table.freeCount += 1;
  if (isSync(table.kind[row] as number)) table.syncRows -= 1;
  if (table.kind[row] === MESSAGE_PART) releaseMessage(table, table.value[row] as number);
}

/** Opens the stream of a proposal; its row is held by every part. */
export function openStream<C>(table: MessageTable<C>, row: number, parts: number, validators: number): void {
  table.streams.set(row, {
    parts,
    got: new Uint8Array(parts * validators),
    missing: new Int32Array(validators).fill(parts),
  });
  table.holders[row] = parts;
}

/**
 * Takes in one part.
 *
 * @returns whether it is the last one that the validator missed
 */
export function takePart<C>(table: MessageTable<C>, row: number, validator: number): boolean {
  const stream = table.streams.get(table.value[row] as number);
  if (stream === undefined) return false;
  const at = (table.detail[row] as number) * stream.missing.length + validator;
  if (stream.got[at] === 1) return false;
  stream.got[at] = 1;
  const missing = (stream.missing[validator] as number) - 1;
  stream.missing[validator] = missing;
  return missing === 0;
}

/** Notes that a validator has a message that is relayed; false if it had it already. */
export function noteSeen<C>(table: MessageTable<C>, row: number, validator: number): boolean {
  const seen = table.seen[row] as Uint8Array;
  if (seen[validator] === 1) return false;
  seen[validator] = 1;
  return true;
}

/** Nobody has seen the message yet. */
export function clearSeen<C>(table: MessageTable<C>, row: number, validators: number): void {
  const seen = table.seen[row];
  if (seen === undefined) table.seen[row] = new Uint8Array(validators);
  else seen.fill(0);
}

/** Forgets every message. */
export function clearMessages<C>(table: MessageTable<C>): void {
  const rows = table.kind.length;
  for (let i = 0; i < rows; i += 1) table.free[i] = rows - 1 - i;
  table.freeCount = rows;
  table.syncRows = 0;
  table.certificates.clear();
  table.streams.clear();
}

function growTable<C>(table: MessageTable<C>): void {
  const rows = table.kind.length;
  const grow = <T extends Uint8Array | Int32Array | Float64Array>(old: T, grown: T): T => {
    grown.set(old);
    return grown;
  };
  table.kind = grow(table.kind, new Uint8Array(2 * rows));
  table.height = grow(table.height, new Float64Array(2 * rows));
  table.round = grow(table.round, new Int32Array(2 * rows));
  table.value = grow(table.value, new Int32Array(2 * rows));
  table.detail = grow(table.detail, new Int32Array(2 * rows));
  table.sender = grow(table.sender, new Int32Array(2 * rows));
  table.signer = grow(table.signer, new Int32Array(2 * rows));
  table.bytes = grow(table.bytes, new Float64Array(2 * rows));
  table.key = grow(table.key, new Int32Array(2 * rows));
  table.holders = grow(table.holders, new Int32Array(2 * rows));
  table.free = new Int32Array(2 * rows);
  for (let i = 0; i < rows; i += 1) table.free[i] = 2 * rows - 1 - i;
  table.freeCount = rows;
}
