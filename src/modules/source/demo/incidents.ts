import { answered, say, type Scene } from './scene';

/** Trouble, as it would be read afterwards: what came before, what happened again and again, how it ended. */
export interface Incident {
  readonly signs: Scene;
  readonly burst: Scene;
  readonly end: Scene;
}

const paymentTimeouts: Incident = {
  signs: (random) => [
    say('payments', 'warn', `cardnet answered after ${random.whole(2100, 4600)} ms, limit is 5000 ms`, {
      provider: 'cardnet',
    }),
  ],
  burst: (random) => {
    const trace = random.hex(32);
    const order = random.whole(100_000, 999_999);
    const attempt = random.whole(1, 3);
    return [
      say('payments', 'error', `cardnet timed out after 5000 ms for order ${order}, attempt ${attempt} of 3`, {
        trace_id: trace,
        provider: 'cardnet',
      }),
      say(
        'checkout',
        'error',
        `order ${order} not placed: payment failed\n` +
          'PaymentError: no answer from cardnet\n' +
          '    at PaymentClient.authorise (/srv/checkout/payment-client.js:88:13)\n' +
          '    at async OrderService.place (/srv/checkout/order-service.js:141:5)\n' +
          '    at async /srv/checkout/routes/orders.js:27:19',
        { trace_id: trace, order: String(order), 'exception.type': 'PaymentError' },
      ),
      answered(random, 'POST /orders', 502, 5000 * attempt + random.whole(10, 90), trace),
    ];
  },
  end: (random) => [
    say('payments', 'fatal', 'circuit breaker for cardnet opened: 50 % of the last 40 calls failed', {
      provider: 'cardnet',
    }),
    say('payments', 'warn', 'all payments go to paybridge until cardnet recovers', { provider: 'paybridge' }),
    say('payments', 'info', `circuit breaker for cardnet closed after ${random.whole(30, 90)} s`, {
      provider: 'cardnet',
    }),
  ],
};

const poolExhausted: Incident = {
  signs: (random) => [
    say('inventory', 'warn', `database pool: ${random.whole(17, 20)} of 20 connections in use`, { pool_size: 20 }),
  ],
  burst: (random) => {
    const trace = random.hex(32);
    const item = random.whole(1000, 9999);
    return [
      say(
        'inventory',
        'error',
        `item ${item}: no connection within 3000 ms\n` +
          'org.postgresql.util.PSQLException: Connection pool exhausted\n' +
          '\tat shop.inventory.db.Pool.acquire(Pool.java:117)\n' +
          '\tat shop.inventory.ItemRepository.find(ItemRepository.java:54)\n' +
          `\t... ${random.whole(12, 31)} more`,
        { trace_id: trace, 'exception.type': 'org.postgresql.util.PSQLException' },
      ),
      answered(random, `GET /items/${item}`, 503, random.whole(3001, 3090), trace),
    ];
  },
  end: (random) => [
    say(
      'inventory',
      'warn',
      `killed query ${random.whole(7000, 7999)} after ${random.whole(60, 300)} s: SELECT * FROM stock_history`,
    ),
    say('inventory', 'info', 'database pool: 4 of 20 connections in use', { pool_size: 20 }),
  ],
};

const ATTACKER = '203.0.113.77';

const guessedPasswords: Incident = {
  signs: () => [
    say('auth', 'warn', `10 failed logins from ${ATTACKER} within a minute`, { 'client.address': ATTACKER }),
  ],
  burst: (random) => [
    say('auth', 'warn', `login of user-${random.whole(1, 4000)} from ${ATTACKER} failed: wrong password`, {
      'client.address': ATTACKER,
    }),
  ],
  end: (random) => [
    say('auth', 'error', `account user-${random.whole(1, 4000)} locked after 5 failed logins`, {
      'client.address': ATTACKER,
    }),
    say('gateway', 'info', `${ATTACKER} blocked for 24 h`, { 'client.address': ATTACKER }),
  ],
};

const badRelease: Incident = {
  signs: (random) => [
    say('checkout', 'info', `version 2.14.1 started in ${random.whole(900, 2400)} ms`, { 'service.version': '2.14.1' }),
  ],
  burst: (random) => {
    const trace = random.hex(32);
    return [
      say(
        'checkout',
        'error',
        "TypeError: Cannot read properties of undefined (reading 'percent')\n" +
          '    at applyCoupon (/srv/checkout/pricing.js:63:31)\n' +
          '    at OrderService.total (/srv/checkout/order-service.js:92:20)',
        { trace_id: trace, 'service.version': '2.14.1', coupon: random.pick(['SPRING', 'WELCOME10', 'LOYAL']) },
      ),
      answered(random, 'POST /orders/preview', 500, random.latency(20), trace),
    ];
  },
  end: () => [
    say('checkout', 'warn', 'rolling back to version 2.14.0', { 'service.version': '2.14.1' }),
    say('checkout', 'info', 'version 2.14.0 started', { 'service.version': '2.14.0' }),
  ],
};

export const INCIDENTS: readonly [Incident, ...Incident[]] = [
  paymentTimeouts,
  poolExhausted,
  guessedPasswords,
  badRelease,
];
