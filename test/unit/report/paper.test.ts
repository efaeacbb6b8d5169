import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredResult } from '#experiment/result';
import { writeContent } from '#report/content';
import { figuresOf } from '#report/document';
import type { Figure } from '#report/figures';
import { type Drawing, writeHtml } from '#report/html';
import { writeJunit } from '#report/junit';
import { writeMarkdown } from '#report/markdown';
import { loadRenderer } from '#report/render';
import { cleanText } from '#report/text';
import { type Element, readMarkup, readPage } from '../../fixtures/markup.js';
import { emptyResult, HOSTILE, hostileResult, mainnetResult } from '../../fixtures/stored-result.js';

const RESULTS: Readonly<Record<string, StoredResult>> = {
  mainnet: mainnetResult(),
  hostile: hostileResult(),
  empty: emptyResult(),
};
const NAMES = Object.keys(RESULTS);
const pages = new Map<string, string>();

beforeAll(async () => {
  const render = await loadRenderer();
  for (const [name, stored] of Object.entries(RESULTS)) {
    const content = writeContent(stored);
    const drawings = new Map<string, Drawing>();
    for (const figure of figuresOf(content)) {
      drawings.set(figure.name, { wide: await render(figure.wide), narrow: await render(figure.narrow) });
    }
    pages.set(name, writeHtml(content, drawings));
  }
});

const pageOf = (name: string): string => pages.get(name) ?? '';
const attribute = (element: Element, name: string): string => element.attributes.get(name) ?? '';

