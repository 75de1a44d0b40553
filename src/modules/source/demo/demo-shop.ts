import type { LogRecord } from '../../../log/log-record';
import { EVERYDAY } from './everyday';
import { INCIDENTS, type Incident } from './incidents';
import type { DemoRecord } from './scene';
import { SeededRandom } from './seeded-random';

/**
 * quiet -> signs -> burst -> quiet, for ever. Everyday scenes go on throughout; while there are signs one scene in eight
 * is a sign, in a burst two of three are the trouble itself; a burst ends with the incident's last scene. A phase lasts a
 * number of scenes, not a time, so that the story does not depend on the rate.
 */
type Phase =
  | { readonly name: 'quiet'; readonly scenesLeft: number }
  | { readonly name: 'signs' | 'burst'; readonly scenesLeft: number; readonly incident: Incident };

/** The logs of a small shop: the same seed tells the same story, whenever and however fast it is told. */
export class DemoShop {
  private readonly random: SeededRandom;
  private readonly untold: DemoRecord[] = [];
  private phase: Phase;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.phase = { name: 'quiet', scenesLeft: 60 };
  }

  /** The next records; their times are spread evenly after `from` up to `to`, microseconds. */
  draw(count: number, from: number, to: number): LogRecord[] {
    return Array.from({ length: count }, (_, i) => ({
      ...this.next(),
      timestamp: Math.round(from + ((to - from) * (i + 1)) / count),
    }));
  }

  private next(): DemoRecord {
    for (;;) {
      const record = this.untold.shift();
      if (record !== undefined) return record;
      this.untold.push(...this.nextScene());
    }
  }

  private nextScene(): DemoRecord[] {
    const { phase, random } = this;
    if (phase.scenesLeft <= 0) return this.nextPhase(phase);
    this.phase = { ...phase, scenesLeft: phase.scenesLeft - 1 };
    if (phase.name === 'signs' && random.chance(1 / 8)) return phase.incident.signs(random);
    if (phase.name === 'burst' && random.chance(2 / 3)) return phase.incident.burst(random);
    return random.pick(EVERYDAY)(random);
  }

  /** The scene that opens the next phase. */
  private nextPhase(phase: Phase): DemoRecord[] {
    const { random } = this;
    switch (phase.name) {
      case 'quiet': {
        const incident = random.pick(INCIDENTS);
        this.phase = { name: 'signs', scenesLeft: random.whole(15, 30), incident };
        return incident.signs(random);
      }
      case 'signs':
        this.phase = { name: 'burst', scenesLeft: random.whole(25, 60), incident: phase.incident };
        return phase.incident.burst(random);
      case 'burst':
        this.phase = { name: 'quiet', scenesLeft: random.whole(150, 400) };
        return phase.incident.end(random);
    }
  }
}
