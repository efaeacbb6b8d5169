import { expect, test } from 'vitest';
import {
  addMessage,
  clearMessages,
  clearSeen,
  createMessageTable,
  freeMessage,
  MESSAGE_PART,
  MESSAGE_POLKA_CERTIFICATE,
  MESSAGE_PREVOTE,
  MESSAGE_PROPOSAL,
  type MessageTable,
  noteSeen,
  openStream,
  releaseMessage,
  takePart,
} from '#model/network/message';

const N = 4;
const ROWS = 8;

type Table = MessageTable<string>;

/** A proposal in `parts` parts; each part is held by `holders` receivers. */
function streaming(parts: number, holders: number): { table: Table; proposal: number; rows: number[] } {
  const table: Table = createMessageTable(ROWS);
  const proposal = addMessage(table, MESSAGE_PROPOSAL, 5, 1, 77, -1, 2);
  openStream(table, proposal, parts, N);
  const rows = Array.from({ length: parts }, (_, part) => {
    const row = addMessage(table, MESSAGE_PART, 5, 1, proposal, part, 2);
    table.holders[row] = holders;
    return row;
  });
  return { table, proposal, rows };
}

test('a row holds what was said and who said it', () => {
  const table: Table = createMessageTable(ROWS);
  const row = addMessage(table, MESSAGE_PREVOTE, 5, 1, 77, 3, 2);
  expect([table.kind[row], table.height[row], table.round[row], table.value[row], table.detail[row]]).toEqual([
    MESSAGE_PREVOTE,
    5,
    1,
    77,
    3,
  ]);
  expect([table.sender[row], table.signer[row], table.holders[row]]).toEqual([2, 2, 0]);
});

test('a proposal is complete with all of its parts, in any order, and only once', () => {
  const { table, rows } = streaming(3, N);
  const [first, second, third] = rows as [number, number, number];
  expect([third, first].map((row) => takePart(table, row, 0))).toEqual([false, false]);
  expect(takePart(table, second, 0)).toBe(true);
  expect(takePart(table, second, 0)).toBe(false);
});

test('a part that comes twice does not stand in for one that is missing', () => {
  const { table, rows } = streaming(3, N);
  const [first, second, third] = rows as [number, number, number];
  expect([first, first, first, second].map((row) => takePart(table, row, 1))).toEqual([false, false, false, false]);
  expect(takePart(table, third, 1)).toBe(true);
});

test('each validator gathers its own parts', () => {
  const { table, rows } = streaming(2, N);
  const [first, second] = rows as [number, number];
  expect(takePart(table, first, 0)).toBe(false);
  expect(takePart(table, second, 1)).toBe(false);
  expect(takePart(table, second, 0)).toBe(true);
  expect(takePart(table, first, 1)).toBe(true);
});

test('a proposal is freed with the last of its parts, and one that checks it holds it longer', () => {
  const { table, proposal, rows } = streaming(2, 2);
  const [first, second] = rows as [number, number];
  expect(table.freeCount).toBe(ROWS - 3);
  releaseMessage(table, first);
  releaseMessage(table, first);
  expect([table.freeCount, table.streams.has(proposal)]).toEqual([ROWS - 2, true]);
  table.holders[proposal] = (table.holders[proposal] as number) + 1; // a receiver checks it
  releaseMessage(table, second);
  releaseMessage(table, second);
  expect([table.freeCount, table.streams.has(proposal)]).toEqual([ROWS - 1, true]);
  releaseMessage(table, proposal);
  expect([table.freeCount, table.streams.has(proposal)]).toEqual([ROWS, false]);
});

test('a part that nobody receives frees its hold on the proposal', () => {
  const { table, proposal, rows } = streaming(2, 1);
  for (const row of rows) freeMessage(table, row);
  expect([table.freeCount, table.streams.has(proposal)]).toEqual([ROWS, false]);
});

test('a row is freed when its last holder is through, with its certificate', () => {
  const table: Table = createMessageTable(ROWS);
  const row = addMessage(table, MESSAGE_POLKA_CERTIFICATE, 5, 1, 0, 0, 2);
  table.certificates.set(row, 'polka');
  table.holders[row] = 3;
  releaseMessage(table, row);
  releaseMessage(table, row);
  expect([table.freeCount, table.certificates.get(row)]).toEqual([ROWS - 1, 'polka']);
  releaseMessage(table, row);
  expect([table.freeCount, table.certificates.size]).toEqual([ROWS, 0]);
});

test('a full table grows and keeps what is in flight', () => {
  const table: Table = createMessageTable(ROWS);
  const rows = Array.from({ length: 4 * ROWS }, (_, i) => addMessage(table, MESSAGE_PREVOTE, i, 0, i, 0, i % N));
  expect(new Set(rows).size).toBe(4 * ROWS);
  expect(rows.map((row) => table.height[row])).toEqual(rows.map((_, i) => i));
  expect(rows.map((row) => table.signer[row])).toEqual(rows.map((_, i) => i % N));
});

test('a relayed message is new to each validator once, and a row used again is new to all', () => {
  const table: Table = createMessageTable(ROWS);
  const row = addMessage(table, MESSAGE_PREVOTE, 5, 1, 77, 0, 2);
  clearSeen(table, row, N);
  expect([noteSeen(table, row, 1), noteSeen(table, row, 1), noteSeen(table, row, 3)]).toEqual([true, false, true]);
  clearSeen(table, row, N);
  expect(noteSeen(table, row, 1)).toBe(true);
});

test('a cleared table has room for everything and remembers nothing', () => {
  const { table } = streaming(2, 1);
  table.certificates.set(6, 'polka');
  clearMessages(table);
  expect([table.freeCount, table.streams.size, table.certificates.size]).toEqual([ROWS, 0, 0]);
});
