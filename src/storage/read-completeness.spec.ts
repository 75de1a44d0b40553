import { SECOND_US } from '../log/timestamp';
import { type Heartbeat, STALE_AFTER_US } from './heartbeats';
import { type Completeness, completenessOf } from './read-completeness';

const NOW = Date.UTC(2026, 10, 23, 10) * 1_000;
const ago = (seconds: number): number => NOW - seconds * SECOND_US;
const beat = (given: Partial<Heartbeat>): Heartbeat => ({
  instance: 'a',
  at: NOW,
  oldestInHand: null,
  newestDelivered: null,
  ready: 0,
  inHand: 0,
  ...given,
});

interface Case {
  readonly caption: string;
  readonly heartbeats: readonly Partial<Heartbeat>[];
  /** Seconds before now; null for unknown. */
  readonly storedUntil: number | null;
  readonly waiting: Completeness['waiting'];
  readonly isCollecting?: boolean;
}

const CASES: readonly Case[] = [
  { caption: 'no collector ever', heartbeats: [], storedUntil: null, waiting: null, isCollecting: false },
  { caption: 'nothing waits', heartbeats: [{}], storedUntil: 1, waiting: { messages: 0, inHand: 0 } },
  {
    caption: 'nothing waited at the last heartbeat',
    heartbeats: [{ at: ago(0.5) }],
    storedUntil: 1.5,
    waiting: { messages: 0, inHand: 0 },
  },
  {
    caption: 'a collector whose clock is ahead',
    heartbeats: [{ at: ago(-30) }],
    storedUntil: 1,
    waiting: { messages: 0, inHand: 0 },
  },
  {
    caption: 'something in hand',
    heartbeats: [{ oldestInHand: ago(7), newestDelivered: ago(2), inHand: 3 }],
    storedUntil: 7,
    waiting: { messages: 0, inHand: 3 },
  },
  {
    caption: 'in hand what was made just now',
    heartbeats: [{ oldestInHand: ago(0.2), inHand: 1 }],
    storedUntil: 1,
    waiting: { messages: 0, inHand: 1 },
  },
  {
    caption: 'something in hand that does not say when it was made',
    heartbeats: [{ oldestInHand: null, inHand: 2 }],
    storedUntil: 1,
    waiting: { messages: 0, inHand: 2 },
  },
  {
    caption: 'a queue that grows: what waits was made after the newest delivery, or by another source just before it',
    heartbeats: [{ oldestInHand: ago(55), newestDelivered: ago(60), ready: 1_000, inHand: 100 }],
    storedUntil: 61,
    waiting: { messages: 1_000, inHand: 100 },
  },
  {
    caption: 'a queue from which nothing was delivered yet',
    heartbeats: [{ ready: 5 }],
    storedUntil: null,
    waiting: { messages: 5, inHand: 0 },
  },
  {
    caption: 'a queue that could not be asked about',
    heartbeats: [{ ready: null, newestDelivered: ago(4) }],
    storedUntil: 5,
    waiting: null,
  },
  {
    caption: 'several collectors: the oldest in hand, the newest delivery, the latest count of the queue',
    heartbeats: [
      { instance: 'a', at: ago(0.4), oldestInHand: ago(9), newestDelivered: ago(20), ready: 7, inHand: 2 },
      { instance: 'b', at: ago(0.1), oldestInHand: ago(8), newestDelivered: ago(12), ready: 4, inHand: 1 },
    ],
    storedUntil: 13,
    waiting: { messages: 4, inHand: 3 },
  },
  {
    caption: 'several collectors, the latest could not ask the queue',
    heartbeats: [
      { instance: 'a', at: ago(0.4), ready: 0 },
      { instance: 'b', at: ago(0.1), ready: null },
    ],
    storedUntil: 1.1,
    waiting: { messages: 0, inHand: 0 },
  },
  {
    caption: 'a collector that went silent, and nobody saw the queue empty since',
    heartbeats: [
      { instance: 'dead', at: ago(60), oldestInHand: ago(62), newestDelivered: ago(61), inHand: 9 },
      { instance: 'b', ready: 10, newestDelivered: ago(30), inHand: 1 },
    ],
    storedUntil: 62,
    waiting: { messages: 10, inHand: 1 },
  },
  {
    caption: 'a collector that went silent, and the queue was seen empty after that',
    heartbeats: [
      { instance: 'dead', at: ago(60), oldestInHand: ago(62), newestDelivered: ago(61), inHand: 9 },
      { instance: 'b', ready: 0, oldestInHand: ago(2), inHand: 1 },
    ],
    storedUntil: 2,
    waiting: { messages: 0, inHand: 1 },
  },
  {
    caption: 'a collector that is late: the queue seen empty just after it proves nothing yet',
    heartbeats: [
      { instance: 'late', at: ago(5.5), oldestInHand: ago(8), inHand: 9 },
      { instance: 'b', at: ago(0.6), ready: 0 },
    ],
    storedUntil: 8,
    waiting: { messages: 0, inHand: 9 },
  },
  {
    caption: 'no collector alive: the value stands where it was',
    heartbeats: [{ at: ago(3_600), newestDelivered: ago(3_601) }],
    storedUntil: 3_601,
    waiting: null,
    isCollecting: false,
  },
  {
    caption: 'no collector alive, some messages in hand of the last',
    heartbeats: [
      { instance: 'a', at: ago(3_600), oldestInHand: ago(3_605), inHand: 1 },
      { instance: 'b', at: ago(3_601), ready: 0 },
    ],
    storedUntil: 3_605,
    waiting: null,
    isCollecting: false,
  },
];

it.each(CASES)('$caption', ({ heartbeats, storedUntil, waiting, isCollecting = true }) => {
  const found = completenessOf(heartbeats.map(beat), NOW);
  expect(found).toEqual({ storedUntil: storedUntil === null ? null : ago(storedUntil), waiting, isCollecting });
});

it('stands still while time goes on and no collector is alive', () => {
  const heartbeats = [beat({ at: ago(10), oldestInHand: ago(12) })];
  const later = NOW + 3_600 * SECOND_US;
  expect(completenessOf(heartbeats, later).storedUntil).toBe(completenessOf(heartbeats, NOW).storedUntil);
});

it.each([
  [STALE_AFTER_US, true],
  [STALE_AFTER_US + 1, false],
])('a heartbeat %d us old is of a live collector: %p', (age, expected) =>
  expect(completenessOf([beat({ at: NOW - age })], NOW).isCollecting).toBe(expected),
);
