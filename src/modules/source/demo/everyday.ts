import { answered, type DemoRecord, say, type Scene, someAddress } from './scene';
import type { SeededRandom } from './seeded-random';

const SEARCHES = [
  'running shoes',
  'espresso machine',
  'desk lamp',
  'rain jacket',
  'usb-c cable',
  'Gartenstühle',
] as const;
const CITIES = ['Berlin', 'Lyon', 'Porto', 'Gdańsk', 'Malmö', 'Graz'] as const;

const browse: Scene = (random) => {
  const trace = random.hex(32);
  const item = random.whole(1000, 9999);
  const milliseconds = random.latency(35);
  const hit = random.chance(0.9);
  return [
    say('inventory', 'debug', `cache ${hit ? 'hit' : 'miss'} for item ${item}`, { trace_id: trace, cache_hit: hit }),
    answered(random, `GET /items/${item}`, random.chance(0.02) ? 404 : 200, milliseconds, trace),
  ];
};

const search: Scene = (random) => {
  const trace = random.hex(32);
  const words = random.pick(SEARCHES);
  const milliseconds = random.latency(60);
  const found = random.whole(0, 240);
  const slow: DemoRecord[] =
    milliseconds > 250
      ? [say('search-api', 'warn', `slow query: "${words}" took ${milliseconds} ms`, { trace_id: trace })]
      : [];
  return [
    say('search-api', 'info', `"${words}" found ${found} items in ${milliseconds} ms`, { trace_id: trace, found }),
    ...slow,
    answered(random, `GET /search?q=${encodeURIComponent(words)}`, 200, milliseconds + random.whole(2, 9), trace),
  ];
};

const login: Scene = (random) => {
  const trace = random.hex(32);
  const user = `user-${random.whole(1, 4000)}`;
  const address = someAddress(random);
  if (random.chance(0.08)) {
    return [
      say('auth', 'warn', `login of ${user} from ${address} failed: wrong password`, { trace_id: trace, user }),
      answered(random, 'POST /login', 401, random.latency(90), trace),
    ];
  }
  return [
    say('auth', 'info', `${user} logged in from ${address}`, { trace_id: trace, user, mfa: random.chance(0.4) }),
    say('auth', 'trace', `session ${random.hex(16)} written for ${user}`, { trace_id: trace }),
    answered(random, 'POST /login', 200, random.latency(90), trace),
  ];
};

/** An order that goes well, seen by every service it passes. */
const order: Scene = (random) => {
  const trace = random.hex(32);
  const number = random.whole(100_000, 999_999);
  const cents = random.whole(490, 39_900);
  const amount = (cents / 100).toFixed(2);
  const card = random.latency(220);
  const items = random.whole(1, 6);
  return [
    say('checkout', 'debug', `order ${number}: cart has ${items} items`, { trace_id: trace }),
    say('inventory', 'info', `reserved ${items} items for order ${number}`, { trace_id: trace, items }),
    say('payments', 'info', `authorised ${amount} EUR for order ${number} in ${card} ms`, {
      trace_id: trace,
      provider: random.pick(['cardnet', 'paybridge']),
      amount: cents / 100,
    }),
    say('checkout', 'info', `order ${number} placed, ${amount} EUR, ships to ${random.pick(CITIES)}`, {
      trace_id: trace,
      order: String(number),
    }),
    say('mailer', 'info', `confirmation of order ${number} queued`, { trace_id: trace }),
    answered(random, 'POST /orders', 201, card + random.latency(80), trace),
  ];
};

const background: Scene = (random) =>
  random.pick<(random: SeededRandom) => DemoRecord[]>([
    () => [say('mailer', 'info', `sent ${random.whole(3, 40)} mails, ${random.whole(0, 12)} waiting`)],
    () => [say('mailer', 'warn', `mail to ${random.hex(6)}@example.com deferred: 451 try again later`)],
    () => [say('inventory', 'info', `stock level of ${random.whole(20, 300)} items synchronised`)],
    () => [say('warehouse', 'info', `parcel ${random.hex(10).toUpperCase()} left for ${random.pick(CITIES)}`)],
    () => [say('search-api', 'debug', `index refreshed: ${random.whole(5, 90)} segments, ${random.latency(400)} ms`)],
    () => [say('gateway', 'trace', `health of ${random.pick(['checkout', 'payments', 'auth'])}: ok`)],
  ])(random);

/** Scenes of a day without trouble; one that is named twice happens twice as often. */
export const EVERYDAY: readonly [Scene, ...Scene[]] = [
  browse,
  browse,
  browse,
  search,
  search,
  login,
  order,
  background,
];
