/**
 * Messages in flight: one row per transmission, shared by all its receivers and freed when the last one is through.
 */

export const MESSAGE_PROPOSAL = 0;
export const MESSAGE_PREVOTE = 1;
export const MESSAGE_PRECOMMIT = 2;
export const MESSAGE_POLKA_CERTIFICATE = 3;
export const MESSAGE_ROUND_CERTIFICATE = 4;
export const MESSAGE_SYNC_REQUEST = 5;
export const MESSAGE_SYNC_RESPONSE = 6;

/** `C`: what certificates are made of. */
export interface MessageTable<C> {
  kind: Uint8Array; // by row
  height: Float64Array;
  round: Int32Array;
  value: Int32Array;
  detail: Int32Array; // proposal: valid round; sync response: number of heights
  sender: Int32Array;
  holders: Int32Array; // deliveries and buffers that still need the row
  free: Int32Array; // stack of free rows
  freeCount: number;
  readonly certificates: Map<number, C>; // by row
}

export function createMessageTable<C>(rows = 256): MessageTable<C> {
  return {
    kind: new Uint8Array(rows),
    height: new Float64Array(rows),
    round: new Int32Array(rows),
    value: new Int32Array(rows),
    detail: new Int32Array(rows),
    sender: new Int32Array(rows),
    holders: new Int32Array(rows),
    free: Int32Array.from({ length: rows }, (_, i) => rows - 1 - i),
    freeCount: rows,
    certificates: new Map(),
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
  table.holders[row] = 0;
  return row;
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
  table.free[table.freeCount] = row;
  table.freeCount += 1;
}

/** Forgets every message. */
export function clearMessages<C>(table: MessageTable<C>): void {
  const rows = table.kind.length;
  for (let i = 0; i < rows; i += 1) table.free[i] = rows - 1 - i;
  table.freeCount = rows;
  table.certificates.clear();
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
  table.holders = grow(table.holders, new Int32Array(2 * rows));
  table.free = new Int32Array(2 * rows);
  for (let i = 0; i < rows; i += 1) table.free[i] = 2 * rows - 1 - i;
  table.freeCount = rows;
}
