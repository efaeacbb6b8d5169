/**
 * Honest drivers and Byzantine noise on an asynchronous network whose schedule a seed decides: first chaos, in which
 * messages wait and overtake, timeouts elapse at any moment and Byzantine validators send anything to anyone; then calm,
 * in which everything arrives and timeouts elapse only when nothing is under way.
 */
import { type RoundCertificate, roundCertificateFor } from '#model/consensus/certificate';
import type * as DriverModule from '#model/consensus/driver';
import type { DriverOutput } from '#model/consensus/driver';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';

/** The driver to run: the one of the program, or a broken copy. */
export type Core = Pick<
  typeof DriverModule,
  | 'createDriver'
  | 'startHeight'
  | 'startRound'
  | 'receiveVote'
  | 'receiveProposal'
  | 'receivePolkaCertificate'
  | 'receiveCommitCertificate'
  | 'receiveRoundCertificate'
  | 'proposeValue'
  | 'timeoutElapsed'
>;

export interface NetworkPlan {
  readonly powers: readonly number[];
  readonly byzantine: readonly number[]; // validators that send noise
  readonly seed: number;
  readonly chaos: number; // deliveries, timeouts and noise messages
}

export interface NetworkOutcome {
  readonly decisions: readonly (number | null)[]; // of each validator; null: none, or Byzantine
  readonly rounds: number; // highest round an honest node was in
  readonly violations: readonly string[]; // of the invariants of honest nodes
  readonly lineCounts: readonly number[]; // of all drivers together
}

type Message =
  | { kind: 'vote'; to: number; type: VoteType; round: number; value: number; voter: number }
  | { kind: 'proposal'; to: number; round: number; value: number; validRound: number; valid: boolean }
  | { kind: 'polka' | 'commit'; to: number; round: number; value: number; voters: number[] }
  | { kind: 'round'; to: number; certificate: RoundCertificate };

const INVALID = 666;

