import { elapsedMs, nowMs } from '../../../src/core/clock.js';
import { play, startAsker } from '../configuration/play.js';
import { misses, type Scenario } from '../configuration/scenario.js';
import { scenarios } from '../configuration/scenarios.js';
import { startLab } from '../lab.js';
import { mark, seconds, wrap } from './text.js';

/**
 * Plays the scenarios of configuration, or those named, in a lab of its own, and prints a table of what pprobe said of packets and
 * facts together. Returns the exit code: 0 if every answer is the expected one, else 1.
 */
export async function configurationTable(only: readonly string[]): Promise<number> {
  const chosen = only.length === 0 ? scenarios : only.map(scenarioNamed);
  const lab = await startLab();
  const asker = startAsker(lab);
  const startMs = nowMs();
  try {
    let wrong = 0;
    for (const scenario of chosen) {
      const outcome = await play(lab, asker, scenario);
      const missed = misses(outcome, scenario.expect);
      if (missed.length > 0) wrong++;
      const { cause, confidence, resource, rule } = outcome;
      const decides = [resource ?? '', rule ?? ''].filter((each) => each !== '').join(', ');
      console.log(
        `${mark(missed.length === 0)} ${scenario.name.padEnd(20)} ${cause}, ${confidence}  ${decides}`,
      );
      console.log(wrap('packets        ', scenario.packets));
      console.log(wrap('configuration  ', scenario.configuration));
      console.log(wrap('pprobe         ', outcome.summary));
      for (const each of missed) console.log(wrap('wrong          ', each));
    }
    console.log(
      `\n${chosen.length - wrong} of ${chosen.length} as expected; ${seconds(elapsedMs(startMs))}.`,
    );
    return wrong === 0 ? 0 : 1;
  } finally {
    asker.end();
    await lab.stop();
  }
}

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) {
    throw new Error(
      `no scenario is named "${name}"; there are ${scenarios.map((scenario) => scenario.name).join(', ')}`,
    );
  }
  return found;
}