describe.each(NAMES)('the page of the %s result', (name) => {
  test('is well formed', () => {
    expect(readPage(pageOf(name)).length).toBeGreaterThan(100);
  });

  test('fetches nothing and runs nothing', () => {
    const html = pageOf(name);
    const elements = readPage(html);
    const forbidden = [
      'script',
      'link',
      'img',
      'iframe',
      'object',
      'embed',
      'base',
      'form',
      'image',
      'use',
      'foreignObject',
    ];
    expect(elements.filter((element) => forbidden.includes(element.name))).toEqual([]);
    for (const { attributes } of elements) {
      for (const [key, value] of attributes) {
        expect(key).not.toMatch(/^(on|src|srcset|action|xlink|xmlns)/);
        if (key === 'href') expect(value).toMatch(/^#/);
        for (const [target] of value.matchAll(/url\([^)]*/g)) expect(target).toMatch(/^url\(#/);
      }
    }
    const style = elements.filter((element) => element.name === 'style').map(({ text }) => text);
    expect(style.join('')).not.toMatch(/url\(|@import|https?:/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  test('describes every chart in words', () => {
    const charts = readPage(pageOf(name)).filter(
      (element) => element.name === 'svg' && element.attributes.get('aria-hidden') !== 'true',
    );
    expect(charts.length).toBe(
      figuresOf(writeContent(RESULTS[name] as StoredResult)).filter(({ isEmpty }) => !isEmpty).length * 2,
    );
    for (const chart of charts) {
      expect(attribute(chart, 'role')).toBe('img');
      expect(attribute(chart, 'aria-label').length).toBeGreaterThan(20);
    }
  });

  test('has one first heading, skips no level, and leads every link to a place', () => {
    const elements = readPage(pageOf(name));
    const levels = elements
      .filter((element) => /^h[1-6]$/.test(element.name))
      .map((element) => Number(element.name[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => {
      expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
    const ids = elements.flatMap((element) => element.attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const element of elements.filter((one) => one.name === 'a'))
      expect(ids).toContain(attribute(element, 'href').slice(1));
    for (const [, id] of pageOf(name).matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  test('names its tables and lets the keyboard scroll them', () => {
    for (const region of readPage(pageOf(name)).filter((element) => attribute(element, 'class') === 'scroll')) {
      expect(attribute(region, 'tabindex')).toBe('0');
      expect(attribute(region, 'aria-label')).not.toBe('');
    }
  });

  test('tells the verdict before anything else, with a mark and a word', () => {
    const { verdict } = (RESULTS[name] as StoredResult).summary;
    const elements = readPage(pageOf(name));
    const badge = elements.findIndex((element) => attribute(element, 'class') === 'badge');
    expect(elements[badge]?.text.toLowerCase()).toBe(verdict);
    expect(elements[badge + 1]?.name).toBe('svg');
    expect(badge).toBeLessThan(elements.findIndex((element) => element.name === 'h2'));
  });
});

test('hostile text arrives as text', () => {
  const texts = readPage(pageOf('hostile')).map(({ text }) => text);
  expect(texts).toContain(cleanText(HOSTILE)); // whole, in a cell or a heading
  expect(pageOf('hostile')).not.toMatch(/<script|<!--|(?!\n)\p{Cc}|\u202e/u);
});

/** A line of a Markdown table split at its bare pipes. */
function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)\|/).slice(1, -1);
}

describe.each(NAMES)('the Markdown of the %s result', (name) => {
  const content = writeContent(RESULTS[name] as StoredResult);
  const markdown = writeMarkdown(content, (figure: Figure) => `figures/${figure.name}.svg`);

  test('has tables whose rows are as long as their heads', () => {
    const lines = markdown.split('\n');
    const tables = lines.flatMap((line, i) =>
      /^\| (---|---:) \|/.test(line) || /^\|( -+:? \|)+$/.test(line) ? [i] : [],
    );
    if (name !== 'empty') expect(tables.length).toBeGreaterThan(5);
    for (const rule of tables) {
      const length = cellsOf(lines[rule] ?? '').length;
      for (let i = rule - 1; lines[i]?.startsWith('|') === true; i += 1)
        expect(cellsOf(lines[i] ?? '')).toHaveLength(length);
    }
    const inTables = lines.filter((line) => line.startsWith('|')).length;
    const counted = tables.reduce((sum, rule) => {
      let end = rule;
      while (lines[end]?.startsWith('|') === true) end += 1;
      return sum + end - rule + 1;
    }, 0);
    expect(counted).toBe(inTables);
  });

  test('shows every figure with data, described, and no other', () => {
    const shown = [...markdown.matchAll(/^!\[(.+)\]\((.+)\)$/gm)];
    const figures = figuresOf(content).filter(({ isEmpty }) => !isEmpty);
    expect(shown.map(([, , path]) => path)).toEqual(figures.map((figure) => `figures/${figure.name}.svg`));
    for (const [, words = ''] of shown) expect(words.length).toBeGreaterThan(20);
  });

  test('holds no markup but its own folds', () => {
    const tags = [...markdown.replace(/^(`{3,})[^`]*\n.*\n\1$/gm, '').matchAll(/<[^>]*>?/g)].map(([tag]) => tag);
    expect(new Set([...tags, '<details>', '</details>', '<summary>', '</summary>'])).toHaveProperty('size', 4);
  });

  test('says what the page says', () => {
    for (const { title } of content.sections) expect(markdown).toContain(`\n## ${title}\n`);
    expect(markdown.startsWith('# ')).toBe(true);
  });
});

describe('JUnit XML', () => {
  test.each(NAMES)('of the %s result is well formed and counts what it holds', (name) => {
    const stored = RESULTS[name] as StoredResult;
    const elements = readMarkup(writeJunit(stored));
    const [root, suite] = elements;
    const count = (tag: string): string => String(elements.filter((element) => element.name === tag).length);
    for (const one of [root, suite]) {
      expect(one?.attributes.get('tests')).toBe(count('testcase'));
      expect(one?.attributes.get('failures')).toBe(count('failure'));
      expect(one?.attributes.get('errors')).toBe(count('error'));
      expect(one?.attributes.get('skipped')).toBe(count('skipped'));
    }
    expect(count('testcase')).toBe(String(stored.summary.expectations.length));
  });

  test('and the page repeat in their commands what flags changed of the file', () => {
    const stored = mainnetResult();
    const changes = { fidelity: 'message' as const, set: ['network.loss=1%', "channels.canary.dwell='24 h'"] };
    const changed = { ...stored, manifest: { ...stored.manifest, changes } };
    const flags = `--fidelity message --set network.loss=1% --set 'channels.canary.dwell='\\''24 h'\\'''`;
    const failure = readMarkup(writeJunit(changed)).find((element) => element.name === 'failure');
    expect(failure?.text).toContain(`--replication 5 ${flags}`);
    const markdown = writeMarkdown(writeContent(changed), ({ name }) => name);
    expect(markdown).toContain(`--seed 42 --replication 5 ${flags}`);
    expect(markdown).toContain(`--replications 40 --fidelity auto --set network.loss=1%`);
  });

  test('carries claim, reason, seed, fingerprint and the command that replays a failure', () => {
    const elements = readMarkup(writeJunit(mainnetResult()));
    const failure = elements.find((element) => element.name === 'failure');
    expect(failure?.attributes.get('message')).toBe('The whole interval lies above 5%.');
    expect(failure?.text).toContain(
      'Estimate 15%, interval 5.7% – 29.8%, Clopper–Pearson at 99.17% (Holm, 6 claims), n 40; worst replication 5.',
    );
    expect(failure?.text).toContain(
      'Reproduce: rollout-sim replay scenarios/mainnet-rollout.yaml --seed 42 --replication 5',
    );
    const properties = elements.filter((element) => element.name === 'property');
    const values = Object.fromEntries(properties.map((one) => [attribute(one, 'name'), attribute(one, 'value')]));
    expect(values).toMatchObject({ seed: '42', fingerprint: '7d0c5a3e9b1f48620a4c2e6f8b0d1357', verdict: 'no-go' });
    expect(elements.filter((element) => element.name === 'testcase').map((one) => attribute(one, 'name'))).toContain(
      'P(rollback.any) <= 5%',
    );
  });
});
