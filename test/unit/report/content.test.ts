import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import type { MetricResult, StoredResult } from '#experiment/result';
import { writeContent } from '#report/content';
import type { Block, Table } from '#report/document';
import { emptyResult, hostileResult, mainnetResult } from '../../fixtures/stored-result.js';

/** All tables of a section, folded ones too. */
function tablesOf(stored: StoredResult, id: string): Table[] {
  const inside = (blocks: readonly Block[]): Table[] =>
    blocks.flatMap((block) => (block.kind === 'table' ? [block] : block.kind === 'fold' ? inside(block.blocks) : []));
  return inside(writeContent(stored).sections.find((section) => section.id === id)?.blocks ?? []);
}

/** The row that `name` begins, cell texts joined. */
function rowOf(tables: readonly Table[], name: string): string {
  const rows = tables.flatMap(({ rows: all }) => all);
  const row = rows.find(([first]) => first?.text === name) ?? [];
  return row.map(({ text, note }) => (note === undefined ? text : `${text} (${note})`)).join(' | ');
}

function withMetric(key: string, change: Partial<MetricResult>): StoredResult {
  const stored = mainnetResult();
  const metric = stored.summary.metrics[key] as MetricResult;
  const metrics = { ...stored.summary.metrics, [key]: { ...metric, ...change } };
  return { ...stored, summary: { ...stored.summary, metrics } };
}

describe('the content of a report', () => {
  test('gives each expectation its verdict, estimate, interval, method, n and reason', () => {
    expect(rowOf(tablesOf(mainnetResult(), 'expectations'), 'P(rollback.any) <= 5%')).toBe(
      'P(rollback.any) <= 5% (with 95% confidence) | fail | 15% | 5.7% – 29.8% | 40 | ' +
        'Clopper–Pearson at 99.17% (Holm, 6 claims) | The whole interval lies above 5%. (worst: replication 5)',
    );
  });

  test('answers the three questions, each estimate with interval, n and a gloss', () => {
    const stored = mainnetResult();
    const rows = ['liveness', 'rewards', 'risk', 'rollout'].flatMap((id) => tablesOf(stored, id));
    for (const metric of Object.values(stored.summary.metrics))
      expect(rowOf(rows, metric.label)).toContain(metric.method);
    expect(rowOf(rows, 'Plan undone')).toBe(
      'Plan undone (Chance that the plan is aborted or rolled back at least once.) | 15% | 5.7% – 29.8% (at 95%) | – | 40 | Clopper–Pearson',
    );
    expect(rowOf(rows, 'Recovery after a fault, worst')).toContain('35 (5 without data)');
  });

  test('tells the bad end of a metric, and one value once', () => {
    const quantile = (q: number, estimate: number) => ({ q, estimate, interval: [null, null] as [null, null] });
    const stall = withMetric('liveness.longestStall', {
      quantiles: [quantile(0.5, SECOND), quantile(0.9, SECOND), quantile(0.99, 9 * SECOND)],
    });
    expect(rowOf(tablesOf(stall, 'liveness'), 'Longest stall')).toContain('| 90% up to 1s, 99% up to 9s |');
    const share = withMetric('liveness.slotShare', {
      quantiles: [quantile(0.01, 0.9), quantile(0.5, 0.99), quantile(0.9, 1)],
    });
    expect(rowOf(tablesOf(share, 'liveness'), 'Slots finalized')).toContain('| 99% at least 90%, half at least 99% |');
  });

  test('tells of each check how it went, and how often it acted for nothing', () => {
    const stored = hostileResult();
    const [check] = stored.summary.checks;
    if (check === undefined) throw new Error('the fixture has a check');
    const checks = [
      { ...check, check: 'watched', channel: 'canary' },
      { ...check, check: 'unseen', blind: true },
    ];
    const tables = tablesOf({ ...stored, summary: { ...stored.summary, checks } }, 'risk');
    expect(rowOf(tables, 'watched')).toBe(
      'watched | canary (reached in 40 of 40 rollouts) | observe, would abort | ' +
        '400 (390 successes, 5 failures, 5 inconclusive) | 2.5% (1 of 40, 0.06% – 13.2%) | ' +
        '2.5% (1 of 40, 0.06% – 13.2%) | 40 success, 0 failure, 0 inconclusive',
    );
    expect(rowOf(tables, 'unseen')).toContain('| blind |');
  });

  test('counts what was undone by channel, the largest first', () => {
    const tables = tablesOf(mainnetResult(), 'risk');
    const channels = tables.find(({ caption }) => caption.startsWith('By channel'));
    expect(channels?.rows.map(([first]) => first?.text)).toEqual(['canary', 'mainnet', 'testnet', 'development']);
    expect(rowOf(tables, 'canary')).toContain('canary | 7.5% (3 of 40, 1.6% – 20.4%)');
    expect(JSON.stringify(writeContent(mainnetResult()))).toContain(
      'In 6 of 40 simulated rollouts the plan was undone at least once: 15% (5.7% – 29.8%). Most often in channel canary (3), most often because of slow-prover (3).',
    );
  });

  test('promises nothing where nothing was undone', () => {
    const calm = withMetric('rollback.any', { estimate: 0, interval: [0, 0.0881] });
    expect(JSON.stringify(writeContent(calm))).toContain('may still be as high as the interval says: ≤ 8.8%.');
  });

  test('tells the decisive events of a long rollout at once and folds the others', () => {
    const [typical, all] = tablesOf(mainnetResult(), 'rollouts');
    expect(typical?.rows.length).toBeLessThan(25);
    expect(all?.rows.length).toBe(mainnetResult().details.replications[0]?.timeline.length);
    expect(rowOf(tablesOf(mainnetResult(), 'rollouts'), '3d 22h 20m')).toBe(
      '3d 22h 20m | Snapshot restored, demanded by production | mainnet | reward-divergence',
    );
  });

  test('says it once where the worst rollout is the typical one', () => {
    const stored = mainnetResult();
    const [typical] = stored.details.replications;
    const summary = { ...stored.summary, worstReplication: 17 };
    const details = { ...stored.details, replications: typical === undefined ? [] : [typical] };
    const text = JSON.stringify(writeContent({ ...stored, summary, details }));
    expect(text).toContain('The worst rollout is the typical one.');
    expect(text).not.toContain('timeline-worst');
  });

  test('lists every assumption with its source, and how to get the same result', () => {
    expect(rowOf(tablesOf(mainnetResult(), 'assumptions'), 'chain.blockTime')).toBe(
      'chain.blockTime | 5s | config/node.toml block_time_ms',
    );
    const text = JSON.stringify(writeContent(mainnetResult()).sections.at(-1));
    expect(text).toContain(
      'rollout-sim run scenarios/mainnet-rollout.yaml --seed 42 --replications 40 --fidelity auto',
    );
    expect(text).toContain('rollout-sim replay scenarios/mainnet-rollout.yaml --seed 42 --replication 5');
    expect(text).toContain('7d0c5a3e9b1f48620a4c2e6f8b0d1357');
  });

  test('without data keeps its sections and says what is missing', () => {
    const ids = (stored: StoredResult): string[] => writeContent(stored).sections.map(({ id }) => id);
    expect(ids(emptyResult())).toEqual(ids(mainnetResult()));
    expect(JSON.stringify(writeContent(emptyResult()))).toContain('No rollout was simulated to its end');
  });
});
