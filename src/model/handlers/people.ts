/**
 * People meet the rollout: who is paged acknowledges, diagnoses and decides (blueprint.md section 18).
 *
 * Each page draws from a stream of its own, so that another one moves no other draw.
 */
import { sampleInteger } from '#kernel/distribution';
import { createStream, type Stream } from '#kernel/stream';
import { drawDiagnosis } from '../operations/incident.js';
import { type Answer, createRoster, occupy, page } from '../operations/oncall.js';
import type { WorkStep } from '../outcome.js';
import type { Plan } from '../plan.js';
import type { People, World } from '../world.js';

export function createPeople({ operations }: Plan): People {
  const roster = createRoster(operations.oncall);
  return { roster, serial: 0, pages: 0, misdiagnosed: 0, acknowledged: [], trouble: null };
}

/** The stream of the next page or trouble. */
export function nextStream(world: World): Stream {
  const serial = world.people.serial;
  world.people.serial = serial + 1;
  return createStream(world.seed, world.replication, `operations/incident/${serial}`);
}

function sendPage(world: World, stream: Stream): Answer {
  const { people, rollout, now } = world;
  const { oncall } = world.plan.operations;
  const isCovered = now - rollout.channelStart < (oncall.aroundTheClock[rollout.channel] ?? 0);
  const responses = Array.from({ length: oncall.levels }, () => sampleInteger(oncall.response, stream));
  const answer = page(oncall, people.roster, now, isCovered, responses);
  people.pages += answer.pages;
  people.acknowledged.push(answer.acknowledged - now);
  return answer;
}

/** The stages of an incident, from a page to a decision. */
export function respond(world: World): WorkStep[] {
  const { decision, incident } = world.plan.operations;
  if (decision !== null) return [{ name: 'decide', duration: sampleInteger(decision, world.operations) }];
  const { people, now } = world;
  const stream = nextStream(world);
  const answer = sendPage(world, stream);
  const { rounds, decide } = drawDiagnosis(incident, stream);
  people.misdiagnosed += rounds.length - 1;
  return [
    { name: 'acknowledge', duration: answer.acknowledged - now },
    ...rounds.map((duration, i) => ({ name: i === 0 ? 'diagnose' : 'diagnose again', duration })),
    { name: 'decide', duration: decide },
  ];
}

/** A decision that nobody is paged for. */
export function drawMeeting(world: World): WorkStep[] {
  const { decision, incident } = world.plan.operations;
  const law = decision ?? incident.decide;
  const stream = decision === null ? nextStream(world) : world.operations;
  return [{ name: 'decide', duration: sampleInteger(law, stream) }];
}

/** A check holds the rollout: somebody is paged, and busy until it is known why; the hold ends by itself. */
export function pageAboutHold(world: World): void {
  const { decision, incident } = world.plan.operations;
  if (decision !== null) return;
  const stream = nextStream(world);
  const answer = sendPage(world, stream);
  const { rounds } = drawDiagnosis(incident, stream);
  world.people.misdiagnosed += rounds.length - 1;
  occupy(
    world.people.roster,
    answer,
    rounds.reduce((time, round) => time + round, answer.acknowledged),
  );
}
