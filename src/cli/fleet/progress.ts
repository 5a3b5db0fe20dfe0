import { count } from '../../core/text.js';
import type { MemberState } from '../../fleet/controller.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { padTo, widthOf } from '../../report/text/wrap.js';

/** The state of a job that runs, in at most `room` lines: a line of counts, then the hosts that are being asked. */
export function fleetProgress(members: readonly MemberState[], room: number): string[] {
  const of = (...states: MemberState['state'][]): MemberState[] =>
    members.filter(({ state }) => states.includes(state));
  const running = of('asked', 'accepted');
  const waiting = of('waiting').length;
  const settled = members.length - running.length - waiting;
  const failed = settled - of('answered').length;
  const parts = [
    `${of('answered').length} of ${count(members.length, 'host')} answered`,
    ...(failed > 0 ? [`${failed} without a report`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ];
  const shown = running.slice(0, Math.max(0, room - 2));
  const cells = Math.min(40, Math.max(0, ...shown.map(({ agent }) => widthOf(agent))));
  return [
    `${parts.join(', ')} …`,
    ...shown.map((member) => `  ${padTo(cleanForTerminal(member.agent), cells)}  ${stateWords(member)}`),
  ];
}

function stateWords({ state, isCopying }: MemberState): string {
  if (isCopying) return 'gets pprobe …';
  return state === 'accepted' ? 'measures …' : 'connects …';
}
