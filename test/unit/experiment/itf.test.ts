import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '#base/error';
import {
  canonicalText,
  entries,
  field,
  integer,
  item,
  items,
  type Place,
  parseTrace,
  placeOfState,
  readTrace,
  text,
  truth,
  variant,
} from '#experiment/itf';

const FOLDER = mkdtempSync(join(tmpdir(), 'itf-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** A trace of one state with one variable. */
const traceOf = (value: unknown, name = 'x') =>
  JSON.stringify({ '#meta': {}, vars: [name], states: [{ '#meta': { index: 0 }, [name]: value }] });
const place = (value: unknown): Place => field(placeOfState(parseTrace(traceOf(value), 'a.itf.json'), 0), 'x');

/** The one problem that a call reports. */
function problemOf(call: () => unknown): { file: string; path?: string; what: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError && error.problems.length === 1)
      return error.problems[0] as ReturnType<typeof problemOf>;
    throw error;
  }
  throw new Error('no problem was reported');
}

test('every construct of the format is read', () => {
  expect(integer(place({ '#bigint': '-12' }))).toBe(-12);
  expect(integer(place(7))).toBe(7);
  expect(text(place('v1'))).toBe('v1');
  expect(truth(place(true))).toBe(true);
  expect(items(place(['a', 'b'])).map(text)).toEqual(['a', 'b']);
  expect(text(item(place({ '#tup': ['a', 'b'] }), 1))).toBe('b');
  expect(items(place({ '#tup': [] }))).toEqual([]);
  expect(items(place({ '#set': ['b', 'a'] })).map(text)).toEqual(['b', 'a']);
  const map = entries(place({ '#map': [[{ '#bigint': '3' }, 'c']] }));
  expect(map.map(([key, value]) => [integer(key), text(value)])).toEqual([[3, 'c']]);
  const { tag, payload } = variant(place({ tag: 'Val', value: 'blue' }));
  expect([tag, text(payload)]).toEqual(['Val', 'blue']);
  expect(integer(field(place({ a: { '#bigint': '1' }, tag: 'no variant', value: 'x' }), 'a'))).toBe(1);
  expect(variant(place({ tag: 'Nil', value: { '#tup': [] } })).tag).toBe('Nil');
});

test('a variable goes by its name without the module', () => {
  const trace = parseTrace(traceOf(true, 'line26Test::line26run::system'), 'a.itf.json');
  expect(trace.variables).toEqual(['system']);
  expect(truth(field(placeOfState(trace, 0), 'system'))).toBe(true);
});

test('a file is read whether it is plain or gzip', () => {
  const [plain, packed] = [join(FOLDER, 'a.itf.json'), join(FOLDER, 'a.itf.json.gz')];
  writeFileSync(plain, traceOf('v1'));
  writeFileSync(packed, gzipSync(traceOf('v1')));
  expect(readTrace(packed)).toEqual({ ...readTrace(plain), file: packed });
});

test('values are equal whatever the order of sets, maps and fields, and different in order of lists', () => {
  const canonical = (value: unknown) => canonicalText(place(value).value);
  expect(canonical({ '#set': ['a', { '#set': ['b', 'c'] }] })).toBe(
    canonical({ '#set': [{ '#set': ['c', 'b'] }, 'a'] }),
  );
  expect(
    canonical({
      '#map': [
        ['a', 1],
        ['b', 2],
      ],
    }),
  ).toBe(
    canonical({
      '#map': [
        ['b', 2],
        ['a', 1],
      ],
    }),
  );
  expect(canonical({ a: 1, b: 2 })).toBe(canonical({ b: 2, '#meta': { index: 4 }, a: 1 }));
  const different = [
    ['a', 'b'],
    ['b', 'a'],
    { '#tup': ['a', 'b'] },
    { '#set': ['a', 'b'] },
    1,
    '1',
    { tag: 'a', value: 1 },
    { a: 1 },
  ];
  expect(new Set(different.map(canonical)).size).toBe(different.length);
});

test.each([
  ['{', undefined, 'is not JSON'],
  ['[]', undefined, 'is no object'],
  ['{"states": []}', 'vars', 'is no list of variable names'],
  ['{"vars": ["x"]}', 'states', 'is no list of states'],
  ['{"vars": ["x"], "states": []}', 'states', 'is no list of states'],
  ['{"vars": ["x"], "states": [1]}', 'states[0]', 'is no state'],
  ['{"vars": ["x"], "states": [{"x": 1}, {}]}', 'states[1].x', 'is missing'],
  [traceOf(1.5), 'states[0].x', '1.5 is no ITF value'],
  [traceOf(null), 'states[0].x', 'null is no ITF value'],
  [traceOf([1, { a: { '#bigint': 'ten' } }]), 'states[0].x[1].a', '#bigint holds "ten", not decimal digits'],
  [traceOf({ '#bigint': 3 }), 'states[0].x', '#bigint holds 3, not decimal digits'],
  [traceOf([{ a: [1], b: null }]), 'states[0].x[0].b', 'null is no ITF value'],
  [traceOf({ '#set': 'a' }), 'states[0].x', '#set holds no list'],
  [traceOf({ '#tup': { a: 1 } }), 'states[0].x', '#tup holds no list'],
  [traceOf({ '#map': 'a' }), 'states[0].x', '#map holds no list'],
  [traceOf({ '#map': [['a', 1], ['b']] }), 'states[0].x[1]', 'is no key and value'],
  [traceOf({ '#unserializable': 'Int' }), 'states[0].x', '"#unserializable" is no ITF value this program knows'],
])('%s is malformed at %s', (json, path, what) => {
  const problem = problemOf(() => parseTrace(json, 'a.itf.json'));
  expect(problem.file).toBe('a.itf.json');
  expect(problem.path).toBe(path);
  expect(problem.what).toContain(what);
});

test.each([
  ['no record', () => field(place('a'), 'step'), 'states[0].x', 'is no record'],
  ['no such field', () => field(place({ a: 1 }), 'step'), 'states[0].x.step', 'is missing'],
  ['no list', () => items(place('a')), 'states[0].x', 'is no list, tuple or set'],
  ['too short a tuple', () => item(place({ '#tup': ['a'] }), 1), 'states[0].x[1]', 'is missing'],
  ['no map', () => entries(place([])), 'states[0].x', 'is no map'],
  ['no variant', () => variant(place('a')), 'states[0].x', 'is no variant'],
  ['no integer', () => integer(place('a')), 'states[0].x', 'is no integer'],
  ['too large an integer', () => integer(place({ '#bigint': '9007199254740993' })), 'states[0].x', 'is too large'],
  ['no text', () => text(place(1)), 'states[0].x', 'is no text'],
  ['no truth', () => truth(place(1)), 'states[0].x', 'is neither true nor false'],
] as const)('%s is reported where it stands', (_, call, path, what) => {
  expect(problemOf(call)).toMatchObject({ file: 'a.itf.json', path, what: expect.stringContaining(what) });
});

test('a file that cannot be read is named', () => {
  expect(problemOf(() => readTrace(join(FOLDER, 'none.itf.json')))).toMatchObject({
    file: join(FOLDER, 'none.itf.json'),
    what: expect.stringContaining('cannot be read'),
  });
  writeFileSync(join(FOLDER, 'torn.gz'), gzipSync('{}').subarray(0, 12));
  expect(problemOf(() => readTrace(join(FOLDER, 'torn.gz'))).what).toContain('cannot be read');
});
