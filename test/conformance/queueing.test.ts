/**
 * Queues with one line and one or more servers, built on the kernel, against the mean waits that queueing theory
 * gives.
 *
 * Sources: Erlang 1917 (M/M/c, "Erlang C"); Pollaczek 1930 and Khinchine 1932 (M/G/1), as in Kleinrock 1975, "Queueing
 * Systems" I, (3.23), (3.43), (5.71); Little 1961. Intervals by batch means: Law 2014, "Simulation Modeling and
 * Analysis", 9.5.3.
 */
import { describe, expect, test } from 'vitest';
import { type Distribution, meanOf, sampleInteger, varianceOf } from '#kernel/distribution';
import { advance, createSimulation, schedule } from '#kernel/simulation';
import { createStream } from '#kernel/stream';

const ARRIVAL = 0; // data: customer
const DEPARTURE = 1; // data: customer

const BATCHES = 20;
const BATCH = 48_000; // customers
const WARM_UP = 8000; // customers
const STUDENT = 3.883; // 0.9995 quantile of Student's t with 19 degrees of freedom

interface Waits {
  readonly mean: number; // µs
  readonly halfWidth: number; // of the 99.9 % interval
  readonly lineMean: number; // customers waiting, averaged over time
  readonly arrivalsPerMicro: number;
}

/** Serves customers in the order they arrive. */
function serve(between: Distribution, service: Distribution, servers: number, seed: string): Waits {
  const arrivals = createStream(seed, 0, 'arrivals');
  const services = createStream(seed, 0, 'services');
  const simulation = createSimulation();
  const customers = WARM_UP + BATCHES * BATCH;
  const arrivedAt = new Float64Array(customers);
  const line: number[] = [];
  let served = 0; // of `line`
  let busy = 0;
  const sums = new Float64Array(BATCHES);
  let lineArea = 0; // customers × µs since the warm-up
  let lineSince = 0;
  let measuredFrom = 0;

  const noteLine = (): void => {
    lineArea += (line.length - served) * (simulation.now - lineSince);
    lineSince = simulation.now;
  };
  const begin = (customer: number): void => {
    busy += 1;
    if (customer >= WARM_UP) {
      const batch = Math.floor((customer - WARM_UP) / BATCH);
      sums[batch] = (sums[batch] as number) + simulation.now - (arrivedAt[customer] as number);
    }
    schedule(simulation, simulation.now + sampleInteger(service, services), 0, DEPARTURE, 0, customer);
  };

  schedule(simulation, sampleInteger(between, arrivals), 0, ARRIVAL, 0, 0);
  advance(simulation, Number.POSITIVE_INFINITY, (kind, _, customer) => {
    noteLine();
    if (kind === ARRIVAL) {
      arrivedAt[customer] = simulation.now;
      if (customer === WARM_UP) {
        lineArea = 0;
        measuredFrom = simulation.now;
      }
      if (customer + 1 < customers) {
        schedule(simulation, simulation.now + sampleInteger(between, arrivals), 0, ARRIVAL, 0, customer + 1);
      }
      if (busy < servers) begin(customer);
      else line.push(customer);
    } else {
      busy -= 1;
      const next = line[served];
      if (next !== undefined) {
        served += 1;
        begin(next);
      }
    }
  });

  const means = Array.from(sums, (sum) => sum / BATCH);
  const mean = means.reduce((sum, value) => sum + value, 0) / BATCHES;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (BATCHES - 1);
  const elapsed = simulation.now - measuredFrom;
  return {
    mean,
    halfWidth: STUDENT * Math.sqrt(variance / BATCHES),
    lineMean: lineArea / elapsed,
    arrivalsPerMicro: (customers - WARM_UP) / elapsed,
  };
}

/** Mean wait of M/M/c: Erlang's probability to wait at all, over what is left of the service rate. */
function erlangWait(arrivalRate: number, serviceRate: number, servers: number): number {
  const offered = arrivalRate / serviceRate;
  let blocking = 1; // Erlang B, by its recursion
  for (let c = 1; c <= servers; c += 1) blocking = (offered * blocking) / (c + offered * blocking);
  const utilisation = offered / servers;
  const waiting = blocking / (1 - utilisation * (1 - blocking));
  return waiting / (servers * serviceRate - arrivalRate);
}

/** Mean wait of M/G/1 by Pollaczek and Khinchine. */
function pollaczekKhinchineWait(arrivalRate: number, service: Distribution): number {
  const mean = meanOf(service);
  return (arrivalRate * (varianceOf(service) + mean * mean)) / (2 * (1 - arrivalRate * mean));
}

const MEAN = 1_000_000; // µs of service
const exponential: Distribution = { kind: 'exponential', mean: MEAN };

describe.each<[string, number, Distribution, number]>([
  ['M/M/1', 0.5, exponential, 1],
  ['M/M/1', 0.8, exponential, 1],
  ['M/D/1', 0.5, { kind: 'constant', value: MEAN }, 1],
  ['M/D/1', 0.8, { kind: 'constant', value: MEAN }, 1],
  ['M/G/1, gamma service', 0.7, { kind: 'gamma', shape: 4, scale: MEAN / 4 }, 1],
  ['M/M/2', 0.8, exponential, 2],
  ['M/M/5', 0.9, exponential, 5],
])('%s at utilisation %d', (name, utilisation, service, servers) => {
  const arrivalRate = (utilisation * servers) / MEAN;
  const waits = serve(
    { kind: 'exponential', mean: 1 / arrivalRate },
    service,
    servers,
    `conformance/${name}/${utilisation}`,
  );

  test('the mean wait is the theoretical one', () => {
    const expected =
      servers === 1 ? pollaczekKhinchineWait(arrivalRate, service) : erlangWait(arrivalRate, 1 / MEAN, servers);
    if (service.kind === 'exponential') {
      expect(erlangWait(arrivalRate, 1 / MEAN, servers)).toBeCloseTo(expected, 3); // the two theories agree
    }
    expect(waits.halfWidth / expected).toBeLessThan(0.15); // narrow enough to tell
    expect(Math.abs(waits.mean - expected)).toBeLessThan(waits.halfWidth);
  });

  test('the mean length of the line is the arrival rate times the mean wait', () => {
    // Little's law holds for every run but for the customers at its ends
    expect(waits.lineMean / (waits.arrivalsPerMicro * waits.mean)).toBeCloseTo(1, 2);
  });
});
