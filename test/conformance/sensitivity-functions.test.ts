/**
 * Sensitivity estimators on functions whose indices are known in closed form.
 *
 * Sources: Ishigami & Homma 1990 (a = 7, b = 0.1); Sobol' g function, Saltelli & Sobol' 1995; Morris 1991.
 */
import { describe, expect, test } from 'vitest';
import { createStream, nextUint32, nextUnit } from '#kernel/stream';
import { bootstrapIntervals } from '#stats/bootstrap';
import { elementaryEffects, morrisTrajectories, summariseEffects } from '#stats/morris';
import { type SaltelliOutputs, saltelliDesign, sobolIndices } from '#stats/sobol-indices';
import { sobolPoints } from '#stats/sobol-sequence';

type Model = (x: readonly number[]) => number;

const ishigami: Model = (x) => {
  const [a = 0, b = 0, c = 0] = x.map((u) => (2 * u - 1) * Math.PI);
  return Math.sin(a) + 7 * Math.sin(b) ** 2 + 0.1 * c ** 4 * Math.sin(a);
};
const WEIGHTS = [0, 1, 4.5, 9, 99, 99, 99, 99];
const g: Model = (x) =>
  x.reduce((product, u, i) => (product * (Math.abs(4 * u - 2) + at(WEIGHTS, i))) / (1 + at(WEIGHTS, i)), 1);

function at(values: readonly number[], i: number): number {
  return values[i] as number;
}

function evaluate(model: Model, inputs: number, rows: number): SaltelliOutputs {
  const stream = createStream('known functions', 0, 'shift');
  const shift = Array.from({ length: 2 * inputs }, () => nextUint32(stream));
  const { a, b, mixed } = saltelliDesign(sobolPoints(rows, shift), inputs);
  return { a: a.map(model), b: b.map(model), mixed: mixed.map((column) => column.map(model)) };
}

describe('Sobol indices', () => {
  test('of the Ishigami function: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437', () => {
    const found = sobolIndices(evaluate(ishigami, 3, 4096));
    for (const [i, truth] of [0.3139, 0.4424, 0].entries()) expect(found?.first[i]).toBeCloseTo(truth, 2);
    for (const [i, truth] of [0.5576, 0.4424, 0.2437].entries()) expect(found?.total[i]).toBeCloseTo(truth, 2);
  });

  test('of the g function: products of 1 / 3 (1 + a)²', () => {
    const partial = WEIGHTS.map((a) => 1 / (3 * (1 + a) ** 2));
    const variance = partial.reduce((product, one) => product * (1 + one), 1) - 1;
    const found = sobolIndices(evaluate(g, 8, 4096));
    for (const [i, one] of partial.entries()) {
      const others = partial.reduce((product, other, j) => (i === j ? product : product * (1 + other)), 1);
      expect(found?.first[i]).toBeCloseTo(one / variance, 2);
      expect(found?.total[i]).toBeCloseTo((one * others) / variance, 2);
    }
  });

  test('of a constant there are none', () => {
    expect(sobolIndices(evaluate(() => 3, 2, 64))).toBeNull();
  });

  test('their bootstrap intervals hold the truth for the inputs of the Ishigami function', () => {
    const outputs = evaluate(ishigami, 3, 512);
    const stream = createStream('known functions', 0, 'bootstrap');
    const intervals = bootstrapIntervals(512, (rows) => sobolIndices(outputs, rows)?.total ?? null, {
      resamples: 300,
      confidence: 0.99,
      draw: () => nextUnit(stream),
    });
    for (const [i, truth] of [0.5576, 0.4424, 0.2437].entries()) {
      const [low, high] = intervals[i] ?? [null, null];
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
    }
  });
});

describe('elementary effects', () => {
  const summaryOf = (model: Model, inputs: number) => {
    const stream = createStream('known functions', 0, 'walks');
    const walks = morrisTrajectories(inputs, 40, 4, () => nextUnit(stream));
    const effects = walks.map((walk) => elementaryEffects(walk, walk.points.map(model)));
    return Array.from({ length: inputs }, (_, i) => summariseEffects(effects.map((walk) => at(walk, i))));
  };

  test('of a sum are its coefficients everywhere', () => {
    const coefficients = [3, -2, 0];
    const found = summaryOf((x) => x.reduce((sum, u, i) => sum + at(coefficients, i) * u, 1), 3);
    for (const [i, { mean, meanAbsolute, deviation }] of found.entries()) {
      expect(mean).toBeCloseTo(at(coefficients, i), 9);
      expect(meanAbsolute).toBeCloseTo(Math.abs(at(coefficients, i)), 9);
      expect(deviation).toBeCloseTo(0, 9);
    }
  });

  test('of a product vary with the place, and of an effect that changes sign only the absolute mean shows it', () => {
    const [first, second] = summaryOf(([u = 0, v = 0]) => u * v, 2);
    expect(first?.deviation).toBeGreaterThan(0.1);
    expect(second?.mean).toBeGreaterThan(0.2);
    const [swing] = summaryOf(([u = 0, v = 0]) => u * (v - 0.5), 2);
    expect(Math.abs(swing?.mean ?? 1)).toBeLessThan((swing?.meanAbsolute ?? 0) / 2);
  });

  test('every walk moves each input once, by half the grid, within the cube', () => {
    const stream = createStream('known functions', 0, 'walks');
    for (const { points, moved } of morrisTrajectories(5, 30, 4, () => nextUnit(stream))) {
      expect([...moved].sort()).toEqual([0, 1, 2, 3, 4]);
      for (const [i, point] of points.entries()) {
        for (const value of point) expect([0, 1, 2, 3].map((level) => level / 3)).toContain(Math.round(value * 3) / 3);
        if (i === 0) continue;
        const changed = point.flatMap((value, k) => (value === points[i - 1]?.[k] ? [] : [k]));
        expect(changed).toEqual([moved[i - 1]]);
        expect(Math.abs(at(point, changed[0] as number) - at(points[i - 1] ?? [], changed[0] as number))).toBeCloseTo(
          2 / 3,
        );
      }
    }
  });
});