export function runNetwork(core: Core, plan: NetworkPlan): NetworkOutcome {
  const n = plan.powers.length;
  const set = createValidatorSet(plan.powers);
  const honest = [...plan.powers.keys()].filter((i) => !plan.byzantine.includes(i));
  const drivers = plan.powers.map((_, i) => core.createDriver(i, set));
  const flight: Message[] = [];
  const timers: { node: number; timeout: 0 | 1 | 2; round: number }[] = [];
  const votes = new Map<string, number>(); // node/type/round → value of an honest vote
  const values = [1, 2]; // all ids ever named
  const decisions: (number | null)[] = plan.powers.map(() => null);
  const violations: string[] = [];
  let state = plan.seed | 0 || 1;
  let rounds = 0;

  const draw = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pick = <T>(items: readonly T[]): T => items[draw(items.length)] as T;
  const proposerOf = (round: number) => round % n;
  const broadcast = (from: number, message: (to: number) => Message) => {
    for (const to of honest) if (to !== from) flight.push(message(to));
  };
  /** Power of the honest prevotes and of all Byzantine ones that `value` may have had in `round`, at most. */
  const powerBehind = (type: VoteType, round: number, value: number) =>
    plan.powers.reduce(
      (sum, power, i) =>
        plan.byzantine.includes(i) || votes.get(`${i}/${type}/${round}`) === value ? sum + power : sum,
      0,
    );
  const certificate = (kind: 'polka' | 'commit', round: number, value: number, to: number): Message => {
    const type = kind === 'polka' ? PREVOTE : PRECOMMIT;
    const voters = [...plan.powers.keys()].filter(
      (i) => plan.byzantine.includes(i) || votes.get(`${i}/${type}/${round}`) === value,
    );
    return { kind, to, round, value, voters };
  };

  /** Carries out the outputs of one node, and what they bring about in it. */
  const settle = (node: number, outputs: DriverOutput[]) => {
    const driver = drivers[node] as DriverModule.Driver;
    for (let i = 0; i < outputs.length; i += 1) {
      const output = outputs[i] as DriverOutput;
      if (output.kind === 'new-round') {
        const certificate = roundCertificateFor(driver.keeper, output.round);
        if (certificate !== null) broadcast(node, (to) => ({ kind: 'round', to, certificate }));
        core.startRound(driver, output.round, proposerOf(output.round), outputs);
      } else if (output.kind === 'get-value') {
        const value = 1_000 + output.round * n + node;
        values.push(value);
        core.proposeValue(driver, output.round, value, outputs);
      } else if (output.kind === 'propose') {
        const { round, value, validRound } = output;
        const proposal = { round, value, validRound, proposer: node, valid: true };
        core.receiveProposal(driver, proposal, outputs);
        broadcast(node, (to) => ({ kind: 'proposal', to, round, value, validRound, valid: true }));
        if (validRound >= 0) broadcast(node, (to) => certificate('polka', validRound, value, to));
      } else if (output.kind === 'vote') {
        const { type, round, value } = output;
        const key = `${node}/${type}/${round}`;
        const earlier = votes.get(key);
        if (earlier !== undefined && earlier !== value) violations.push(`node ${node} votes twice in round ${round}`);
        votes.set(key, value);
        if (type === PRECOMMIT && value !== NIL && 3 * powerBehind(PREVOTE, round, value) <= 2 * set.total) {
          violations.push(`node ${node} precommits ${value} in round ${round} without a polka`);
        }
        if (value === INVALID) violations.push(`node ${node} votes for an invalid value`);
        core.receiveVote(driver, type, round, value, node, outputs);
        broadcast(node, (to) => ({ kind: 'vote', to, type, round, value, voter: node }));
      } else if (output.kind === 'schedule-timeout') {
        timers.push({ node, timeout: output.timeout, round: output.round });
      } else {
        if (decisions[node] !== null) violations.push(`node ${node} decides twice`);
        if (3 * powerBehind(PRECOMMIT, output.round, output.value) <= 2 * set.total) {
          violations.push(`node ${node} decides ${output.value} without a quorum of precommits`);
        }
        decisions[node] = output.value;
      }
    }
    outputs.length = 0;
    if (driver.state.validRound < driver.state.lockedRound) violations.push(`node ${node}: valid before locked round`);
    rounds = Math.max(rounds, driver.state.round);
  };
  const step = (node: number, action: (driver: DriverModule.Driver, outputs: DriverOutput[]) => void) => {
    const driver = drivers[node] as DriverModule.Driver;
    const before = driver.state;
    const outputs: DriverOutput[] = [];
    action(driver, outputs);
    settle(node, outputs);
    if (driver.state.round < before.round) violations.push(`node ${node}: the round falls`);
    if (before.decisionRound >= 0 && driver.state.decisionValue !== before.decisionValue) {
      violations.push(`node ${node} un-decides`);
    }
  };
  const deliver = (at: number) => {
    const message = flight[at] as Message;
    flight[at] = flight[flight.length - 1] as Message;
    flight.pop();
    step(message.to, (driver, outputs) => {
      if (message.kind === 'vote') {
        core.receiveVote(driver, message.type, message.round, message.value, message.voter, outputs);
      } else if (message.kind === 'proposal') {
        const { round, value, validRound, valid } = message;
        core.receiveProposal(driver, { round, value, validRound, proposer: proposerOf(round), valid }, outputs);
      } else if (message.kind === 'polka') {
        core.receivePolkaCertificate(driver, message, outputs);
      } else if (message.kind === 'round') {
        core.receiveRoundCertificate(driver, message.certificate, outputs);
      } else {
        core.receiveCommitCertificate(driver, message, outputs);
      }
    });
  };
  const elapse = (at: number) => {
    const { node, timeout, round } = timers[at] as { node: number; timeout: 0 | 1 | 2; round: number };
    timers[at] = timers[timers.length - 1] as { node: number; timeout: 0 | 1 | 2; round: number };
    timers.pop();
    step(node, (driver, outputs) => core.timeoutElapsed(driver, timeout, round, outputs));
  };
  const makeNoise = () => {
    const voter = pick(plan.byzantine);
    const to = pick(honest);
    const round = Math.max(0, (drivers[to] as DriverModule.Driver).state.round + draw(3) - 1);
    if (draw(4) > 0) {
      const value = draw(4) === 0 ? NIL : pick(values);
      const type = draw(2) === 0 ? PREVOTE : PRECOMMIT;
      flight.push({ kind: 'vote', to, type, round, value, voter });
      return;
    }
    if (proposerOf(round) !== voter) return;
    const invalid = draw(4) === 0;
    const value = invalid ? INVALID : pick(values);
    flight.push({ kind: 'proposal', to, round, value, validRound: draw(round + 1) - 1, valid: !invalid });
    for (let at = 0; at < round; at += 1) {
      flight.push(certificate('polka', at, value, to)); // Byzantine signers sign anything
    }
  };

  for (const node of honest) step(node, (driver, outputs) => core.startRound(driver, 0, proposerOf(0), outputs));
  for (let i = 0; i < plan.chaos; i += 1) {
    const dice = draw(20);
    if (dice < 13 && flight.length > 0) deliver(draw(flight.length));
    else if (dice < 15 && timers.length > 0) elapse(draw(timers.length));
    else if (plan.byzantine.length > 0) makeNoise();
  }
  for (let calm = 0; calm < 300 && honest.some((node) => decisions[node] === null); calm += 1) {
    const decided = honest.find((node) => decisions[node] !== null);
    if (decided !== undefined) {
      const { decisionRound, decisionValue } = (drivers[decided] as DriverModule.Driver).state;
      broadcast(decided, (to) => certificate('commit', decisionRound, decisionValue, to));
      broadcast(decided, (to) => ({
        kind: 'proposal',
        to,
        round: decisionRound,
        value: decisionValue,
        validRound: -1,
        valid: true,
      }));
    }
    while (flight.length > 0) deliver(draw(flight.length));
    for (let left = timers.length; left > 0 && flight.length === 0; left -= 1) elapse(draw(timers.length));
  }
  const decided = new Set(decisions.filter((value) => value !== null));
  if (decided.size > 1) violations.push(`decisions differ: ${[...decided].join(', ')}`);
  const lineCounts = [...(drivers[0] as DriverModule.Driver).lineCounts].map((_, line) =>
    drivers.reduce((sum, driver) => sum + (driver.lineCounts[line] as number), 0),
  );
  return { decisions: honest.map((node) => decisions[node] ?? null), rounds, violations, lineCounts };
}
