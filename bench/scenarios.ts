import type { Section } from './report';
import { alertsSection } from './scenarios/alert-delay';
import { embeddedSection } from './scenarios/embedded';
import { expirySection } from './scenarios/expiry';
import { floodSection } from './scenarios/flood';
import { foreignSection } from './scenarios/foreign-messages';
import { searchSection } from './scenarios/search-latency';
import { soakSection, soakSeconds } from './scenarios/soak';
import { sourceSection } from './scenarios/source-to-stored';

export interface Scenario {
  /** As it is called on the command line. */
  readonly name: string;
  /** Whether it is run, and its section written into the report, when none is named. */
  readonly isInReport: boolean;
  /** Whatever hangs, it is ended after so many seconds. */
  readonly limitSeconds: number;
  readonly run: () => Promise<Section>;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'source', isInReport: true, limitSeconds: 120, run: sourceSection },
  { name: 'foreign', isInReport: true, limitSeconds: 90, run: foreignSection },
  { name: 'search', isInReport: true, limitSeconds: 90, run: searchSection },
  { name: 'alerts', isInReport: true, limitSeconds: 150, run: alertsSection },
  { name: 'expiry', isInReport: true, limitSeconds: 180, run: expirySection },
  { name: 'embedded', isInReport: true, limitSeconds: 150, run: embeddedSection },
  { name: 'soak', isInReport: false, limitSeconds: 2 * soakSeconds() + 180, run: soakSection },
  { name: 'flood', isInReport: false, limitSeconds: 360, run: floodSection },
];

/** Those named, in the order of the table; those of the report where none is. Throws Error at a name that is none. */
export function chosenScenarios(names: readonly string[]): readonly Scenario[] {
  const unknown = names.filter((name) => !SCENARIOS.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Error(`no section ${unknown.join(', ')}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  }
  return SCENARIOS.filter(({ name, isInReport }) => (names.length === 0 ? isInReport : names.includes(name)));
}
